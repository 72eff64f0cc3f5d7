"""A board in a file of docs/bundle.md, packed if its name ends with .gz."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from election.audit.bundle import encode_lines, read_board
from election.audit.packing import pack_lines
from election.protocol.board import Board
from election.whole_file import write_whole
from scripts.files.failures import name_unreadable, name_unwritable


def read_bundle(path: Path) -> Board:
    """Read a bundle, packed or not; raises InputError and BundleError."""
    with name_unreadable(path), path.open("rb") as file:
        return read_board(file if file.seekable() else BytesIO(file.read()))


def write_bundle(path: Path, board: Board) -> None:
    """Write a bundle that is not there yet; raises FileError if it is."""
    with name_unwritable(path), write_whole(path, replacing=False) as file:
        if path.suffix == ".gz":
            pack_lines(lambda: encode_lines(board), file)
        else:
            file.writelines(encode_lines(board))
