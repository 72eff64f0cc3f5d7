"""One act's options made of several lists, so that no act writes another's again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any


def compose(
    act: Callable[..., None],
    *sources: Callable[..., object],
    without: Collection[str] = (),
) -> Callable[..., None]:
    """Give an act the options of these functions; those without a default come first.

    act: takes them by their names, and has the text of the first source. without: what
    the act gives a source by itself.
    """
    found = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for source in sources
        for each in inspect.signature(source, eval_str=True).parameters.values()
        if each.name not in without
    ]
    found.sort(key=lambda each: each.default is not inspect.Parameter.empty)
    once = {each.name: each for each in found}

    needless = {
        name: each.default
        for name, each in once.items()
        if each.default is not inspect.Parameter.empty
    }

    @wraps(sources[0])
    def command(**given: Any) -> None:
        act(**(needless | given))

    shown: Any = command
    shown.__signature__ = inspect.Signature([*once.values()])
    shown.__annotations__ = {each.name: each.annotation for each in once.values()}
    return command
