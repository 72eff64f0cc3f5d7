"""Which lines of which files have changed since a revision, committed or not."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.mutants.mutant import Mutant

Changes = Mapping[Path, Sequence[range]]
"""Numbers of lines as they are now, by file below the root."""

_FILE: Final = re.compile(r"^\+\+\+ b/(.*?)\t?$")
_HUNK: Final = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


class RevisionError(Exception):
    """Report a revision that is none."""


def find_changes(root: Path, revision: str) -> Changes:
    """Ask git; a file that it does not know yet is all new. Raises RevisionError."""
    named = f"{revision}^{{commit}}"
    commit = _ask(root, "rev-parse", "--verify", "--end-of-options", named).strip()
    options = ("--unified=0", "--no-color", "--no-ext-diff", "--dst-prefix=b/")
    found = _ask(root, "diff", *options, commit, "--")
    changes = dict(read_hunks(found))
    for name in _ask(root, "ls-files", "--others", "--exclude-standard").splitlines():
        changes[Path(name)] = [
            range(1, 1 + len((root / name).read_bytes().split(b"\n")))
        ]
    return changes


def read_hunks(diff: str) -> Changes:
    """Read a diff without context. What was only removed leaves no line to judge."""
    changes: defaultdict[Path, list[range]] = defaultdict(list)
    path = Path()
    for line in diff.splitlines():
        if file := _FILE.match(line):
            path = Path(file[1])
        elif hunk := _HUNK.match(line):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            if count:
                changes[path].append(range(first, first + count))
    return changes


def is_changed(mutant: Mutant, changes: Changes) -> bool:
    """Tell whether a mutant weakens a line that has changed."""
    first, last = mutant.lines
    return any(
        lines.start <= last and first < lines.stop
        for lines in changes.get(mutant.path, ())
    )


def _ask(root: Path, *arguments: str) -> str:
    ended = subprocess.run(  # noqa: S603  # a revision of one's own
        ["git", "-C", str(root), *arguments],  # noqa: S607  # as it is found
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise RevisionError(ended.stderr.strip().splitlines()[0])
    return ended.stdout
