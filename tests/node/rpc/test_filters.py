"""A filter is its owner's: others neither find it nor push it out."""

from __future__ import annotations

from node.rpc.filters import _CAPACITY, _OWN, Filter, Filters


def _add(filters: Filters, owner: str) -> int:
    return filters.add(Filter(None, 0, None, next_block=1, owner=owner))


def test_ids_are_not_to_be_guessed() -> None:
    filters = Filters()
    ids = {_add(filters, "one") for _ in range(_OWN)}
    assert len(ids) == _OWN
    assert min(ids) > 2**100  # once in 2^22 runs it is not
    assert all(filters.get(number + 1) is None for number in ids)


def test_who_makes_too_many_loses_their_own_oldest() -> None:
    filters = Filters()
    honest = _add(filters, "honest")
    greedy = [_add(filters, "greedy") for _ in range(_OWN + 5)]
    assert filters.get(honest) is not None
    assert [filters.get(number) is None for number in greedy[:6]] == [True] * 5 + [
        False
    ]


def test_many_who_make_many_push_out_no_one_who_made_one() -> None:
    filters = Filters()
    honest = _add(filters, "honest")
    for number in range(_CAPACITY + 100):
        _add(filters, f"greedy {number % 50}")
    assert filters.get(honest) is not None
