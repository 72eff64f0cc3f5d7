"""What is wrong is said loudly, and stops nothing that is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from election.client.contracts.voter_list import VoterList
from election.client.errors import ConnectionFailedError
from election.crypto.transcript import Hash
from services.relay import casting, nodes
from services.relay.store import Cast
from services.relay.tables import PROMISES
from services.relay.timing import CROWD
from tests.client.stage import travel
from tests.patience import wait_until
from tests.services.relay.conftest import Polls, Relay, relaying, write_home


def test_more_ballots_than_credentials_are_said_loudly_and_the_rest_is_cast(
    polls: Polls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody made credentials that nobody was issued."""
    monkeypatch.setattr(casting, "_PATIENCE", 0)
    monkeypatch.setattr(VoterList, "issued", lambda *_: CROWD - 2)
    with relaying(polls, write_home(polls, tmp_path / "relay")) as relay:
        for each in polls.ballots[1][:CROWD]:
            relay.promise(each)
        wait_until(
            lambda: any("than credentials were issued" in r for r in relay.ready())
        )
        figures = relay.running.client.get("/metrics").text
        assert 'veche_relay_alarm{kind="more_than_issued"} 1.0' in figures
        assert any('"alarm"' in line for line in relay.running.log)
        wait_until(lambda: polls.cast_count(1) == CROWD - 2)


def test_node_that_is_a_little_behind_is_no_alarm(
    relay: Relay, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has not seen the last issuances yet."""
    with monkeypatch.context() as patch:
        patch.setattr(VoterList, "issued", lambda *_: 0)
        for each in polls.ballots[1][:CROWD]:
            relay.promise(each)
        wait_until(lambda: all(s == "sent" for s in states(relay)))
        assert relay.ready() == []
    assert polls.cast_count(1) == 0


def states(relay: Relay) -> list[str]:
    """List the states of what is not final."""

    def read(connection: Any) -> list[str]:
        return [str(row.state) for row in connection.execute(PROMISES.select())]

    return relay.running.context.database.run_now(read)


def spoil(relay: Relay, ballot_hash: str, record: bytes) -> None:
    """Put other bytes in the place of a kept ballot, as a spoiled disk does."""
    own = PROMISES.c.ballot_hash == bytes.fromhex(ballot_hash[2:])
    relay.running.context.database.run_now(
        lambda c: c.execute(update(PROMISES).where(own).values(record=record))
    )


def test_ballot_that_the_box_refuses_is_set_aside_and_stops_no_other(
    relay: Relay, polls: Polls
) -> None:
    promises = [relay.promise(each) for each in polls.ballots[1][: CROWD - 1]]
    record = polls.ballots[1][0]
    spoil(relay, promises[0]["ballot_hash"], record[:-1] + bytes([record[-1] ^ 1]))
    promises.append(relay.promise(polls.ballots[1][CROWD - 1]))
    relay.wait_final(*promises[1:])
    assert relay.state(promises[0]) == "aside"
    assert any(promises[0]["ballot_hash"] in each for each in relay.ready())


def test_promise_that_was_not_kept_is_said_loudly(relay: Relay, polls: Polls) -> None:
    relay.promise(polls.ballots[1][0])
    travel(polls.stage.connection, polls.closing + 10)  # before anybody could act
    wait_until(lambda: any("not in the box in time" in each for each in relay.ready()))


def test_false_ballot_of_a_node_ends_no_promise(
    relay: Relay, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node says that the credential has cast another ballot, which is none."""
    said = relay.promise(polls.ballots[1][0])
    kept = polls.ballots[1][0]
    context = Hash(bytes.fromhex(polls.context(1)[2:]))
    false = Cast(context, kept[12:32], Hash(b"\7" * 32), 1)  # type: ignore[arg-type]

    def lie(*_: object, last: int, **__: object) -> Any:
        yield last, [(false, kept[:40] + bytes(len(kept) - 40))]

    with monkeypatch.context() as patch:
        patch.setattr(nodes, "read_casts", lie)
        travel(polls.stage.connection, relay.running.context.clock.now() + 60)
        wait_until(lambda: any("false ballot" in each for each in relay.ready()))
    assert relay.state(said) == "promised"


def test_ballot_of_another_credential_ends_no_promise(
    relay: Relay, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that verifies, but is another voter's."""
    said = relay.promise(polls.ballots[1][0])
    context = Hash(bytes.fromhex(polls.context(1)[2:]))
    other = relay.promise(polls.ballots[1][1])
    other_hash = Hash(bytes.fromhex(other["ballot_hash"][2:]))
    kept = polls.ballots[1][0]
    false = Cast(context, kept[12:32], other_hash, 1)  # type: ignore[arg-type]

    def lie(*_: object, last: int, **__: object) -> Any:
        yield last, [(false, polls.ballots[1][1])]

    with monkeypatch.context() as patch:
        patch.setattr(nodes, "read_casts", lie)
        travel(polls.stage.connection, relay.running.context.clock.now() + 60)
        wait_until(lambda: any("false ballot" in each for each in relay.ready()))
    assert relay.state(said) == "promised"


def test_node_that_is_away_is_said_and_ballots_are_taken_all_the_same(
    relay: Relay, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ConnectionFailedError("http://node", "does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(nodes, "look", fail)
        wait_until(lambda: any("does not answer" in each for each in relay.ready()))
        relay.promise(polls.ballots[1][0])
    wait_until(lambda: relay.ready() == [])
