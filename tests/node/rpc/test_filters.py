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


def test_what_was_taken_back_during_a_poll_is_reported_anew() -> None:
    filters = Filters()
    number = _add(filters, "one")
    first = filters.get(number)
    assert first is not None
    filters.take(number, first, 9)
    second = filters.get(number)
    assert second is not None
    filters.rewind(4)
    filters.take(number, second, 12)
    after = filters.get(number)
    assert after is not None
    assert (second.next_block, after.next_block) == (9, 5)


def test_a_poll_of_a_filter_that_went_meanwhile_brings_none_back() -> None:
    filters = Filters()
    number = _add(filters, "one")
    polled = filters.get(number)
    assert polled is not None
    filters.remove(number)
    filters.take(number, polled, 9)
    assert filters.get(number) is None
