"""What is known of transactions when something stops an act."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from election.client.errors import (
    ClientError,
    ConnectionFailedError,
    ContractRefusedError,
    NodeRefusedError,
    TransactionLostError,
    Trouble,
)
from election.client.rpc import Connection
from election.client.sending import sign_acts
from election.client.wire import Act
from election.crypto.transcript import Address
from scripts.shared.terminal import hint_for
from tests.client.stage import RELAY, Stage
from tests.in_process import connect_in_process

PLAIN = Act(Address(bytes([7]) * 20), b"", 50_000)
REFUSED = Act(None, bytes.fromhex("5f5ffd"), 60_000)  # reverts
OTHER = "0x" + "11" * 32

Answer = Callable[[dict[str, Any]], Any]
"""What a node says to a request; none for what an honest one says."""


@pytest.fixture
def node() -> Iterator[Connection]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("election.client.sending._FIRST_PAUSE", 0)
        patch.setattr("election.client.sending._MINED_WITHIN", 0)
        yield connect_in_process()


def tamper(node: Connection, method: str, answer: Callable[[int], Any]) -> None:
    """Have each request of a method, counted from 1, answered so, if not by none."""
    honest, asked = node._post, 0

    def post(body: bytes) -> bytes:
        nonlocal asked
        requests = json.loads(body)
        alone = not isinstance(requests, list)
        told = []
        for request in [requests] if alone else requests:
            own = json.loads(honest(json.dumps(request).encode()))
            if request["method"] == method:
                asked += 1
                own = {"id": request["id"], **(answer(asked) or own)}
            told.append(own)
        return json.dumps(told[0] if alone else told).encode()

    node._post = post


def lose(trouble: Trouble) -> Any:
    raise ConnectionFailedError("http://node", "is lost", trouble)


def fail(node: Connection, *acts: Act) -> ClientError:
    """Give the error that sending ends in."""
    with pytest.raises(ClientError) as failed:
        node.send_all(acts, key=RELAY)
    return failed.value


def counts(error: ClientError) -> tuple[int, int]:
    return error.sent, error.succeeded


@pytest.mark.parametrize("trouble", [Trouble.LOST, Trouble.SLOW, Trouble.BUSY])
def test_nobody_says_what_became_of_an_act_when_the_node_is_lost_on_the_way(
    node: Connection, trouble: Trouble
) -> None:
    tamper(node, "eth_sendRawTransaction", lambda _: lose(trouble))
    error = fail(node, PLAIN)
    assert counts(error) == (1, 0)
    assert hint_for(error) == (
        "transactions sent: 1, seen to succeed: 0; look before you repeat the others"
    )


@pytest.mark.parametrize("trouble", [Trouble.AWAY, Trouble.NAME, Trouble.TLS])
def test_nothing_is_sent_when_nobody_was_there(
    node: Connection, trouble: Trouble
) -> None:
    tamper(node, "eth_sendRawTransaction", lambda _: lose(trouble))
    error = fail(node, PLAIN)
    assert counts(error) == (0, 0)
    assert "sent" not in (hint_for(error) or "")


def test_nothing_is_sent_when_the_nonce_is_not_told(node: Connection) -> None:
    tamper(node, "eth_getTransactionCount", lambda _: lose(Trouble.LOST))
    assert counts(fail(node, PLAIN)) == (0, 0)


def test_acts_before_the_one_that_fails_are_counted(node: Connection) -> None:
    error = fail(node, PLAIN, PLAIN, REFUSED)
    assert isinstance(error, ContractRefusedError)
    assert counts(error) == (3, 2)


def test_acts_before_the_one_that_the_node_refuses_are_counted(
    node: Connection,
) -> None:
    refusal = {"error": {"code": -32_000, "message": "no room"}}
    tamper(
        node,
        "eth_sendRawTransaction",
        lambda asked: refusal if asked == 3 else None,
    )
    error = fail(node, PLAIN, PLAIN, PLAIN)
    assert isinstance(error, NodeRefusedError)
    assert (error.fact, counts(error)) == ("no room", (2, 2))


def test_only_act_that_the_node_refuses_is_not_counted(node: Connection) -> None:
    poor = Act(PLAIN.to, b"", 1)  # less gas than any transaction needs
    error = fail(node, poor)
    assert counts(error) == (0, 0)
    assert "sent" not in (hint_for(error) or "")


def test_acts_that_were_seen_are_counted_when_the_node_is_lost_while_it_is_waited_for(
    node: Connection,
) -> None:
    def answer(asked: int) -> Any:
        if asked > 3:
            lose(Trouble.LOST)
        return {"result": None} if asked > 1 else None

    tamper(node, "eth_getTransactionReceipt", answer)
    assert counts(fail(node, PLAIN, PLAIN, PLAIN)) == (3, 1)


def test_refusal_after_acts_that_stand_tells_of_them(node: Connection) -> None:
    node.send(PLAIN, key=RELAY)
    with pytest.raises(ContractRefusedError) as refused:
        node.send(REFUSED, key=RELAY)
    assert counts(refused.value) == (1, 1)
    with pytest.raises(NodeRefusedError) as asked:
        node.request("eth_nonsense")
    assert counts(asked.value) == (1, 1)
    assert (hint_for(asked.value) or "").startswith(
        "transactions sent: 1, and all succeeded; "
    )


def test_refusal_of_the_first_act_tells_of_none(node: Connection) -> None:
    with pytest.raises(ContractRefusedError) as refused:
        node.send(REFUSED, key=RELAY)
    assert counts(refused.value) == (0, 0)


def test_transaction_that_no_block_takes_is_one_error(node: Connection) -> None:
    tamper(node, "eth_getTransactionReceipt", lambda _: {"result": None})
    error = fail(node, PLAIN)
    assert isinstance(error, TransactionLostError)
    assert (error.fact, counts(error)) == ("not mined in time", (1, 0))


def test_transaction_that_failed_for_no_reason_is_one_error(node: Connection) -> None:
    tamper(node, "eth_call", lambda _: {"result": "0x"})
    error = fail(node, REFUSED)
    assert isinstance(error, NodeRefusedError)
    assert (error.fact, counts(error)) == ("failed without a reason", (1, 0))


@pytest.mark.parametrize("sent", [[], {}, None, 5, "0x", "0x" + "00" * 31, OTHER])
def test_hash_of_no_transaction_that_was_sent_is_one_error(
    node: Connection, sent: object
) -> None:
    tamper(node, "eth_sendRawTransaction", lambda _: {"result": sent})
    error = fail(node, PLAIN)
    assert isinstance(error, ConnectionFailedError)
    assert counts(error) == (1, 0)


def test_receipt_of_another_transaction_is_one_error(node: Connection) -> None:
    receipt = {"transactionHash": OTHER, "status": "0x1", "logs": []}
    tamper(node, "eth_getTransactionReceipt", lambda _: {"result": receipt})
    error = fail(node, PLAIN)
    assert isinstance(error, ConnectionFailedError)
    assert counts(error) == (1, 0)


def test_signed_act_is_known_by_its_hash(node: Connection) -> None:
    (signed,) = sign_acts(node, [PLAIN], RELAY)
    assert node.request("eth_sendRawTransaction", signed.raw) == signed.hash


def test_refusal_of_an_untried_act_is_read_and_the_others_stand(polls: Stage) -> None:
    records = polls.ballots(1, [1, 2])
    handle = polls.boxes[1].handle
    acts = [
        handle.cast(sorted(records[:1])),
        polls.opened.tally.freeze(1),
        handle.cast(sorted(records[1:])),
    ]
    with pytest.raises(ContractRefusedError, match="tally: polls are not closed"):
        polls.connection.send_all(acts, key=RELAY)
    assert handle.cast_count() == 2
