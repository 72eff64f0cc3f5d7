"""What is said to the gateway and by it, in JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from election.crypto.signature import (
    Signature,
    decode_signature,
    encode_signature,
)
from election.crypto.transcript import Address, Hash
from election.protocol.attestation import NO_LOCK, Attestation
from services.shell.bodies import ElectionName, HexWord
from services.shell.settings import Closed

Language = Literal["ru", "en"]
_Number = Annotated[int, Field(ge=0, lt=2**63)]
_Time = Annotated[int, Field(ge=0, lt=2**53)]
_VoterId = Annotated[str, Field(min_length=1, max_length=200)]
_Code = Annotated[str, StringConstraints(pattern="^[0-9]{6}$")]
_HexAddress = ElectionName  # the same form
_HexSignature = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{192}$")]


class AttestationBody(Closed):
    """A signed statement: three words v, r, s."""

    expiry: _Time
    signature: _HexSignature

    @property
    def attestation(self) -> Attestation:
        """Give the statement."""
        return Attestation(self.expiry, decode_signature(to_bytes(self.signature)))


class IssueBody(Closed):
    """A booth's request for a code: what the portal attested, and the leaf's opening.

    expiry: of the portal's attestation.
    """

    election: ElectionName
    contest: _Number
    index: _Number
    leaf: HexWord
    voter_id: _VoterId
    salt: HexWord
    nonce: _Number
    h_req: HexWord
    expiry: _Time
    attestation: AttestationBody
    language: Language = "ru"


class IssueCodeBody(Closed):
    """Ask for one more code."""

    language: Language = "ru"


class IssueCheckBody(Closed):
    """A code, and the h_req that it is for."""

    code: _Code
    h_req: HexWord


class CoveredBody(Closed):
    """One election that a consent covers; index and salt once the list is built."""

    election: ElectionName
    contest: _Number
    index: _Number | None = None
    salt: HexWord | None = None
    lock: _HexAddress | None = None

    @property
    def lock_address(self) -> Address:
        """Give AK, or NO_LOCK."""
        return Address(to_bytes(self.lock)) if self.lock else NO_LOCK


class ConsentBody(Closed):
    """What the portal asks a person's agreement for."""

    action: Literal["apply", "withdraw"]
    voter_id: _VoterId
    elections: Annotated[list[CoveredBody], Field(min_length=1, max_length=64)]
    language: Language = "ru"


class ConsentCodeBody(Closed):
    """Ask for one more code."""

    language: Language = "ru"


class ConsentCheckBody(Closed):
    """A code, as it was typed at the portal."""

    code: _Code


class OpeningBody(Closed):
    """Whose leaf it is, for a consent that is older than the list."""

    voter_id: _VoterId
    index: _Number
    salt: HexWord


class AttestBody(Closed):
    """What the registrar asks to be attested."""

    election: ElectionName
    contest: _Number
    leaf: HexWord
    action: Literal["register", "withdraw"]
    nonce: _Number
    h_req: HexWord
    expiry: _Time
    opening: OpeningBody | None = None


def to_bytes(text: str) -> bytes:
    """Read hexadecimal after 0x that a type has checked."""
    return bytes.fromhex(text[2:])


def to_hash(text: str) -> Hash:
    """Read a word that a type has checked."""
    return Hash(to_bytes(text))


def spell_attestation(attestation: Attestation) -> dict[str, object]:
    """Spell a statement as all bodies do."""
    return {
        "expiry": attestation.expiry,
        "signature": spell_signature(attestation.signature),
    }


def spell_signature(signature: Signature) -> str:
    """Spell a signature: three words v, r, s."""
    return f"0x{encode_signature(signature).hex()}"
