"""What a link to a centre makes of what comes, and of what does not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

import pytest
from smpplib import consts
from smpplib.exceptions import ConnectionError as LinkLostError

from services.gateway.senders.reports import Letter, Report
from services.gateway.senders.smpp import Centre, SmppSender, _Link
from tests.patience import this_moment

CENTRE: Final = Centre("127.0.0.1", 1, "veche", "Veche")
RECEIPT: Final = b"id:7 stat:DELIVRD"
SILENT: Final = SimpleNamespace(error=lambda *_, **__: None)
LONG: Final = 1_000


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> _Link:
    """A link that keeps what is sent over it in `sent`."""
    made: Any = _Link(CENTRE)
    made.sent = []
    monkeypatch.setattr(made, "send_pdu", made.sent.append)
    return made  # type: ignore[no-any-return]


@pytest.fixture
def sender() -> SmppSender:
    made = SmppSender(CENTRE, "password", log=SILENT)
    made._heard = this_moment()
    return made


def deliver(sender: SmppSender, link: Any, body: bytes, note: Any) -> int:
    """Bring something from the centre; gives the status of the answer."""
    sender._note = note
    pdu = SimpleNamespace(
        short_message=body,
        source_addr=b"7",
        receipted_message_id=None,
        message_state=None,
        sequence=5,
    )
    sender._take_delivery(link, pdu)
    (answered,) = link.sent
    return int(answered.status)


def test_receipt_is_kept_before_it_is_answered(sender: SmppSender, link: Any) -> None:
    kept: list[Report] = []
    assert deliver(sender, link, RECEIPT, kept.append) == consts.SMPP_ESME_ROK
    assert len(kept) == 1


def test_receipt_that_is_not_kept_is_asked_for_again(
    sender: SmppSender, link: Any
) -> None:
    def fail(_: Report) -> None:
        raise OSError

    assert deliver(sender, link, RECEIPT, fail) != consts.SMPP_ESME_ROK


def test_what_is_no_receipt_is_answered_and_told_nobody(
    sender: SmppSender, link: Any
) -> None:
    assert deliver(sender, link, b"Hello", pytest.fail) == consts.SMPP_ESME_ROK


def test_link_that_the_centre_ends_is_lost(sender: SmppSender, link: Any) -> None:
    with pytest.raises(LinkLostError):
        sender._take_unbind(link, SimpleNamespace(sequence=5))
    assert [each.command for each in link.sent] == ["unbind_resp"]
    with pytest.raises(LinkLostError):
        assert link.wire


def test_centre_that_answers_nothing_is_left(sender: SmppSender, link: Any) -> None:
    sender._look(link)
    sender._open[1] = Letter(1, "", ""), this_moment() - LONG
    with pytest.raises(LinkLostError):
        sender._look(link)


def test_centre_that_says_nothing_is_left(sender: SmppSender, link: Any) -> None:
    sender._heard -= LONG
    with pytest.raises(LinkLostError):
        sender._look(link)
