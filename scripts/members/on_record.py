"""What a member knows of an election from a record alone, where no node is asked."""

from __future__ import annotations

from collections.abc import Iterator

from election.client.open_election import OpenElection, open_recorded
from election.crypto.transcript import Address
from election.protocol.board import Log
from election.protocol.events import AttemptStarted, Event, Extended
from election.protocol.replay import Part
from election.protocol.text import name_election
from scripts.shared.acceptance import AuditedElection
from scripts.shared.following import spell_later
from scripts.shared.standing import (
    require_member,
    require_no_exclusion,
    reserve_error,
)
from scripts.shared.terminal import say


def open_on_record(audited: AuditedElection) -> OpenElection:
    """Open the election of a record: acts can be made by it, and nothing be asked."""
    board = audited.evidence.board
    entries = tuple(list_entries(audited, Part.ELECTION))
    opened = open_recorded(board.chain_id, board.election, entries)
    say(name_election(opened.rules.title, is_test=opened.rules.test))
    return opened


def list_entries(audited: AuditedElection, part: Part) -> Iterator[tuple[Log, Event]]:
    """List what a contract announced, but for what there is of each voter."""
    for entry in audited.evidence.replay.kept.values():
        if entry.contract.part is part:
            yield entry.log, entry.event


def require_seat_on_record(
    audited: AuditedElection, part: Part, account: Address
) -> None:
    """Raise InputError for an account whose share no contract would take.

    As `require_seat` does with a node.
    """
    evidence = audited.evidence
    require_member(evidence.deployed, part, account)
    if account not in evidence.last(AttemptStarted, part).event.members:
        require_no_exclusion(list_entries(audited, part), part, account)
        raise reserve_error(part, account)


def spell_issue_end(audited: AuditedElection) -> str | None:
    """Spell until when voters may ask for credentials, extensions included.

    None where the record says that it is over.
    """
    evidence = audited.evidence
    extended = sum(entry.event.delta for entry in evidence.every(Extended))
    end = evidence.times.issue_closing + extended
    return spell_later(end, now=evidence.board.head.timestamp)
