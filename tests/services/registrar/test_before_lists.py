"""Applications from before there are lists of voters, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Connection, select, update

from election.client.rpc import connect
from scripts.shared.files import key_file
from services.registrar.applications import file_application
from services.registrar.placing import OTHER_CONTEST, place_parts
from services.registrar.publishing import Lists
from services.registrar.tables import parts, people
from services.shell.database import Database
from services.shell.peers import PeerError
from tests.client.devnet import run_node
from tests.client.stage import HOUR, deploy, travel
from tests.patience import wait_until
from tests.services.registrar.ground import Ground, make_ground, open_ground, publish
from tests.services.registrar.small import (
    DAY,
    ELECTION_ID,
    MAIN,
    NO_LOCK,
    START,
    open_small,
)
from tests.services.running import Running

MOSCOW: Final = 3 * HOUR


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """An election whose hour of lists has midnight, Moscow time, in its middle."""
    with pytest.MonkeyPatch.context() as patch, run_node() as url:
        patch.setattr(key_file, "_COST", 2)
        connection = connect(url)
        midnight = (connection.read_clock() + MOSCOW + 2 * DAY) // DAY * DAY - MOSCOW
        travel(connection, midnight - 5 * HOUR // 2)
        stage = deploy(connection)
        stage.make_keys()
        folder = tmp_path_factory.mktemp("early")
        yield make_ground(folder, stage, url, is_listed=False)


def test_applications_from_before_the_lists_reach_the_chain(ground: Ground) -> None:
    with open_ground(ground) as running:
        file_early(ground, running)
    publish(ground)
    with open_ground(ground):
        shown = ground.show("account-0")["elections"][0]
        assert shown["index"] >= 0  # places are drawn
        assert shown["settled"] is False
        ground.travel(ground.stage.manifest.times.registration)
        ground.await_state("account-0", "accepted", "online")
        ground.await_state("account-1", "accepted", "online")
        ground.await_state("account-2", "withdrawn", "none")
        leaves = {each["leaf"] for each in ground.portal.asked}
    assert len(leaves) == 2


def wait_accepted(ground: Ground, account: str) -> None:
    wait_until(lambda: ground.show(account)["application"]["state"] == "accepted")


def file_early(ground: Ground, running: Running) -> None:
    clock = running.context.clock
    wait_until(lambda: clock.ahead > HOUR)  # it follows the chain's
    for number in range(3):
        ground.apply(f"account-{number}", f"C-{number}")
        wait_accepted(ground, f"account-{number}")
    shown = ground.show("account-0")["elections"][0]
    assert (shown["contest"], shown["leaf"], shown["wanted"]) == (1, None, True)
    assert shown["phases"]["applications_open"] < shown["phases"]["registration"]
    for number in (1, 2):
        ground.withdraw(f"account-{number}", f"W-{number}")
    with pytest.raises(PeerError, match="tomorrow"):
        ground.apply("account-1", "C-1-again")
    next_day = ground.stage.manifest.times.registration - HOUR // 3
    ground.travel(next_day)
    wait_until(lambda: clock.now() >= next_day)
    ground.apply("account-1", "C-1-again")
    with pytest.raises(PeerError, match="already_applied"):
        ground.apply("account-1", "C-1-third")
    with pytest.raises(PeerError, match="unknown_person"):
        ground.apply("account-99", "C-99")
    assert not ground.portal.asked


def test_who_moved_between_application_and_list_is_told(
    tmp_path: Path, database: Database
) -> None:
    listed = open_small(tmp_path, database)[MAIN]
    terms: Any = listed.terms
    terms.contests = {1: None, 2: None}
    early = {MAIN: replace(listed, lists=Lists(ELECTION_ID, None, {}))}
    database.run_now(lambda c: c.execute(MOVE))
    for account in ("a0", "a1"):
        database.run_now(
            file_application,
            account,
            consent=account,
            locks={MAIN: NO_LOCK},
            desks=early,
            now=START,
        )
    database.run_now(place_parts, early[MAIN])
    assert database.run_now(read_parts) == [(b"", ""), (b"", "")]
    for _ in range(2):
        database.run_now(place_parts, listed)
        place = listed.lists.find("V1")
        assert place is not None
        assert database.run_now(read_parts) == [(b"", OTHER_CONTEST), (place.leaf, "")]


MOVE: Final = update(people).where(people.c.account == "a0").values(contest=2)


def read_parts(connection: Connection) -> list[tuple[bytes, str]]:
    query = select(parts.c.leaf, parts.c.trouble).order_by(parts.c.id)
    return [(bytes(leaf), trouble) for leaf, trouble in connection.execute(query)]
