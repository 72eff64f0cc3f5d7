"""Several nodes' word for one record: what one node alone could make up.

docs/protocol.md §5, §6. Until blocks carry the validators' signatures, nothing on a
record shows that it is the chain's.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from election.client.board_reader import read_board
from election.client.deployment import Deployment, check_remembered
from election.client.rpc import connect
from election.client.transport import name_node, show_url
from election.log_spool import LogSpool
from election.protocol.board import Board
from election.protocol.text import spell_time
from scripts.acceptance import AuditedElection, accept_board
from scripts.errors import InputError, UnverifiedError
from scripts.files.deployment_file import read_deployment
from scripts.options import DEFAULT_URL
from scripts.terminal import say

_SKEW: Final = 300  # seconds
_SOURCES: Final = 2  # of different organisations, for an election that matters


def read_boards(
    deployment: Deployment, rpc_urls: Sequence[str] | None
) -> dict[str, Board]:
    """Read the record from every node, once; raises InputError for one named twice."""
    urls = rpc_urls or [DEFAULT_URL]
    if len(set(map(name_node, urls))) != len(urls):
        raise InputError("--rpc-url", "names one node twice")
    boards = {}
    for url in urls:
        say(f"reading the record from {show_url(url)} ...")
        boards[url] = read_from(deployment, url)
    return boards


def read_from(deployment: Deployment, url: str) -> Board:
    """Read the record of a deployment from a node; raises ClientError."""
    connection = connect(url, chain_id=deployment.chain_id)
    check_remembered(connection, deployment)
    board = read_board(
        connection, deployment.election, since=deployment.block, keep=LogSpool
    )
    _compare_clocks(board, url)
    return board


def _compare_clocks(board: Board, url: str) -> None:
    """Warn of a head's time far from this machine's: nothing else covers it."""
    shown, own = board.head.timestamp, int(time.time())
    if abs(shown - own) > _SKEW:
        fact = f"says {spell_time(shown)}, this machine {spell_time(own)}"
        say(
            f"warning: the head of {show_url(url)} {fact}; what is late, and what is "
            "not due yet, follows from the head's time"
        )


def require_witnesses(sources: Collection[object], *, is_test: bool) -> None:
    """Warn where a rehearsal has one source only; raises InputError for an election.

    sources: nodes, or bundles that came from them. is_test: as an audited record says,
    which no source can change.
    """
    if len(sources) >= _SOURCES:
        return
    if not is_test:
        fact = "one source could show an election of its own: name a second"
        raise InputError("record", fact)
    say("warning: the word of one source, enough for a TEST election only")


def agree_on_record(boards: Mapping[str, Board]) -> Board:
    """Take the record of the node that is the furthest behind, if all have it so.

    Raises UnverifiedError with the nodes on either side: which of them lies, if any
    does, two of them cannot show.
    """
    last = min(boards.values(), key=lambda board: board.head.number)
    told: dict[bytes, list[str]] = {}
    for url, board in boards.items():
        told.setdefault(_digest(board, last), []).append(show_url(url))
    if len(told) == 1:
        return last
    sides = "; ".join(" and ".join(urls) for urls in told.values())
    fact = f"nodes tell different histories up to block {last.head.number}: {sides}"
    raise UnverifiedError("record", fact)


def accept_witnessed(
    election: Path, rpc_urls: Sequence[str] | None, checks: Collection[str]
) -> AuditedElection:
    """Accept the record that two nodes tell alike, and on which these checks hold.

    For a test election one node is enough. Raises InputError, UnverifiedError,
    ClientError.
    """
    boards = read_boards(read_deployment(election), rpc_urls)
    board = agree_on_record(boards)
    say("verifying the election ...")
    audited = accept_board(board, checks)
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
