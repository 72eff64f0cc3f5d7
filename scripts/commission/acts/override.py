"""Open a tally that few ballots withhold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scripts.shared.following import say_next
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    Contest,
    ElectionFile,
    KeyPath,
    PasswordFile,
    Yes,
    path_argument,
)
from scripts.shared.roles import Role
from scripts.shared.terminal import show

EXAMPLE = (
    "veche override commission.json observer-1.json observer-2.json --contest 30 "
    "--election election.json --key keys/relay.json"
)


def command(
    signatures: Annotated[list[Path], path_argument(help="From `veche authorize`.")],
    contest: Contest,
    election: ElectionFile,
    key: KeyPath,
    yes: Yes = False,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Open a withheld contest, signed by the commission and a quorum of observers.

    Anybody who has the signatures may do it.
    """
    from scripts.commission.override import override
    from scripts.shared.asking import Asker
    from scripts.shared.session import acting, enter, unlock

    opened = enter(election, rpc_urls)
    key_file = unlock(key, password_file, roles=set(Role))
    with acting(key_file):
        ask = Asker("Open the sum?", yes, as_json, is_test=opened.rules.test)
        override(opened, contest, paths=signatures, key=key_file.key, ask=ask)
    state = opened.tally.state(contest).name.lower()
    show({"contest": contest, "state": state}, as_json=as_json)
    say_next(
        "each trustee runs `veche share --compare`, and with the others compares what",
        "it shows",
        as_json=as_json,
    )
