"""Several nodes' word for one record: what one node alone could make up.

docs/protocol.md §5, §6. Where no network's validators signed it, nothing on a record
shows that it is the chain's.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Final

from election.audit.past import NOTHING, Past
from election.client.board_reader import read_board
from election.client.deployment import Deployment, check_remembered
from election.client.errors import NodeRefusedError
from election.client.finality import read_finality
from election.client.rpc import connect
from election.client.transport import name_node, show_url
from election.crypto.transcript import Address
from election.errors import EncodingError
from election.protocol.abi import ContractName, decode_event
from election.protocol.board import Board
from election.protocol.events import ElectionDeployed
from election.protocol.record_hash import run_hashes
from election.protocol.replay import find_contracts
from election.protocol.text import spell_time
from election.protocol.views import RECORD_HASH, View
from scripts.shared.acceptance import AuditedElection, accept_board
from scripts.shared.errors import (
    InputError,
    NotYetError,
    UnverifiedError,
    UsageError,
)
from scripts.shared.options import DEFAULT_URL
from scripts.shared.reading import keep_logs
from scripts.shared.terminal import say

_SKEW: Final = 300  # seconds
_SOURCES: Final = 2  # of different organisations, for an election that matters


def read_boards(
    deployment: Deployment, rpc_urls: Sequence[str] | None, past: Past = NOTHING
) -> dict[str, Board]:
    """Read the record from every node, once; raises InputError for one named twice."""
    urls = rpc_urls or [DEFAULT_URL]
    if len(set(map(name_node, urls))) != len(urls):
        raise InputError("--rpc-url", "names one node twice")
    boards = {}
    for url in urls:
        say(f"reading the record from {show_url(url)} ...")
        boards[url] = read_from(deployment, url, past)
    return boards


def read_from(deployment: Deployment, url: str, past: Past = NOTHING) -> Board:
    """Read the record of a deployment from a node, after what was verified before.

    Raises ClientError, NotYetError, UnverifiedError.
    """
    connection = connect(url, chain_id=deployment.chain_id)
    check_remembered(connection, deployment)
    board = read_board(
        connection,
        deployment.election,
        since=deployment.block if past is NOTHING else past.block + 1,
        keep=keep_logs,
        known=past.logs,
    )
    require_continued(board, past, show_url(url))
    if not _is_test(board):  # whose clock is moved on purpose, and told by an audit
        _compare_clocks(board, url)
    return board


def with_finality(board: Board, url: str) -> Board:
    """Add to a record what shows who signed it, as far as its node has it.

    Raises ClientError for a node that shows what does not hold.
    """
    connection = connect(url, chain_id=board.chain_id)
    try:
        found = read_finality(connection, board)
    except NodeRefusedError as error:
        say(f"warning: {show_url(url)} shows not who signed the record: {error.fact}")
        return board
    return replace(board, finality=found)


def with_sent(board: Board, url: str, accounts: Collection[Address]) -> Board:
    """Add to a record how many transactions some accounts sent, as a node says.

    Those that wait are counted. Raises ClientError.
    """
    connection = connect(url, chain_id=board.chain_id)
    return replace(board, sent={each: connection.read_nonce(each) for each in accounts})


def require_continued(
    board: Board,
    past: Past,
    source: str,
    *,
    mend: str = "wait for it, or name another node",
) -> None:
    """Raise unless a source goes on from the history that was verified before.

    The contracts' running hashes have to follow from those that are kept and the logs
    that came since; so nothing before has to be told again. mend: what to do about a
    source that is behind. Raises NotYetError for that one, and UnverifiedError.
    """
    if past is NOTHING:
        return
    if board.head.number < past.block:
        fact = f"is at block {board.head.number}, and the record was verified up to "
        fact += f"block {past.block}: {mend}"
        raise NotYetError(source, fact)
    new = islice(board.logs, len(past.logs), None)
    running = run_hashes(new, start=past.running)
    for contract in find_contracts(board.election, board.logs):
        view = View(contract, RECORD_HASH)
        if board.answers.get(view.call) != running[contract.address]:
            fact = f"does not go on from the record verified up to block {past.block}: "
            fact += f"the {contract.title} tells another history, or hides events"
            raise UnverifiedError(source, fact)


def _compare_clocks(board: Board, url: str) -> None:
    """Warn of a head's time far from this machine's: nothing else covers it."""
    shown, own = board.head.timestamp, int(time.time())
    if abs(shown - own) > _SKEW:
        fact = f"says {spell_time(shown)}, this machine {spell_time(own)}"
        say(
            f"warning: the head of {show_url(url)} {fact}; what is late, and what is "
            "not due yet, follows from the head's time",
            is_folded=True,
        )


def _is_test(board: Board) -> bool:
    """Tell whether a record says that its election is a TEST.

    Where that is a lie, the election's address is no hash of its rules, and every
    audit finds it.
    """
    for log in board.logs:
        if log.address == board.election:
            with suppress(EncodingError):
                event = decode_event(log, ContractName.ELECTION)
                if isinstance(event, ElectionDeployed):
                    return event.rules.test
    return False


def require_witnesses(sources: Collection[object], *, is_test: bool) -> None:
    """Warn where a rehearsal has one source only; raises UsageError for an election.

    sources: nodes, or bundles that came from them. is_test: as an audited record says,
    which no source can change.
    """
    if len(sources) >= _SOURCES:
        return
    if not is_test:
        fact = "one source could show an election of its own: name a second"
        raise UsageError("record", fact)
    say("warning: the word of one source, enough for a TEST election only")


def agree_on_record(
    boards: Mapping[str, Board],
    *,
    kind: str = "nodes",
    show: Callable[[str], str] = show_url,
) -> Board:
    """Take the record of the source that is the furthest behind, if all have it so.

    kind, show: what the sources are, and how each is named. Raises UnverifiedError with
    those on either side: which of them lies, if any does, two of them cannot show.
    """
    last = min(boards.values(), key=lambda board: board.head.number)
    told: dict[bytes, list[str]] = {}
    for url, board in boards.items():
        told.setdefault(_digest(board, last), []).append(show(url))
    if len(told) == 1:
        return last
    sides = "; ".join(" and ".join(urls) for urls in told.values())
    fact = f"{kind} tell different histories up to block {last.head.number}: {sides}"
    raise UnverifiedError("record", fact)


def accept_witnessed(
    deployment: Deployment,
    rpc_urls: Sequence[str] | None,
    checks: Collection[str],
    past: Past = NOTHING,
) -> AuditedElection:
    """Accept the record that two nodes tell alike, and on which these checks hold.

    For a test election one node is enough. past: what was accepted of it before, by
    the same checks. Raises InputError, NotYetError, UnverifiedError, ClientError.
    """
    boards = read_boards(deployment, rpc_urls, past)
    board = agree_on_record(boards)
    say("verifying the election ...")
    audited = accept_board(board, checks, past)
    require_witnesses(boards, is_test=audited.evidence.deployed.rules.test)
    return audited


def _digest(board: Board, last: Board) -> bytes:
    """Hash what a record says of the time up to another one's head."""
    digest, number = hashlib.sha256(), last.head.number
    for log in board.logs:
        if log.block_number <= number:  # of bytes and numbers, each spelt in one way
            digest.update(repr(log).encode())
    code = [(each, board.code.get(each)) for each in sorted(last.code)]
    head = board.head if board.head.number == number else last.head
    digest.update(repr((code, head)).encode())
    return digest.digest()
