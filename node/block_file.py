"""Read files of blocks: each block's RLP, one after the other, from genesis on.

Such a file outlives any layout of a store, and other programs read it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from node.errors import BlockFileError, RlpError
from node.rlp import measure_item

_HEAD: Final = 9  # bytes that say how long an item is, at most


def read_blocks(path: Path, largest: int) -> Iterator[bytes]:
    """Yield the encoded blocks of a file, one at a time.

    largest: bytes that a block can have. Raises: BlockFileError.
    """
    try:
        with path.open("rb") as file:
            number = 0
            while (encoded := _read_item(file, path, number, largest)) is not None:
                yield encoded
                number += 1
    except FileNotFoundError as error:
        raise BlockFileError(path, "there is no such file") from error
    except OSError as error:
        fact = f"cannot be read: {error.strerror or error}"
        raise BlockFileError(path, fact) from error


def _read_item(file: BinaryIO, path: Path, number: int, largest: int) -> bytes | None:
    """Read the next item; None at the end of the file."""
    head = file.read(_HEAD)
    if not head:
        return None
    try:
        size = measure_item(head)
    except RlpError as error:
        raise BlockFileError(path, f"item {number} is no block: {error}") from error
    if size > largest:
        fact = f"item {number} has {size} bytes, a block has at most {largest}"
        raise BlockFileError(path, fact)
    if size <= len(head):
        file.seek(size - len(head), os.SEEK_CUR)
        return head[:size]
    encoded = head + file.read(size - len(head))
    if len(encoded) < size:
        raise BlockFileError(path, f"item {number} is cut short")
    return encoded
