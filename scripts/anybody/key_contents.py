"""What a key file is good for, and what of it is spent; no secret of it."""

from __future__ import annotations

from typing import Any

from election.protocol.text import spell_number
from scripts.shared.files.key_file import KeyFile, StoredPart
from scripts.shared.moments import Moment
from scripts.shared.roles import Role


def describe_secrets(key_file: KeyFile) -> dict[str, Any]:
    """Say what a key file is good for, and what of it is spent; no secret of it."""
    kept, role = key_file.secrets, key_file.sealed.role
    shown: dict[str, Any] = {}
    if role is Role.VOTER:
        shown["recovery_words"] = "`veche words` shows them"
    if role in (Role.TRUSTEE, Role.ISSUER):
        parts = [_describe_part(name, part) for name, part in kept.parts.items()]
        if kept.random or kept.share is not None:
            parts.append({"election": "one that an older program did not name"})
        shown["elections"] = parts
    if role is Role.TRUSTEE:
        count = len(kept.decrypted)
        shown["spent"] = "nothing: no share of a sum left"
        if count:
            left = f"shares of {spell_number(count, 'sum')} may have left"
            shown["spent"] = f"{left}; those contests take no other sum"
    if role is Role.ISSUER:
        shown["spent"] = (
            "answered before: goes with its record of answers, and no other"
            if kept.record
            else "nothing: it answered no request"
        )
    return shown


def _describe_part(name: str, part: StoredPart) -> dict[str, Any]:
    chain, address, deployed = name.split(":")
    state = "share kept" if part.share is not None else "begun"
    if part.share is not None and part.random:
        state = "share kept, keys not verified yet"
    when = Moment(int(deployed))
    return {"election": address, "chain": chain, "deployed": when, "part": state}
