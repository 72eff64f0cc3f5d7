"""What every method is given."""

from __future__ import annotations

from dataclasses import dataclass

from node.chain import Chain
from node.engine.local import LocalEngine
from node.rpc.filters import Filters


@dataclass(frozen=True, slots=True)
class Backend:
    """Hold the engine that answers and the filters that clients installed."""

    engine: LocalEngine
    filters: Filters

    @property
    def chain(self) -> Chain:
        """Return the engine's chain."""
        return self.engine.chain
