"""Looks at other accounts against py-evm's own: what they cost, answer, refuse."""

from __future__ import annotations

import pytest

from tests.node.bytecode import assemble
from tests.node.evm.beside_py_evm import CALLEE, SENDER, compare

_NOBODY = f"0x{'ab' * 20}"
_WHO = {
    "itself": "ADDRESS",
    "code": f"0x{CALLEE.hex()}",
    "money": f"0x{SENDER.hex()}",
    "nobody": _NOBODY,
    "more than an address": f"0x{'ef' * 12}{CALLEE.hex()}",
    "precompile": "4",
}
_LOOKS = ("BALANCE", "EXTCODESIZE", "EXTCODEHASH")


@pytest.mark.parametrize("who", _WHO.values(), ids=_WHO.keys())
def test_any_look_at_anybody_agrees(who: str) -> None:
    for look in _LOOKS:
        twice = f"{who} {look} 0 MSTORE {who} {look} 32 MSTORE"
        assert not compare(assemble(f"{twice} 64 0 RETURN")).failed
    for start, size in ((0, 33), (5, 40), (2**255, 7), (0, 0), (2**255, 0)):
        copy = f"0 MLOAD POP {size} {start} 3 {who} EXTCODECOPY"
        assert not compare(assemble(f"{copy} {copy} MSIZE 0 RETURN")).failed


def test_an_account_that_is_there_and_empty_has_no_hash() -> None:
    touched = f"0 0 0 0 0 {_NOBODY} GAS CALL POP {_NOBODY} EXTCODEHASH"
    made = "0 0 0 CREATE EXTCODEHASH"  # its nonce is 1
    for code in (touched, made):
        done = compare(assemble(f"{code} 0 MSTORE 32 0 RETURN"))
        assert any(done.output) == (code is made)


@pytest.mark.parametrize("look", [*_LOOKS, "EXTCODECOPY"])
def test_gas_that_just_suffices_or_just_does_not_agrees(look: str) -> None:
    code = assemble(f"40 0 0 {_NOBODY} {look}")
    used = 2**40 - compare(code, gas=2**40).gas
    for gas in (used - 10, used - 1, used, used + 1, 2_599, 2_600, 100, 99):
        compare(code, gas=gas)
    assert compare(code, gas=used - 1).failed


def test_a_copy_that_memory_has_no_gas_for_fails_the_same() -> None:
    for target, size in ((2**255, 1), (0, 2**255), (10**7, 5)):
        assert compare(assemble(f"{size} 0 {target} ADDRESS EXTCODECOPY")).failed


@pytest.mark.parametrize("look", [*_LOOKS, "1 2 3 EXTCODECOPY"])
def test_operands_that_are_missing_fail_the_same(look: str) -> None:
    assert compare(assemble(look)).failed


@pytest.mark.parametrize(
    "number", [0, 43, 44, 45, 255, 256, 298, 299, 300, 301, 2**64, 2**256 - 1]
)
def test_a_block_of_the_last_256_has_a_hash(number: int) -> None:
    code = f"{number} BLOCKHASH 0 MSTORE 250 BLOCKHASH 32 MSTORE 64 0 RETURN"
    compare(assemble(code))
