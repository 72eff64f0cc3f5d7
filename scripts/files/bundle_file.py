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
from scripts.errors import InputError


def read_bundle(path: Path) -> Board:
    """Read a bundle, packed or not; raises InputError and BundleError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), _reason(error)) from error
    return decode_bundle(unpack_bundle(raw))


def write_bundle(path: Path, board: Board) -> None:
    """Write a bundle that is not there yet; raises InputError if it is."""
    text = encode_bundle(board)
    try:
        with path.open("xb") as file:
            file.write(pack_bundle(text) if path.suffix == ".gz" else text)
    except OSError as error:
        raise InputError(str(path), _reason(error)) from error


def _reason(error: OSError) -> str:
    return (error.strerror or "cannot be used").lower()
