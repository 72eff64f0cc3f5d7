"""What an opened ballot holds, found out by who did not make it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any, Final

from election.crypto.elgamal import derive_tracking_code, encrypt
from election.crypto.scalar import Scalar, decode_scalar, encode_scalar
from election.crypto.transcript import Hash
from election.errors import EncodingError
from election.protocol.context import Box
from election.protocol.terms import ElectionTerms, PublishedContest
from election.protocol.text import spell_lines
from scripts.shared.errors import InputError

_LINK: Final = re.compile(
    "[^#]*#contest=(0|[1-9][0-9]{0,8})&code=0x([0-9a-f]{64})"
    "&choice=([1-9][0-9]?)&nonce=0x([0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a device says that a ballot holds: a choice from 1, and r."""

    contest: int
    code: Hash
    choice: int
    nonce: Scalar


def read_link(link: str) -> Opening:
    """Read the second link of a check, of a booth or of `veche ballot`.

    Raises InputError.
    """
    found = _LINK.fullmatch(link.strip())
    if found is None:
        fact = "is no link of an opened ballot, which ends with choice= and nonce="
        hint = "in the shell, put it between single quotes"
        raise InputError("link", fact, hint=hint)
    contest, code, choice, nonce = found.groups()
    try:
        scalar = decode_scalar(bytes.fromhex(nonce))
    except EncodingError as error:
        raise InputError("link", f"has an r that is none: {error}") from None
    return Opening(int(contest), Hash(bytes.fromhex(code)), int(choice), scalar)


def recompute(opening: Opening, box: Box) -> Hash | None:
    """Encrypt what was opened anew; none if nobody stands in its slot."""
    if opening.choice > len(box.election_keys):
        return None
    ciphertext = encrypt(opening.choice, box.election_keys, nonce=opening.nonce)
    return derive_tracking_code(box.ctx, ciphertext)


def accept_code(text: str) -> Hash:
    """Read a tracking code as it was written down; raises InputError."""
    digits = "".join(text.split()).lower().removeprefix("0x")
    if re.fullmatch("[0-9a-f]{64}", digits) is None:
        raise InputError("--tracking-code", "is not 64 digits in hex")
    return Hash(bytes.fromhex(digits))


def name_choice(opening: Opening, contest: PublishedContest) -> str:
    """Name whom an opened ballot chooses."""
    terms = contest.terms
    return list(spell_lines(terms.candidates, terms.particulars))[opening.choice - 1]


def describe_mismatch(
    terms: ElectionTerms,
    opening: Opening,
    *,
    written: Hash,
    made: Hash | None,
    chose_another: bool,
) -> dict[str, Any]:
    """Say what was seen, as `check.html` writes it; nobody signed it."""
    return {
        "format": "veche-mismatch/1",
        "election": f"0x{terms.election.hex()}",
        "chain_id": terms.common.chain_id,
        "contest": opening.contest,
        "ctx": f"0x{terms.contest(opening.contest).box.ctx.hex()}",
        "tracking_code": f"0x{written.hex()}",
        "choice": opening.choice,
        "nonce": f"0x{encode_scalar(opening.nonce).hex()}",
        "recomputed_code": None if made is None else f"0x{made.hex()}",
        "agrees": made == written,
        "seen_before": True,
        "voter_chose_another": chose_another,
        "checked_at": "veche check-ballot",
        "time": int(time.time()),
    }
