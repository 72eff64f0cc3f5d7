"""What verifies, as one hash: what another program verified does not count."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Final

from election.artifacts import ROOT

_JUDGES: Final = ("election/**/*.py", "scripts/**/*.py", "abi/*.json")


@cache
def digest_program() -> str:
    """Hash the source of all that verifies, with its names."""
    digest = hashlib.sha256()
    for pattern in _JUDGES:
        for path in sorted(ROOT.glob(pattern)):
            raw = path.read_bytes()
            name = path.relative_to(ROOT).as_posix()
            digest.update(f"{name} {len(raw)} ".encode() + raw)
    return digest.hexdigest()
