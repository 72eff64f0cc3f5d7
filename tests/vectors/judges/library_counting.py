"""How the library meets credentials, attestations, shares and counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from election.crypto.blind_credential import (
    CredentialClaim,
    RecoverySecret,
    verify_credential,
)
from election.crypto.group import decode_g1, decode_g2
from election.crypto.scalar import Scalar
from election.crypto.signature import Signature
from election.crypto.transcript import Address, Hash
from election.errors import CredentialError
from election.protocol.attestation import (
    Action,
    Attestation,
    Request,
    Role,
    accept_attestation,
)
from election.protocol.context import Box
from election.protocol.decryption import (
    DecryptionShare,
    Result,
    ShareMessage,
    accept_decryption_share,
    accept_result,
)
from election.protocol.encoding import decode_g1_list, decode_totals
from election.protocol.issuance import (
    accept_credential,
    accept_share,
    prepare_request,
    serve_share,
)
from election.protocol.tally import EncryptedTally
from tests.vectors.judges.files import GIVENS, number

Input = Mapping[str, Any]


def meet_request(case: Input) -> None:
    """Serve a request, as an issuer."""
    serve_share(bytes.fromhex(case["blinded"]), Scalar(5))


def meet_issuer_share(case: Input) -> None:
    """Take an issuer's answer, as the voter's device."""
    accept_share(
        bytes.fromhex(case["share"]),
        issuer=case["issuer"],
        blinded=decode_g1(bytes.fromhex(case["blinded"])),
        key=decode_g2(bytes.fromhex(case["key"])),
    )


def meet_combination(case: Input, box: Box) -> None:
    """Combine answers that were taken, as the voter's device."""
    secret = RecoverySecret(bytes.fromhex(case["secret"]))
    leaf = Hash(bytes.fromhex(case["leaf"]))
    pairs = case["shares"].items()
    shares = {int(issuer): decode_g1(bytes.fromhex(raw)) for issuer, raw in pairs}
    accept_credential(shares, prepare_request(secret, ctx=box.ctx, leaf=leaf), box)


def meet_credential(case: Input, box: Box) -> None:
    """Verify a credential."""
    sigma = decode_g1(bytes.fromhex(case["sigma"]))
    claim = CredentialClaim(Address(bytes.fromhex(case["cred"])), sigma)
    if not verify_credential(claim, ctx=box.ctx, key=box.credential_key):
        raise CredentialError("credential", "does not hold")


def meet_attestation(case: Input) -> None:
    """Take a statement of portal or SMS gateway."""
    signature = Signature(*(number(case[name]) for name in ("v", "r", "s")))
    accept_attestation(
        Attestation(case["expiry"], signature),
        Request(
            Hash(bytes.fromhex(case["ctx"])),
            Action(case["action"]),
            Hash(bytes.fromhex(case["leaf"])),
            case["nonce"],
            Hash(bytes.fromhex(case["subject"])),
        ),
        role=Role(case["role"]),
        signer=Address(bytes.fromhex(case["signer"])),
        now=case["now"],
    )


def _read_tally(name: str) -> EncryptedTally:
    given = GIVENS["tallies"][name]
    raw = bytes.fromhex(given["totals"])
    totals = decode_totals(raw, slots=len(raw) // 128 - 1)
    ctx = Hash(bytes.fromhex(given["ctx"]))
    return EncryptedTally(ctx, given["cast_count"], totals)


def meet_decryption_share(case: Input) -> None:
    """Take a trustee's share."""
    keys = GIVENS["tallies"][case["tally"]]["verification_keys"]
    trustee = case["trustee"]
    accept_decryption_share(
        ShareMessage(
            bytes.fromhex(case["decryption"]),
            bytes.fromhex(case["t1"]),
            bytes.fromhex(case["t2"]),
            number(case["s"]),
        ),
        _read_tally(case["tally"]),
        trustee=trustee,
        verification_keys=decode_g1_list(bytes.fromhex(keys[trustee - 1])),
    )


def meet_counts(case: Input) -> None:
    """Take counts, given shares that were accepted."""
    shares = [
        DecryptionShare(int(trustee), decode_g1_list(bytes.fromhex(raw)))
        for trustee, raw in case["shares"].items()
    ]
    result = Result(tuple(case["trustees"]), tuple(case["counts"]))
    accept_result(result, shares, tally=_read_tally(case["tally"]))
