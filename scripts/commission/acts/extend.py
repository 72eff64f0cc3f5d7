"""Shift both closings of the polls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scripts.shared.following import say_next
from scripts.shared.moments import Moment
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    Delta,
    ElectionFile,
    KeyPath,
    PasswordFile,
    Yes,
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
    yes: Yes = False,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Shift both closings, signed by the commission and a quorum of observers.

    Anybody who has the signatures may do it. With signatures of an extension that was
    carried out before, as the node says, it sends nothing and ends with 11.
    """
    from scripts.commission.extend import extend
    from scripts.shared.asking import Asker
    from scripts.shared.durations import spell_here
    from scripts.shared.session import acting, enter, unlock

    opened = enter(election, rpc_urls)
    key_file = unlock(key, password_file, roles=set(Role))
    with acting(key_file):
        ask = Asker("Extend the polls?", yes, as_json, is_test=opened.rules.test)
        issue, cast = extend(opened, delta, paths=signatures, key=key_file.key, ask=ask)
    closings = {"issue_closing": Moment(issue), "cast_closing": Moment(cast)}
    show(closings, as_json=as_json)
    say_next(
        f"relays take ballots until {spell_here(cast)},",
        "and `veche freeze` closes the sums from then on",
        as_json=as_json,
    )
