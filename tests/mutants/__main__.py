"""Take each defence of the contracts out in turn; its tests must go red.

Usage: python -m tests.mutants [PART OF A MUTANT'S NAME]...
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.mutants.sources import Mutant, remove_asserts
from tests.mutants.weakenings import apply_weakenings
from tests.mutants.workshop import open_workshop, tests_of

_SURVIVORS: Final = Path(__file__).with_name("survivors.toml")
_WORKERS: Final = 2
_MOST_WITNESSES: Final = 3

Witnesses = Mapping[str, Sequence[str]]


def main() -> int:
    """Judge all mutants, or those named; return the number of surprises."""
    mutants = [
        mutant
        for mutant in (*remove_asserts(), *apply_weakenings())
        if not sys.argv[1:] or any(part in mutant.name for part in sys.argv[1:])
    ]
    with open_workshop() as workshop:
        witnesses = workshop.hear_witnesses()
    _tell(f"{len(mutants)} mutants")
    with ThreadPoolExecutor(_WORKERS) as pool:
        killers = list(pool.map(lambda mutant: _judge(mutant, witnesses), mutants))
    names = [mutant.name for mutant in mutants]
    survivors = {n for n, killer in zip(names, killers, strict=True) if killer is None}
    explained = set(tomllib.loads(_SURVIVORS.read_text())).intersection(names)
    surprises = survivors ^ explained
    _tell(f"{len(survivors)} survive, {len(surprises)} of them not as explained")
    return len(surprises)


def _judge(mutant: Mutant, witnesses: Witnesses) -> str | None:
    killer = _find_killer(mutant, witnesses)
    if killer is None:
        _tell(f"SURVIVES {mutant.name}")
    else:
        _tell(f"killed   {mutant.name}\n      by {killer}")
    return killer


def _find_killer(mutant: Mutant, witnesses: Witnesses) -> str | None:
    """Ask first the tests that have seen the reason, then all that concern it."""
    first = witnesses.get(mutant.reason or "", ())[:_MOST_WITNESSES]
    with open_workshop() as workshop:
        workshop.put(mutant)
        workshop.compile(mutant)
        killer = workshop.find_red(first) if first else None
        return killer or workshop.find_red(tests_of(mutant.contracts))


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(min(main(), 1))
