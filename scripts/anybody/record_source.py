"""The public record, from a bundle or from nodes, for whoever verifies it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from election.audit.bundle import read_origin
from election.audit.past import NOTHING, Past
from election.protocol.board import Board
from scripts.anybody.checkpoint import Origin
from scripts.anybody.onwards import Read
from scripts.shared.errors import InputError, UsageError
from scripts.shared.files.bundle_file import (
    copied,
    naming_record,
    opened,
    read_bundle,
)
from scripts.shared.reading import read_bundled
from scripts.shared.terminal import say

_LARGEST_RECORD: Final = 100_000  # bytes
_IS_DEPLOYMENT: Final = (
    "is what `veche deploy` wrote: give it with --election, to ask a node"
)
_ONE_SOURCE: Final = "give a bundle or --election, and only one of them"


def read_source(
    bundle: Path | None,
    election: Path | None,
    rpc_urls: Sequence[str] | None,
    *,
    copies: ExitStack | None,
    act: str,
) -> tuple[Board, BinaryIO | None]:
    """Read a board; give a copy of its file, too, if it is to be decoded twice.

    copies: what closes the copy. act: who asks, for whoever gives neither source or
    both. Raises InputError and what the sources do.
    """
    if bundle is not None and election is None:
        if _is_record(bundle):
            raise InputError(str(bundle), _IS_DEPLOYMENT)
        if copies is None:
            return read_bundle(bundle), None
        with naming_record(bundle):
            copy = copies.enter_context(copied(bundle))
            return read_bundled(copy), copy
    if election is not None and bundle is None:
        return _read_chain(election, rpc_urls), None
    raise UsageError(act, _ONE_SOURCE)


def find_origin(
    bundle: Path | None, election: Path | None, rpc_urls: Sequence[str] | None
) -> tuple[Origin, Read]:
    """Tell what a record is of, and give what reads it from where one was before.

    Raises InputError and what the sources do.
    """
    if bundle is not None and election is None:
        if _is_record(bundle):
            raise InputError(str(bundle), _IS_DEPLOYMENT)
        with opened(bundle) as file:
            chain_id, address = read_origin(file)
        return Origin(chain_id, address), partial(_read_bundle, bundle)
    if election is not None and bundle is None:
        from scripts.shared.files.deployment_file import read_deployment

        deployment = read_deployment(election)
        origin = Origin(deployment.chain_id, deployment.election)
        return origin, partial(_read_chain, election, rpc_urls)
    raise UsageError("audit", _ONE_SOURCE)


def _read_bundle(bundle: Path, past: Past) -> Board:
    with opened(bundle) as file:
        return read_bundled(file, past)


def _is_record(path: Path) -> bool:
    """Tell a deployment's record, which says where to ask, from a bundle."""
    from scripts.shared.files.deployment_file import read_deployment

    if not path.is_file() or path.stat().st_size > _LARGEST_RECORD:
        return False
    try:
        read_deployment(path)
    except InputError:
        return False
    return True


def _read_chain(
    election: Path, rpc_urls: Sequence[str] | None, past: Past = NOTHING
) -> Board:
    """Read the record from nodes that tell it alike, as the one furthest behind has it.

    Raises UnverifiedError with those that differ.
    """
    from scripts.shared.files.deployment_file import read_deployment
    from scripts.shared.witnesses import agree_on_record, read_boards, with_finality

    deployment = read_deployment(election)
    boards = read_boards(deployment, rpc_urls, past)
    agreed = agree_on_record(boards)
    url = next(url for url, board in boards.items() if board is agreed)
    if len(boards) > 1:
        say(f"{len(boards)} nodes tell one record up to block {agreed.head.number}")
    return with_finality(agreed, url)
