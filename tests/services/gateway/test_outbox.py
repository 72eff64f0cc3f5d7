from __future__ import annotations

import asyncio
import json
import re
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from smpplib import consts
from sqlalchemy import select, update

from services.gateway.messages import mark_sending
from services.gateway.outbox import PATIENCE, note_report
from services.gateway.senders.receipts import read_receipt, spell_id
from services.gateway.senders.reports import Report
from services.gateway.service import SERVICE
from services.gateway.states import MOVES, Event, State, after, sources_of
from services.gateway.tables import messages
from services.shell.checking import check_service
from services.shell.service import Context
from tests.patience import wait_until
from tests.services.gateway.centre_thread import running_centre
from tests.services.gateway.stage import (
    PHONE,
    SMPP_CENTRE,
    VOTER,
    Stage,
    gateway_stage,
    make_gateway,
)
from tests.services.gateway.support_view import states_of, view
from tests.services.running import PASSWORD, free_port, serving


def wait_for_state(stage: Stage, *states: str) -> None:
    wait_until(lambda: states_of(stage, VOTER) == list(states))


def test_event_leads_to_one_state() -> None:
    for (state, event), becomes in MOVES.items():
        assert after(event) is becomes
        assert state in sources_of(event)
    assert not {State.DELIVERED, State.FAILED} & {state for state, _ in MOVES}


def test_message_is_delivered_by_its_receipt(stage: Stage) -> None:
    stage.open()
    wait_for_state(stage, "delivered")


def test_receipt_before_the_answer_finds_its_message(stage: Stage) -> None:
    stage.centre.centre.manners.receipt_first = True
    stage.open()
    wait_for_state(stage, "delivered")


def test_message_that_did_not_arrive_failed(stage: Stage) -> None:
    stage.centre.centre.manners.receipt = "UNDELIV"
    stage.open()
    wait_for_state(stage, "failed")
    assert view(stage, VOTER)["messages"][0]["reason"] == "undeliv"


def test_message_that_the_centre_refuses_failed(stage: Stage) -> None:
    stage.centre.centre.manners.status = consts.SMPP_ESME_RINVDSTADR
    stage.open()
    wait_for_state(stage, "failed")
    assert view(stage, VOTER)["messages"][0]["reason"] == "smpp_0xb"


def test_message_that_a_busy_centre_puts_back_is_sent_later(stage: Stage) -> None:
    stage.centre.centre.manners.status = consts.SMPP_ESME_RTHROTTLED
    serial = stage.open()["serial"]
    wait_until(lambda: view(stage, VOTER)["messages"][0]["reason"] == "throttled")
    stage.centre.centre.manners.status = consts.SMPP_ESME_ROK
    stage.pass_time(6)
    assert stage.check(serial, stage.centre.code(1)).status_code == 200
    assert len(stage.centre.messages()) == 1


def test_message_without_an_answer_is_unknown_and_not_sent_again(
    stage: Stage,
) -> None:
    """Its code is good all the same: the message may have arrived."""
    stage.centre.centre.manners.answers = False
    stage.centre.centre.manners.receipt = None
    serial = stage.open()["serial"]
    code = stage.centre.code(1)
    stage.centre.hang_up()
    wait_for_state(stage, "unknown")
    stage.centre.centre.manners.answers = True
    wait_until(lambda: stage.running.client.get("/ready").status_code == 200)
    assert stage.check(serial, code).status_code == 200
    assert len(stage.centre.messages()) == 1


def test_link_that_breaks_is_made_anew(stage: Stage) -> None:
    wait_until(lambda: bool(stage.centre.centre.bound))
    stage.centre.hang_up()
    wait_until(lambda: any("centre_lost" in line for line in stage.running.log))
    stage.open()
    wait_for_state(stage, "delivered")


def test_report_without_the_secret_of_its_message_is_nobodys(tmp_path: Path) -> None:
    centre = 'kind = "http"\nurl = "http://127.0.0.1:1"\nusername = "veche"\n'
    centre += 'sender = "Veche"\nreceipts = "http://127.0.0.1:1/receipts"\n'
    home, _, _ = make_gateway(tmp_path / "gateway", centre=centre)
    with serving(SERVICE, home) as running:
        assert running.client.get("/receipts/1/forged?type=1").status_code == 404


def test_gateway_by_http_that_does_not_listen_is_named(tmp_path: Path) -> None:
    port = free_port()
    centre = f'kind = "http"\nurl = "http://127.0.0.1:{port}"\nusername = "veche"\n'
    centre += 'sender = "Veche"\nreceipts = "http://127.0.0.1:2"\n'
    home, _, _ = make_gateway(tmp_path / "gateway", centre=centre)
    with serving(SERVICE, home) as running:
        (waits,) = running.client.get("/ready").json()["waits_for"]
        assert waits.startswith("config.toml: centre.url: nobody listens")
    wrong = asyncio.run(check_service(SERVICE, home, PASSWORD))
    assert any(f"nobody listens at 127.0.0.1:{port}" in each for each in wrong)


def test_message_waits_for_a_centre_that_is_away(tmp_path: Path) -> None:
    """And is sent once after a restart of the gateway in between."""
    with running_centre() as found:
        port = found.port
    centre = SMPP_CENTRE.format(port=port)
    home, terms, peers = make_gateway(tmp_path / "gateway", centre=centre)
    with serving(SERVICE, home) as running:
        stage = Stage(running, found, home, terms, peers)
        serial = stage.open()["serial"]
        assert states_of(stage, VOTER) == ["queued"]
        assert running.client.get("/ready").status_code == 503
    with running_centre(port) as centre_again, serving(SERVICE, home) as running:
        stage = Stage(running, centre_again, home, terms, peers)
        assert stage.open()["serial"] == serial
        code = centre_again.code(1, PHONE)
        assert stage.check(serial, code).status_code == 200
        assert len(centre_again.messages()) == 1


def test_message_that_waited_longer_than_a_code_is_worth_is_not_sent(
    tmp_path: Path,
) -> None:
    with running_centre() as found:
        port = found.port
    centre = SMPP_CENTRE.format(port=port)
    home, terms, peers = make_gateway(tmp_path / "gateway", centre=centre)
    with serving(SERVICE, home) as running:
        stage = Stage(running, found, home, terms, peers)
        stage.open()
        stage.pass_time(601)
        wait_until(lambda: states_of(stage, VOTER) == ["failed"])


def mark(stage: Stage) -> int:
    """Mark a message as a process does that is killed at once after that."""
    context: Context = stage.running.context

    def act(connection: Any) -> int:
        number = connection.execute(select(messages.c.id)).scalars().first()
        undone = update(messages).values(state="queued", mark=None)
        connection.execute(undone)
        now = context.clock.now()
        assert mark_sending(connection, number, mark=b"x" * 32, now=now) is not None
        assert mark_sending(connection, number, mark=b"y" * 32, now=now) is None
        return int(number)

    return context.database.run_now(act)


def test_message_that_was_marked_when_we_were_killed_is_unknown(
    stage: Stage,
) -> None:
    """At most once: it may have left. A receipt may still say that it arrived."""
    stage.open()
    wait_for_state(stage, "delivered")
    number = mark(stage)
    assert states_of(stage, VOTER) == ["sending"]
    stage.pass_time(PATIENCE + 1)
    wait_for_state(stage, "unknown")
    assert len(stage.centre.messages()) == 1
    context = stage.running.context
    report = Report(Event.ARRIVED, number)
    assert context.database.run_now(note_report, report, now=context.clock.now())
    assert not context.database.run_now(note_report, report, now=context.clock.now())
    assert states_of(stage, VOTER) == ["delivered"]


@pytest.mark.parametrize(
    ("given", "before"),
    [
        ("718342069", "2ad107b5"),
        ("718342069", "2AD107B5"),
        ("17", "00000011"),
        ("2ad107b5", "718342069"),
        ("m1", "m1"),
    ],
)
def test_id_is_known_in_either_writing(given: str, before: str) -> None:
    assert before in spell_id(given)
    assert spell_id(given)[0] == given


@pytest.mark.parametrize(
    ("body", "event"),
    [
        (b"id:7 sub:001 dlvrd:001 stat:DELIVRD err:000 text:\x04", Event.ARRIVED),
        (b"id:7 stat:REJECTD", Event.MISSED),
        (b"id:7 stat:ACCEPTD", None),
        (b"Hello World", None),
        (b"stat:DELIVRD", None),
        (b"", None),
    ],
)
def test_receipt_is_told_from_other_traffic(body: bytes, event: Event | None) -> None:
    report = read_receipt(body, sender="7", given_id=None, given_state=None)
    assert (report.event if report else None) is event


def test_receipt_by_optional_parameters_counts_first() -> None:
    report = read_receipt(b"id:8 stat:DELIVRD", sender="7", given_id="9", given_state=5)
    assert report is not None
    assert (report.event, report.spellings[0]) == (Event.MISSED, "9")


def test_receipt_about_another_phone_changes_nothing(stage: Stage) -> None:
    stage.centre.centre.manners.receipt = None
    stage.open()
    wait_for_state(stage, "sent")
    context = stage.running.context
    row = context.database.run_now(lambda each: each.execute(select(messages)).one())
    for phone, known in (("+79990000000", None), (PHONE, True)):
        report = Report(Event.ARRIVED, spellings=(row.centre_id,), phone=phone)
        now = context.clock.now()
        assert context.database.run_now(note_report, report, now=now) is known


def test_no_code_and_no_phone_is_written_anywhere(tmp_path: Path) -> None:
    """Whole run: log, database with its journal, metrics, what support sees."""
    with gateway_stage(tmp_path / "gateway") as stage:
        serial = stage.agree(1)
        stage.pass_time(61)
        serial = stage.open()["serial"]
        code = stage.centre.code(2)
        stage.check(serial, "000000" if code != "000000" else "000001")
        assert stage.check(serial, code).status_code == 200
        stage.centre.hang_up()
        wait_until(lambda: any("centre_lost" in each for each in stage.running.log))
        codes = [stage.centre.code(1).encode(), code.encode()]
        shown = json.dumps(view(stage, VOTER), default=attrgetter("iso"))
        metrics = stage.running.client.get("/metrics").text
        log = "\n".join(stage.running.log)
        files = {p.name: p.read_bytes() for p in stage.home.folder.iterdir()}
    for each in codes:
        alone = re.compile(rb"(?<![0-9a-f])" + each + rb"(?![0-9a-f])")  # not in hex
        for name, raw in files.items():
            assert alone.search(raw) is None, name
    for text in (shown, metrics, log):
        for secret in (*map(bytes.decode, codes), PHONE[1:], PHONE[-7:]):
            assert secret not in text
    assert VOTER not in log + metrics
    assert "+7*******" in shown
