"""How the reference audit and the precompiles meet a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from node.precompiles import BLS_PRECOMPILES
from reference.ballot import _CREDENTIAL_TAG, claim_ballot, read_record
from reference.curve import (
    G1_BYTES,
    G2,
    are_equal,
    begin_pairing,
    cut,
    decode_g1,
    decode_g2,
    hash_to_g1,
)
from reference.ecdsa import recover_signer
from reference.errors import claim
from reference.merkle import is_in_tree
from reference.transcript import tagged_hash
from tests.vectors.judges import reference_ceremony as ceremony
from tests.vectors.judges.boards import meet_bundle_in_reference
from tests.vectors.judges.files import GIVENS, number

Input = Mapping[str, Any]
_ONE: Final = (1).to_bytes(32, "big")


def _meet_point(case: Input) -> None:
    decode = decode_g1 if case["group"] == "G1" else decode_g2
    may_be_infinity = case["infinity"] == "allowed"
    decode(bytes.fromhex(case["bytes"]), may_be_infinity=may_be_infinity)


def _meet_signature(case: Input) -> None:
    signature = {name: number(case[name]) for name in ("v", "r", "s")}
    signer = recover_signer(bytes.fromhex(case["hash"]), signature)
    claim(signer.hex() == case["signer"], "signature is of somebody else")


def _meet_path(case: Input) -> None:
    is_listed = is_in_tree(
        bytes.fromhex(case["leaf"]),
        index=case["index"],
        size=case["size"],
        proof=[bytes.fromhex(each) for each in case["path"]],
        root=bytes.fromhex(case["root"]),
    )
    claim(is_listed, "leads to another root")


def _meet_ballots(case: Input) -> None:
    box = GIVENS["boxes"][case["box"]]
    raws = cut(bytes.fromhex(box["election_keys"]), G1_BYTES)
    keys = tuple(map(decode_g1, raws))
    credential_key = decode_g2(bytes.fromhex(box["credential_key"]))
    for raw in case["ballots"]:
        record = read_record(bytes.fromhex(raw), slots=len(keys))
        ctx = bytes.fromhex(box["ctx"])
        claim_ballot(record, ctx=ctx, keys=keys, credential_key=credential_key)


def _meet_credential(case: Input) -> None:
    box = GIVENS["boxes"][case["box"]]
    message = tagged_hash(
        "cred", bytes.fromhex(box["ctx"]), bytes.fromhex(case["cred"])
    )
    point = hash_to_g1(message, _CREDENTIAL_TAG)
    key = decode_g2(bytes.fromhex(box["credential_key"]))
    sigma = decode_g1(bytes.fromhex(case["sigma"]))
    is_signed = are_equal(begin_pairing(sigma, G2), begin_pairing(point, key))
    claim(is_signed, "has a credential that the issuers did not sign")


def void(_: object) -> None:
    """Drop what was accepted."""


REFERENCE: Final[Mapping[str, Callable[[Input], None]]] = {
    "point": _meet_point,
    "signature": _meet_signature,
    "path": _meet_path,
    "ballots": _meet_ballots,
    "enrolment": ceremony.meet_enrolment,
    "reveal": ceremony.meet_reveal,
    "reveals": ceremony.meet_reveals,
    "deal": ceremony.meet_deal,
    "confirmation": ceremony.meet_confirmation,
    "complaint": ceremony.meet_complaint,
    "bundle": meet_bundle_in_reference,
    "request": lambda case: void(decode_g1(bytes.fromhex(case["blinded"]))),
    "credential": _meet_credential,
}
"""By the kind of a case."""


def _multiply_by_one(case: Input) -> None:
    multiply = BLS_PRECOMPILES[0x0C if case["group"] == "G1" else 0x0E]
    multiply.run(bytes.fromhex(case["bytes"]) + _ONE)


PRECOMPILE: Final[Mapping[str, Callable[[Input], None]]] = {"point": _multiply_by_one}
"""What a contract asks the chain about a point before it keeps it."""
