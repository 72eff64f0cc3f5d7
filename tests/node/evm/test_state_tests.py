"""Official state tests: one transaction on a given state must give a given root.

A sample of ethereum/tests' GeneralStateTests with Cancun's results. Prague differs from
Cancun in what is switched off here: the floor on data and the curve precompiles.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from coincurve import PublicKey
from eth_typing import Address, Hash32

from node import rlp
from node.admission import check_limits
from node.block import EMPTY_ROOT, Log, Transaction
from node.errors import FeeError, TransactionRefusedError
from node.evm import compiler, precompile_calls
from node.evm.compiler import read_program
from node.evm.execute import BlockRun
from node.evm.interpreter import Computation
from node.evm.state import Environment, Nodes, open_state
from node.hashing import keccak

_FILE = Path(__file__).parents[1] / "vectors" / "state-tests.json"
_CASES = {case["name"]: case for case in json.loads(_FILE.read_text())}
_FIRST_OF_PRAGUE = 0x0B


@pytest.fixture(autouse=True, params=[0, 10**9], ids=["compiled", "interpreted"])
def _cancun(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {
        address: run
        for address, run in Computation._precompiles.items()
        if int.from_bytes(address) < _FIRST_OF_PRAGUE
    }
    short = {
        number: precompile
        for number, precompile in precompile_calls._PRECOMPILES.items()
        if number < _FIRST_OF_PRAGUE
    }
    monkeypatch.setattr(Computation, "_precompiles", known)
    monkeypatch.setattr(precompile_calls, "_PRECOMPILES", short)
    for module in ("node.evm.execute", "node.admission"):
        monkeypatch.setattr(f"{module}.floor_gas", lambda _payload: 0)
    monkeypatch.setattr(BlockRun, "_record_parents", lambda *_: None)
    monkeypatch.setattr(compiler, "_HOT", request.param)
    read_program.cache_clear()


def _integer(text: str) -> int:
    return int(text, 16)


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
    if tx.priority_fee > tx.max_fee:  # refused when it is decoded
        raise FeeError("priority fee is above the maximum fee")
    check_limits(tx, gas_limit=gas_limit)
    return run.apply(tx).logs


@pytest.mark.parametrize("name", _CASES)
def test_the_official_root_is_reached(name: str) -> None:
    case = _CASES[name]
    nodes, root = _write_state(case["pre"])
    environment = _environment(case["env"])
    run = BlockRun(nodes, root, environment)
    tx = _transaction(case["transaction"])
    logs: tuple[Log, ...] = ()
    if case["refused"]:
        with pytest.raises(TransactionRefusedError):
            _apply(run, tx, environment.gas_limit)
    else:
        logs = _apply(run, tx, environment.gas_limit)
    assert run.commit() == _bytes(case["hash"])
    written: rlp.Item = [[log.address, list(log.topics), log.payload] for log in logs]
    assert keccak(rlp.encode(written)) == _bytes(case["logs"])
