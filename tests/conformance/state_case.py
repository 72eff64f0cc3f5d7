"""Follow one official state case: what one transaction makes of a given state.

Results are Cancun's. Prague differs from Cancun in what `as_cancun` switches off: the
floor on data, the curve precompiles and the record of parents' hashes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from coincurve import PublicKey
from eth_typing import Address, Hash32

from node import rlp, transaction
from node.admission import check_limits
from node.block import EMPTY_ROOT, Log, Transaction
from node.errors import FeeError, TransactionRefusedError
from node.evm import precompile_calls
from node.evm.block_run import BlockRun
from node.evm.interpreter import Computation
from node.evm.state import Environment, Nodes, open_state
from node.hashing import keccak
from node.rlp import encode_integer

_FIRST_OF_PRAGUE = 0x0B
Case = dict[str, Any]


@dataclass(frozen=True)
class Followed:
    """What came of a case; root: of the state, logs: the hash of what was logged."""

    refused: bool
    root: bytes
    logs: bytes


@contextmanager
def as_cancun() -> Iterator[None]:
    """Run what is inside by the rules of Cancun."""
    known = {
        address: run
        for address, run in Computation._precompiles.items()
        if int.from_bytes(address) < _FIRST_OF_PRAGUE
    }
    short = {
        number: precompile
        for number, precompile in precompile_calls.PRECOMPILES.items()
        if number < _FIRST_OF_PRAGUE
    }
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(patch.object(Computation, "_precompiles", known))
        enter(patch.dict(precompile_calls.PRECOMPILES, short, clear=True))
        for module in ("node.evm.execute", "node.admission"):
            enter(patch(f"{module}.floor_gas", lambda _payload: 0))
        enter(patch.object(BlockRun, "_record_parents", lambda *_: None))
        yield


def follow(case: Case) -> Followed:
    """Apply the transaction of a case to its state."""
    nodes, root = _write_state(case["pre"])
    environment = _environment(case["env"])
    run = BlockRun(nodes, root, environment)
    logs: tuple[Log, ...] = ()
    refused = False
    try:
        logs = _apply(run, _transaction(case["transaction"]), environment.gas_limit)
    except TransactionRefusedError:
        refused = True
    written: rlp.Item = [[log.address, list(log.topics), log.payload] for log in logs]
    return Followed(refused, run.commit(), keccak(rlp.encode(written)))


def expected(case: Case) -> Followed:
    """Return what the official results say of a case."""
    return Followed(case["refused"], _bytes(case["hash"]), _bytes(case["logs"]))


def _integer(text: str) -> int:
    return int(text.removeprefix("0x:bigint "), 16)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _write_state(accounts: dict[str, Any]) -> tuple[Nodes, Hash32]:
    nodes: Nodes = {}
    state = open_state(nodes, EMPTY_ROOT)
    for text, account in accounts.items():
        address = Address(_bytes(text))
        state.set_balance(address, _integer(account["balance"]))
        state.set_nonce(address, _integer(account["nonce"]))
        if _bytes(account["code"]):
            state.set_code(address, _bytes(account["code"]))
        for slot, value in account["storage"].items():
            state.set_storage(address, _integer(slot), _integer(value))
    state.persist()
    return nodes, state.state_root


def _environment(given: dict[str, str]) -> Environment:
    number = _integer(given["currentNumber"])
    return Environment(
        chain_id=1,
        number=number,
        timestamp=_integer(given["currentTimestamp"]),
        gas_limit=_integer(given["currentGasLimit"]),
        ancestors=lambda: (keccak(str(n).encode()) for n in range(number - 1, -1, -1)),
        beneficiary=Address(_bytes(given["currentCoinbase"])),
        prev_randao=Hash32(_bytes(given["currentRandom"])),
        base_fee=_integer(given["currentBaseFee"]),
    )


def _transaction(given: dict[str, Any]) -> Transaction:
    dynamic = "maxFeePerGas" in given
    price = given["maxFeePerGas"] if dynamic else given["gasPrice"]
    tip = given["maxPriorityFeePerGas"] if dynamic else price
    point = PublicKey.from_secret(_bytes(given["secretKey"])).format(compressed=False)
    return Transaction(
        kind=2 if dynamic else 0,
        chain_id=1,
        nonce=_integer(given["nonce"]),
        max_fee=_integer(price),
        priority_fee=_integer(tip),
        gas=_integer(given["gasLimit"]),
        to=Address(_bytes(given["to"])) if _bytes(given["to"]) else None,
        value=_integer(given["value"]),
        payload=_bytes(given["data"]),
        access_list=tuple(
            (
                Address(_bytes(access["address"])),
                tuple(_integer(key) for key in access["storageKeys"]),
            )
            for access in given.get("accessList", ())
        ),
        v=0,
        r=1,
        s=1,
        raw=b"",
        hash=Hash32(bytes(32)),
        sender=Address(keccak(point[1:])[-20:]),
    )


def _apply(run: BlockRun, tx: Transaction, gas_limit: int) -> tuple[Log, ...]:
    if tx.priority_fee > tx.max_fee:  # these two are refused when it is decoded
        raise FeeError("priority fee is above the maximum fee")
    transaction._integer("value", encode_integer(tx.value), 256)
    check_limits(tx, gas_limit=gas_limit)
    return run.apply(tx).logs
