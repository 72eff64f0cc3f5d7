"""The precompile of EIP-4844; `make conformance` runs its official cases."""

from __future__ import annotations

from hashlib import sha256

import pytest
from eth.vm.forks.cancun.constants import BLS_MODULUS

from node import point_evaluation
from node.errors import PrecompileError
from node.point_evaluation import evaluate

_INFINITY = b"\xc0" + bytes(47)  # commits to the polynomial that is zero everywhere
_RIGHT = b"\x01" + sha256(_INFINITY).digest()[1:] + bytes(64) + _INFINITY + _INFINITY


def test_a_right_proof_is_taken_as_the_eip_says() -> None:
    answer = evaluate(_RIGHT)
    assert int.from_bytes(answer[:32], "big") == 4_096
    assert int.from_bytes(answer[32:], "big") == BLS_MODULUS


@pytest.mark.parametrize(
    "payload",
    [
        _RIGHT[:-1],
        _RIGHT + b"\0",
        b"\x02" + _RIGHT[1:],
        _RIGHT[:95] + b"\x01" + _RIGHT[96:],
        _RIGHT[:32] + b"\xff" * 32 + _RIGHT[64:],
        _RIGHT[:144] + b"\xff" * 48,
    ],
    ids=["short", "long", "hash", "value", "no element", "no point"],
)
def test_a_changed_proof_is_refused(payload: bytes) -> None:
    with pytest.raises(PrecompileError):
        evaluate(payload)


def test_a_setup_that_cannot_be_read_makes_no_proof_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a node that is out of descriptors gives blocks another result."""

    def fail() -> object:
        raise RuntimeError("no file")

    monkeypatch.setattr(point_evaluation, "_setup", fail)
    with pytest.raises(RuntimeError):
        evaluate(_RIGHT)


def test_a_setup_that_was_read_is_not_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its file may be gone by then: a program that is being replaced."""
    evaluate(_RIGHT)

    def fail(*_: object) -> object:
        raise RuntimeError("no file")

    monkeypatch.setattr(point_evaluation, "load_trusted_setup", fail)
    assert evaluate(_RIGHT)
