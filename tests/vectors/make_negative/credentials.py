"""Requests, shares and credentials that do not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import G, G1Point, decode_g1, encode_g1, encode_g2
from election.crypto.scalar import Scalar
from election.crypto.transcript import Address, Hash
from election.protocol.issuance import CredentialRequest, prepare_request, serve_share
from tests import honest
from tests.vectors.make_negative.bad_points import bad_g1
from tests.vectors.make_negative.case import LIBRARY, Case, Input

_SECRET: Final = b"\x51" * 16
_LEAF: Final = Hash(b"\x1e" * 32)
_ISSUERS: Final = (1, 3)
_SHARE: Final = "§6: e(S_i, G2) = e(M', PK_i)"
_SIGMA: Final = "§6: e(sigma, G2) = e(P, PK), P of ctx and cred"
_NOT_O: Final = "§1: O is refused for M' and sigma"


def make_credentials() -> Iterator[Case]:
    """List all of them."""
    yield from _requests()
    yield from _shares()
    yield from _combinations()
    yield from _credentials()


def _request(leaf: Hash = _LEAF, contest: int = 1) -> CredentialRequest:
    ctx = honest.box(contest).ctx
    return prepare_request(RecoverySecret(_SECRET), ctx=ctx, leaf=leaf)


def _requests() -> Iterator[Case]:
    faults = {**bad_g1(), "infinity": (_NOT_O, bytes(128))}
    for title, (rule, raw) in faults.items():
        content = {"blinded": raw.hex()}
        yield Case(f"request: {title}", rule, "request", content)


def share_of(issuer: int, request: CredentialRequest) -> G1Point:
    """Serve a request as an issuer."""
    secret = honest.keys().issuers[issuer - 1].secrets[0]
    return decode_g1(serve_share(encode_g1(request.blinded), secret))


def write_share(raw: bytes, *, issuer: int, request: CredentialRequest) -> Input:
    """Write what an issuer answered."""
    key = honest.keys().credential.verification_keys[issuer - 1][0]
    return {
        "issuer": issuer,
        "blinded": encode_g1(request.blinded).hex(),
        "key": encode_g2(key).hex(),
        "share": raw.hex(),
    }


def _shares() -> Iterator[Case]:
    request, other = _request(), _request(Hash(b"\x1f" * 32))
    share = share_of(1, request)
    points = {
        "of issuer 2": share_of(2, request),
        "of another request": share_of(1, other),
        "negated": -share,
        "plus G": share + G,
        "the request itself": request.blinded,
    }
    faults = {title: (_SHARE, encode_g1(point)) for title, point in points.items()}
    faults["infinity"] = _NOT_O, bytes(128)
    for title, (rule, raw) in (faults | bad_g1()).items():
        content = write_share(raw, issuer=1, request=request)
        yield Case(f"share: {title}", rule, "issuer share", content, (LIBRARY,))


def write_combination(
    shares: Mapping[int, G1Point], *, leaf: Hash = _LEAF, contest: int = 1
) -> Input:
    """Write what a device combines."""
    return {
        "box": f"contest {contest}",
        "secret": _SECRET.hex(),
        "leaf": leaf.hex(),
        "shares": {str(i): encode_g1(share).hex() for i, share in shares.items()},
    }


def honest_shares() -> dict[int, G1Point]:
    """Serve the request by enough issuers."""
    return {issuer: share_of(issuer, _request()) for issuer in _ISSUERS}


def _combinations() -> Iterator[Case]:
    request, shares = _request(), honest_shares()
    first, third = shares.values()
    faults = {
        "one share of two": write_combination({1: first}),
        "shares exchanged": write_combination({1: third, 3: first}),
        "a share under another index": write_combination({1: first, 2: third}),
        "one share twice": write_combination({1: first, 3: first}),
        "a wrong share": write_combination({1: first, 3: third + G}),
        "a third share that is wrong": write_combination({**shares, 2: first}),
        "the request instead of a share": write_combination(
            {1: first, 3: request.blinded}
        ),
        "for another leaf": write_combination(shares, leaf=Hash(b"\x1f" * 32)),
        "for another contest": write_combination(shares, contest=2),
        "shares whose sum is infinity": write_combination(
            {1: first, 3: first * Scalar(3)}
        ),
    }
    for title, content in faults.items():
        comment = f"combination: {title}"
        yield Case(comment, _SIGMA, "combination", content, (LIBRARY,))


def write_credential(sigma: bytes, *, cred: Address, contest: int = 1) -> Input:
    """Write a credential, with its address."""
    return {"box": f"contest {contest}", "cred": cred.hex(), "sigma": sigma.hex()}


def _credentials() -> Iterator[Case]:
    box = honest.box()
    own, other = (honest.issue(number, ctx_box=box) for number in (1, 2))
    cred, sigma = own.address, own.sigma
    points = {
        "of another address": other.sigma,
        "negated": -sigma,
        "plus G": sigma + G,
        "doubled": sigma + sigma,
        "times another scalar": sigma * Scalar(3),
    }
    for title, point in points.items():
        content = write_credential(encode_g1(point), cred=cred)
        yield Case(f"credential: {title}", _SIGMA, "credential", content)
    raw = encode_g1(sigma)
    content = write_credential(raw, cred=cred, contest=2)
    yield Case("credential: in another contest", _SIGMA, "credential", content)
    content = write_credential(raw, cred=Address(bytes(20)))
    # nobody can sign a ballot as this credential, so no box comes to the pairing
    title = "credential: of the zero address"
    yield Case(title, _SIGMA, "credential", content, is_sendable=False)
    for title, (rule, value) in (bad_g1() | {"infinity": (_NOT_O, bytes(128))}).items():
        content = write_credential(value, cred=cred)
        yield Case(f"credential: {title}", rule, "credential", content)
