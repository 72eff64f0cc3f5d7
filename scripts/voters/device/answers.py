"""Values in answers of services, as strict as what they are used for."""

from __future__ import annotations

import re
from typing import Any, Final

from election.crypto.signature import decode_signature, encode_signature
from election.errors import EncodingError
from election.protocol.attestation import Attestation

_LARGEST: Final = 2**53


def read_number(said: Any) -> int:
    """Read a count or a time; raises EncodingError."""
    if type(said) is not int or not 0 <= said < _LARGEST:
        raise EncodingError("number", "is none")
    return said


def unhex(said: Any) -> bytes:
    """Read bytes in small hex after 0x; raises EncodingError."""
    if not (isinstance(said, str) and re.fullmatch("0x([0-9a-f]{2})*", said)):
        raise EncodingError("answer", "is not hex after 0x")
    return bytes.fromhex(said[2:])


def spell_hex(raw: bytes) -> str:
    """Write bytes as services do."""
    return f"0x{raw.hex()}"


def read_attestation(said: Any) -> Attestation:
    """Read expiry and signature; raises EncodingError."""
    if not isinstance(said, dict):
        raise EncodingError("attestation", "is missing")
    signature = decode_signature(unhex(said.get("signature")))
    return Attestation(read_number(said.get("expiry")), signature)


def spell_attestation(attestation: Attestation) -> dict[str, Any]:
    """Write it as services do."""
    signature = spell_hex(encode_signature(attestation.signature))
    return {"expiry": attestation.expiry, "signature": signature}
