"""Write nodes beside a state that stays as it is."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from typing import cast

from typing_extensions import override


class Overlay(ChainMap[bytes, bytes]):
    """Nodes and codes by hash: what was added, in front of those of a state."""

    def __init__(self, below: Mapping[bytes, bytes]) -> None:
        # A ChainMap writes to its first map only.
        super().__init__({}, cast("MutableMapping[bytes, bytes]", below))

    @property
    def added(self) -> Mapping[bytes, bytes]:
        """Return what was written here."""
        return self.maps[0]

    @override
    def __getitem__(self, digest: bytes) -> bytes:
        """Find a node; most are below, where a ChainMap comes after an exception."""
        added, below = self.maps
        node = added.get(digest)
        return below[digest] if node is None else node
