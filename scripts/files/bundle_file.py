"""A board in a file of docs/bundle.md, packed if its name ends with .gz."""

from __future__ import annotations

from pathlib import Path

from election.audit.bundle import (
    decode_bundle,
    encode_bundle,
    pack_bundle,
    unpack_bundle,
)
from election.protocol.board import Board
from election.whole_file import write_whole
from scripts.files.failures import name_unreadable, name_unwritable


def read_bundle(path: Path) -> Board:
    """Read a bundle, packed or not; raises InputError and BundleError."""
    with name_unreadable(path):
        raw = path.read_bytes()
    return decode_bundle(unpack_bundle(raw))


def write_bundle(path: Path, board: Board) -> None:
    """Write a bundle that is not there yet; raises FileError if it is."""
    text = encode_bundle(board)
    with name_unwritable(path), write_whole(path, replacing=False) as file:
        file.write(pack_bundle(text) if path.suffix == ".gz" else text)
