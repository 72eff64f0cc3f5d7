"""Attributes that are made when they are first asked for; few messages ask for any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class OnDemand:
    """Make an attribute when it is asked for first, and keep it."""

    def __init__(self, name: str, make: Callable[[Any], Any]) -> None:
        self._name = name
        self._make = make

    def __get__(self, computation: Any, _kind: type) -> Any:
        if computation is None:
            return self
        made = vars(computation)[self._name] = self._make(computation)
        return made


def of_stack(name: str) -> OnDemand:
    """Make one of py-evm's short names for a method of its stack."""
    return OnDemand(f"stack_{name}", lambda owner: getattr(owner._stack, name))  # noqa: SLF001
