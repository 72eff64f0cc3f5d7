"""Agree on the terms of an election, by the records of several sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from election.audit.terms import derive_terms
from election.client.deployment import Deployment
from election.crypto.transcript import ZERO_HASH
from election.protocol.board import Board
from election.protocol.terms import ElectionTerms
from election.protocol.text import spell_time
from scripts.shared.acceptance import MADE, accept_board
from scripts.shared.carried import read_own_bundle
from scripts.shared.errors import InputError, NotYetError, UnverifiedError
from scripts.shared.files.terms_file import render_terms
from scripts.shared.terminal import say
from scripts.shared.witnesses import read_boards

_CHECKS: Final = (*MADE, "lists")
_EARLY: Final = "services that take applications before that: --before-lists"


def agree_on_terms(
    boards: Sequence[Board], *, before_lists: bool = False
) -> ElectionTerms:
    """Take the terms that all these records give, each verified by itself.

    before_lists: terms without any voter list, by which nobody votes, for services that
    take applications. Raises UnverifiedError, and InputError before the voter lists are
    closed, or with `before_lists` after that.
    """
    agreed: dict[str, ElectionTerms] = {}
    for board in boards:
        evidence = accept_board(board, _CHECKS).evidence
        _require_lists(
            board, closed=evidence.times.registration, before_lists=before_lists
        )
        terms = derive_terms(evidence)
        if before_lists:
            terms = _leave_out_lists(terms)
        if not terms.contests:
            raise InputError("terms", "no contest has a ballot box")
        for each in evidence.contests:
            if each.contest not in terms.contests:
                say(f"contest {each.contest} has no ballot box: not in the terms")
        agreed[render_terms(terms)] = terms
    if len(agreed) != 1:
        raise UnverifiedError("terms", "differ from one source to another")
    (terms,) = agreed.values()
    return terms


def _require_lists(board: Board, *, closed: int, before_lists: bool) -> None:
    """Raise InputError if it is not the time of terms with lists, or of those without.

    closed: from when nobody changes a list.
    """
    is_closed = board.head.timestamp >= closed
    if not is_closed and not before_lists:
        fact = f"may still be corrected until {spell_time(closed)}"
        raise NotYetError("voter lists", fact, hint=_EARLY)
    if is_closed and before_lists:
        fact = f"are closed since {spell_time(closed)}"
        raise InputError("voter lists", fact, hint="leave --before-lists out")


def _leave_out_lists(terms: ElectionTerms) -> ElectionTerms:
    contests = {
        number: replace(each, root=ZERO_HASH, size=0)
        for number, each in terms.contests.items()
    }
    return replace(terms, contests=contests)


def read_sources(
    deployment: Deployment, rpc_urls: Sequence[str], bundles: Sequence[Path]
) -> list[Board]:
    """Read the record from every source; raises InputError for none, or one twice."""
    if not rpc_urls and not bundles:
        raise InputError("--rpc-url", "give it or --bundle, two in all")
    if len({each.resolve() for each in bundles}) != len(bundles):
        raise InputError("--bundle", "names one file twice")
    read = [read_own_bundle(each, deployment) for each in bundles]
    return read + list(read_boards(deployment, rpc_urls).values() if rpc_urls else ())
