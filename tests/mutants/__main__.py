"""Take each defence out in turn; a test must go red.

Defences of the contracts, of the library, of both audits, of the acts, of the node, and
of the services.
In contracts and audits, what is right but at its edge is a defence, too.
A name begins with its file: `contracts/Tally.vy`, `election/audit`, `node/config.py`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Final

from election.artifacts import ROOT
from tests.mutants.changes import Changes, RevisionError, find_changes, is_changed
from tests.mutants.contracts import judge as contracts
from tests.mutants.mutant import Judge, Kind, Mutant
from tests.mutants.python import judge as python
from tests.mutants.verdicts import RunError

_KINDS: Final[tuple[Callable[[], Kind], ...]] = (
    *python.KINDS,
    contracts.list_mutants,
)
_SURVIVORS: Final = Path(__file__).with_name("survivors.toml")
_WORKERS: Final = 2
_NICE: Final = 19
_judges: list[Judge] = []  # the present one; each process inherits it


def main() -> int:
    """Judge all mutants, or those named; return how many end otherwise than expected.

    Every mutant lives in a process of its own, which inherits what tests share.
    """
    chosen = _parse()
    os.nice(_NICE)
    explained = set(tomllib.loads(_SURVIVORS.read_text()))
    judged: set[str] = set()
    survivors: set[str] = set()
    for list_mutants in _KINDS:
        kind = _choose(list_mutants(), chosen.parts, chosen.changes)
        judged |= {mutant.name for mutant in kind.mutants}
        survivors |= _judge_all(kind)
    surprises = survivors ^ (explained & judged)
    _tell(f"{len(judged)} mutants, {len(survivors)} survive, {len(surprises)} surprise")
    for name in sorted(surprises):
        _tell(f"  {name}")
    return len(surprises)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser("tests.mutants", description=__doc__)
    parser.add_argument("parts", nargs="*", help="a part of the names of mutants")
    parser.add_argument(
        "--since",
        dest="changes",
        type=_find_changes,
        metavar="REVISION",
        help="judge only what has changed since then, committed or not",
    )
    return parser.parse_args()


def _find_changes(revision: str) -> Changes:
    try:
        return find_changes(ROOT, revision)
    except RevisionError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _choose(kind: Kind, parts: Sequence[str], changes: Changes | None) -> Kind:
    chosen = [
        mutant
        for mutant in kind.mutants
        if not parts or any(part in mutant.name for part in parts)
        if changes is None or is_changed(mutant, changes)
    ]
    return replace(kind, mutants=chosen)


def _judge_all(kind: Kind) -> set[str]:
    """Judge all mutants of a kind; name those that survive. Raises RunError."""
    if not kind.mutants:
        return set()
    _judges[:] = [kind.prepare(kind.mutants)]
    _tell(f"{len(kind.mutants)} mutants")
    survivors = set()
    with ThreadPool(_WORKERS) as pool:
        control = pool.apply_async(_judge_apart, [kind.control])
        killers = pool.imap(_judge_apart, kind.mutants, chunksize=1)
        for mutant, killer in zip(kind.mutants, killers, strict=True):
            _tell(_verdict(mutant, killer))
            if killer is None:
                survivors.add(mutant.name)
        if killer := control.get():
            raise RunError(f"{killer}: red without a weakness")
    return survivors


def _judge_apart(mutant: Mutant) -> str | None:
    """Judge a mutant in a process of its own, whose death is red, too."""
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_judge, args=(mutant, there))
    process.start()
    there.close()
    try:
        verdict: str | RunError | None = here.recv()
    except EOFError:
        verdict = "the process dies"
    process.join()
    if isinstance(verdict, RunError):
        raise verdict
    return verdict


def _judge(mutant: Mutant, answer: Connection) -> None:
    try:
        answer.send(_judges[0](mutant))
    except RunError as error:
        answer.send(error)


def _verdict(mutant: Mutant, killer: str | None) -> str:
    return f"{mutant.name}\n    {killer or 'SURVIVES'}"


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(min(main(), 1))
