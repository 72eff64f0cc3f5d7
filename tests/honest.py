"""One honest election in values, without a chain; tests break one thing of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import G1Point, G2Point, Point, encode_g1
from election.crypto.randomness import SecretSource
from election.crypto.transcript import Address, Hash
from election.protocol.ballot import NO_MEMO, make_ballot, prepare_choice
from election.protocol.ceremony import confirmation, dealing, enrolment, polynomials
from election.protocol.ceremony.attempt import (
    ISSUER_GROUP,
    TRUSTEE_GROUP,
    Attempt,
    BoundAttempt,
    bind_attempt,
)
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.ceremony.dealing import Dealt
from election.protocol.ceremony.polynomials import CeremonyKeys, Revealed
from election.protocol.context import Box, ContestTerms, derive_election_id, open_box
from election.protocol.issuance import (
    Credential,
    accept_credential,
    accept_share,
    prepare_request,
    serve_share,
)

ELECTION_ID = derive_election_id("honest")
CHAIN_ID = 2019
CANDIDATES = ("Первый", "Второй", "Third")
PARTICULARS = ("1947 г. р.", "1977 г. р.", "")
TRUSTEES, THRESHOLD = 5, 3


def account(number: int) -> Address:
    """Make an address that nobody owns."""
    return Address(bytes([number]) * 20)


def source(number: int) -> SecretSource:
    """Make a member's secrets, the same in every run."""
    return SecretSource(bytes([number]) * 64, bytes([number]) * 32)


def trustee_attempt() -> Attempt[G1Point]:
    """Start a ceremony of five trustees, threshold three, three slots."""
    return Attempt(
        group=TRUSTEE_GROUP,
        chain_id=CHAIN_ID,
        ceremony=account(101),
        election_id=ELECTION_ID,
        number=1,
        threshold=THRESHOLD,
        slots=len(CANDIDATES),
        members=tuple(map(account, range(1, TRUSTEES + 1))),
    )


def issuer_attempt() -> Attempt[G2Point]:
    """Start a ceremony of three issuers, threshold two, one contest."""
    return Attempt(
        group=ISSUER_GROUP,
        chain_id=CHAIN_ID,
        ceremony=account(102),
        election_id=ELECTION_ID,
        number=1,
        threshold=2,
        slots=1,
        members=tuple(map(account, range(11, 14))),
    )


def enroll_all(attempt: Attempt[Point]) -> BoundAttempt[Point]:
    """Let every member enroll."""
    keys = []
    for member in range(1, len(attempt.members) + 1):
        message = enrolment.enroll(attempt, member, source=source(member))
        keys.append(enrolment.accept_enrolment(message, attempt, member=member))
    return bind_attempt(attempt, keys)


def reveal_all(bound: BoundAttempt[Point]) -> list[Revealed[Point]]:
    """Let every member commit and reveal."""
    commitments = {
        member: polynomials.commit(bound, member, source=source(member))
        for member in bound.members
    }
    accepted: list[Revealed[Point]] = []
    for member in bound.members:
        revealed = polynomials.accept_reveal(
            polynomials.reveal(bound, member, source=source(member)),
            bound,
            member=member,
            commitment=commitments[member],
            earlier=accepted,
        )
        accepted.append(revealed)
    return accepted


def deal_all(
    bound: BoundAttempt[Point], reveals: Sequence[Revealed[Point]]
) -> list[Dealt]:
    """Let every member deal."""
    return [
        dealing.accept_deal(
            dealing.deal(bound, member, source=source(member)),
            bound,
            member=member,
            revealed=revealed,
        )
        for member, revealed in enumerate(reveals, 1)
    ]


def hold_ceremony(
    attempt: Attempt[Point],
) -> tuple[CeremonyKeys[Point], tuple[KeyShare, ...]]:
    """Hold a whole ceremony; return its keys and every member's share."""
    bound = enroll_all(attempt)
    reveals = reveal_all(bound)
    keys = polynomials.derive_keys(bound, reveals)
    deals = deal_all(bound, reveals)
    digest = confirmation.derive_digest(bound, reveals, deals)
    shares = []
    for member in bound.members:
        share = confirmation.open_key_share(
            bound, member, reveals=reveals, deals=deals, source=source(member)
        )
        message = confirmation.confirm(
            bound, share, keys=keys, digest=digest, source=source(member)
        )
        confirmation.accept_confirmation(
            message, bound, member=member, keys=keys, digest=digest
        )
        shares.append(share)
    return keys, tuple(shares)


@dataclass(frozen=True, slots=True)
class Keys:
    """What the two ceremonies gave."""

    election: CeremonyKeys[G1Point]
    trustees: tuple[KeyShare, ...]
    credential: CeremonyKeys[G2Point]
    issuers: tuple[KeyShare, ...]


@cache
def keys() -> Keys:
    """Hold both ceremonies, once for all tests."""
    election, trustees = hold_ceremony(trustee_attempt())
    credential, issuers = hold_ceremony(issuer_attempt())
    return Keys(election, trustees, credential, issuers)


def contest_terms(contest: int = 1) -> ContestTerms:
    """Describe a contest of the honest election."""
    return ContestTerms(
        chain_id=CHAIN_ID,
        box=account(100),
        voter_list=account(103),
        trustees_ceremony=account(101),
        issuers_ceremony=account(102),
        election_id=ELECTION_ID,
        contest=contest,
        trustees=TRUSTEES,
        trustee_threshold=THRESHOLD,
        election_keys=keys().election.keys,
        title="Contest",
        candidates=CANDIDATES,
        particulars=PARTICULARS,
        issuers=3,
        issuer_threshold=2,
        credential_key=keys().credential.keys[0],
        opening=1_000,
        issue_closing=2_000,
        cast_closing=3_000,
        minimum_cast=2,
    )


@cache
def box(contest: int = 1) -> Box:
    """Open the box of a contest."""
    return open_box(contest_terms(contest))


def issue(number: int, *, ctx_box: Box) -> Credential:
    """Issue a credential to the voter with this number, by issuers 1 and 3."""
    secret = RecoverySecret(number.to_bytes(16, "big"))
    leaf = Hash(number.to_bytes(32, "big"))
    request = prepare_request(secret, ctx=ctx_box.ctx, leaf=leaf)
    shares = {}
    for issuer in (1, 3):
        key_share = keys().issuers[issuer - 1].secrets[0]
        shares[issuer] = accept_share(
            serve_share(encode_g1(request.blinded), key_share),
            issuer=issuer,
            blinded=request.blinded,
            key=keys().credential.verification_keys[issuer - 1][0],
        )
    return accept_credential(shares, request, ctx_box)


@cache
def ballot(choice: int, number: int, contest: int = 1) -> bytes:
    """Make the ballot of the voter with this number."""
    home = box(contest)
    randomness = SecretSource(number.to_bytes(64, "big"), b"")
    return make_ballot(
        prepare_choice(choice, home, source=randomness),
        home,
        credential=issue(number, ctx_box=home),
        memo=NO_MEMO,
        source=randomness,
    )
