"""A relay whose promises are in PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from services.relay.tables import METADATA
from services.relay.timing import CROWD
from services.shell.schema import compare_schema
from tests.services.postgres import make_database
from tests.services.relay.conftest import Polls, relaying, write_home


def test_promises_in_postgresql_are_given_once_kept_and_brought(
    polls: Polls, tmp_path: Path, server: str
) -> None:
    url = make_database(server, "relay")
    home = write_home(polls, tmp_path / "relay", f'database = "{url}"')
    first, *others = polls.ballots[1][: CROWD - 1]
    with relaying(polls, home) as relay, ThreadPoolExecutor(8) as pool:
        assert relay.running.context.database.run_now(compare_schema, METADATA) == []
        answers = [each.json() for each in pool.map(relay.send, [first] * 16)]
        assert all(each == answers[0] for each in answers)
        promises = [answers[0], *pool.map(relay.promise, others)]
    with relaying(polls, home) as relay:
        assert relay.promise(first) == promises[0]
        promises.append(relay.promise(polls.ballots[1][CROWD - 1]))
        relay.wait_final(*promises)
        assert relay.send(first).json()["code"] == "already_cast"
    assert polls.cast_count(1) == CROWD
