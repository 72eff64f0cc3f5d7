"""Choose what to send by the answer that it will get, so that none is rare.

Most acts that one may send at a moment get one answer. Drawn as they come, they would
tell hundreds of times that a leaf is registered, and once that a lock did not sign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

Answer = str | None
"""The contract's reason to refuse, none if it takes the act."""


def draw_by_answer(
    data: st.DataObject,
    options: Iterable[T],
    answer: Callable[[T], Answer],
    *,
    taken: int = 3,
) -> T:
    """Draw one of the answers, then one of the options that get it.

    taken: how often an act is taken for each time that it gets any one refusal.
    """
    options_by_answer: dict[Answer, list[T]] = {}
    for option in options:
        options_by_answer.setdefault(answer(option), []).append(option)
    weighted = [
        each
        for each in sorted(options_by_answer, key=str)
        for _ in range(taken if each is None else 1)
    ]
    drawn = data.draw(st.sampled_from(weighted), label="answer")
    return data.draw(st.sampled_from(options_by_answer[drawn]), label="option")
