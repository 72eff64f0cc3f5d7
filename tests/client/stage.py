"""Elections on a devnet, brought as far as a test needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from election.client.ceremony import Ceremony, issuers_ceremony, trustees_ceremony
from election.client.ceremony_member import Member as CeremonyMember
from election.client.ceremony_member import advance_member
from election.client.deployment import begin_deployment, deploy_election
from election.client.issuing import read_issuer_keys, serve_issued, take_credential
from election.client.leaf_requests import (
    LeafRequest,
    Place,
    ask_for_credential,
    ask_to_register,
    prepare_act,
)
from election.client.open_election import (
    ContestBox,
    OpenElection,
    open_election,
    read_box,
)
from election.client.rpc import Connection
from election.client.wire import Act
from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import Point
from election.crypto.randomness import SecretSource
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import ZERO_HASH, Hash, hash_bytes
from election.protocol.attestation import LIFETIME, Attestation, Role, attest
from election.protocol.ballot import NO_MEMO, make_ballot, prepare_choice
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.context import derive_election_id
from election.protocol.issuance import Credential, CredentialRequest, prepare_request
from election.protocol.manifest import (
    Accounts,
    Contest,
    Manifest,
    Member,
    Roster,
    Times,
)
from election.protocol.terms import ElectionTerms, PublishedContest
from election.protocol.voter_list import (
    VoterList,
    build_voter_list,
    claim_leaf,
    hash_voter,
)

_NUMBERS = count(1)
HOUR = 3_600


def make_key(name: str) -> SigningKey:
    """Make the same key for the same name."""
    return SigningKey(int.from_bytes(hash_bytes(name.encode()), "big") >> 1)


def make_source(name: str) -> SecretSource:
    """Make the same secrets for the same name."""
    return SecretSource(hash_bytes(name.encode()) * 2, b"")


COMMISSION, PORTAL, SMS_GATEWAY = map(make_key, ("commission", "portal", "sms"))
STATION, RELAY = make_key("station"), make_key("relay")
OBSERVERS = tuple(make_key(f"observer {i}") for i in (1, 2, 3))
TRUSTEES = tuple(make_key(f"trustee {i}") for i in (1, 2, 3, 4))
ISSUERS = tuple(make_key(f"issuer {i}") for i in (1, 2, 3))


def make_manifest(now: int, *, minimum_cast: int = 2) -> Manifest:
    """Make an election of two contests whose keys are made in an hour.

    Two of three trustees, with one reserve; two of three issuers.
    """
    starts = (now + hour * HOUR for hour in range(1, 8))

    def roster(keys: tuple[SigningKey, ...]) -> Roster:
        members = (Member(derive_address(key), i == 0) for i, key in enumerate(keys))
        return Roster(2, 3, tuple(members))

    return Manifest(
        id=f"stage-{next(_NUMBERS)}",
        title="TEST",
        test=True,
        step_seconds=240,
        minimum_cast=minimum_cast,
        quorum=2,
        times=Times(*starts),
        accounts=Accounts(
            derive_address(COMMISSION),
            derive_address(PORTAL),
            derive_address(SMS_GATEWAY),
            derive_address(STATION),
            tuple(map(derive_address, OBSERVERS)),
        ),
        trustees=roster(TRUSTEES),
        issuers=roster(ISSUERS),
        contests=(
            Contest(1, "First", ("Анна", "Вронский")),
            Contest(30, "Second", ("One", "Two", "Three")),
        ),
    )


def travel(connection: Connection, moment: int) -> None:
    """Make a block at this time."""
    connection.request("evm_setNextBlockTimestamp", hex(moment))
    connection.request("evm_mine")


@dataclass
class Stage:
    """An election on a chain, and all of its roles' keys."""

    connection: Connection
    manifest: Manifest
    opened: OpenElection
    shares: dict[SigningKey, KeyShare] = field(default_factory=dict)
    boxes: dict[int, ContestBox] = field(default_factory=dict)
    lists: dict[int, VoterList] = field(default_factory=dict)

    @property
    def election_id(self) -> Hash:
        return derive_election_id(self.manifest.id)

    def members(self, keys: tuple[SigningKey, ...]) -> list[CeremonyMember]:
        name = self.manifest.id
        return [
            CeremonyMember(key, make_source(f"{name} {key.secret}")) for key in keys
        ]

    def hold_ceremony(
        self, ceremony: Ceremony[Point], keys: tuple[SigningKey, ...]
    ) -> None:
        """Let members speak in turn until every one has its share."""
        for _ in range(6):
            for member in self.members(keys):
                share = advance_member(ceremony, member).key_share
                if share is not None:
                    self.shares[member.key] = share

    def make_keys(self) -> None:
        self.hold_ceremonies()
        self.make_boxes()

    def hold_ceremonies(self) -> None:
        travel(self.connection, self.manifest.times.keys)
        self.hold_ceremony(trustees_ceremony(self.opened), TRUSTEES[:3])
        self.hold_ceremony(issuers_ceremony(self.opened), ISSUERS)

    def make_boxes(self) -> None:
        for contest in self.opened.contests:
            act = self.opened.election.create_box(contest)
            self.connection.send(act, key=RELAY)
            self.boxes[contest] = read_box(self.opened, contest)

    def publish_lists(self, voters: int) -> None:
        travel(self.connection, self.manifest.times.voter_list)
        for contest in self.opened.contests:
            hashes = [
                hash_voter(f"{contest}-{i}", hash_bytes(bytes([i])))
                for i in range(voters)
            ]
            made = build_voter_list(self.election_id, contest, voters=hashes)
            act = self.opened.voter_list.publish(contest, made.tree.root, size=voters)
            self.connection.send(act, key=COMMISSION)
            self.lists[contest] = made

    def terms(self) -> ElectionTerms:
        """Give the terms as the contracts have them, without an audit."""
        rules, none = self.opened.rules, (ZERO_HASH, 0)
        lists = {each: (m.tree.root, m.tree.size) for each, m in self.lists.items()}
        return ElectionTerms(
            self.opened.address,
            rules.title,
            rules.test,
            rules.portal,
            rules.sms_gateway,
            {
                contest: PublishedContest(
                    self.boxes[contest].terms,
                    *lists.get(contest, none),
                    read_issuer_keys(self.opened, contest),
                )
                for contest, listed in self.opened.contests.items()
            },
        )

    def place(self, contest: int, index: int, *, nonce: int) -> Place:
        claim = claim_leaf(self.lists[contest], index)
        return Place(self.election_id, self.boxes[contest].box.ctx, claim, nonce)

    def attest(self, asked: LeafRequest) -> tuple[Attestation, Attestation]:
        expiry = self.connection.read_clock() + LIFETIME
        return (
            attest(asked.request, PORTAL, role=Role.PORTAL, expiry=expiry),
            attest(asked.request, SMS_GATEWAY, role=Role.SMS_GATEWAY, expiry=expiry),
        )

    def prepare(self, asked: LeafRequest) -> Act:
        portal, sms = self.attest(asked)
        return prepare_act(self.opened.voter_list, asked, portal=portal, sms=sms)

    def register_all(self) -> None:
        travel(self.connection, self.manifest.times.registration)
        acts = [
            self.prepare(ask_to_register(self.place(contest, index, nonce=0)))
            for contest, made in self.lists.items()
            for index in range(made.tree.size)
        ]
        self.connection.send_all(acts, key=RELAY)

    def credential_request(self, contest: int, index: int) -> CredentialRequest:
        place = self.place(contest, index, nonce=1)
        secret = RecoverySecret(hash_bytes(place.leaf)[:16])
        return prepare_request(secret, ctx=place.ctx, leaf=place.leaf)

    def issue_all(self) -> None:
        travel(self.connection, self.manifest.times.opening)
        acts = []
        for contest, made in self.lists.items():
            for index in range(made.tree.size):
                blinded = self.credential_request(contest, index).blinded
                place = self.place(contest, index, nonce=1)
                acts.append(self.prepare(ask_for_credential(place, blinded)))
        self.connection.send_all(acts, key=RELAY)

    def credentials(self, contest: int) -> list[Credential]:
        """Give every voter of a contest a credential by issuers 1 and 3."""
        answers = {
            issuer: serve_issued(self.opened, contest, key_share=self.shares[key])
            for issuer, key in ((1, ISSUERS[0]), (3, ISSUERS[2]))
        }
        keys = read_issuer_keys(self.opened, contest)
        leaves = self.lists[contest].tree.levels[0]
        return [
            take_credential(
                self.credential_request(contest, index),
                [(issuer, served[leaf]) for issuer, served in answers.items()],
                self.boxes[contest].terms,
                issuer_keys=keys,
            )
            for index, leaf in enumerate(leaves)
        ]

    def ballots(self, contest: int, choices: list[int]) -> list[bytes]:
        """Make the ballots of the first voters of a contest."""
        box = self.boxes[contest].box
        records = []
        for credential, choice in zip(self.credentials(contest), choices, strict=False):
            source = make_source(f"ballot {credential.address.hex()} {choice}")
            prepared = prepare_choice(choice, box, source=source)
            records.append(
                make_ballot(
                    prepared, box, credential=credential, memo=NO_MEMO, source=source
                )
            )
        return records


def deploy(connection: Connection, manifest: Manifest | None = None) -> Stage:
    """Deploy an election whose first hour has not come yet."""
    manifest = manifest or make_manifest(connection.read_clock())
    deployment = deploy_election(
        connection,
        manifest,
        key=COMMISSION,
        deployment=begin_deployment(connection, manifest),
        save=lambda _: None,
    )
    opened = open_election(connection, deployment.election, since=deployment.block)
    return Stage(connection, manifest, opened)
