"""A record that was carried to a machine without a network, in files.

What two nodes' word is elsewhere, here is that of two files which came from different
organisations, or of one that a network's validators signed, whose genesis is given.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final

from election.audit.evidence import Evidence
from election.audit.finality import judge_finality, spell_finality
from election.audit.past import NOTHING, Past
from election.audit.report import Signing
from election.client.deployment import Deployment
from election.log_spool import LogSpool
from election.protocol.board import Board
from election.protocol.text import spell_time
from scripts.shared.acceptance import AuditedElection, accept_board
from scripts.shared.durations import spell_left
from scripts.shared.errors import InputError, UnverifiedError, UsageError
from scripts.shared.files.bundle_file import read_bundle
from scripts.shared.terminal import say
from scripts.shared.witnesses import (
    accept_witnessed,
    agree_on_record,
    require_continued,
    require_witnesses,
)

_AHEAD: Final = 300  # seconds that a record may be younger than this machine's clock
_EXPORT: Final = "export it anew"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a member takes the record from: from nodes, or from files, never both.

    genesis: SHA-256 of the genesis of the network that signed the files, if known.
    """

    rpc_urls: Sequence[str] | None = None
    bundles: Sequence[Path] = ()
    genesis: bytes | None = None

    def __post_init__(self) -> None:
        """Raise UsageError for what does not go with each other."""
        if self.bundles and self.rpc_urls:
            fact = "does not go with --bundle: about a carried record no node is asked"
            raise UsageError("--rpc-url", fact)
        if self.genesis is not None and not self.bundles:
            raise UsageError("--genesis-hash", "goes with --bundle")

    def require_fitting(self, out: Path | None) -> None:
        """Raise UsageError for a file to sign into where a node is sent to."""
        if out is not None and not self.bundles:
            raise UsageError("--out", "goes with --bundle: to a node, acts are sent")

    def accept(
        self, deployment: Deployment, checks: Collection[str], past: Past = NOTHING
    ) -> AuditedElection:
        """Accept the record that all sources tell alike, if these checks hold.

        past: what was accepted of it before, by the same checks. Raises InputError,
        NotYetError, UnverifiedError, ClientError.
        """
        if not self.bundles:
            return accept_witnessed(deployment, self.rpc_urls, checks, past)
        board = read_carried(deployment, self.bundles, past)
        say("verifying the election ...")
        audited = accept_board(board, checks, past)
        if not self.are_signed(audited.evidence):
            is_test = audited.evidence.deployed.rules.test
            require_witnesses(self.bundles, is_test=is_test)
        return audited

    def are_signed(self, evidence: Evidence) -> bool:
        """Tell whether the validators of the genesis that is given signed the record.

        Raises UnverifiedError for a proof that does not hold.
        """
        found = judge_finality(evidence, self.genesis)
        if found.signing is Signing.FAILED:
            raise UnverifiedError("who signed the record", found.fact)
        if found.signing is Signing.HELD:
            say(*spell_finality(found))
        return found.pinned


def read_carried(
    deployment: Deployment, bundles: Sequence[Path], past: Past = NOTHING
) -> Board:
    """Read the record that all files tell alike, after what was verified before.

    Of accounts it has the most that a file says they sent. Raises InputError,
    BundleError, NotYetError, UnverifiedError.
    """
    if len({each.resolve() for each in bundles}) != len(bundles):
        raise InputError("--bundle", "names one file twice")
    boards = {}
    for path in bundles:
        say(f"reading the record in {path} ...")
        board = _go_on(read_own_bundle(path, deployment), past, path)
        _tell_age(board, path)
        boards[str(path)] = board
    agreed = agree_on_record(boards, kind="bundles", show=str)
    sent = dict(agreed.sent)
    for board in boards.values():
        for account, number in board.sent.items():
            sent[account] = max(number, sent.get(account, 0))
    return replace(agreed, sent=sent)


def read_own_bundle(path: Path, deployment: Deployment) -> Board:
    """Read the bundle of an election; raises InputError for one of another."""
    board = read_bundle(path)
    if (board.chain_id, board.election) != (deployment.chain_id, deployment.election):
        raise InputError(str(path), "is the record of another election")
    return board


def _go_on(board: Board, past: Past, path: Path) -> Board:
    """Leave out the logs that were verified before, if those after them follow."""
    if past is NOTHING:
        return board
    new = (log for log in board.logs if log.block_number > past.block)
    continued = replace(board, logs=LogSpool(chain(past.logs, new)))
    require_continued(continued, past, str(path), mend=_EXPORT)
    return continued


def _tell_age(board: Board, path: Path) -> None:
    """Say where a record ends: nothing later is known here, and no clock is asked."""
    head, age = board.head, int(time.time()) - board.head.timestamp
    where = f"{path} ends at block {head.number}, {spell_time(head.timestamp)}"
    if age < -_AHEAD:
        say(f"{where}: by this machine's clock that is to come; is the clock right?")
    else:
        say(f"{where}, {spell_left(age)} ago by this machine's clock")
