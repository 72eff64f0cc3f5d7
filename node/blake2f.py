"""Compress by BLAKE2b, EIP-152: the precompile at address 9, one gas a round."""

from __future__ import annotations

import struct
from typing import Final, cast

from blake2b import compress  # type: ignore[import-untyped]

from node.errors import PrecompileError

_INPUT: Final = struct.Struct("<8Q16Q2QB")  # state, message, offsets, final
_ROUNDS = 4  # bytes before it, big-endian


def blake2f_gas(payload: bytes) -> int:
    """Return one gas for each round."""
    return int.from_bytes(payload[:_ROUNDS], "big")


def blake2f(payload: bytes) -> bytes:
    """Return the state after the rounds, 64 bytes."""
    if len(payload) != _ROUNDS + _INPUT.size or payload[-1] > 1:
        raise PrecompileError("blake2f: wrong input")
    *words, final = _INPUT.unpack_from(payload, _ROUNDS)
    rounds = blake2f_gas(payload)
    state, message, offsets = words[:8], words[8:24], words[24:]
    return cast("bytes", compress(rounds, state, message, offsets, bool(final)))
