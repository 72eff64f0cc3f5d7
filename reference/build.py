"""What the compiler made of a contract: an input of this audit, not its work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Build:
    """A compiled contract (vyper 0.4.3, prague, optimized for gas).

    runtime: without the immutables, which follow it on chain. immutables: the name, the
    offset behind the runtime code and the length of each, in bytes.
    """

    runtime: bytes
    initcode: bytes
    immutables: tuple[tuple[str, int, int], ...]
