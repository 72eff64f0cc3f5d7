"""What the contracts announce: one class for each event.

docs/protocol.md §7. Fields are the ABI's, in its order. Points are their bytes of
EIP-2537, lists of points these bytes one after another: nothing here is believed yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from election.crypto.signature import Signature
from election.crypto.transcript import Address, Hash
from election.protocol.attestation import Attestation
from election.protocol.manifest import Roster
from election.protocol.voter_list import LeafClaim


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of an election as its constructor took them; times in Unix seconds.

    booth: hash of its list of files and headers, zero where there is none.
    """

    slug: str
    title: str
    test: bool
    times: tuple[int, ...]
    step_seconds: int
    m_min: int
    commission: Address
    portal: Address
    sms_gateway: Address
    polling_station: Address
    observers: tuple[Address, ...]
    quorum: int
    booth: Hash


@dataclass(frozen=True, slots=True)
class Blueprints:
    """Where the initcode stands that the other contracts are made by (ERC-5202).

    proofs: a contract that is used as it stands.
    """

    proofs: Address
    ceremony: Address
    voter_list: Address
    tally: Address
    small_box: Address
    box: Address


@dataclass(frozen=True, slots=True)
class SealedContest:
    """A contest as the constructor took it; texts: the hash of its texts."""

    id: int
    slots: int
    texts: Hash


@dataclass(frozen=True, slots=True)
class ElectionDeployed:
    """The election is fixed, and its contracts are made."""

    election_id: Hash
    rules: Rules
    trustees: Roster
    issuers: Roster
    contests: tuple[SealedContest, ...]
    trustees_ceremony: Address
    issuers_ceremony: Address
    voter_list: Address
    tally: Address
    blueprints: Blueprints
    small_box_code_hash: Hash
    box_code_hash: Hash
    deployer: Address


@dataclass(frozen=True, slots=True)
class ContestListed:
    """The texts of the contest at a position from 1 are on the record.

    particulars: one for each candidate, perhaps empty.
    """

    contest: int
    position: int
    title: str
    candidates: tuple[str, ...]
    particulars: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoxCreated:
    """A contest has its box."""

    contest: int
    box: Address
    ctx: Hash


@dataclass(frozen=True, slots=True)
class Extended:
    """Both closings are shifted by delta seconds; counter from 0."""

    counter: int
    delta: int
    commission: Signature
    observers: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """An attempt of a ceremony begins with these members."""

    attempt: int
    n: int
    members: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A member gave its encryption key, with a proof."""

    attempt: int
    index: int
    account: Address
    key: bytes
    t: bytes
    s: int


@dataclass(frozen=True, slots=True)
class CeremonyBound:
    """All members are enrolled."""

    attempt: int
    cer: Hash


@dataclass(frozen=True, slots=True)
class Committed:
    """A member committed to its polynomials."""

    attempt: int
    index: int
    commitment: Hash


@dataclass(frozen=True, slots=True)
class Revealed:
    """A member showed its polynomials in the exponent, with a proof."""

    attempt: int
    index: int
    coefficients: bytes
    t: bytes
    s: int
    salt: Hash


@dataclass(frozen=True, slots=True)
class SlotDerived:
    """The key of a slot and the members' verification keys are known."""

    attempt: int
    slot: int
    key: bytes
    verification_keys: bytes


@dataclass(frozen=True, slots=True)
class Dealt:
    """A member gave all others their encrypted shares."""

    attempt: int
    index: int
    r: bytes
    t: bytes
    s: int
    ciphertexts: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A member proved that it holds its shares."""

    attempt: int
    index: int
    t: bytes
    s: int


@dataclass(frozen=True, slots=True)
class ComplaintJudged:
    """A member complained about a dealer; one of the two is the culprit, by index."""

    attempt: int
    complainer: int
    dealer: int
    z: bytes
    t1: bytes
    t2: bytes
    s: int
    culprit: int


@dataclass(frozen=True, slots=True)
class AttemptAborted:
    """An attempt is over without a key; reason 1 is silence, 2 a complaint."""

    attempt: int
    reason: int
    culprit: Address


@dataclass(frozen=True, slots=True)
class CeremonyFinal:
    """All members confirmed: the keys can be used."""

    attempt: int
    cer: Hash


@dataclass(frozen=True, slots=True)
class CeremonyFailed:
    """Too few members are left for another attempt."""

    attempt: int


@dataclass(frozen=True, slots=True)
class ListPublished:
    """The voter list of a contest is published or corrected."""

    contest: int
    root: Hash
    size: int


@dataclass(frozen=True, slots=True)
class Registered:
    """A leaf will vote online; lock is its voter's key, or zero."""

    contest: int
    leaf: Hash
    request: LeafClaim
    lock: Address
    nonce: int
    portal: Attestation
    sms: Attestation


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A leaf will not vote online after all."""

    contest: int
    leaf: Hash
    request: LeafClaim
    lock_signature: Signature
    nonce: int
    portal: Attestation
    sms: Attestation


@dataclass(frozen=True, slots=True)
class PaperMarked:
    """A leaf was given a paper ballot."""

    contest: int
    leaf: Hash
    request: LeafClaim
    nonce: int


@dataclass(frozen=True, slots=True)
class Issued:
    """The issuers will sign this blinded message of a leaf."""

    contest: int
    leaf: Hash
    request: LeafClaim
    blinded: bytes
    lock_signature: Signature
    nonce: int
    portal: Attestation
    sms: Attestation


@dataclass(frozen=True, slots=True)
class BoxOpened:
    """A box was made, with everything its ballots are checked against."""

    contest: int
    ctx: Hash
    election_keys: bytes
    credential_key: bytes


@dataclass(frozen=True, slots=True)
class BallotCast:
    """A ballot is stored; ballot is its whole record."""

    credential: Address
    ballot_hash: Hash
    ballot: bytes


@dataclass(frozen=True, slots=True)
class TallyFrozen:
    """A contest's encrypted sum: totals are A_sum, B_sum_1..L."""

    contest: int
    cast_count: int
    totals: bytes


@dataclass(frozen=True, slots=True)
class TallyWithheld:
    """A contest's sum would say too much of too few voters."""

    contest: int


@dataclass(frozen=True, slots=True)
class Overridden:
    """A withheld contest was opened by commission and observers."""

    contest: int
    commission: Signature
    observers: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class ShareAccepted:
    """A trustee's decryption share held; decryption is D_1..D_L."""

    contest: int
    trustee: int
    decryption: bytes
    t1: bytes
    t2: bytes
    s: int


@dataclass(frozen=True, slots=True)
class ShareRefused:
    """A trustee's decryption share did not hold; nothing was stored."""

    contest: int
    trustee: int


@dataclass(frozen=True, slots=True)
class ResultPublished:
    """The counts of a contest, in slot order, and whose shares opened them."""

    contest: int
    trustees: tuple[int, ...]
    counts: tuple[int, ...]


ElectionEvent = ElectionDeployed | ContestListed | BoxCreated | Extended
CeremonyEvent = (
    AttemptStarted
    | Enrolled
    | CeremonyBound
    | Committed
    | Revealed
    | SlotDerived
    | Dealt
    | Confirmed
    | ComplaintJudged
    | AttemptAborted
    | CeremonyFinal
    | CeremonyFailed
)
LeafEvent = Registered | Withdrawn | PaperMarked | Issued
ListEvent = ListPublished | LeafEvent
BoxEvent = BoxOpened | BallotCast
TallyEvent = (
    TallyFrozen
    | TallyWithheld
    | Overridden
    | ShareAccepted
    | ShareRefused
    | ResultPublished
)
Event = ElectionEvent | CeremonyEvent | ListEvent | BoxEvent | TallyEvent
