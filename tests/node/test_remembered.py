"""What a costly function returned is not computed again."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from node.errors import PrecompileError
from node.precompiles import BLS_PRECOMPILES
from node.remembered import Remembered

_COSTLY = (0x0C, 0x0E, 0x0F, 0x10, 0x11)  # multiplications, pairings, maps
_INFINITY = bytes(384)  # a pair of points whose pairing is one


@dataclass
class Reversing:
    """Reverse bytes, and refuse none at all."""

    asked: list[bytes] = field(default_factory=list)

    def __call__(self, payload: bytes) -> bytes:
        self.asked.append(payload)
        if not payload:
            raise PrecompileError("input: wrong length")
        return payload[::-1]


def test_the_same_input_is_computed_once() -> None:
    run = Reversing()
    remembered = Remembered(run, most=2)
    outputs = [remembered(each) for each in (b"ab", b"cd", b"ab", b"cd")]
    assert outputs == [b"ba", b"dc", b"ba", b"dc"]
    assert run.asked == [b"ab", b"cd"]


def test_what_is_refused_is_refused_again() -> None:
    remembered = Remembered(Reversing(), most=2)
    for _ in range(2):
        with pytest.raises(PrecompileError):
            remembered(b"")


def test_the_oldest_is_forgotten_and_not_more() -> None:
    run = Reversing()
    remembered = Remembered(run, most=2)
    for payload in (b"ab", b"cd", b"ef", b"ef", b"cd", b"ab"):
        assert remembered(payload) == payload[::-1]
    assert run.asked == [b"ab", b"cd", b"ef", b"ab"]


@pytest.mark.parametrize("number", _COSTLY)
def test_precompiles_that_cost_much_are_remembered(number: int) -> None:
    assert isinstance(BLS_PRECOMPILES[number].run, Remembered)


def test_no_function_answers_for_another() -> None:
    """The same bytes are one thing to a pairing, another to a multiplication."""
    assert BLS_PRECOMPILES[0x0F].run(_INFINITY) == (1).to_bytes(32, "big")
    with pytest.raises(PrecompileError):
        BLS_PRECOMPILES[0x0C].run(_INFINITY)
