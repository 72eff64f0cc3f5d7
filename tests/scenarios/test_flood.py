"""A chain whose deployers alone are named: a thousand keys flood a ballot box."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from election.client.rpc import Connection
from election.client.wire import Act
from election.crypto.signature import derive_address
from node.config import read_config
from node.engine.local import LocalEngine
from node.errors import TransactionRefusedError
from node.rpc.dispatch import Dispatcher
from tests.client.stage import COMMISSION, RELAY, Stage, deploy
from tests.node.wallet import Wallet

_MOST = 30_000_000  # gas


def _wallet(number: int) -> Wallet:
    return Wallet("0x" + (number << 128 | 7).to_bytes(32, "big").hex())


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    config = read_config()
    deployers = tuple("0x" + derive_address(k).hex() for k in (COMMISSION, RELAY))
    update = {"anyone_deploys": False, "deployers": deployers}
    admission = config.admission.model_copy(update=update)
    start = config.chain.genesis_timestamp
    held = config.model_copy(update={"admission": admission})
    return LocalEngine(held, lambda: start)


@pytest.fixture(scope="module")
def polls(engine: LocalEngine) -> Stage:
    post, chain_id = Dispatcher(engine).handle, engine.chain.config.chain.id
    stage = deploy(Connection(post, url="in process", chain_id=chain_id))
    stage.make_keys()
    stage.publish_lists(3)
    stage.register_all()
    stage.issue_all()
    return stage


def _junk(box: bytes, good: Act, bad: Act, taken: Act) -> Iterator[bytes]:
    """Sign what is not a ballot, what was one, and copies of one, a thousand times."""
    payloads = [
        good.payload[:4] + bytes(199_000),
        good.payload[:-40] + b"\x01" + good.payload[-39:],
        taken.payload,
        good.payload + bytes(100_000),
    ]
    for number in range(1, 1_001):
        payload = bad.payload if number % 50 == 0 else payloads[number % 4]
        yield _wallet(number).sign(box, data=payload, gas=_MOST)


def test_ballot_is_in_within_two_blocks_of_a_flood(
    polls: Stage, engine: LocalEngine
) -> None:
    contest = 1
    box = polls.boxes[contest]
    taken, theirs, honest = polls.ballots(contest, [1, 2, 1])
    polls.connection.send(box.handle.cast([taken]), key=RELAY)
    engine.set_automine(False)
    bad = box.handle.cast([theirs[:-1] + bytes([theirs[-1] ^ 1])])
    good = box.handle.cast([theirs])
    target = good.to
    assert target is not None
    for raw in _junk(target, good, bad, box.handle.cast([taken])):
        try:
            engine.send_raw(raw)
        except TransactionRefusedError:
            continue
    act = box.handle.cast([honest])
    sent = engine.send_raw(_wallet(5_000).sign(target, data=act.payload, gas=_MOST))
    mined = [tx.hash for _ in range(2) for tx in engine.mine().transactions]
    assert sent in mined
    assert len(mined) == 2  # theirs counts once, whoever sends it
