"""A ballot that a relay took is in the box by the time that it promised."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from election.client.casting import cast_ballots
from election.crypto.signature import decode_signature
from election.crypto.transcript import Address, Hash
from election.errors import PromiseError
from election.protocol.promise import LONGEST, Promise, accept_promise
from services.relay.tables import PROMISES
from services.relay.timing import CROWD, LEAD, RUSH
from tests.client.stage import RELAY, travel
from tests.patience import wait_until
from tests.services.relay.conftest import Polls, Relay, relaying, write_home


def test_promise_is_signed_by_the_relays_account(relay: Relay, polls: Polls) -> None:
    said = relay.promise(polls.ballots[1][0])
    promise = Promise(
        Hash(bytes.fromhex(polls.context(1)[2:])),
        Address(polls.ballots[1][0][12:32]),
        Hash(bytes.fromhex(said["ballot_hash"][2:])),
        said["deadline"],
    )
    signature = decode_signature(bytes.fromhex(said["signature"][2:]))
    account = Address(relay.running.context.account.account)
    now = relay.running.context.clock.now()
    accept_promise(promise, signature, relay=account, now=now)
    with pytest.raises(PromiseError):
        accept_promise(promise, signature, relay=Address(b"\1" * 20), now=now)
    assert now < said["deadline"] <= now + LONGEST


def test_ballots_wait_for_a_crowd_and_are_final_then(
    relay: Relay, polls: Polls
) -> None:
    records = polls.ballots[1][:CROWD]
    promises = [relay.promise(each) for each in records[:-1]]
    other = relay.promise(polls.ballots[30][0], contest=30)
    assert {relay.state(each) for each in promises} == {"promised"}
    promises.append(relay.promise(records[-1]))
    relay.wait_final(*promises)
    assert polls.cast_count(1) == CROWD
    assert (relay.state(other), polls.cast_count(30)) == ("promised", 0)


def test_few_ballots_are_sent_when_their_deadline_is_near(
    relay: Relay, polls: Polls
) -> None:
    said = relay.promise(polls.ballots[1][0])
    travel(polls.stage.connection, said["deadline"] - LEAD)
    relay.wait_final(said)


def test_nothing_waits_in_the_last_minutes(relay: Relay, polls: Polls) -> None:
    travel(polls.stage.connection, polls.closing - RUSH)
    clock = relay.running.context.clock
    wait_until(lambda: clock.now() >= polls.closing - RUSH)
    relay.wait_final(relay.promise(polls.ballots[1][0]))


def test_what_is_final_is_forgotten_but_for_what_the_chain_shows(
    relay: Relay, polls: Polls
) -> None:
    promises = [relay.promise(each) for each in polls.ballots[1][:CROWD]]
    relay.wait_final(*promises)
    database = relay.running.context.database
    assert database.run_now(lambda c: c.execute(select(PROMISES)).all()) == []


def test_same_bytes_again_get_the_same_promise(relay: Relay, polls: Polls) -> None:
    first = relay.promise(polls.ballots[1][0])
    assert relay.promise(polls.ballots[1][0]) == first


def test_second_ballot_of_a_credential_is_refused_in_words(
    relay: Relay, polls: Polls
) -> None:
    relay.promise(polls.ballots[1][0])
    other = polls.stage.ballots(1, [2])[0]
    refused = relay.send(other)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_promised")


def test_cast_credential_is_refused_in_words(relay: Relay, polls: Polls) -> None:
    cast_ballots(polls.stage.boxes[1], polls.ballots[1][:1], key=RELAY)
    other = polls.stage.ballots(1, [2])[0]
    wait_until(lambda: relay.send(other).json().get("code") == "already_cast")


def test_ballot_that_another_relay_cast_is_final_here_and_stops_no_other(
    relay: Relay, polls: Polls
) -> None:
    first = relay.promise(polls.ballots[1][0])
    cast_ballots(polls.stage.boxes[1], polls.ballots[1][:1], key=RELAY)
    relay.wait_final(first)
    promises = [relay.promise(each) for each in polls.ballots[1][1:9]]
    relay.wait_final(*promises)
    assert polls.cast_count(1) == 9


def test_ballot_whose_voter_cast_another_one_is_void(
    relay: Relay, polls: Polls
) -> None:
    said = relay.promise(polls.stage.ballots(1, [2])[0])
    cast_ballots(polls.stage.boxes[1], polls.ballots[1][:1], key=RELAY)
    wait_until(lambda: relay.state(said) == "void")


def test_promise_outlives_a_restart(polls: Polls, tmp_path: Path) -> None:
    home = write_home(polls, tmp_path / "relay")
    with relaying(polls, home) as relay:
        promises = [relay.promise(each) for each in polls.ballots[1][: CROWD - 1]]
    with relaying(polls, home) as relay:
        assert {relay.state(each) for each in promises} == {"promised"}
        promises.append(relay.promise(polls.ballots[1][CROWD]))
        relay.wait_final(*promises)


def test_nothing_is_taken_before_the_polls_open_or_after_they_close(
    relay: Relay, polls: Polls
) -> None:
    clock = relay.running.context.clock
    travel(polls.stage.connection, polls.closing)
    wait_until(lambda: clock.now() >= polls.closing)
    refused = relay.send(polls.ballots[1][0])
    assert (refused.status_code, refused.json()["code"]) == (410, "polls_closed")
