"""Measure how long a canary waits while another client does its worst.

What counts is the processor's time of the node's main process, all threads, between a
request of the canary and its answer: what others take on this machine is not in it.
Readers are processes of their own and are not in it either; they wait for their turn.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.gas_time import BN_G1, BN_G2, modexp_input
from bench.processor import spent
from bench.stopping import run_stoppable
from node.hashing import keccak
from tests.node.bytecode import assemble, deployment
from tests.node.running import Line, running, write_config
from tests.node.strict import stranger
from tests.node.wallet import Wallet

_WARM = 50  # requests before it, after which the node has all code at hand
_ROUNDS = 4  # times that each input is sent
_ASKS, _PAUSE = 20, 0.02  # requests of the canary in each round, and seconds between
_LINES = 16  # connections of who does harm
_GAS = 30_000_000  # of each transaction, as the shipped file allows
# Calls itself for ever; or, if it is given a word and more, the precompile that the
# word names with the rest.
_HARMS = assemble(
    "CALLDATASIZE 17 JUMPI JUMPDEST 0 0 0 0 0 ADDRESS GAS CALL POP 4 JUMP"
    " JUMPDEST CALLDATASIZE 0 0 CALLDATACOPY"
    " 0 0 32 CALLDATASIZE SUB 32 0 CALLDATALOAD GAS STATICCALL STOP"
)
_BODY = 4_900_000  # bytes; the shipped file takes 5 million

# Returns what a client sends; given the contract `_HARMS`, and the id of a filter from
# the first block on.
Harm = Callable[[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Input:
    """Name what a hostile client sends on each of its lines; headers: beside it."""

    name: str
    body: Harm
    headers: tuple[str, ...] = ()


def _fixed(body: bytes) -> Harm:
    return lambda _contract, _number: body


def _request(method: str, *params: object) -> bytes:
    asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    return json.dumps(asked).encode()


def _batch(size: int, one: bytes) -> bytes:
    return b"[" + b",".join([one] * size) + b"]"


def inputs() -> Iterator[Input]:
    """Yield what docs/attacks.md lists for a node's door, as bodies."""
    number = _request("eth_blockNumber")
    block = _request("eth_getBlockByNumber", "latest", True)
    yield Input("a small request", _fixed(number))
    yield Input("calls without end", lambda c, _: _request("eth_call", {"to": c}))
    yield Input(
        "estimates without end", lambda c, _: _request("eth_estimateGas", {"to": c})
    )
    yield Input("polls of a filter", lambda _, n: _request("eth_getFilterLogs", n))
    yield Input("batches of 1,000", _fixed(_batch(1_000, number)))
    yield Input("batches of 1,000 blocks", _fixed(_batch(1_000, block)))
    yield Input("batches of 50,000", _fixed(_batch(50_000, number)))
    yield Input("brackets", _fixed(b"[" * _BODY))
    yield Input("quotes", _fixed(b'[""' + b',""' * (_BODY // 3 - 2) + b"]"))
    yield Input("commas", _fixed(b"[0" + b",0" * (_BODY // 2 - 2) + b"]"))
    yield Input("long strings", _fixed(b'"' + b"a" * (_BODY - 2) + b'"'))
    yield Input("packed bodies", _fixed(bytes(1_000)), ("Content-Encoding: gzip",))
    keys = count(1)  # a stranger sends each, and needs nobody's nonce

    def transaction(payload: bytes = b"") -> Harm:
        return lambda contract, _: _transaction(contract, payload, next(keys))

    yield Input("transactions without end", transaction())
    yield Input("BN254, 700 pairs at once", transaction(_word(8) + _PAIR * 700))
    rounds = (25_000_000).to_bytes(4, "big")
    blake = _word(9) + rounds + bytes(208) + b"\1"
    yield Input("BLAKE2f, 25 million rounds", transaction(blake))
    power = _word(5) + modexp_input(1_024, 550, 1_024)
    yield Input("modexp, 24 million gas", transaction(power))


_PAIR = BN_G1 + BN_G2


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _transaction(contract: str, payload: bytes, key: int) -> bytes:
    to = bytes.fromhex(contract[2:])
    raw = stranger(key).sign(to, data=payload, gas=_GAS)
    return _request("eth_sendRawTransaction", "0x" + raw.hex())


def measure(hostile: Input, url: str, process: int, contract: str) -> list[float]:
    """Return how long the canary waited each time, in ms of the node's processor.

    In each round all lines send all but their last byte, and then these at once.
    """
    waits: list[float] = []
    with Line(url) as canary:
        number = canary.result("eth_newFilter", {"fromBlock": "0x0"})
        for _ in range(_WARM):
            canary.result("eth_blockNumber")
        for _ in range(_ROUNDS):
            lines, ends = [Line(url) for _ in range(_LINES)], list[bytes]()
            try:
                for line in lines:
                    body = hostile.body(contract, number)
                    size = f"Content-Length: {len(body)}"
                    kind = "Content-Type: application/json"
                    line.send("POST / HTTP/1.1", kind, size, *hostile.headers)
                    line.socket.sendall(body[:-1])
                    ends.append(body[-1:])
                canary.result("eth_blockNumber")
                for line, end in zip(lines, ends, strict=True):
                    line.socket.sendall(end)
                for _ in range(_ASKS):  # what is large begins later
                    begun = spent(process)
                    canary.result("eth_blockNumber")
                    waits.append(spent(process) - begun)
                    time.sleep(_PAUSE)
            finally:
                for line in lines:
                    line.close()
    return waits


def main(wanted: Sequence[str]) -> None:
    """Print the worst wait under each input whose name has one of the words."""
    for hostile in inputs():
        if wanted and not any(word in hostile.name for word in wanted):
            continue
        with (
            TemporaryDirectory() as folder,
            running("--config", str(write_config(Path(folder)))) as (node, says),
        ):
            with Line(says["url"]) as line:
                raw = Wallet().sign(data=deployment(_HARMS))
                digest = line.result("eth_sendRawTransaction", "0x" + raw.hex())
                if digest != "0x" + keccak(raw).hex():
                    raise RuntimeError("the contract was not deployed")
                made = line.result("eth_getTransactionReceipt", digest)
            waits = measure(hostile, says["url"], node.pid, made["contractAddress"])
            print(f"{hostile.name:28} {max(waits):8,.0f} ms CPU at worst", flush=True)


if __name__ == "__main__":
    run_stoppable(main, sys.argv[1:])
