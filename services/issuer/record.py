"""Follow the record of an election from two nodes, and answer what is new on it.

In a process of its own. What was verified once is kept, in this process and, sealed
now and then, beside the key file; each further pass costs what has come since.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, redirect_stderr
from dataclasses import dataclass, field
from io import StringIO
from typing import Final

from election.audit.evidence import Evidence
from election.audit.past import NOTHING, Past
from election.client.deployment import Deployment
from election.crypto.transcript import Hash
from election.protocol.board import Board
from election.protocol.events import (
    BallotCast,
    BoxOpened,
    Issued,
    PaperMarked,
    Registered,
    Withdrawn,
)
from election.protocol.replay import Part
from scripts.members.answering import answer_once
from scripts.members.going_on import bind, place_past
from scripts.shared.acceptance import (
    POLLS,
    AuditedElection,
    accept_board,
    open_own_share,
)
from scripts.shared.files.key_file import KeyFile
from scripts.shared.files.lock import lock_file
from scripts.shared.files.past_file import PastFile, UnusableError, open_past
from scripts.shared.files.past_steps import keep_past
from scripts.shared.witnesses import agree_on_record, read_boards, require_witnesses

SEAL_EVERY: Final = 600
"""Seconds between seals, which take in every leaf; a restart verifies that much."""

STEADY: Final = (
    *("record", "clock", "code", "state", "leaves", "attestations", "issuance"),
    *("casting", "counting"),
)
"""Checks of a pass in which only voters acted: all others have what they had before,
since what they look at is logs that were verified and are kept."""

_OF_VOTERS: Final = (Registered, Withdrawn, PaperMarked, Issued, BallotCast)


@dataclass(frozen=True, slots=True)
class Progress:
    """What came of a pass.

    block: up to which the record is verified. issuer: own number. answered: how many
    requests were new. warnings: what the checks bore.
    """

    block: int
    issuer: int
    answered: int
    warnings: tuple[str, ...] = ()


@dataclass
class Record:
    """The record of one election, as far as it was verified."""

    deployment: Deployment
    urls: Sequence[str]
    key_file: KeyFile = field(repr=False)
    past: Past = NOTHING
    is_begun: bool = False
    sealed_at: float = 0.0
    issuer: int = 0
    held: ExitStack = field(default_factory=ExitStack)

    def advance(self) -> Progress:
        """Verify what is new, and answer it.

        Raises what `accept_witnessed` and `answer_once` do, and FileError; the next
        pass begins where this one did.
        """
        said = StringIO()
        with redirect_stderr(said):
            self._begin()
            audited, fresh = self._verify()
            answered = self._answer(audited, fresh)
        lines = said.getvalue().splitlines()
        told = tuple(line for line in lines if line.startswith("warning: "))
        block = audited.evidence.past.block
        return Progress(block, self.issuer, answered, told)

    def close(self) -> None:
        """Let go of what is kept; what was not sealed is verified again."""
        if isinstance(self.past, PastFile):
            self.past.close()
        self.past, self.is_begun = NOTHING, False
        self.held.close()

    def _begin(self) -> None:
        """Open what was kept, and keep other programs with this key file waiting."""
        if self.is_begun or isinstance(self.past, PastFile):
            return
        path = place_past(self.deployment, self.key_file)
        self.held.close()
        self.held.enter_context(lock_file(path))
        try:
            self.past = open_past(path, bind(self.deployment, POLLS, self.key_file))
        except UnusableError:
            self.past = NOTHING

    def _verify(self) -> tuple[AuditedElection, Mapping[int, list[tuple[Hash, bytes]]]]:
        """Verify what came since; give leaf and M' of what was issued, by contest."""
        boards = read_boards(self.deployment, self.urls, self.past)
        board = agree_on_record(boards)
        audited = accept_board(board, self._choose_checks(board), self.past)
        evidence = audited.evidence
        require_witnesses(boards, is_test=evidence.deployed.rules.test)
        fresh: dict[int, list[tuple[Hash, bytes]]] = {}
        for entry in evidence.every(Issued):
            event = entry.event
            fresh.setdefault(event.contest, []).append((event.leaf, event.blinded))
        path = place_past(self.deployment, self.key_file)
        moment = time.monotonic()
        is_sealed = moment - self.sealed_at >= SEAL_EVERY or not self.is_begun
        binding = bind(self.deployment, POLLS, self.key_file)
        kept = keep_past(path, evidence, binding, is_sealed=is_sealed)
        self.past = kept.past
        if is_sealed:
            self.sealed_at = moment
        return AuditedElection(kept), fresh

    def _choose_checks(self, board: Board) -> Sequence[str]:
        """Choose the checks of a pass: all, unless only voters acted since the last."""
        if not self.is_begun:
            return POLLS
        evidence = Evidence(board, self.past)
        new = len(board.logs) - len(self.past.logs)
        return STEADY if len(evidence.of_kinds(*_OF_VOTERS)) == new else POLLS

    def _answer(
        self,
        audited: AuditedElection,
        fresh: Mapping[int, list[tuple[Hash, bytes]]],
    ) -> int:
        """Answer what is new; in the first pass all, as a crash may have left some.

        If that fails, the next pass looks at all of it again.
        """
        is_first, self.is_begun = not self.is_begun, False
        share = open_own_share(audited, self.key_file, part=Part.ISSUERS)
        self.issuer, answered = share.member, 0
        for contest in audited.evidence.contests:
            number = contest.contest
            if not audited.evidence.every(BoxOpened, number):
                continue
            asked = None if is_first else fresh.get(number)
            if asked is None and not is_first:
                continue
            _, answers = answer_once(
                audited, number, key_file=self.key_file, asked=asked
            )
            answered += sum(1 for _ in answers)
        self.is_begun = True
        return answered
