"""Reads and writes of slots against py-evm's own: what they cost, give back, refuse."""

from __future__ import annotations

from itertools import product

import pytest
from eth_typing import Address

from tests.node.bytecode import assemble
from tests.node.evm.beside_py_evm import compare

_FOUND = 1  # a slot where the transaction finds 5
_EMPTY = 2  # and one where it finds nothing
_VALUES = (0, 5, 6)


@pytest.mark.parametrize("slot", [_FOUND, _EMPTY])
@pytest.mark.parametrize("warm", ["", "DUP1 SLOAD POP"], ids=["cold", "warm"])
def test_any_three_writes_cost_and_leave_the_same(slot: int, warm: str) -> None:
    for values in product(_VALUES, repeat=3):
        writes = " ".join(f"{value} {slot} SSTORE" for value in values)
        assert not compare(assemble(f"{slot} {warm} {writes}")).failed


@pytest.mark.parametrize(
    "code",
    [
        "1 SLOAD 2 SLOAD 1 SLOAD",
        "6 1 SSTORE",
        "0 1 SSTORE 5 1 SSTORE",
        "7 2 SSTORE",
        "7 8 TSTORE 8 TLOAD 9 TLOAD",
    ],
)
def test_gas_that_just_suffices_or_just_does_not_agrees(code: str) -> None:
    used = 2**40 - compare(assemble(code), gas=2**40).gas
    for gas in {used - 1, used, used + 1, 2_300, 2_301, 2_320, 99, 100, 2_099, 2_100}:
        compare(assemble(code), gas=gas)
    assert compare(assemble(code), gas=used - 1).failed


@pytest.mark.parametrize("code", ["SLOAD", "1 SSTORE", "TLOAD", "1 TSTORE", "SSTORE"])
def test_operands_that_are_missing_fail_the_same(code: str) -> None:
    assert compare(assemble(code)).failed


def _calls_itself(outside: str, inside: str) -> bytes:
    """Do one thing, and another when the contract was called by itself."""
    head, body = assemble("ADDRESS CALLER EQ"), assemble(f"{outside} STOP")
    jump = bytes([0x60, len(head) + 3 + len(body)]) + assemble("JUMPI")
    return head + jump + body + assemble(f"JUMPDEST {inside}")


@pytest.mark.parametrize("write", ["7 1 SSTORE", "7 1 TSTORE", "SSTORE", "TSTORE"])
def test_nobody_writes_inside_a_static_call(write: str) -> None:
    look = "0 0 0 0 ADDRESS 50_000 STATICCALL 9 SSTORE 1 TLOAD 10 SSTORE"
    assert not compare(_calls_itself(look, write)).failed


@pytest.mark.parametrize("end", ["", "0 0 REVERT"])
def test_what_is_transient_is_undone_with_its_message(end: str) -> None:
    count = "1 TLOAD 1 ADD 1 TSTORE"
    call = "0 0 0 0 0 ADDRESS GAS CALL POP 1 TLOAD 3 SSTORE"
    assert not compare(_calls_itself(f"{count} {call}", f"{count} {end}")).failed


def test_what_is_transient_belongs_to_one_contract() -> None:
    other = Address(b"\xa1" * 20)
    call = f"7 1 TSTORE 0 0 0 0 0 0x{other.hex()} GAS CALL POP 1 TLOAD 3 SSTORE"
    count = assemble("1 TLOAD 1 SSTORE 9 1 TSTORE")
    assert not compare(assemble(call), others={other: count}).failed
