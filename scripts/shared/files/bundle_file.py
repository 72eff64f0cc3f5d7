"""A board in a file of docs/bundle.md, packed if its name ends with .gz."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final

from election.audit.bundle import encode_lines
from election.audit.errors import BundleError, EarlierError, HistoryError
from election.audit.packing import copy_file, pack_lines
from election.log_spool import naming_spool
from election.protocol.board import Board
from election.whole_file import write_whole
from scripts.shared.files.failures import name_unreadable, name_unwritable
from scripts.shared.progress import counted
from scripts.shared.reading import read_bundled

_FIRST: Final = "line 1:"
_NO_END: Final = "has no end: it is cut off"
_FETCH: Final = "lines were left out or altered, or it was cut off: fetch it again"
_WRONG: Final = "is it the right file? if it is, fetch it again"


def read_bundle(path: Path) -> Board:
    """Read a bundle, packed or not; raises InputError and BundleError."""
    with opened(path) as file:
        return read_bundled(file)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a bundle that may be read more than once; raises as `read_bundle`."""
    with name_unreadable(path), naming_record(path), path.open("rb") as file:
        if file.seekable():
            yield file
            return
        with _copy(file) as copy:
            yield copy


@contextmanager
def naming_record(path: Path) -> Iterator[None]:
    """Name the file that is no bundle, and tell one that is spoilt from no record."""
    try:
        yield
    except (HistoryError, EarlierError) as error:
        raise type(error)(str(path), error.fact) from error
    except BundleError as error:
        fact = error.fact
        if not _is_spoilt(fact):
            fact = f"is not a record that `veche export` wrote ({fact})"
        named = BundleError(str(path), fact)
        named.add_note(_FETCH if _is_spoilt(error.fact) else _WRONG)
        raise named from error


def _is_spoilt(fact: str) -> bool:
    """Tell whether the first line of a file was a record's."""
    return fact == _NO_END or (fact.startswith("line ") and _FIRST not in fact)


@contextmanager
def copied(path: Path) -> Iterator[BinaryIO]:
    """Open a copy that nobody changes while it is read twice; raises as `read_bundle`.

    It is on the disk.
    """
    with name_unreadable(path), path.open("rb") as file, _copy(file) as copy:
        yield copy


@contextmanager
def written(board: Board) -> Iterator[BinaryIO]:
    """Write a board as a bundle without a name, on the disk; raises SpoolError."""
    with naming_spool(), TemporaryFile() as file:
        file.writelines(encode_lines(board))
        yield file


@contextmanager
def _copy(file: BinaryIO) -> Iterator[BinaryIO]:
    """Copy a file to one without a name, on the disk: it may be larger than memory."""
    with TemporaryFile() as copy:
        copy_file(file, copy)
        yield copy


def write_bundle(path: Path, board: Board) -> None:
    """Write a bundle that is not there yet; raises FileError if it is."""
    with name_unwritable(path), write_whole(path, replacing=False) as file:
        if path.suffix == ".gz":
            pack_lines(lambda: _tell_lines(board), file)
        else:
            file.writelines(_tell_lines(board))


def _tell_lines(board: Board) -> Iterator[bytes]:
    return counted(encode_lines(board), "writing lines", len(board.logs))
