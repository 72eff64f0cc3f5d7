"""Against an SMS centre that others wrote: the simulator of jSMPP (SMPP 3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from services.gateway.service import SERVICE
from tests.patience import wait_until
from tests.services.fenced import PEERS, Fenced, fenced, require
from tests.services.gateway.centre_thread import RunningCentre
from tests.services.gateway.stage import SMPP_CENTRE, VOTER, Stage, make_gateway
from tests.services.gateway.support_view import states_of
from tests.services.running import serving

PORT: Final = 18_737
MISSING: Final = "jSMPP's simulator is missing: make peers"
_TEXT: Final = re.compile(r"Receiving submit_sm '(.*?)', and return", re.DOTALL)


@pytest.fixture
def simulator() -> Iterator[Fenced]:
    java = require("java", "java is missing: apt-get install default-jre-headless")
    folder = require(PEERS / "jsmpp", MISSING)
    with fenced(
        java,
        f"-Djsmpp.simulator.port={PORT}",
        *("-cp", f"{folder}/*", "org.jsmpp.examples.SMPPServerSimulator"),
        entries=(PORT,),
    ) as running:
        wait_until(lambda: "Listening" in running.read("stdout"))
        yield running


def read_texts(simulator: Fenced) -> list[str]:
    """Read what it received; it shows UCS-2 as bytes, whose digits can be read."""
    return [each.replace("\0", "") for each in _TEXT.findall(simulator.read("stdout"))]


def test_code_by_smpp_is_received_and_earns_the_attestation(
    simulator: Fenced, tmp_path: Path
) -> None:
    """Its id is hexadecimal in the answer and decimal in the receipt."""
    centre = SMPP_CENTRE.format(port=simulator.ports[PORT]).replace("veche", "j")
    home, terms, peers = make_gateway(
        tmp_path / "gateway",
        centre=centre,
        password="jpwd",  # noqa: S106  the simulator's own
    )
    none: RunningCentre = None  # type: ignore[assignment]  # another centre is used
    with serving(SERVICE, home) as running:
        stage = Stage(running, none, home, terms, peers)
        opened = stage.open()
        wait_until(lambda: bool(read_texts(simulator)))
        text = read_texts(simulator)[0]
        found = re.search(r"([0-9]{6})\.", text)
        assert found is not None
        assert opened["message"] in text
        wait_until(lambda: states_of(stage, VOTER) == ["delivered"])
        assert stage.check(opened["serial"], found.group(1)).status_code == 200
        # one message, and one part
        assert len(read_texts(simulator)) == 1
