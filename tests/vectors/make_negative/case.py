"""What a refused case is, and how it is written down."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

LIBRARY: Final = "library"
REFERENCE: Final = "reference"
PRECOMPILE: Final = "precompile"
CONTRACTS: Final = "contracts"
BOTH: Final = (LIBRARY, REFERENCE)

DECIDED: Final = frozenset(
    {
        "point",
        "signature",
        "path",
        "attestation",
        "ballots",
        "credential",
        "enrolment",
        "reveal",
        "reveals",
        "deal",
        "confirmation",
        "complaint",
        "request",
        "decryption share",
        "counts",
    }
)
"""Kinds that a contract decides."""

Input = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One input that a verifier must refuse; without refused_by, one it must accept.

    is_sendable: whether a call can ask a contract just this, if it decides the kind.
    """

    comment: str
    rule: str
    kind: str
    input: Input
    refused_by: tuple[str, ...] = BOTH
    is_sendable: bool = True

    def as_json(self) -> dict[str, Any]:
        """Give the case in the order of its file."""
        return {
            "comment": self.comment,
            "rule": self.rule,
            "kind": self.kind,
            "refused_by": self._refusers(),
            "input": self.input,
        }

    def _refusers(self) -> list[str]:
        is_decided = self.refused_by and self.is_sendable and self.kind in DECIDED
        decider = (CONTRACTS,) if is_decided else ()
        return list(dict.fromkeys((*self.refused_by, *decider)))


def write_cases(cases: Iterable[Case]) -> str:
    """Write cases as a list in JSON, a case a line; raises ValueError for twins."""
    listed = [case.as_json() for case in cases]
    comments = [case["comment"] for case in listed]
    twice = sorted({each for each in comments if comments.count(each) > 1})
    if twice:
        message = f"cases of one comment: {twice}"
        raise ValueError(message)
    lines = (json.dumps(case, ensure_ascii=False) for case in listed)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def word(value: int) -> str:
    """Write a number as a word in hex."""
    return value.to_bytes(32, "big").hex()


def flip(raw: bytes, at: int = -1) -> bytes:
    """Flip the lowest bit of a byte, the last one unless told."""
    changed = bytearray(raw)
    changed[at] ^= 1
    return bytes(changed)
