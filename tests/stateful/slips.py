"""Ballots made once for all stories: two of each voter, and bad ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from election.client.open_election import ContestBox
from election.crypto.blind_credential import hash_credential
from election.crypto.group import G, encode_g1
from election.crypto.scalar import ORDER, Scalar
from election.crypto.signature import SigningKey, derive_address
from election.protocol.issuance import Credential
from tests.contracts.booth import Booth
from tests.contracts.records import (
    forge_ballot,
    get,
    put,
    put_number,
    sign_record,
)
from tests.contracts.rehearsal import LARGE, SMALL, Rehearsal, polls_opened
from tests.stateful.box_model import Slip

VOTERS: Final = {LARGE: 4, SMALL: 2}
SECRET: Final = {LARGE: 0, SMALL: 2}
"""Voters in a story; credentials that issuers signed in secret."""

NOT_ISSUED: Final = "ballot_box: credential was not issued"
NOT_PROVEN: Final = "ballot_box: ballot proof does not hold"


@dataclass(frozen=True, slots=True)
class Voter:
    """One credential, and the two ballots that it is used for."""

    credential: Credential
    slips: tuple[Slip, ...]


@dataclass(frozen=True, slots=True)
class Polls:
    """A contest whose ballots are made, by increasing credential."""

    rehearsal: Rehearsal
    contest: ContestBox
    voters: tuple[Voter, ...]

    @property
    def issued(self) -> int:
        """Count the credentials that were issued in public."""
        return len(self.rehearsal.of_contest(self.contest.box.contest))


@cache
def open_box(contest: int) -> Polls:
    """Make the ballots of a contest."""
    rehearsal = polls_opened()
    booth = Booth(rehearsal, rehearsal.register.boxes[contest])
    secret = [_sign_in_secret(booth, SigningKey(n)) for n in range(1, 10)]
    credentials = sorted(
        [*booth.credentials[: VOTERS[contest]], *secret[: SECRET[contest]]],
        key=lambda each: each.address,
    )
    voters = tuple(
        Voter(each, tuple(_make(booth, each, 2 * at + version) for version in (0, 1)))
        for at, each in enumerate(credentials)
    )
    return Polls(rehearsal, booth.contest, voters)


def _sign_in_secret(booth: Booth, key: SigningKey) -> Credential:
    point = hash_credential(booth.box.ctx, derive_address(key))
    return Credential(key, booth.issue_unseen(point, issuers=3))


def _make(booth: Booth, credential: Credential, serial: int) -> Slip:
    slots = len(booth.box.election_keys)
    choice, nonce = serial % slots, Scalar(0x5EED + serial)
    messages = [int(at == choice) for at in range(slots)]
    raw = forge_ballot(booth.box, credential, messages, nonce=nonce)
    return Slip(credential.address, raw, nonce, choice)


Change = Callable[[bytes], bytes]

RESIGNED: Final[Mapping[str, tuple[Change, str]]] = {
    "z": (lambda raw: put_number(raw, "z", 7), NOT_PROVEN),
    "f_1": (lambda raw: put_number(raw, "f_1", 7), NOT_PROVEN),
    "A": (lambda raw: put(raw, "A", encode_g1(G)), NOT_PROVEN),
    "B_1": (lambda raw: put(raw, "B_1", get(raw, "B_2")), NOT_PROVEN),
    "D": (lambda raw: put(raw, "D", get(raw, "C")), NOT_PROVEN),
    "sigma": (lambda raw: put(raw, "sigma", encode_g1(G)), NOT_ISSUED),
    "no sigma": (
        lambda raw: put(raw, "sigma", bytes(128)),
        "ballot_box: credential signature is infinity",
    ),
    "z unreduced": (
        lambda raw: put_number(raw, "z", ORDER),
        "ballot_box: response z is not reduced",
    ),
    "seq": (lambda raw: put_number(raw, "seq", 1), "ballot_box: seq is not zero"),
}
"""What a voter may change in a ballot, sign again, and the contract's answer."""

UNSIGNED: Final[Mapping[str, tuple[Change, str]]] = {
    "memo": (
        lambda raw: put_number(raw, "memo", 1),
        "ballot_box: ballot is not signed by its credential",
    ),
    "v": (lambda raw: put_number(raw, "v", 29), "signature: v is not 27 or 28"),
}
"""What others may change."""


def tamper(polls: Polls, voter: Voter, name: str) -> tuple[bytes, str]:
    """Change a voter's first ballot; returns it with the reason to refuse it."""
    raw = voter.slips[0].raw
    if name in UNSIGNED:
        change, reason = UNSIGNED[name]
        return change(raw), reason
    change, reason = RESIGNED[name]
    ctx, key = polls.contest.box.ctx, voter.credential.ballot_key
    return sign_record(change(raw), ctx, key), reason
