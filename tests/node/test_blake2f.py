"""The compression of BLAKE2b against Python's hash and py-evm's own."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from eth._utils.blake2.coders import extract_blake2b_parameters
from eth._utils.blake2.compression import blake2b_compress

from node.blake2f import blake2f, blake2f_gas
from node.errors import PrecompileError

_STATE = bytes.fromhex(
    "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5"
    "d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b"
)
_ABC = b"abc".ljust(128, b"\0") + (3).to_bytes(8, "little") + bytes(8)


def _input(rounds: int, final: bytes = b"\1") -> bytes:
    return rounds.to_bytes(4, "big") + _STATE + _ABC + final


def test_python_hashes_alike() -> None:
    assert blake2f(_input(12)) == hashlib.blake2b(b"abc").digest()


@pytest.mark.parametrize("rounds", [0, 1, 11, 100])
@pytest.mark.parametrize("final", [b"\0", b"\1"])
def test_py_evm_agrees(rounds: int, final: bytes) -> None:
    payload = _input(rounds, final)
    given: tuple[Any, ...] = extract_blake2b_parameters(payload)
    theirs = blake2b_compress(*given)
    assert blake2f(payload) == theirs
    assert blake2f_gas(payload) == rounds


@pytest.mark.parametrize(
    "payload", [b"", _input(12)[:-1], _input(12) + b"\0", _input(12, b"\2")]
)
def test_another_form_is_refused(payload: bytes) -> None:
    with pytest.raises(PrecompileError):
        blake2f(payload)
