"""Spell what the tests sign as the values of a proof's file."""

from __future__ import annotations

from typing import Any

from finality.headers import BlockId, EngineHeader, Time
from finality.network import SignedHeader
from tests.finality.conftest import Member, spell_genesis


def spell_proof(
    members: list[Member],
    signed: SignedHeader,
    *,
    block: bytes,
    changes: list[dict[str, Any]] | None = None,
    receipt: dict[str, Any] | None = None,
    chain_id: int = 7,
) -> dict[str, Any]:
    """Spell a proof of a block of the chain, as RLP, by the set of a genesis."""
    return {
        "format": "veche-proof/1",
        "genesis": spell_genesis(members, chain_id=chain_id).decode(),
        "changes": changes or [],
        "signed": spell_signed(signed),
        "block": _hex(block),
        "receipt": receipt,
        "storage": None,
    }


def spell_set(members: list[Member]) -> list[dict[str, Any]]:
    """Spell a set of validators."""
    found = [member.validator for member in members]
    return [{"key": _hex(each.key), "power": each.power} for each in found]


def spell_signed(signed: SignedHeader) -> dict[str, Any]:
    """Spell a header and the votes for it."""
    header, commit = signed.header, signed.commit
    return {
        "header": {
            name: _spell(getattr(header, name)) for name in EngineHeader.__slots__
        },
        "round": commit.round,
        "block": _spell(commit.block),
        "votes": [
            {
                "address": _hex(vote.address),
                "time": _spell(vote.time),
                "signature": _hex(vote.signature),
            }
            for vote in commit.votes
        ],
    }


def _spell(value: Any) -> Any:
    if isinstance(value, bytes):
        return _hex(value)
    if isinstance(value, Time | BlockId):
        return {name: _spell(getattr(value, name)) for name in value.__slots__}
    return value


def _hex(value: bytes) -> str:
    return f"0x{value.hex()}"
