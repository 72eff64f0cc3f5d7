"""A small election through the real contracts that makes every kind of event.

A trustee is silent and a reserve takes the seat; an issuer deals garbage and is judged.
Contest 1 is ordinary. Contest 2 is small and overridden, nobody votes in contest 3, and
contest 4 stays withheld. A quorum of observers extends the polls, all of them override.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from typing_extensions import override

from election.client.board_reader import read_board
from election.client.ceremony import (
    Ceremony,
    accept_enrolments,
    issuers_ceremony,
    read_attempt,
    trustees_ceremony,
)
from election.client.ceremony_member import advance_member
from election.client.contracts.voter_list import NO_SIGNATURE
from election.client.deployment import Deployment, begin_deployment, deploy_election
from election.client.issuing import read_issuer_keys, take_credential
from election.client.open_election import (
    ContestBox,
    OpenElection,
    open_election,
    read_box,
)
from election.client.rpc import Connection
from election.client.tallying import find_counts, recompute_tally
from election.client.wire import Act, Receipt
from election.crypto.group import Point, encode_g1
from election.crypto.signature import SigningKey, sign_hash
from election.crypto.transcript import Hash, hash_bytes
from election.protocol.attestation import (
    NO_LOCK,
    Attestation,
    Request,
    Role,
    attest,
    derive_lock_hash,
    request_issuance,
    request_registration,
    request_withdrawal,
)
from election.protocol.ballot import NO_MEMO, make_ballot, prepare_choice
from election.protocol.board import Board
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.ceremony.dealing import prove_deal
from election.protocol.context import Box, derive_election_id
from election.protocol.decryption import make_share
from election.protocol.issuance import CredentialRequest, prepare_request, serve_share
from election.protocol.manifest import (
    Accounts,
    Contest,
    Manifest,
    Roster,
    Times,
)
from election.protocol.manifest import Member as Listed
from election.protocol.phases import derive_extension_hash
from election.protocol.tally import derive_override_hash
from election.protocol.voter_list import (
    LeafClaim,
    VoterList,
    build_voter_list,
    claim_leaf,
    hash_voter,
)
from node.config import read_config
from node.engine.local import LocalEngine
from node.rpc.dispatch import Dispatcher
from tests.audit.cast_of_roles import (
    OBSERVERS,
    account_of,
    key_of,
    member_of,
    recovery_of,
    sign_together,
    source_of,
)

DAY = 86_400
EXTENSION = 600
TRUSTEES = ("trustee 1", "trustee 2", "trustee 3", "reserve trustee")
ISSUERS = ("issuer 1", "issuer 2", "issuer 3")
CHOICES = {1: (1, 3, 3, 2), 2: (2, 1), 3: (), 4: (1,)}
"""What the voters of each contest choose, in the order of the list."""

MANY = 3
"""The contest of more candidates than a small box has room for."""

LOCKED = "voter 1.1"
_URL = "in process"


@dataclass(frozen=True, slots=True)
class Told:
    """The election when it is over. early: its boards before, by what was done last."""

    board: Board
    early: dict[str, Board]
    boxes: dict[int, Box]
    shares: dict[str, KeyShare]
    connection: Connection
    deployment: Deployment


class Story:
    """Holds the election, phase by phase."""

    def __init__(self, choices: Mapping[int, tuple[int, ...]]) -> None:
        config = read_config()
        start = config.chain.genesis_timestamp
        self.engine = LocalEngine(config, lambda: start)
        self.post = Dispatcher(self.engine).handle
        self.chain_id = config.chain.id
        self.connection = Connection(self.post, url=_URL, chain_id=self.chain_id)
        self.manifest = make_manifest(start)
        self.early: dict[str, Board] = {}
        self.opened = self._deploy()
        self.choices = choices
        self.boxes: dict[int, ContestBox] = {}
        self.shares: dict[str, KeyShare] = {}
        self.lists: dict[int, VoterList] = {}
        self.ballots: dict[str, bytes] = {}

    def tell(self) -> Told:
        self.remember("deployed")
        self.make_keys()
        self.remember("boxes")
        self.publish_lists()
        self.remember("lists")
        self.register_voters()
        self.vote()
        self.remember("polls")
        self.count()
        board = read_board(self.connection, self.opened.address)
        boxes = {contest: box.box for contest, box in self.boxes.items()}
        return Told(
            board, self.early, boxes, self.shares, self.connection, self.deployment
        )

    def remember(self, done: str) -> None:
        self.early[done] = read_board(self.connection, self.deployment.election)

    def send(self, role: str, *acts: Act) -> None:
        self.connection.send_all(acts, key=key_of(role))

    def travel_to(self, timestamp: int) -> None:
        self.engine.set_next_timestamp(timestamp)
        self.engine.mine()

    @property
    def now(self) -> int:
        return self.engine.chain.head.header.timestamp

    def _deploy(self) -> OpenElection:
        def save(deployment: Deployment) -> None:
            self.deployment = deployment

        self.deployment = deploy_election(
            _Lister(self),
            self.manifest,
            key=key_of("commission"),
            deployment=begin_deployment(self.connection, self.manifest),
            save=save,
        )
        return open_election(self.connection, self.deployment.election)

    # Keys

    def make_keys(self) -> None:
        self.travel_to(self.manifest.times.keys)
        trustees = trustees_ceremony(self.opened)
        advance_member(trustees, member_of("trustee 1"))
        self.travel_to(self.now + self.manifest.step_seconds)
        contract = self.opened.trustees.contract
        self.send("commission", contract.act("expire"))  # trustee 2 was silent
        seated = ("trustee 1", "reserve trustee", "trustee 3")
        self.remember("exclusion")
        self._finish(trustees, seated)
        issuers = issuers_ceremony(self.opened)
        self._advance(issuers, ISSUERS, times=3)
        self.remember("reveals")
        self._deal_garbage(issuers, "issuer 2")
        self._advance(issuers, ("issuer 1", "issuer 3"), times=1)
        advance_member(issuers, member_of("issuer 3"))  # complains
        self._finish(issuers, ("issuer 1", "issuer 3"))
        self.remember("keys")
        for contest in self.manifest.contests:
            self.send("commission", self.opened.election.create_box(contest.id))
            self.boxes[contest.id] = read_box(self.opened, contest.id)

    def _advance(
        self, ceremony: Ceremony[Point], roles: Iterable[str], *, times: int
    ) -> None:
        for _ in range(times):
            for role in roles:
                advance_member(ceremony, member_of(role))

    def _finish(self, ceremony: Ceremony[Point], roles: tuple[str, ...]) -> None:
        self._advance(ceremony, roles, times=5)
        for role in roles:
            advance = advance_member(ceremony, member_of(role))
            assert advance.key_share is not None, f"{role}: {advance}"
            self.shares[role] = advance.key_share

    def _deal_garbage(self, ceremony: Ceremony[Point], role: str) -> None:
        record = read_attempt(ceremony)
        member = member_of(role)
        index = ISSUERS.index(role) + 1
        bound = accept_enrolments(record)
        garbage = (Hash(bytes(32)),) * (len(ISSUERS) - 1) * ceremony.slots
        message = prove_deal(garbage, bound, index, source=member.source)
        self.send(role, ceremony.handle.deal(message))

    # List and registration

    def publish_lists(self) -> None:
        self.travel_to(self.manifest.times.voter_list)
        for contest in self.manifest.contests:
            self.lists[contest.id] = self._build_list(contest.id)
            made, publish = self.lists[contest.id], self.opened.voter_list.publish
            if contest.id == 1:  # a wrong one first
                self.send("commission", publish(1, Hash(bytes(32)), size=1))
            size = made.tree.size
            self.send("commission", publish(contest.id, made.tree.root, size=size))

    def _build_list(self, contest: int) -> VoterList:
        """Build a list of those who vote online, and of one who votes on paper."""
        voters = [
            hash_voter(name_voter(contest, index), hash_bytes(b"salt"))
            for index in range(len(self.choices[contest]) + 1)
        ]
        election_id = derive_election_id(self.manifest.id)
        return build_voter_list(election_id, contest, voters=voters)

    def register_voters(self) -> None:
        self.travel_to(self.manifest.times.registration)
        for contest, choices in self.choices.items():
            for index in range(len(choices)):
                self._register(contest, index, nonce=0)
        self._register(3, len(self.choices[3]), nonce=0)  # and will not vote
        self._withdraw(1, 0, nonce=1)
        self._register(1, 0, nonce=2)

    def _register(self, contest: int, index: int, *, nonce: int) -> None:
        claim, leaf = self._claim(contest, index)
        voter = name_voter(contest, index)
        lock = account_of(f"lock of {voter}") if voter == LOCKED else NO_LOCK
        ctx = self.boxes[contest].box.ctx
        request = request_registration(ctx, leaf, nonce=nonce, lock=lock)
        portal, sms = self._attest(request)
        act = self.opened.voter_list.register(claim, lock, portal=portal, sms=sms)
        self.send("registrar", act)

    def _withdraw(self, contest: int, index: int, *, nonce: int) -> None:
        claim, leaf = self._claim(contest, index)
        ctx = self.boxes[contest].box.ctx
        request = request_withdrawal(ctx, leaf, nonce=nonce)
        portal, sms = self._attest(request)
        key = key_of(f"lock of {name_voter(contest, index)}")
        signature = sign_hash(derive_lock_hash(request), key)
        self.send(
            "registrar",
            self.opened.voter_list.withdraw(claim, signature, portal=portal, sms=sms),
        )

    def _claim(self, contest: int, index: int) -> tuple[LeafClaim, Hash]:
        made = self.lists[contest]
        return claim_leaf(made, index), made.tree.levels[0][index]

    def _attest(self, request: Request) -> tuple[Attestation, Attestation]:
        expiry = self.now + 300
        return (
            attest(request, key_of("portal"), role=Role.PORTAL, expiry=expiry),
            attest(
                request, key_of("sms gateway"), role=Role.SMS_GATEWAY, expiry=expiry
            ),
        )

    # Voting

    def vote(self) -> None:
        self.travel_to(self.manifest.times.opening)
        on_paper, _ = self._claim(1, len(self.choices[1]))
        self.send("polling station", self.opened.voter_list.mark_paper(on_paper))
        for contest, choices in self.choices.items():
            for index, choice in enumerate(choices):
                self._issue(contest, index)
                self._make_ballot(contest, index, choice)
        self._extend()
        last_minute = self.manifest.times.cast_closing + EXTENSION - 60
        self.travel_to(last_minute)
        for contest, choices in self.choices.items():
            voters = [name_voter(contest, index) for index in range(len(choices))]
            raws = sorted(self.ballots[voter] for voter in voters)
            if not raws:
                continue
            cast = self.boxes[contest].handle.cast
            self.send("relay", cast(raws[:1]))
            rest = [raws[at : at + 32] for at in range(0, len(raws), 32)]
            if len(raws) > 1:  # the first again: alone, it would leave no log
                self.send("relay", *map(cast, rest))

    def _issue(self, contest: int, index: int) -> None:
        claim, leaf = self._claim(contest, index)
        voter = name_voter(contest, index)
        ctx = self.boxes[contest].box.ctx
        wanted = prepare_request(recovery_of(voter), ctx=ctx, leaf=leaf)
        nonce = self.opened.voter_list.nonces([leaf])[0]
        request = request_issuance(ctx, leaf, nonce=nonce, blinded=wanted.blinded)
        portal, sms = self._attest(request)
        signature = NO_SIGNATURE
        if voter == LOCKED:
            key = key_of(f"lock of {voter}")
            signature = sign_hash(derive_lock_hash(request), key)
        self.send(
            "registrar",
            self.opened.voter_list.request_credential(
                claim,
                encode_g1(wanted.blinded),
                lock_signature=signature,
                portal=portal,
                sms=sms,
            ),
        )

    def _make_ballot(self, contest: int, index: int, choice: int) -> None:
        voter, box = name_voter(contest, index), self.boxes[contest]
        leaf = self._claim(contest, index)[1]
        request = prepare_request(recovery_of(voter), ctx=box.box.ctx, leaf=leaf)
        self.ballots[voter] = make_ballot(
            prepare_choice(choice, box.box, source=source_of(voter)),
            box.box,
            credential=take_credential(
                request,
                self._serve(contest, request).items(),
                box.terms,
                issuer_keys=read_issuer_keys(self.opened, contest),
            ),
            memo=NO_MEMO,
            source=source_of(voter),
        )

    def _serve(self, contest: int, request: CredentialRequest) -> dict[int, bytes]:
        position = self.opened.contests[contest].position
        blinded = encode_g1(request.blinded)
        return {
            index: serve_share(blinded, self.shares[role].secrets[position - 1])
            for index, role in enumerate(("issuer 1", "issuer 3"), 1)
        }

    def _extend(self) -> None:
        digest = derive_extension_hash(
            self.opened.deployed.election_id,
            chain_id=self.connection.chain_id,
            election=self.opened.address,
            counter=0,
            delta=EXTENSION,
        )
        commission, observers = sign_together(digest)
        extend = self.opened.election.extend
        self.send(
            "observer 1", extend(EXTENSION, commission=commission, observers=observers)
        )

    # Tally

    def count(self) -> None:
        self.travel_to(self.manifest.times.cast_closing + EXTENSION)
        for contest in self.manifest.contests:
            self.send("commission", self.opened.tally.freeze(contest.id))
        self.remember("frozen")
        self._override(2)
        self._open_sum(1)
        self.remember("first result")
        self._open_sum(2)

    def _override(self, contest: int) -> None:
        frozen = recompute_tally(self.opened, self.boxes[contest])
        digest = derive_override_hash(frozen.tally)
        commission, observers = sign_together(digest, observers=len(OBSERVERS))
        override = self.opened.tally.override
        self.send(
            "observer 1", override(contest, commission=commission, observers=observers)
        )

    def _open_sum(self, contest: int) -> None:
        frozen = recompute_tally(self.opened, self.boxes[contest])
        submit = self.opened.tally.submit_share
        for index, role in enumerate(("trustee 1", "reserve trustee", "trustee 3"), 1):
            source = member_of(role).source
            share = make_share(frozen.tally, self.shares[role], source=source)
            if contest == 1 and index == 2:  # wrong at first
                wrong = replace(share, s=share.s ^ 1)
                self.send(role, submit(contest, index, share=wrong))
            self.send(role, submit(contest, index, share=share))
        result = find_counts(self.opened, frozen)
        self.send("commission", self.opened.tally.finalize(contest, result))


class _Lister(Connection):
    """Lists one contest after the other, and remembers the board before each."""

    def __init__(self, story: Story) -> None:
        super().__init__(story.post, url=_URL, chain_id=story.chain_id)
        self.story = story

    @override
    def send_all(self, acts: Sequence[Act], *, key: SigningKey) -> tuple[Receipt, ...]:
        if len(acts) == 1:
            return super().send_all(acts, key=key)
        receipts: tuple[Receipt, ...] = ()
        for listed, act in enumerate(acts):
            self.story.remember(f"{listed} listed")
            receipts += super().send_all([act], key=key)
        return receipts


def name_voter(contest: int, index: int) -> str:
    return f"voter {contest}.{index + 1}"


def make_manifest(start: int) -> Manifest:
    """Describe the election, whose first phase begins a day after the start."""

    def roster(roles: tuple[str, ...], seats: int) -> Roster:
        members = tuple(Listed(account_of(role), commission=False) for role in roles)
        return Roster(2, seats, members)

    return Manifest(
        id="audited",
        title="Audited election",
        test=True,
        step_seconds=3_600,
        minimum_cast=3,
        quorum=2,
        times=Times(*(start + day * DAY for day in range(1, 8))),
        accounts=Accounts(
            commission=account_of("commission"),
            portal=account_of("portal"),
            sms_gateway=account_of("sms gateway"),
            polling_station=account_of("polling station"),
            observers=tuple(map(account_of, OBSERVERS)),
        ),
        trustees=roster(TRUSTEES, 3),
        issuers=roster(ISSUERS, 3),
        contests=(
            Contest(1, "First district", ("Первый", "Second", "Third")),
            Contest(2, "Second district", ("Yes", "No")),
            Contest(MANY, "Third district", tuple("ABCDEFG")),
            Contest(4, "Fourth district", ("Yes", "No")),
        ),
    )
