"""Take each defence of the contracts out in turn; a test must go red.

Usage: python -m tests.mutants [PART OF A MUTANT'S NAME]...
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.mutants.sources import Mutant, remove_asserts
from tests.mutants.substitution import compile_mutant, substitute
from tests.mutants.verdicts import RunError, find_red, hear_witnesses, tests_of
from tests.mutants.weakenings import CONTROL, apply, apply_weakenings

_SURVIVORS: Final = Path(__file__).with_name("survivors.toml")
_WORKERS: Final = 2
_NICE: Final = 19
_MOST_WITNESSES: Final = 3


def main() -> int:
    """Judge all mutants, or those named; return how many end otherwise than expected.

    Every mutant lives in a process of its own, which inherits the chains.
    """
    os.nice(_NICE)
    mutants = [
        mutant
        for mutant in (*remove_asserts(), *apply_weakenings())
        if not sys.argv[1:] or any(part in mutant.name for part in sys.argv[1:])
    ]
    judge = partial(_find_killer, witnesses=hear_witnesses())
    _tell(f"{len(mutants)} mutants")
    survivors = set()
    with get_context("fork").Pool(_WORKERS, maxtasksperchild=1) as pool:
        control = pool.apply_async(judge, [apply(CONTROL)])
        killers = pool.imap(judge, mutants, chunksize=1)
        for mutant, killer in zip(mutants, killers, strict=True):
            _tell(f"{mutant.name}\n    {killer or 'SURVIVES'}")
            if killer is None:
                survivors.add(mutant.name)
        if killer := control.get():
            raise RunError(f"{killer}: red without a weakness")
    explained = set(tomllib.loads(_SURVIVORS.read_text()))
    surprises = survivors ^ explained.intersection(each.name for each in mutants)
    _tell(f"{len(survivors)} survive, {len(surprises)} of them not as explained")
    return len(surprises)


def _find_killer(mutant: Mutant, witnesses: Mapping[str, Sequence[str]]) -> str | None:
    """Ask first the tests that have met the reason, then all that concern it."""
    substitute(compile_mutant(mutant))
    first = witnesses.get(mutant.reason or "", ())[:_MOST_WITNESSES]
    killer = find_red(first) if first else None
    return killer or find_red(tests_of(mutant.contracts))


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(min(main(), 1))
