"""Which library of the curve is taken."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curve import blst
from curve.arkworks import Arkworks
from curve.blst.library import Library
from curve.libraries import choose_curve
from curve.operations import COORDINATE, ORDER, PRIME, Curve, Group


def _forget_a_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    find = Library.long

    def find_less(self: Library, name: str, *takes: object) -> object:
        return find(self, name.replace("miller_loop_n", "miller_loop_x"), *takes)

    monkeypatch.setattr(Library, "long", find_less)


def _answer_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "curve.blst.group.Group.is_member"
    monkeypatch.setattr(name, lambda _self, _point: True)


def _hide_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "curve.blst")
    monkeypatch.setitem(sys.modules, "ckzg", None)


def test_blst_is_taken_where_its_symbols_are() -> None:
    assert choose_curve().name == "blst"


@pytest.mark.parametrize(
    "change", [_forget_a_symbol, _answer_otherwise, _hide_the_wheel]
)
def test_what_is_missing_or_answers_otherwise_is_left_alone(
    change: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(monkeypatch)
    assert choose_curve().name == "arkworks"


@pytest.mark.parametrize("curve", [blst.Blst(), Arkworks()], ids=["blst", "arkworks"])
@pytest.mark.parametrize("group", ["g1", "g2"])
def test_a_coordinate_has_one_writing(curve: Curve, group: str) -> None:
    """BLST takes the highest bits of one of them for flags, and ignores some."""
    points: Group = getattr(curve, group)
    generator = points.encode(points.generator)
    for written in (generator, bytes(len(generator))):
        for at in range(0, len(written), COORDINATE):
            own = int.from_bytes(written[at : at + COORDINATE], "big")
            for more in (_P, 4 * _P, *(1 << bit for bit in (381, 382, 383))):
                other = (own + more).to_bytes(COORDINATE, "big")
                with pytest.raises(ValueError, match=r"."):
                    points.decode(written[:at] + other + written[at + COORDINATE :])


_P = int.from_bytes(PRIME, "big")
_EIGENVALUE = 0xD201000000010000**2 - 1
_EDGES = [
    *(_EIGENVALUE * n + d for n in (1, 2, _EIGENVALUE) for d in (-1, 0, 1)),
    *(2**128 + d for d in (-1, 0, 1)),
    *(ORDER - 2**128 + d for d in (-1, 0, 1)),
    *(ORDER // 2 + d for d in (0, 1)),
    ORDER - _EIGENVALUE,
    2**256 - 1,
]


@given(st.lists(st.one_of(st.sampled_from(_EDGES), st.integers(0, 2**256 - 1))))
@example(_EDGES)
@example(_EDGES[1:2])
def test_a_sum_of_products_is_that_of_the_other_library(factors: list[int]) -> None:
    """A long factor of G1 is split, and comes together again."""
    ours, theirs = blst.Blst().g1, Arkworks().g1
    elements = [bytes(40) + n.to_bytes(8, "big") for n in range(len(factors))]
    scalars = [factor.to_bytes(32, "big") for factor in factors]
    found = ours.sum_products(list(map(ours.map, elements)), scalars)
    wanted = theirs.sum_products(list(map(theirs.map, elements)), scalars)
    assert ours.encode(found) == theirs.encode(wanted)
