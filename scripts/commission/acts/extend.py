"""Shift both closings of the polls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from election.protocol.text import spell_time
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    Delta,
    ElectionFile,
    KeyPath,
    PasswordFile,
    path_argument,
)
from scripts.shared.roles import Role
from scripts.shared.terminal import show

EXAMPLE = (
    "veche extend 1800 commission.json observer-1.json observer-2.json "
    "--election election.json --key keys/relay.json"
)


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
    from scripts.commission.extend import extend
    from scripts.shared.session import acting, enter, unlock

    opened = enter(election, rpc_urls)
    key_file = unlock(key, password_file, roles=set(Role))
    with acting(key_file):
        issue, cast = extend(opened, delta, paths=signatures, key=key_file.key)
    closings = {"issue_closing": spell_time(issue), "cast_closing": spell_time(cast)}
    show(closings, as_json=as_json)
