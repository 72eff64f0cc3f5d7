"""A desk lets everybody have a turn."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, Future
from typing import Any

import msgspec
import pytest
from typing_extensions import override

from node.block import Block
from node.engine.local import LocalEngine
from node.readers.pool import Readers
from node.rpc.errors import (
    INVALID_PARAMS,
    LIMIT_EXCEEDED,
    METHOD_NOT_FOUND,
    RpcError,
)
from node.serving import _PROOF, _STATUS, Desk
from tests.node.wallet import Wallet


def test_a_batch_lets_others_be_served_between_its_requests(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: Any = None
    desk = Desk(engine, readers)
    served: list[str] = []
    answer = desk._dispatcher.answer

    def told(*arguments: Any) -> bytes:
        served.append("batch")
        return answer(*arguments)

    monkeypatch.setattr(desk._dispatcher, "answer", told)

    async def serve() -> None:
        async def another() -> None:
            while served.count("batch") < 3:
                served.append("another")
                await asyncio.sleep(0)

        request = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}
        body = msgspec.json.encode([request] * 3)
        await asyncio.gather(desk.answer(body), another())

    asyncio.run(serve())
    assert served == ["batch", "another"] * 2 + ["batch"]


@pytest.mark.parametrize("method", ["evm_mine", "txpool_status", "txpool_content"])
def test_a_writer_is_given_one_request_at_a_time(
    engine: LocalEngine, method: str
) -> None:
    """Ticks and the consensus engine's requests wait for one client's at most."""
    readers: Any = None
    given: list[tuple[Future[bytes], str]] = []

    class Writer(Executor):
        @override
        def submit(self, _run: Any, _request: Any, client: str) -> Any:  # type: ignore[override]
            given.append((Future(), client))
            return given[-1][0]

    desk = Desk(engine, readers, writer=Writer())
    body = msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": method})

    async def serve() -> None:
        tasks = [
            asyncio.create_task(desk.answer(body, client))
            for client in ("many", "many", "many", "one")
        ]
        for number in range(1, 5):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert len(given) == number
            given[-1][0].set_result(b"")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)

    asyncio.run(serve())
    assert [client for _, client in given] == ["many", "many", "one", "many"]


def test_a_client_that_leaves_does_not_end_the_turn_of_what_has_begun(
    engine: LocalEngine,
) -> None:
    readers: Any = None
    given: list[Future[bytes]] = []

    class Writer(Executor):
        @override
        def submit(self, *_: Any) -> Any:  # type: ignore[override]
            given.append(Future())
            given[-1].set_running_or_notify_cancel()
            return given[-1]

    desk = Desk(engine, readers, writer=Writer())
    body = msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": "evm_mine"})

    async def serve() -> None:
        for _ in range(5):
            task = asyncio.create_task(desk.answer(body, "leaves"))
            await asyncio.sleep(0.0)
            await asyncio.sleep(0.0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(serve())
    assert len(given) == 1


def test_reads_have_turns_by_client(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawner: Any = None
    readers = Readers(spawner, engine.chain.config.reads)
    asked: list[str] = []

    async def begin(client: str) -> None:
        asked.append(client)
        raise RpcError(LIMIT_EXCEEDED, "later")

    monkeypatch.setattr(readers._turns, "begin", begin)
    desk = Desk(engine, readers)

    async def ask(method: str, *params: Any) -> Any:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        body = await desk.answer(msgspec.json.encode(request), f"who asks {method}")
        return msgspec.json.decode(body)

    async def serve() -> None:
        number = (await ask("eth_newFilter", {}))["result"]
        for method, of_what in (("eth_call", {}), ("eth_getFilterLogs", number)):
            assert (await ask(method, of_what))["error"]["message"] == "later"

    asyncio.run(serve())
    assert asked == ["who asks eth_call", "who asks eth_getFilterLogs"]


def _ask(desk: Desk, method: str, *params: Any) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return msgspec.json.decode(asyncio.run(desk.answer(msgspec.json.encode(request))))


async def _prove(*_: Any) -> dict[str, Any]:
    return {"proof": "of it"}


async def _stand() -> dict[str, Any]:
    return {"height": 7}


@pytest.mark.parametrize(
    ("params", "fact"),
    [
        ([], "params"),
        (["latest", "0x0", "0x0"], "params"),
        (["nowhere"], "params"),
        (["latest", "0x00"], "params"),
        (["latest", "0x0"], "no such transaction"),
    ],
    ids=["none", "too many", "no block", "no number", "beyond the last"],
)
def test_a_proof_is_given_of_what_there_is(
    engine: LocalEngine, params: list[str], fact: str
) -> None:
    readers: Any = None
    desk = Desk(engine, readers, prove=_prove)
    assert _ask(desk, _PROOF, "latest")["result"] == {"proof": "of it"}
    error = _ask(desk, _PROOF, *params)["error"]
    assert error["code"] == INVALID_PARAMS
    assert fact in error["message"]


def test_a_proof_is_of_the_block_and_the_transaction_that_were_asked_for(
    engine: LocalEngine, wallet: Wallet
) -> None:
    readers: Any = None
    engine.send_raw(wallet.sign(bytes(20)))
    engine.mine()
    asked: list[tuple[int, int | None]] = []

    async def prove(block: Block, index: int | None) -> dict[str, Any]:
        asked.append((block.number, index))
        return {}

    desk = Desk(engine, readers, prove=prove)
    for params in (["0x1", "0x0"], ["0x1", None], ["latest"]):
        assert "result" in _ask(desk, _PROOF, *params)
    assert asked == [(1, 0), (1, None), (2, None)]


def test_a_status_is_asked_for_without_parameters(engine: LocalEngine) -> None:
    readers: Any = None
    desk = Desk(engine, readers, stand=_stand)
    assert _ask(desk, _STATUS)["result"] == {"height": 7}
    assert _ask(desk, _STATUS, "0x1")["error"]["code"] == INVALID_PARAMS


@pytest.mark.parametrize("method", [_PROOF, _STATUS])
def test_a_devnet_says_that_it_is_no_network(engine: LocalEngine, method: str) -> None:
    readers: Any = None
    error = _ask(Desk(engine, readers), method, "latest")["error"]
    assert error["code"] == METHOD_NOT_FOUND
    assert "devnet" in error["message"]


@pytest.mark.parametrize("method", [_PROOF, _STATUS])
def test_what_a_consensus_engine_is_asked_has_turns_by_client(
    engine: LocalEngine, method: str
) -> None:
    """Whoever asks for a thousand proofs keeps no block and nobody else waiting."""
    readers: Any = None
    begun, may_end = [0], asyncio.Event()

    async def answer(*_: Any) -> dict[str, Any]:
        begun[0] += 1
        await may_end.wait()
        return {}

    desk = Desk(engine, readers, prove=answer, stand=answer)
    asked = {"jsonrpc": "2.0", "id": 1, "method": method}
    params = {"params": ["latest"]} if method == _PROOF else {}
    body = msgspec.json.encode({**asked, **params})

    async def serve() -> tuple[int, list[bytes]]:
        tasks = [asyncio.create_task(desk.answer(body, "many")) for _ in range(100)]
        await asyncio.sleep(0.01)
        at_once = begun[0]
        may_end.set()
        return at_once, await asyncio.gather(*tasks)

    at_once, answers = asyncio.run(serve())
    assert at_once == 2
    refused = [each for each in answers if b"of your requests are waiting" in each]
    assert len(refused) == 100 - 2 - engine.chain.config.reads.waiting // 4
