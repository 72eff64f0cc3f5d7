"""Which library of the curve is taken."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from curve import blst
from curve.libraries import choose_curve


def _forget_a_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    find = blst._Library.long

    def find_less(self: blst._Library, name: str, *takes: object) -> object:
        return find(self, name.replace("miller_loop_n", "miller_loop_x"), *takes)

    monkeypatch.setattr(blst._Library, "long", find_less)


def _answer_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blst._Group, "is_member", lambda _self, _point: True)


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
