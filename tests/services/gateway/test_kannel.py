"""Against an HTTP gateway that others wrote: Kannel, and its test centre behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

import pytest

from election.artifacts import ROOT
from services.gateway.service import SERVICE
from tests.patience import wait_until
from tests.services.fenced import Fenced, fenced, require
from tests.services.gateway.centre_thread import RunningCentre
from tests.services.gateway.stage import PHONE, VOTER, Stage, make_gateway
from tests.services.gateway.support_view import states_of
from tests.services.running import serving

SENDSMS, RECEIPTS = 18_735, 18_736
CENTRE: Final = """kind = "http"
url = "http://127.0.0.1:{port}/cgi-bin/sendsms"
username = "veche"
sender = "Veche"
receipts = "http://127.0.0.1:18736/receipts"
"""
_GOT: Final = re.compile(r"Got message \d+: <Veche (\S+) ucs-2 (\S+)>")
_PLACE: Final = ROOT / "tests" / "peers"


@pytest.fixture
def kannel() -> Iterator[Fenced]:
    sentence = "Kannel is missing: apt-get install kannel kannel-extras"
    for program in ("bearerbox", "smsbox", "/usr/lib/kannel/test/fakesmsc"):
        require(program, sentence)
    files = (_PLACE / "kannel.conf", _PLACE / "kannel.sh")
    with fenced(
        "sh", "kannel.sh", entries=(SENDSMS,), exits=(RECEIPTS,), files=files
    ) as running:
        wait_until(lambda: "ready" in running.read("stdout"))
        yield running


def read_messages(kannel: Fenced) -> list[tuple[str, str]]:
    """Read what its test centre was given: phone and text."""
    return [
        (phone, unquote_to_bytes(text.replace("+", "%20")).decode("utf-16-be"))
        for phone, text in _GOT.findall(kannel.read("fakesmsc.log"))
    ]


def test_code_by_http_is_received_and_earns_the_attestation(
    kannel: Fenced, tmp_path: Path
) -> None:
    centre = CENTRE.format(port=kannel.ports[SENDSMS])
    home, terms, peers = make_gateway(tmp_path / "gateway", centre=centre)
    none: RunningCentre = None  # type: ignore[assignment]  # another centre is used
    with serving(SERVICE, home) as running:
        kannel.lead(RECEIPTS, int(running.url.rpartition(":")[2]))
        stage = Stage(running, none, home, terms, peers)
        opened = stage.open()
        wait_until(lambda: bool(read_messages(kannel)))
        phone, text = read_messages(kannel)[0]
        assert phone == PHONE
        assert text.startswith("Код ")
        assert opened["message"] in text
        wait_until(lambda: states_of(stage, VOTER) == ["delivered"])
        assert stage.check(opened["serial"], text[4:10]).status_code == 200
        assert len(read_messages(kannel)) == 1
    # what asks it has neither code nor phone in an address, which is logged everywhere
    lines = kannel.read("smsbox.log").splitlines()
    asked = [each for each in lines if "cgi-bin/sendsms" in each]
    assert asked
    assert not [each for each in asked if text[4:10] in each or PHONE[1:] in each]
