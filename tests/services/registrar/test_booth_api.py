"""What a booth is told before anything is looked up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from services.registrar.booth_api import make_booth_routes
from services.registrar.desks import Desk
from services.shell.database import Database
from services.shell.service import Parts
from tests.services.desk import make_desk
from tests.services.registrar.small import MAIN, open_small
from tests.services.running import Running, cheapen_passwords, make_home, serving
from tests.services.shell.conftest import CONFIG

WORD, POINT, SIGNED = (f"0x{'0' * digits}" for digits in (64, 256, 192))
ATTESTED: Final = {"expiry": 0, "signature": SIGNED}
HOUR: Final = 3_600


@pytest.fixture
def desk(tmp_path: Path, register: Database) -> Desk:
    made = open_small(tmp_path, register)[MAIN]
    terms: Any = made.terms
    terms.contests = {1: None}
    return made


@pytest.fixture
def running(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    cheapen_passwords(monkeypatch)

    def build(context: Any) -> Parts:
        return Parts([*make_booth_routes(context, {MAIN: desk})])

    service = make_desk("registrar", build=build)
    with serving(service, make_home(service, tmp_path / "home", CONFIG)) as made:
        yield made


@pytest.mark.parametrize(
    ("contest", "opening", "closing", "code"),
    [
        (2, -HOUR, HOUR, "unknown_election"),
        (1, -HOUR, None, "chain_away"),
        (1, HOUR, 2 * HOUR, "polls_closed"),
        (1, -2 * HOUR, -HOUR, "polls_closed"),
    ],
)
def test_request_is_taken_while_ballots_are_given_out(
    running: Running,
    desk: Desk,
    contest: int,
    opening: int,
    closing: int | None,
    code: str,
) -> None:
    now = running.context.clock.now()
    common: Any = desk.terms.common
    common.opening = now + opening
    desk.closing = 0 if closing is None else now + closing
    body = {"election": MAIN, "contest": contest, "leaf": WORD, "index": 0}
    body |= {"blinded": POINT, "portal": ATTESTED, "gateway": ATTESTED}
    assert running.client.post("/requests", json=body).json()["code"] == code


@pytest.mark.parametrize(
    ("election", "leaf", "code"),
    [(MAIN, "0x12", "bad_request"), ("0x" + "09" * 20, WORD, "unknown_election")],
)
def test_state_is_of_a_leaf_of_an_election(
    running: Running, election: str, leaf: str, code: str
) -> None:
    asked = running.client.get(f"/requests/{election}/{leaf}")
    assert asked.json()["code"] == code
