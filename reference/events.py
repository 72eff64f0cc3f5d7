"""The events of the contracts, and the questions to them, docs/protocol.md §7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reference.abi import Array, Struct, Type, spell, struct
from reference.transcript import keccak256

POINT: Final = Array("bytes32", 4)
POINT_2: Final = Array("bytes32", 8)
POINTS: Final = Array(POINT)
SIGNATURE: Final = struct(v="uint256", r="uint256", s="uint256")
SIGNATURES: Final = Array(SIGNATURE)
ATTESTATION: Final = struct(expiry="uint256", signature=SIGNATURE)
LEAF: Final = struct(
    contest="uint256", index="uint256", voter="bytes32", proof=Array("bytes32")
)
MEMBER: Final = struct(account="address", commission="bool")
ROSTER: Final = struct(k="uint256", n="uint256", members=Array(MEMBER))
RULES: Final = struct(
    slug="string",
    title="string",
    test="bool",
    times=Array("uint256", 7),
    step_seconds="uint256",
    m_min="uint256",
    commission="address",
    portal="address",
    sms_gateway="address",
    polling_station="address",
    observers=Array("address"),
    quorum="uint256",
    booth="bytes32",
)

CONTEST: Final = struct(id="uint256", slots="uint256", texts="bytes32")
BLUEPRINTS: Final = struct(
    proofs="address",
    ceremony="address",
    voter_list="address",
    tally="address",
    small_box="address",
    box="address",
)
ORIGIN: Final = struct(
    rules=RULES,
    trustees=ROSTER,
    issuers=ROSTER,
    contests=Array(CONTEST),
    blueprints=BLUEPRINTS,
)
"""The arguments of Election's constructor."""


@dataclass(frozen=True, slots=True)
class EventKind:
    """An event: its name, fields in order, and those that are topics."""

    name: str
    fields: Struct
    indexed: frozenset[str]

    @property
    def topic(self) -> bytes:
        """Compute the first topic of its logs."""
        return keccak256(f"{self.name}{spell(self.fields)}".encode())


def _event(name: str, indexed: str, **fields: Type) -> EventKind:
    return EventKind(name, struct(**fields), frozenset(indexed.split()))


_ELECTION: Final = (
    _event(
        "ElectionDeployed",
        "election_id",
        election_id="bytes32",
        rules=RULES,
        trustees=ROSTER,
        issuers=ROSTER,
        contests=Array(CONTEST),
        trustees_ceremony="address",
        issuers_ceremony="address",
        voter_list="address",
        tally="address",
        blueprints=BLUEPRINTS,
        small_box_code_hash="bytes32",
        box_code_hash="bytes32",
        deployer="address",
    ),
    _event(
        "ContestListed",
        "contest",
        contest="uint256",
        position="uint256",
        title="string",
        candidates=Array("string"),
        particulars=Array("string"),
    ),
    _event("BoxCreated", "contest", contest="uint256", box="address", ctx="bytes32"),
    _event(
        "Extended",
        "",
        counter="uint256",
        delta="uint256",
        commission=SIGNATURE,
        observers=SIGNATURES,
    ),
)
_CEREMONY: Final = (
    _event(
        "AttemptStarted",
        "attempt",
        attempt="uint256",
        n="uint256",
        members=Array("address"),
    ),
    _event(
        "Enrolled",
        "attempt index",
        attempt="uint256",
        index="uint256",
        account="address",
        key="bytes",
        t="bytes",
        s="uint256",
    ),
    _event("CeremonyBound", "attempt", attempt="uint256", cer="bytes32"),
    _event(
        "Committed",
        "attempt index",
        attempt="uint256",
        index="uint256",
        commitment="bytes32",
    ),
    _event(
        "Revealed",
        "attempt index",
        attempt="uint256",
        index="uint256",
        coefficients="bytes",
        t="bytes",
        s="uint256",
        salt="bytes32",
    ),
    _event(
        "SlotDerived",
        "attempt slot",
        attempt="uint256",
        slot="uint256",
        key="bytes",
        verification_keys="bytes",
    ),
    _event(
        "Dealt",
        "attempt index",
        attempt="uint256",
        index="uint256",
        r="bytes",
        t="bytes",
        s="uint256",
        ciphertexts=Array("bytes32"),
    ),
    _event(
        "Confirmed",
        "attempt index",
        attempt="uint256",
        index="uint256",
        t="bytes",
        s="uint256",
    ),
    _event(
        "ComplaintJudged",
        "attempt complainer dealer",
        attempt="uint256",
        complainer="uint256",
        dealer="uint256",
        z="bytes",
        t1="bytes",
        t2="bytes",
        s="uint256",
        culprit="uint256",
    ),
    _event(
        "AttemptAborted",
        "attempt",
        attempt="uint256",
        reason="uint256",
        culprit="address",
    ),
    _event("CeremonyFinal", "attempt", attempt="uint256", cer="bytes32"),
    _event("CeremonyFailed", "attempt", attempt="uint256"),
)
_VOTER_LIST: Final = (
    _event(
        "ListPublished", "contest", contest="uint256", root="bytes32", size="uint256"
    ),
    _event(
        "Registered",
        "contest leaf",
        contest="uint256",
        leaf="bytes32",
        request=LEAF,
        lock="address",
        nonce="uint256",
        portal=ATTESTATION,
        sms=ATTESTATION,
    ),
    _event(
        "Withdrawn",
        "contest leaf",
        contest="uint256",
        leaf="bytes32",
        request=LEAF,
        lock_signature=SIGNATURE,
        nonce="uint256",
        portal=ATTESTATION,
        sms=ATTESTATION,
    ),
    _event(
        "PaperMarked",
        "contest leaf",
        contest="uint256",
        leaf="bytes32",
        request=LEAF,
        nonce="uint256",
    ),
    _event(
        "Issued",
        "contest leaf",
        contest="uint256",
        leaf="bytes32",
        request=LEAF,
        blinded=POINT,
        lock_signature=SIGNATURE,
        nonce="uint256",
        portal=ATTESTATION,
        sms=ATTESTATION,
    ),
)
_BOX: Final = (
    _event(
        "BoxOpened",
        "contest",
        contest="uint256",
        ctx="bytes32",
        election_keys=POINTS,
        credential_key=POINT_2,
    ),
    _event(
        "BallotCast",
        "credential",
        credential="address",
        ballot_hash="bytes32",
        ballot="bytes",
    ),
)
_TALLY: Final = (
    _event(
        "TallyFrozen",
        "contest",
        contest="uint256",
        cast_count="uint256",
        totals=POINTS,
    ),
    _event("TallyWithheld", "contest", contest="uint256"),
    _event(
        "Overridden",
        "contest",
        contest="uint256",
        commission=SIGNATURE,
        observers=SIGNATURES,
    ),
    _event(
        "ShareAccepted",
        "contest trustee",
        contest="uint256",
        trustee="uint256",
        decryption=POINTS,
        t1=POINT,
        t2=POINT,
        s="uint256",
    ),
    _event("ShareRefused", "contest trustee", contest="uint256", trustee="uint256"),
    _event(
        "ResultPublished",
        "contest",
        contest="uint256",
        trustees=Array("uint256"),
        counts=Array("uint256"),
    ),
)


EVENTS: Final[Mapping[str, Mapping[bytes, EventKind]]] = {
    part: {kind.topic: kind for kind in kinds}
    for part, kinds in (
        ("election", _ELECTION),
        ("trustees", _CEREMONY),
        ("issuers", _CEREMONY),
        ("voter list", _VOTER_LIST),
        ("tally", _TALLY),
        ("box", _BOX),
    )
}
"""Of each part of the election, its events by first topic."""
