"""Run the official state tests whole: `python -m tests.conformance [ARCHIVE]`.

Cases that were run are kept in a file and not run again, for as long as the node and
the archive are the same: a run that was stopped goes on. Ends with 0 if every case
agrees but those that `differences.py` lists, and with 1 if not.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from node.writer import begin_writer
from tests.conformance.archive import read_tests
from tests.conformance.differences import DIFFERENCES
from tests.conformance.state_case import Case, as_cancun, expected, follow

_ROOT: Final = Path(__file__).parents[2]
_ARCHIVE: Final = _ROOT / "tests/node/vectors/ethereum-state-tests.tar.xz"
_NICE: Final = 5
_EVERY: Final = 500  # cases between two lines
AGREES, DIFFERS, BLOB = "agrees", "differs", "blob"


def main() -> int:
    """Run what was not run yet, and tell what came of all."""
    chosen = _parse()
    os.nice(_NICE)
    verdicts = _resume(chosen.kept, _stamp(chosen.archive))
    with chosen.kept.open("a", encoding="utf-8") as kept:
        for name, verdict in _judge_all(chosen.archive, verdicts, chosen.workers):
            verdicts[name] = verdict
            kept.write(f"{verdict} {name}\n")
            if len(verdicts) % _EVERY == 0:
                kept.flush()
                sys.stderr.write(f"{len(verdicts)} cases\n")
    return _tell(verdicts)


def judge(case: Case) -> str:
    """Say whether a case comes out as the official results say.

    A blob transaction is none that this node knows, by rule: it is not run.
    """
    if case["blob"]:
        return BLOB
    try:
        return AGREES if follow(case) == expected(case) else DIFFERS
    except Exception as error:  # noqa: BLE001  # one case stops no other
        return f"{DIFFERS}:{type(error).__name__}"


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance")
    parser.add_argument("archive", nargs="?", type=Path, default=_ARCHIVE)
    parser.add_argument(
        "--kept", type=Path, default=_ROOT / "build" / "conformance.txt"
    )
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args()


def _stamp(archive: Path) -> str:
    """Return what a verdict is of: the program and the archive."""
    digest = sha256(archive.read_bytes())
    for folder in ("node", "tests/conformance"):
        for path in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _resume(kept: Path, stamp: str) -> dict[str, str]:
    """Return the verdicts of an earlier run of the same, and begin a file if none is.

    A last line that was cut short is dropped.
    """
    text = kept.read_text("utf-8") if kept.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    lines = whole.splitlines()
    if not lines or lines[0] != stamp:
        lines = [stamp]
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    found = (line.partition(" ") for line in lines[1:])
    return {name: verdict for verdict, _, name in found}


def _judge_all(
    archive: Path, known: dict[str, str], workers: int
) -> Iterator[tuple[str, str]]:
    cases = (
        case
        for case in chain.from_iterable(read_tests(archive))
        if case["name"] not in known
    )
    with get_context("fork").Pool(workers) as pool:
        yield from pool.imap_unordered(_judge_apart, cases, chunksize=8)


def _judge_apart(case: Case) -> tuple[str, str]:
    """Judge a case in a thread with room for a thousand messages in each other."""
    return case["name"], _in_writer(lambda: judge(case))


def _in_writer(run: Callable[[], str]) -> str:
    with begin_writer() as writer, as_cancun():
        return writer.submit(run).result()


def _tell(verdicts: dict[str, str]) -> int:
    """Print the figures; returns 0 if the list of differences is exact."""
    counts = Counter(verdict.partition(":")[0] for verdict in verdicts.values())
    differing = {n: v for n, v in verdicts.items() if v.startswith(DIFFERS)}
    surprises = sorted(differing.keys() ^ DIFFERENCES.keys())
    run = counts[AGREES] + counts[DIFFERS]
    sys.stdout.write(
        f"{run} cases run, {counts[AGREES]} agree, {counts[DIFFERS]} differ, "
        f"{len(surprises)} unexpected; {counts[BLOB]} blob transactions not run\n"
    )
    for name in sorted(differing.keys() & DIFFERENCES.keys()):
        sys.stdout.write(f"  {name}: {DIFFERENCES[name]}\n")
    for name in surprises:
        sys.stdout.write(f"  unexpected: {name} {verdicts.get(name, 'not run')}\n")
    return int(bool(surprises))


if __name__ == "__main__":
    sys.exit(main())
