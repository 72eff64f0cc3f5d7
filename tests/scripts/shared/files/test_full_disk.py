"""Whatever the acts keep is kept whole or not at all, and the error says why.

A limit on the size of a file stands for the full disk: the system stops the same write.
"""

from __future__ import annotations

import ast
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from election.artifacts import ROOT
from election.client.deployment import Deployment
from election.crypto.transcript import Address, Hash
from election.protocol.board import Board, Head
from scripts.shared.errors import FileError
from scripts.shared.files import key_file
from scripts.shared.files.answered_file import note_answers
from scripts.shared.files.bundle_file import write_bundle
from scripts.shared.files.deployment_file import store_deployment
from scripts.shared.files.json_file import replace_file, write_new, write_same
from scripts.shared.files.key_file import change_secrets, create_key_file
from scripts.shared.files.lock import lock_file
from scripts.shared.roles import Role
from tests.scripts.conftest import PASSWORD

BOARD: Final = Board(7, Address(bytes(20)), (), {}, {}, Head(1, 1))
RECORD: Final = Deployment(7, Hash(bytes(32)), 0, 0)
WRITERS: Final[dict[str, Callable[[Path], object]]] = {
    "a new file": partial(write_new, text="text " * 100),
    "the same file": partial(write_same, text="text " * 100),
    "a file written anew": partial(replace_file, text="text " * 100),
    "a key file": partial(create_key_file, role=Role.VOTER, password=PASSWORD),
    "a record of a deployment": lambda path: store_deployment(path, RECORD),
    "a bundle": lambda path: write_bundle(path, BOARD),
    "a packed bundle": lambda path: write_bundle(path.with_suffix(".gz"), BOARD),
}


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file grow beyond a few bytes; no import leaves a module cut off."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    compiles, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
    try:
        yield
    finally:
        sys.dont_write_bytecode = compiles
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_file, "_COST", 2)


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_nothing_stays_of_a_file_for_which_there_is_no_room(
    write: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / "file"
    with pytest.raises(FileError, match=r"file.*: file too large; a file"), full_disk():
        write(path)
    assert [*tmp_path.iterdir()] == []
    write(path)


def test_key_file_stays_as_it_was_when_there_is_no_room(tmp_path: Path) -> None:
    made = create_key_file(tmp_path / "key", Role.VOTER, password=PASSWORD)
    before = made.path.read_bytes()
    with pytest.raises(FileError, match="file too large"), full_disk():
        change_secrets(made, lambda kept: replace(kept, decrypted={"a": "b"}))
    assert {each.name for each in tmp_path.iterdir()} == {"key", ".key.lock"}
    assert made.path.read_bytes() == before
    change_secrets(made, lambda kept: replace(kept, decrypted={"a": "b"}))


def test_answer_is_noted_later_when_there_was_no_room(tmp_path: Path) -> None:
    noted = [(Hash(bytes(32)), b"first")]
    with pytest.raises(FileError, match="nothing was noted"), full_disk():
        note_answers(tmp_path / "answered", Hash(bytes(32)), noted)
    note_answers(tmp_path / "answered", Hash(bytes(32)), noted)


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("", "is a directory; name a file in it"),
        ("file/below", "not a directory; part of its path is a file"),
        ("n" * 256, "file name too long; choose a shorter one"),
    ],
)
def test_place_where_no_file_can_be_is_named(
    name: str, fact: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError) as caught:
        replace_file(tmp_path / name, "text")
    assert str(caught.value) == f"{tmp_path / name}: {fact}"
    assert [*tmp_path.iterdir()] == [tmp_path / "file"]


def test_lock_names_the_place_where_it_cannot_be(tmp_path: Path) -> None:
    with (
        pytest.raises(FileError, match="file name too long"),
        lock_file(tmp_path / ("n" * 255)),
    ):
        pass


@pytest.mark.parametrize(
    "folder", ["election", "node", "reference", "rehearsal", "scripts"]
)
def test_files_are_opened_for_writing_in_one_place_only(folder: str) -> None:
    """All others would leave half of a file where the disk is full."""
    writing = {"write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "touch"}
    keepers = {
        "election/whole_file.py",
        "scripts/shared/files/lock.py",  # keeps nothing in its file
        "node/disk/home.py",  # the database keeps its own order
        "node/engine/comet/home.py",  # whole or not at all, too
        "node/engine/comet/guard.py",  # keeps nothing in its file
        "node/engine/comet/socket_folder.py",  # a name cut short names nothing
        "node/service.py",  # a log grows as it goes
        "scripts/demo/network_nodes.py",  # the same
        "scripts/shared/files/answered_file.py",  # SQLite keeps a journal
        "scripts/shared/files/past_file.py",  # the same
        "reference/build.py",  # keeps nothing: the compiler reads it at once
        "scripts/shared/terminal.py",  # writes where nothing is kept
    }
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            name = getattr(call, "attr", getattr(call, "id", None))
            if name in writing | {"O_WRONLY", "O_RDWR"} or _opens(call):
                found.add(path.relative_to(ROOT).as_posix())
    assert found <= keepers


def _opens(node: ast.AST) -> bool:
    """Tell a call of `open` in a mode that writes."""
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", None))
    given = [*node.args, *(each.value for each in node.keywords)]
    modes = [each.value for each in given if isinstance(each, ast.Constant)]
    return name == "open" and any(
        isinstance(mode, str) and set(mode) & set("wxa+") for mode in modes
    )
