"""Whatever a node bounds its answers by, the same record is read, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from election.client.board_reader import read_board
from election.client.casting import cast_ballots
from election.client.errors import (
    ClientError,
    ConnectionFailedError,
    NodeRefusedError,
    Trouble,
)
from election.client.log_reader import _BLOCKS
from election.client.rpc import Connection
from election.client.transport import Post
from election.crypto.transcript import Address, Hash
from node.chain import Chain
from node.config import read_config
from node.engine.local import LocalEngine
from node.rpc.dispatch import Dispatcher
from tests.client.stage import RELAY, Stage, deploy

LOGS, BLOCK, RECEIPT = (
    "eth_getLogs",
    "eth_getBlockByNumber",
    "eth_getTransactionReceipt",
)
Answer = Callable[[str, list[Any], Any], Any]
"""What a node says, given method, parameters, and what an honest one says."""


@dataclass
class Between:
    """Stands between a client and an honest node, and answers in its own way."""

    honest: Post
    answer: Answer | None = None
    asked: list[str] = field(default_factory=list)

    def post(self, body: bytes) -> bytes:
        requests, told = json.loads(body), json.loads(self.honest(body))
        if not isinstance(requests, list):
            return json.dumps(self._show(requests, told)).encode()
        pairs = zip(requests, told, strict=True)
        return json.dumps([self._show(*each) for each in pairs]).encode()

    def _show(self, request: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(request["method"])
        if self.answer is None or "error" in told:
            return told
        shown = self.answer(request["method"], request["params"], told["result"])
        if isinstance(shown, Refusal):
            return {"id": told["id"], "error": shown.error}
        return {"id": told["id"], "result": shown}


@dataclass(frozen=True)
class Refusal:
    """An error of JSON-RPC."""

    code: int
    message: str

    @property
    def error(self) -> dict[str, object]:
        return {"code": self.code, "message": self.message}


@dataclass
class Scene:
    """An election with ballots, its chain, and who stands before it."""

    stage: Stage
    chain: Chain
    between: Between

    @property
    def node(self) -> Connection:
        return self.stage.connection

    @property
    def last(self) -> int:
        return self.chain.head.number

    @property
    def addresses(self) -> list[Address]:
        opened = self.stage.opened
        return [opened.address, opened.voter_list.contract.address, *self.boxes]

    @property
    def boxes(self) -> list[Address]:
        return [box.handle.contract.address for box in self.stage.boxes.values()]


@pytest.fixture(scope="module")
def polls() -> Scene:
    config = read_config()
    engine = LocalEngine(config, lambda: config.chain.genesis_timestamp)
    between = Between(Dispatcher(engine).handle)
    node = Connection(between.post, url="http://node", chain_id=config.chain.id)
    stage = deploy(node)
    stage.make_keys()
    stage.publish_lists(3)
    stage.register_all()
    stage.issue_all()
    cast_ballots(stage.boxes[1], stage.ballots(1, [1, 2, 2]), key=RELAY)
    return Scene(stage, engine.chain, between)


@pytest.fixture
def scene(polls: Scene) -> Iterator[Scene]:
    """The same, as long as a test answers, and bounds, in its own way."""
    config = polls.chain.config
    polls.between.asked.clear()
    yield polls
    polls.chain.config, polls.between.answer = config, None


def bound(scene: Scene, **bounds: int) -> None:
    config = scene.chain.config
    rpc = config.rpc.model_copy(update=bounds)
    scene.chain.config = config.model_copy(update={"rpc": rpc})


def read(scene: Scene, *topics: Hash | None) -> tuple[Any, ...]:
    return scene.node.read_logs(
        scene.addresses, first=0, last=scene.last, topics=topics
    )


@pytest.mark.parametrize(
    "bounds",
    [
        {"max_logs": 1},
        {"max_logs": 2},
        {"max_logs": 3},
        {"max_logs": 7},
        {"max_answer": 1},
        {"max_answer": 2_000},
        {"max_answer": 20_000},
    ],
)
def test_record_is_the_same_whatever_the_nodes_bounds_are(
    scene: Scene, bounds: dict[str, int]
) -> None:
    """With bounds of one log, or one byte, blocks hold more than an answer may."""
    whole = read_board(scene.node, scene.stage.opened.address)
    if "max_logs" in bounds:  # the other bound is of batches, too
        bound(scene, **bounds)
        assert read_board(scene.node, scene.stage.opened.address) == whole
    logs = read(scene)
    bound(scene, **bounds)
    assert read(scene) == logs


def test_logs_of_one_block_are_read_when_they_are_more_than_an_answer_holds(
    scene: Scene,
) -> None:
    topic = read(scene)[-1].topics[0]
    last = [log for log in read(scene) if log.block_number == scene.last]
    assert len(last) == 3
    bound(scene, max_logs=2)
    scene.between.asked.clear()
    logs = scene.node.read_logs(
        scene.boxes, first=scene.last, last=scene.last, topics=[topic]
    )
    assert list(logs) == last
    assert scene.between.asked == [LOGS, BLOCK, RECEIPT]


OTHERS: Final = [
    Refusal(-32_005, "query returned more than 10000 results"),
    Refusal(-32_005, "Requested range exceeds maximum RPC range limit"),
    Refusal(-32_602, "Log response size exceeded"),
    Refusal(-32_602, "query exceeds max block range 100000"),
    Refusal(-32_614, "eth_getLogs is limited to a 10,000 range"),
    Refusal(-32_000, "exceed maximum block range: 5000"),
    Refusal(-32_002, "request timed out"),
    Refusal(-32_603, "something else"),
]


@pytest.mark.parametrize("refusal", OTHERS, ids=lambda refusal: refusal.message)
@pytest.mark.parametrize("blocks", [1, 7, 1_000])
def test_other_nodes_are_asked_for_fewer_blocks(
    scene: Scene, refusal: Refusal, blocks: int
) -> None:
    whole = read(scene)

    def answer(method: str, params: list[Any], result: Any) -> Any:
        if method != LOGS:
            return result
        first, last = (int(params[0][end], 16) for end in ("fromBlock", "toBlock"))
        return refusal if last - first >= blocks else result

    scene.between.answer = answer
    assert read(scene) == whole


def test_answer_beyond_the_clients_own_bound_is_asked_for_in_parts(
    scene: Scene,
) -> None:
    whole, honest = read(scene), scene.between.honest

    def post(body: bytes) -> bytes:
        answer = honest(body)
        if len(answer) > 20_000:
            raise ConnectionFailedError("http://node", "too large", Trouble.LARGE)
        return answer

    scene.between.honest = post
    try:
        assert read(scene) == whole
    finally:
        scene.between.honest = honest


def refuse_all(method: str, _: list[Any], result: Any) -> Any:
    return result if method == BLOCK else Refusal(-32_000, "not for you")


def refuse_the_method(method: str, _: list[Any], result: Any) -> Any:
    return Refusal(-32_601, "not for you") if method == LOGS else result


@pytest.mark.parametrize(("answer", "most"), [(refuse_all, 40), (refuse_the_method, 1)])
def test_node_that_refuses_everything_is_asked_few_times(
    scene: Scene, answer: Answer, most: int
) -> None:
    scene.between.answer = answer
    with pytest.raises(NodeRefusedError, match="not for you"):
        read(scene)
    assert len(scene.between.asked) <= most


def test_node_that_refuses_every_range_is_not_asked_for_ever(scene: Scene) -> None:
    """It shows a long chain of blocks that hold nothing, and no logs of any."""

    def answer(method: str, params: list[Any], _: Any) -> Any:
        if method == LOGS:
            return Refusal(-32_005, "too many")
        return {"number": params[0], "timestamp": "0x1", "transactions": []}

    scene.between.answer = answer
    for last in (100, 50_000_000):
        scene.between.asked.clear()
        with pytest.raises(ConnectionFailedError, match="refuses every range"):
            scene.node.read_logs(scene.addresses, first=1, last=last)
        assert scene.between.asked.count(LOGS) < 100


def test_refusal_of_a_block_that_is_not_there_is_told(scene: Scene) -> None:
    with pytest.raises(NodeRefusedError, match="beyond current head"):
        scene.node.read_logs([], first=scene.last + 1, last=scene.last + 1)


def test_whole_chain_is_asked_for_in_few_ranges(scene: Scene) -> None:
    read(scene)
    assert scene.last < _BLOCKS
    assert scene.between.asked == [LOGS]


Lie = Callable[[list[Any]], Any]
WORD: Final = "0x" + "77" * 32

LIES: Final[dict[str, Lie]] = {
    "above the range": lambda logs: [*logs, logs[-1] | {"blockNumber": hex(2**40)}],
    "of another contract": lambda logs: [logs[0] | {"address": "0x" + "77" * 20}],
    "twice": lambda logs: [logs[0], *logs],
    "in another order": lambda logs: logs[::-1],
    "with one index": lambda logs: [log | {"logIndex": "0x0"} for log in logs],
    "removed": lambda logs: [log | {"removed": True} for log in logs],
    "of no list": lambda logs: {"logs": logs},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_logs_that_are_not_asked_for_are_refused(scene: Scene, lie: Lie) -> None:
    scene.between.answer = lambda method, _, result: (
        lie(result) if method == LOGS else result
    )
    with pytest.raises(ConnectionFailedError, match="answers what no node would"):
        scene.node.read_logs(scene.boxes, first=0, last=scene.last)


def test_logs_of_blocks_before_the_range_are_refused(scene: Scene) -> None:
    scene.between.answer = lambda method, _, result: (
        [result[0] | {"blockNumber": "0x1"}] if method == LOGS else result
    )
    with pytest.raises(ConnectionFailedError, match="answers what no node would"):
        scene.node.read_logs(scene.boxes, first=2, last=scene.last)


@pytest.mark.parametrize("topics", [[Hash(bytes(32))], [None, Hash(bytes(32))]])
@pytest.mark.parametrize("fewer", [False, True])
def test_logs_of_other_topics_are_refused(
    scene: Scene, topics: list[Hash | None], fewer: bool
) -> None:
    shown = scene.node.request(
        LOGS,
        {"fromBlock": "0x0", "address": [f"0x{each.hex()}" for each in scene.boxes]},
    )
    if fewer:
        most = len(topics) - 1
        shown = [log | {"topics": log["topics"][:most]} for log in shown]
    scene.between.answer = lambda method, _, result: shown if method == LOGS else result
    with pytest.raises(ConnectionFailedError, match="answers what no node would"):
        scene.node.read_logs(scene.boxes, first=0, last=scene.last, topics=topics)


RECEIPT_LIES: Final[dict[str, Callable[[Any], Any]]] = {
    "nothing": lambda _: None,
    "no logs": lambda receipt: {k: v for k, v in receipt.items() if k != "logs"},
    "logs of another block": lambda receipt: (
        receipt | {"logs": [e | {"blockNumber": "0x1"} for e in receipt["logs"]]}
    ),
    "logs of another transaction": lambda receipt: (
        receipt | {"logs": [e | {"transactionHash": WORD} for e in receipt["logs"]]}
    ),
    "logs twice": lambda receipt: receipt | {"logs": receipt["logs"] * 2},
    "logs in another order": lambda receipt: receipt | {"logs": receipt["logs"][::-1]},
}


@pytest.mark.parametrize("lie", RECEIPT_LIES.values(), ids=RECEIPT_LIES)
def test_receipts_that_are_not_asked_for_are_refused(
    scene: Scene, lie: Callable[[Any], Any]
) -> None:
    bound(scene, max_logs=1)
    scene.between.answer = lambda method, _, result: (
        lie(result) if method == RECEIPT else result
    )
    with pytest.raises(ConnectionFailedError, match="answers what no node would"):
        scene.node.read_logs(scene.boxes, first=0, last=scene.last)


def test_transaction_without_a_log_hides_none_of_the_others(scene: Scene) -> None:
    def answer(method: str, params: list[Any], result: Any) -> Any:
        if method == BLOCK:
            return result | {"transactions": [WORD, *result["transactions"], WORD]}
        return {"logs": []} if params == [WORD] else result

    whole = scene.node.read_logs(scene.boxes, first=0, last=scene.last)
    bound(scene, max_logs=1)
    scene.between.answer = answer
    found = scene.node.read_logs(scene.boxes, first=0, last=scene.last)
    assert tuple(found) == tuple(whole)
    assert RECEIPT in scene.between.asked


def test_transaction_twice_in_a_block_is_refused(scene: Scene) -> None:
    bound(scene, max_logs=1)
    scene.between.answer = lambda method, _, result: (
        result | {"transactions": result["transactions"] * 2}
        if method == BLOCK
        else result
    )
    with pytest.raises(ConnectionFailedError, match="answers what no node would"):
        scene.node.read_logs(scene.boxes, first=0, last=scene.last)


def test_time_of_another_block_is_refused(scene: Scene) -> None:
    def answer(method: str, _: list[Any], result: Any) -> Any:
        if method == LOGS:
            return [log | {"blockTimestamp": None} for log in result]
        return result | {"number": "0x1"} if method == BLOCK else result

    scene.between.answer = answer
    with pytest.raises(ConnectionFailedError, match="answers what no node would"):
        read(scene)


def test_record_told_twice_in_two_versions_is_refused(scene: Scene) -> None:
    """The election's own logs are read first, and again with all others."""
    address = f"0x{scene.stage.opened.address.hex()}"
    told: list[int] = []

    def answer(method: str, _: list[Any], result: Any) -> Any:
        if method != LOGS:
            return result
        told.append(len(result))
        own = [log for log in result if log["address"] == address]
        return result if len(told) == 1 else [log for log in result if log != own[-1]]

    scene.between.answer = answer
    with pytest.raises(ClientError, match="two versions"):
        read_board(scene.node, scene.stage.opened.address)
    assert len(told) == 2
