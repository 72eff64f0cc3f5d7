"""How the library meets a case: it returns, or raises an error of its own tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from election.crypto.group import decode_g1, decode_g2
from election.crypto.merkle import verify_path
from election.crypto.scalar import decode_scalar
from election.crypto.signature import Signature, recover_signer
from election.crypto.transcript import Hash, decode_address, decode_hash
from election.errors import EncodingError, SignatureError
from election.protocol.ballot import accept_batch
from election.protocol.context import Box, decode_box
from election.protocol.encoding import decode_totals
from tests.vectors.judges import library_ceremony as ceremony
from tests.vectors.judges import library_counting as counting
from tests.vectors.judges.boards import meet_bundle
from tests.vectors.judges.files import GIVENS, number

Input = Mapping[str, Any]


def _meet_point(case: Input) -> None:
    decode = decode_g1 if case["group"] == "G1" else decode_g2
    allow_infinity = case["infinity"] == "allowed"
    decode(bytes.fromhex(case["bytes"]), allow_infinity=allow_infinity)


def _meet_totals(case: Input) -> None:
    decode_totals(bytes.fromhex(case["bytes"]), slots=case["slots"])


def read_signature(case: Input) -> Signature:
    """Read the three words of a signature."""
    return Signature(*(number(case[name]) for name in ("v", "r", "s")))


def _meet_signature(case: Input) -> None:
    digest = Hash(bytes.fromhex(case["hash"]))
    if recover_signer(digest, read_signature(case)).hex() != case["signer"]:
        raise SignatureError("signature", "made by another key")


def _meet_path(case: Input) -> None:
    is_listed = verify_path(
        Hash(bytes.fromhex(case["root"])),
        Hash(bytes.fromhex(case["leaf"])),
        index=case["index"],
        size=case["size"],
        path=[Hash(bytes.fromhex(each)) for each in case["path"]],
    )
    if not is_listed:  # the one function here that answers instead of raising
        raise EncodingError("path", "leads to another root")


def read_box(name: str) -> Box:
    """Read a box by its name among the givens."""
    given = GIVENS["boxes"][name]
    return decode_box(
        given["contest"],
        Hash(bytes.fromhex(given["ctx"])),
        election_keys=bytes.fromhex(given["election_keys"]),
        credential_key=bytes.fromhex(given["credential_key"]),
    )


def _meet_ballots(case: Input) -> None:
    accept_batch([bytes.fromhex(raw) for raw in case["ballots"]], read_box(case["box"]))


LIBRARY: Final[Mapping[str, Callable[[Input], None]]] = {
    "point": _meet_point,
    "totals": _meet_totals,
    "scalar": lambda case: void(decode_scalar(bytes.fromhex(case["bytes"]))),
    "address": lambda case: void(decode_address(bytes.fromhex(case["bytes"]))),
    "hash": lambda case: void(decode_hash(bytes.fromhex(case["bytes"]))),
    "signature": _meet_signature,
    "path": _meet_path,
    "ballots": _meet_ballots,
    "enrolment": ceremony.meet_enrolment,
    "reveal": ceremony.meet_reveal,
    "reveals": ceremony.meet_reveals,
    "deal": ceremony.meet_deal,
    "confirmation": ceremony.meet_confirmation,
    "complaint": ceremony.meet_complaint,
    "bundle": meet_bundle,
    "request": counting.meet_request,
    "issuer share": counting.meet_issuer_share,
    "combination": lambda case: counting.meet_combination(case, read_box(case["box"])),
    "credential": lambda case: counting.meet_credential(case, read_box(case["box"])),
    "attestation": counting.meet_attestation,
    "decryption share": counting.meet_decryption_share,
    "counts": counting.meet_counts,
}
"""By the kind of a case."""


def void(_: object) -> None:
    """Drop what was accepted."""
