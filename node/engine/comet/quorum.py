"""Say how many validators a network needs to agree, and how many are in reach."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Quorum:
    """Hold three counts of validators, all of one power.

    in_reach: of this node, itself among them. Without a registry all three are 0.
    """

    in_reach: int
    needed: int
    validators: int

    @property
    def holds(self) -> bool:
        """Tell whether those in reach can agree."""
        return self.in_reach >= self.needed

    @override
    def __str__(self) -> str:
        needs = "is" if self.needed == 1 else "are"
        there = "is" if self.in_reach == 1 else "are"
        return (
            f"{self.needed} of {self.validators} validators {needs} needed, "
            f"{self.in_reach} {there} in reach"
        )


def count_quorum(in_reach: int, validators: int) -> Quorum:
    """Count what more than two thirds are."""
    return Quorum(in_reach, 2 * validators // 3 + 1 if validators else 0, validators)
