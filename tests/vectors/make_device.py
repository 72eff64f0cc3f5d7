"""Write device.json: what a voter's device derives besides ballots, in any language.

python -m tests.vectors.make_device
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from election.crypto.blind_credential import RecoverySecret, derive_lock_key
from election.crypto.signature import derive_address
from election.crypto.transcript import Hash
from election.protocol.attestation import (
    Action,
    Request,
    derive_lock_hash,
    spell_fingerprint,
)
from election.protocol.voter_list import derive_leaf, hash_voter
from scripts.shared.languages import Language
from scripts.shared.recovery_words import spell_words

PATH: Final = Path(__file__).parent / "device.json"
_MENDED: Final = f"{1572 << 117:032x}"  # its first word is one that was mended
_SECRETS: Final = [
    *("00" * 16, "7f" * 16, "80" * 16, "ff" * 16, "0123456789abcdef" * 2),
    _MENDED,
]
_VOTERS: Final = ["AB-123", "ЁЖ 4/5", "И@Я_0"]


def make() -> dict[str, Any]:
    """Make every vector."""
    return {
        "words": [
            _spell(secret, language) for secret in _SECRETS for language in Language
        ],
        "locks": [_lock(secret, _hash(secret)) for secret in _SECRETS],
        "fingerprints": [
            _fingerprint(
                Request(_hash("ctx"), action, _hash("leaf"), nonce, _hash("h"))
            )
            for action in Action
            for nonce in (0, 1, 2**31)
        ],
        "leaves": [_leaf(voter, at) for at, voter in enumerate(_VOTERS)],
    }


def _hash(text: str) -> Hash:
    return Hash(sha256(text.encode()).digest())


def _spell(secret: str, language: Language) -> dict[str, str]:
    words = spell_words(RecoverySecret(bytes.fromhex(secret)), language)
    return {"secret": secret, "language": language.value, "words": " ".join(words)}


def _lock(secret: str, election_id: Hash) -> dict[str, str]:
    key = derive_lock_key(
        RecoverySecret(bytes.fromhex(secret)), election_id=election_id
    )
    return {
        "secret": secret,
        "election_id": election_id.hex(),
        "address": derive_address(key).hex(),
    }


def _fingerprint(request: Request) -> dict[str, Any]:
    return {
        "ctx": request.ctx.hex(),
        "action": request.action.value,
        "leaf": request.leaf.hex(),
        "nonce": request.nonce,
        "subject": request.subject.hex(),
        "hash": derive_lock_hash(request).hex(),
        "fingerprint": spell_fingerprint(request),
    }


def _leaf(voter_id: str, index: int) -> dict[str, Any]:
    election_id, salt = _hash("election"), _hash(voter_id)
    voter = hash_voter(voter_id, salt)
    leaf = derive_leaf(election_id, 10, index=index, voter=voter)
    return {
        "election_id": election_id.hex(),
        "contest": 10,
        "index": index,
        "voter_id": voter_id,
        "salt": salt.hex(),
        "voter": voter.hex(),
        "leaf": leaf.hex(),
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(make(), ensure_ascii=False, indent=1) + "\n")
