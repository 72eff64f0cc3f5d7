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
    put,
    put_number,
    sign_record,
)
from tests.contracts.rehearsal import LARGE, SMALL, Rehearsal, polls_opened
from tests.stateful.box_model import Fault, Slip, Stage

VOTERS: Final = {LARGE: 6, SMALL: 2}
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


@dataclass(frozen=True, slots=True)
class Tampering:
    """What is changed in a ballot, and how the contract takes it."""

    change: Callable[[bytes], bytes]
    stage: Stage
    reason: str


def _number(name: str, value: int, stage: Stage, reason: str) -> Tampering:
    return Tampering(lambda raw: put_number(raw, name, value), stage, reason)


def _point(name: str, content: bytes, reason: str) -> Tampering:
    return Tampering(lambda raw: put(raw, name, content), Stage.BATCH, reason)


_OTHER: Final = encode_g1(G)

RESIGNED: Final[Mapping[str, Tampering]] = {
    "z": _number("z", 7, Stage.BATCH, NOT_PROVEN),
    "f_1": _number("f_1", 7, Stage.BATCH, NOT_PROVEN),
    "A": _point("A", _OTHER, NOT_PROVEN),
    "B_1": _point("B_1", _OTHER, NOT_PROVEN),
    "D": _point("D", _OTHER, NOT_PROVEN),
    "sigma": _point("sigma", _OTHER, NOT_ISSUED),
    "no sigma": Tampering(
        lambda raw: put(raw, "sigma", bytes(128)),
        Stage.BALLOT,
        "ballot_box: credential signature is infinity",
    ),
    "no randomness": _point(
        "A", bytes(128), "ballot_box: ciphertext without randomness"
    ),
    "z unreduced": _number(
        "z", ORDER, Stage.BATCH, "ballot_box: response z is not reduced"
    ),
    "f_1 unreduced": _number(
        "f_1", ORDER, Stage.BATCH, "ballot_box: response f is not reduced"
    ),
    "seq": _number("seq", 1, Stage.BALLOT, "ballot_box: seq is not zero"),
}
"""What a voter may change in a ballot, and sign again."""

UNSIGNED: Final[Mapping[str, Tampering]] = {
    "memo": _number(
        "memo", 1, Stage.BALLOT, "ballot_box: ballot is not signed by its credential"
    ),
    "v": _number("v", 29, Stage.BALLOT, "signature: v is not 27 or 28"),
    "no address": _number(
        "cred", 2**160, Stage.FORM, "ballot_box: credential is no address"
    ),
    "short": Tampering(
        lambda raw: raw[:-32], Stage.FORM, "ballot_box: ballot has a wrong length"
    ),
}
"""What others may change."""

TAMPERINGS: Final = {**RESIGNED, **UNSIGNED}


def blame(voter: Voter, name: str) -> Fault:
    """Tell what a tampering is to the contract."""
    tampering = TAMPERINGS[name]
    return Fault(voter.credential.address, tampering.stage, tampering.reason)


def tamper(polls: Polls, voter: Voter, name: str) -> bytes:
    """Change a voter's first ballot."""
    changed = TAMPERINGS[name].change(voter.slips[0].raw)
    if name in UNSIGNED:
        return changed
    ctx, key = polls.contest.box.ctx, voter.credential.ballot_key
    return sign_record(changed, ctx, key)
