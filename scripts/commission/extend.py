"""Shift both closings of the polls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import OpenElection
from election.crypto.signature import SigningKey
from election.protocol.text import spell_time
from scripts.commission.authorizations import collect, derive_next_extension
from scripts.shared.files.key_file import Role
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    Delta,
    ElectionFile,
    KeyPath,
    PasswordFile,
    path_argument,
)
from scripts.shared.session import acting, enter, unlock
from scripts.shared.terminal import show

EXAMPLE = (
    "veche extend 1800 commission.json observer-1.json observer-2.json "
    "--election election.json --key keys/relay.json"
)


def extend(
    opened: OpenElection, delta: int, *, paths: Sequence[Path], key: SigningKey
) -> tuple[int, int]:
    """Extend by delta seconds; returns both closings.

    Raises UnexpectedAnswerError if they are others then than they must be.
    """
    before = opened.election.closings()
    digest = derive_next_extension(opened, delta)
    signed = collect(opened, digest, paths=paths)
    act = opened.election.extend(
        delta, commission=signed.commission, observers=signed.observers
    )
    opened.connection.send(act, key=key)
    after = opened.election.closings()
    if after != (before[0] + delta, before[1] + delta):
        fact = "are not what the extension makes of them: ask another node"
        raise UnexpectedAnswerError("closings", fact)
    return after


def command(
    delta: Delta,
    signatures: Annotated[list[Path], path_argument(help="From `veche authorize`.")],
    election: ElectionFile,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Shift both closings, signed by the commission and a quorum of observers.

    Anybody who has the signatures may do it.
    """
    opened = enter(election, rpc_urls)
    key_file = unlock(key, password_file, roles=set(Role))
    with acting(key_file):
        issue, cast = extend(opened, delta, paths=signatures, key=key_file.key)
    closings = {"issue_closing": spell_time(issue), "cast_closing": spell_time(cast)}
    show(closings, as_json=as_json)
