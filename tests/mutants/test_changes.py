from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.mutants.changes import RevisionError, find_changes, is_changed, read_hunks
from tests.mutants.mutant import Mutant

DIFF = """\
diff --git a/node/rlp.py b/node/rlp.py
--- a/node/rlp.py
+++ b/node/rlp.py
@@ -3 +3,2 @@ def decode(encoded: bytes) -> Decoded:
-    old
+    new
+    more
@@ -9,2 +10,0 @@
-    gone
-    gone, too
@@ -20,0 +19 @@
+    one
diff --git a/node/new.py b/node/new.py
--- /dev/null
+++ b/node/new.py
@@ -0,0 +1,4 @@
"""


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
    command = ["git", *who, *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True)  # noqa: S603


def test_lines_as_they_are_now_are_read() -> None:
    assert read_hunks(DIFF) == {
        Path("node/rlp.py"): [range(3, 5), range(19, 20)],
        Path("node/new.py"): [range(1, 5)],
    }


@pytest.mark.parametrize(
    ("lines", "path", "changed"),
    [
        ((4, 6), "node/rlp.py", True),
        ((1, 3), "node/rlp.py", True),
        ((1, 30), "node/rlp.py", True),
        ((1, 2), "node/rlp.py", False),
        ((5, 18), "node/rlp.py", False),
        ((3, 4), "node/block.py", False),
    ],
)
def test_mutant_of_a_changed_line_is_chosen(
    lines: tuple[int, int], path: str, changed: bool
) -> None:
    mutant = Mutant("any", Path(path), "", lines)
    assert is_changed(mutant, read_hunks(DIFF)) == changed


def test_what_is_committed_staged_edited_and_new_has_changed(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    for name in ("committed", "staged", "edited", "left"):
        (tmp_path / f"{name}.py").write_text("old\n" * 3)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=first")
    git(tmp_path, "tag", "first")
    for name in ("committed", "staged", "edited", "a new one"):
        (tmp_path / f"{name}.py").write_text("old\nnew\n")
        if name == "staged":
            git(tmp_path, "add", ".")
        if name == "committed":
            git(tmp_path, "commit", "--quiet", "--all", "--message=second")
    changes = find_changes(tmp_path, "first")
    assert {path.stem: 2 in lines[0] for path, lines in changes.items()} == {
        "committed": True,
        "staged": True,
        "edited": True,
        "a new one": True,
    }


@pytest.mark.parametrize("revision", ["nothing", "--output=x", ""])
def test_revision_that_is_none_is_refused(tmp_path: Path, revision: str) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(RevisionError):
        find_changes(tmp_path, revision)
    assert [each.name for each in tmp_path.iterdir()] == [".git"]
