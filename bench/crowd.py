"""A record of any number of voters, without a chain, for measuring its readers.

The election is that of the audits' tests, up to the end of the polls; in its first
contest, everybody registers, is issued and casts, with real paths, signatures,
credentials and proofs. Every check holds or is not due. The contracts answer what the
events give, as they would.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from election.audit.checks.state import _expect
from election.audit.evidence import Evidence
from election.client.contracts.voter_list import NO_SIGNATURE
from election.crypto.blind_credential import RecoverySecret, hash_credential
from election.crypto.group import encode_g1
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.sharing import lagrange_coefficients
from election.crypto.signature import derive_address
from election.crypto.transcript import ZERO_HASH, Hash, hash_bytes, uint_word
from election.log_spool import LogSpool
from election.protocol.attestation import (
    NO_LOCK,
    Action,
    Attestation,
    Request,
    Role,
    attest,
    request_registration,
)
from election.protocol.ballot import (
    NO_MEMO,
    _hash,
    make_ballot,
    prepare_choice,
)
from election.protocol.board import Board, Call, Log
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.context import Box
from election.protocol.encoding import decode_record
from election.protocol.events import (
    BallotCast,
    BoxOpened,
    ContestListed,
    ElectionDeployed,
    Issued,
    ListPublished,
    Overridden,
    PaperMarked,
    Registered,
    ResultPublished,
    ShareAccepted,
    ShareRefused,
    TallyFrozen,
    TallyWithheld,
    Withdrawn,
)
from election.protocol.issuance import (
    Credential,
    CredentialRequest,
    prepare_request,
)
from election.protocol.replay import Entry, replay_board
from election.protocol.views import list_views
from election.protocol.voter_list import (
    VoterList,
    build_voter_list,
    claim_leaf,
)
from scripts.shared.files.bundle_file import write_bundle
from tests.audit.cast_of_roles import key_of
from tests.audit.story import CHOICES, Story
from tests.audit.tampering import encode_answer, encode_event, find

CONTEST = 1
BLOCKS: Final = 100_000
"""Each block of the small election is made into so many, for the voters to be in."""
A_BLOCK: Final = 20
"""Voters in a block."""
_LEFT_OUT = (
    *(Registered, Withdrawn, PaperMarked, Issued, BallotCast),
    *(TallyFrozen, ShareAccepted, ShareRefused, ResultPublished, Overridden),
    *(TallyWithheld,),
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """A small record, and the events of its kind that a larger one repeats."""

    board: Board
    published: Entry[ListPublished]
    registered: Entry[Registered]
    issued: Entry[Issued]
    cast: Entry[BallotCast]
    box: Box
    share: KeyShare
    credential_secret: Scalar

    def write(self, path: Path, voters: int, *, issued: int | None = None) -> None:
        """Write the record of so many voters as a bundle.

        issued: how many of them have asked for a credential, if nobody has cast yet.
        """
        told = self._tell(voters)
        last = self.board.head.number * BLOCKS
        if issued is not None:
            last = self.issued.log.block_number * BLOCKS + issued // A_BLOCK - 1
            told = takewhile(lambda log: log.block_number <= last, told)
        head = replace(self.board.head, number=last)
        board = replace(self.board, logs=LogSpool(told), head=head)
        write_bundle(path, replace(board, answers=answer_all(board)))

    def _tell(self, voters: int) -> Iterator[Log]:
        ctx = find(self.board, BoxOpened).event.ctx
        election_id = find(self.board, ElectionDeployed).event.election_id
        names = [hash_bytes(uint_word(voter)) for voter in range(voters)]
        made = build_voter_list(election_id, CONTEST, voters=names)
        streams = (
            self._list_others(root=made.tree.root, size=voters),
            (self._register(made, index, ctx) for index in range(voters)),
            (self._issue(made, index, ctx) for index in range(voters)),
            map(self._cast, range(voters)),
        )
        return merge(*streams, key=lambda log: (log.block_number, log.index))

    def _list_others(self, **published: Any) -> Iterator[Log]:
        """List what is not of the voters, with their list in its place."""
        for entry in replay_board(self.board).entries:
            if entry.log is self.published.log:
                yield self._log(self.published, **published)
            elif entry.kind not in _LEFT_OUT:
                yield _place(entry.log)

    def _request(self, index: int) -> CredentialRequest:
        # one leaf for all: what is derived of it need only be another for each voter
        secret = RecoverySecret(hash_bytes(uint_word(index))[:16])
        return prepare_request(secret, ctx=self.box.ctx, leaf=ZERO_HASH)

    def _cast(self, index: int) -> Log:
        request = self._request(index)
        point = hash_credential(self.box.ctx, derive_address(request.ballot_key))
        credential = Credential(request.ballot_key, point * self.credential_secret)
        source = SecretSource(hash_bytes(b"%d" % index) * 2, b"")
        choice = 1 + index % len(self.box.election_keys)
        prepared = prepare_choice(choice, self.box, source=source)
        raw = make_ballot(
            prepared, self.box, credential=credential, memo=NO_MEMO, source=source
        )
        record = decode_record(raw, slots=len(self.box.election_keys))
        ballot_hash = _hash(record, self.box).ballot_hash
        return self._log(
            self.cast,
            index,
            credential=credential.address,
            ballot=raw,
            ballot_hash=ballot_hash,
        )

    def _register(self, made: VoterList, index: int, ctx: Hash) -> Log:
        leaf = made.tree.levels[0][index]
        request = request_registration(ctx, leaf, nonce=0, lock=NO_LOCK)
        portal, sms = _attest(request, self.registered)
        return self._log(
            self.registered,
            index,
            leaf=leaf,
            request=claim_leaf(made, index),
            lock=NO_LOCK,
            nonce=0,
            portal=portal,
            sms=sms,
        )

    def _issue(self, made: VoterList, index: int, ctx: Hash) -> Log:
        leaf = made.tree.levels[0][index]
        blinded = encode_g1(self._request(index).blinded)
        request = Request(ctx, Action.ISSUE, leaf, 1, hash_bytes(blinded))
        portal, sms = _attest(request, self.issued)
        return self._log(
            self.issued,
            index,
            leaf=leaf,
            request=claim_leaf(made, index),
            lock_signature=NO_SIGNATURE,
            nonce=1,
            blinded=blinded,
            portal=portal,
            sms=sms,
        )

    def _log(self, entry: Entry[Any], index: int = 0, **fields: Any) -> Log:
        event = replace(entry.event, **fields)
        topics, data = encode_event(event, entry.contract.part.contract_name)
        return _place(replace(entry.log, topics=topics, data=data), index)


def _place(log: Log, index: int = 0) -> Log:
    """Put a log into one of the blocks that its own block is made into."""
    block, place = divmod(index, A_BLOCK)
    number = log.block_number * BLOCKS + block
    transaction = Hash(hash_bytes(log.transaction + uint_word(number)))
    return replace(
        log, block_number=number, transaction=transaction, index=log.index + place
    )


def answer_all(board: Board) -> dict[Call, bytes]:
    """Let all contracts answer what the events give, which no check could miss."""
    evidence = Evidence(board)
    contests = [contest.contest for contest in evidence.contests]
    trustees, contracts = evidence.deployed.trustees.seats, evidence.replay.contracts
    views = list_views(contracts.values(), contests, trustees=trustees)
    return {
        view.call: encode_answer(
            view.contract.part, view.function, _expect(evidence, view)
        )
        for view in views
    }


def _attest(request: Request, entry: Entry[Any]) -> tuple[Attestation, Attestation]:
    expiry = entry.log.timestamp + 300
    return (
        attest(request, key_of("portal"), role=Role.PORTAL, expiry=expiry),
        attest(request, key_of("sms gateway"), role=Role.SMS_GATEWAY, expiry=expiry),
    )


def gather() -> Crowd:
    """Hold the small election."""
    told = Story(CHOICES).tell()
    board, box = told.board, told.boxes[CONTEST]
    (listed,) = (each.event for each in Evidence(board).every(ContestListed, CONTEST))
    shares = [told.shares[f"issuer {issuer}"] for issuer in (1, 3)]
    secrets = {each.member: each.secrets[listed.position - 1] for each in shares}
    weights = lagrange_coefficients(tuple(secrets))
    secret = reduce_scalar(sum(weights[at] * secrets[at] for at in secrets))
    return Crowd(
        board,
        find(board, ListPublished, lambda entry: any(entry.event.root)),
        find(board, Registered),
        find(board, Issued),
        find(board, BallotCast),
        box,
        shares[0],
        secret,
    )
