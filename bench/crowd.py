"""A record of any number of voters, without a chain, for measuring its readers.

The election is that of the audits' tests; in its first contest, everybody registers, is
issued and casts, with real paths and signatures. All were issued the same M' and cast
the same bytes, which only the checks of what these say would notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import merge
from pathlib import Path
from typing import Any

from election.client.contracts.voter_list import NO_SIGNATURE
from election.crypto.transcript import Address, Hash, hash_bytes, uint_word
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
from election.protocol.board import Board, Log
from election.protocol.events import (
    BallotCast,
    BoxOpened,
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
from election.protocol.replay import Entry, replay_board
from election.protocol.voter_list import (
    VoterList,
    build_voter_list,
    claim_leaf,
)
from scripts.files.bundle_file import write_bundle
from tests.audit.cast_of_roles import key_of
from tests.audit.story import CHOICES, Story
from tests.audit.tampering import encode_event, find

CONTEST = 1
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

    def write(self, path: Path, voters: int) -> None:
        """Write the record of so many voters as a bundle."""
        logs = LogSpool(self._tell(voters))
        write_bundle(path, replace(self.board, logs=logs))

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
                yield entry.log

    def _cast(self, index: int) -> Log:
        credential = Address(hash_bytes(uint_word(index))[:20])
        return self._log(self.cast, index, credential=credential)

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
        leaf, blinded = made.tree.levels[0][index], self.issued.event.blinded
        request = Request(ctx, Action.ISSUE, leaf, 1, hash_bytes(blinded))
        portal, sms = _attest(request, self.issued)
        return self._log(
            self.issued,
            index,
            leaf=leaf,
            request=claim_leaf(made, index),
            lock_signature=NO_SIGNATURE,
            nonce=1,
            portal=portal,
            sms=sms,
        )

    def _log(self, entry: Entry[Any], index: int = 0, **fields: Any) -> Log:
        event = replace(entry.event, **fields)
        topics, data = encode_event(event, entry.contract.part.contract_name)
        return replace(entry.log, topics=topics, data=data, index=index)


def _attest(request: Request, entry: Entry[Any]) -> tuple[Attestation, Attestation]:
    expiry = entry.log.timestamp + 300
    return (
        attest(request, key_of("portal"), role=Role.PORTAL, expiry=expiry),
        attest(request, key_of("sms gateway"), role=Role.SMS_GATEWAY, expiry=expiry),
    )


def gather() -> Crowd:
    """Hold the small election."""
    board = Story(CHOICES).tell().board
    return Crowd(
        board,
        find(board, ListPublished, lambda entry: any(entry.event.root)),
        find(board, Registered),
        find(board, Issued),
        find(board, BallotCast),
    )
