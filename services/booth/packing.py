"""A file as it goes over the wire: packed once, when a booth begins to serve."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import brotli  # type: ignore[import-untyped]

IDENTITY: Final = "identity"
PACKINGS: Final = ("br", "gzip")
"""What browsers unpack, the shortest first."""
_MODES: Final = (brotli.MODE_TEXT, brotli.MODE_FONT)  # as fonts: other contexts


def pack(raw: bytes) -> Mapping[str, bytes]:
    """Pack a file in each way in which it becomes shorter; the file itself, too."""
    packed = {
        "br": min((_pack_brotli(raw, mode) for mode in _MODES), key=len),
        "gzip": gzip.compress(raw, mtime=0),
    }
    ways = {way: packed[way] for way in PACKINGS if len(packed[way]) < len(raw)}
    return MappingProxyType({IDENTITY: raw, **ways})


def _pack_brotli(raw: bytes, mode: int) -> bytes:
    packed: bytes = brotli.compress(raw, mode=mode, lgwin=16)  # which is a byte shorter
    return packed


def choose_packing(accepted: str, bodies: Mapping[str, bytes]) -> str:
    """Choose of what a browser takes; accepted: its header Accept-Encoding."""
    taken = {_read_way(each) for each in accepted.lower().split(",")}
    return next((way for way in PACKINGS if way in taken and way in bodies), IDENTITY)


def _read_way(text: str) -> str:
    """Read one way of packing; none if it is there to be refused, with weight 0."""
    way, _, weight = text.replace(" ", "").partition(";q=")
    return "" if weight and not weight.strip("0.") else way
