"""Messages between contracts against py-evm's own, and the short way that they take."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.message import Message
from eth_typing import Address
from hypothesis import example, given, settings
from hypothesis import strategies as st

from node.block import EMPTY_ROOT
from node.evm.compiler import program
from node.evm.compiler.programs import read_program
from node.evm.interpreter import Computation
from node.evm.state import State, open_state
from tests.node.bytecode import assemble
from tests.node.evm.beside_py_evm import CALLEE, CODE, SENDER, compare, run


@pytest.fixture(autouse=True, scope="module", params=[0, 2**60], ids=["hot", "cold"])
def _compile_everything_or_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "_HOT_VISITS", request.param)
        patch.setattr(program, "_GAS_PER_LETTER", 0)
        read_program.cache_clear()
        yield
    read_program.cache_clear()


_ACTS = (
    "1 SLOAD 1 ADD 1 SSTORE",
    "0 2 SSTORE",
    "GAS 3 SSTORE",
    "7 8 TSTORE",
    "8 TLOAD 9 SSTORE",
    "GAS 0 0 LOG1",
    "1 0 0 0 0 ADDRESS GAS 2 SWAP1 DIV CALL POP",
    "0 0 0 0 ADDRESS GAS 2 SWAP1 DIV DELEGATECALL 4 SSTORE",
    "0 0 0 0 ADDRESS GAS 3 SWAP1 DIV STATICCALL POP",
    f"0 0 0 0 5 0x{'ab' * 20} GAS 2 SWAP1 DIV CALL POP",
    f"0 0 0 0 0 0x{'ac' * 20} GAS CALL POP",
    "0 0 0 0 0 3 GAS CALL POP",
    f"0x{'ad' * 20} BALANCE POP",
    "0x6001600155ff 0 MSTORE 6 26 1 CREATE POP",
    "0x33ff 0 MSTORE 2 30 0 CREATE 0 0 0 0 0 6 DUP1 SWAP1 POP GAS CALL POP POP",
)
_ENDS = ("STOP", "0 0 REVERT", "INVALID", "32 0 RETURN", "CALLER SELFDESTRUCT")


@settings(max_examples=100)
@given(st.lists(st.sampled_from(_ACTS), max_size=7), st.sampled_from(_ENDS))
@example([_ACTS[6], _ACTS[5]], _ENDS[0])
@example([_ACTS[0], _ACTS[6], _ACTS[0]], _ENDS[1])
@example([_ACTS[11], _ACTS[6]], _ENDS[2])
def test_messages_inside_messages_leave_the_same(acts: list[str], end: str) -> None:
    compare(assemble(" ".join([*acts, end])), gas=400_000)


def test_logs_of_all_depths_come_in_order() -> None:
    code = assemble("GAS 0 0 LOG1 0 0 0 0 0 ADDRESS GAS CALL POP GAS 0 0 LOG1")
    logs = compare(code).logs
    assert len(logs) > 50


def test_a_message_that_ended_is_forgotten() -> None:
    """py-evm keeps each, with its memory: a call of 30 M gas took 725 MB."""
    code = assemble("0 0 0 0 0 ADDRESS GAS 2 SWAP1 DIV CALL POP 0 0 REVERT")
    nodes: dict[bytes, bytes] = {}
    state: State = open_state(nodes, EMPTY_ROOT)
    state.set_code(CODE, code)
    message = Message(gas=100_000, to=CODE, sender=SENDER, value=0, data=b"", code=code)
    context = state.get_transaction_context_class()(gas_price=0, origin=SENDER)
    gc.collect()
    gc.disable()
    try:
        done = Computation.apply_message(state, message, context)
        alive = [o for o in gc.get_objects() if isinstance(o, Computation)]
    finally:
        gc.enable()
    assert done.children == []
    assert alive == [done]


# Contracts that call each other

_OTHERS = tuple(Address(bytes([n]) * 20) for n in (0xA1, 0xA2, 0xA3))
_CALLS = ("CALL", "CALLCODE", "DELEGATECALL", "STATICCALL")
_targets = st.sampled_from(
    [
        *(f"0x{address.hex()}" for address in (*_OTHERS, CODE, CALLEE)),
        "ADDRESS",
        f"0x{'ef' * 12}{_OTHERS[0].hex()}",
        "2",
        "3",
        "4",
        f"0x{'ef' * 12}{4:040x}",
        f"0x{'ab' * 20}",
    ]
)
_gas = st.sampled_from(["GAS", "GAS 2 SWAP1 DIV", "0", "99", "700", "3_000", "30_000"])
_spans = st.sampled_from(["0 0", "0 7", "32 5", "64 32", f"{2**40} 0", "1_000 3"])
_after = st.sampled_from(
    [
        "POP",
        "1 SSTORE",
        "0 MSTORE",
        "POP RETURNDATASIZE 2 SSTORE",
        "POP RETURNDATASIZE 0 0 RETURNDATACOPY",
        "GAS 3 SSTORE POP",
        "MSIZE 3 SSTORE POP",
    ]
)


@st.composite
def _call(draw: st.DrawFn) -> str:
    """Call somebody with some gas, input, room for output and value."""
    kind = draw(st.sampled_from(_CALLS))
    value = draw(st.sampled_from(["0", "0", "0", "1"]))
    moved = value if kind in ("CALL", "CALLCODE") else ""
    output, given_ = draw(_spans).split(), draw(_spans).split()
    spans = " ".join([output[1], output[0], given_[1], given_[0]])
    words = (spans, moved, draw(_targets), draw(_gas), kind, draw(_after))
    return " ".join(filter(None, words))


_steps = st.one_of(
    _call(),
    _call(),
    st.sampled_from(
        [
            "1 SLOAD 1 ADD 1 SSTORE",
            "0 1 SSTORE",
            "CALLER 0 MSTORE CALLVALUE 32 MSTORE CALLDATASIZE 64 MSTORE",
            "8 TLOAD 1 ADD 8 TSTORE",
            "GAS 0 0 LOG1",
            "ADDRESS 40 MSTORE",
            f"0x{_OTHERS[1].hex()} EXTCODESIZE POP",
            "0x6001600155ff 0 MSTORE 6 26 1 CREATE POP",
            "0x30ff 0 MSTORE 2 30 0 CREATE POP",
        ]
    ),
)
_last = st.sampled_from(
    ["STOP", "48 0 RETURN", "40 3 REVERT", "INVALID", "CALLER SELFDESTRUCT", "POP"]
)
_contracts = st.builds(
    lambda steps, end: assemble(" ".join([*steps, end])),
    st.lists(_steps, max_size=5),
    _last,
)


@settings(max_examples=150)
@given(st.lists(_contracts, min_size=4, max_size=4), st.integers(0, 300_000))
def test_contracts_that_call_each_other_leave_the_same(
    codes: list[bytes], gas: int
) -> None:
    compare(codes[0], gas, dict(zip(_OTHERS, codes[1:], strict=True)))


@pytest.mark.parametrize(
    ("kind", "end"),
    [*zip(_CALLS, ["7 0 REVERT", "STOP", "INVALID", "9 0 RETURN"], strict=True)],
)
def test_calls_to_the_greatest_depth_agree(kind: str, end: str) -> None:
    """Each counts how deep it is, in what all share, and says what came back."""
    value = "0" if kind in ("CALL", "CALLCODE") else ""
    count = "" if kind == "STATICCALL" else "0 TLOAD 1 ADD 0 TSTORE"
    code = assemble(f"{count} 9 0 0 0 {value} ADDRESS GAS {kind} 0 MSTORE {end}")
    compare(code, gas=2**40)


@pytest.mark.parametrize("kind", _CALLS)
def test_gas_of_a_call_runs_out_at_the_same_limit(kind: str) -> None:
    value = "0" if kind in ("CALL", "CALLCODE") else ""
    code = assemble(f"9 64 5 99 {value} 0x{_OTHERS[0].hex()} GAS {kind} POP " * 2)
    other = {_OTHERS[0]: assemble("CALLDATASIZE 0 MSTORE 32 0 RETURN")}
    for gas in (*range(2_600, 2_680), *range(2_740, 2_860)):
        compare(code, gas, other)


@pytest.mark.parametrize("kind", _CALLS)
@pytest.mark.parametrize(
    "target", ["ADDRESS", f"0x{'ef' * 12}{CODE.hex()}", "4", f"0x{'ef' * 12}{4:040x}"]
)
def test_a_message_to_who_is_warm_takes_the_short_way(
    monkeypatch: pytest.MonkeyPatch, kind: str, target: str
) -> None:
    """Only what begins a transaction is a message as py-evm makes it."""
    made = []
    ordinary = PragueComputation.apply_message.__func__  # type: ignore[attr-defined]

    def counting(cls: Any, *arguments: Any, **more: Any) -> Any:
        made.append(arguments[1])
        return ordinary(cls, *arguments, **more)

    monkeypatch.setattr(PragueComputation, "apply_message", classmethod(counting))
    value = "0" if kind in ("CALL", "CALLCODE") else ""
    run(Computation, assemble(f"0 0 0 0 {value} {target} GAS {kind} POP"), 20_000)
    assert len(made) == 1


def test_a_computation_inside_is_as_one_that_is_made_anew() -> None:
    state = open_state({}, EMPTY_ROOT)
    message = Message(gas=9, to=CODE, sender=SENDER, value=0, data=b"", code=b"\x5b")
    context = state.get_transaction_context_class()(gas_price=0, origin=SENDER)
    outer = Computation(state, message, context)
    outer.contracts_created = []
    inner, anew = outer.inside(message), Computation(state, message, context)
    assert vars(inner).keys() - {"contracts_created"} == vars(anew).keys() - {"code"}
    assert vars(inner._gas_meter) == vars(anew._gas_meter)
    assert inner.code is inner.code
    assert vars(inner.code) == vars(anew.code)
