"""Open a tally that few ballots withhold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import OpenElection, read_box
from election.client.tallying import recompute_tally
from election.crypto.signature import SigningKey
from election.protocol.tally import TallyState, derive_override_hash
from scripts.commission.authorizations import collect
from scripts.shared.files.key_file import Role
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    Contest,
    ElectionFile,
    KeyPath,
    PasswordFile,
    path_argument,
)
from scripts.shared.session import acting, enter, unlock
from scripts.shared.terminal import show

EXAMPLE = (
    "veche override commission.json observer-1.json observer-2.json --contest 30 "
    "--election election.json --key keys/relay.json"
)


def override(
    opened: OpenElection, contest: int, *, paths: Sequence[Path], key: SigningKey
) -> None:
    """Open a withheld contest for shares.

    Raises UnexpectedAnswerError if it is withheld still.
    """
    digest = derive_override_hash(
        recompute_tally(opened, read_box(opened, contest)).tally
    )
    signed = collect(opened, digest, paths=paths)
    act = opened.tally.override(
        contest, commission=signed.commission, observers=signed.observers
    )
    opened.connection.send(act, key=key)
    if opened.tally.state(contest) is TallyState.WITHHELD:
        fact = "is withheld, though the node says that it was opened: ask another node"
        raise UnexpectedAnswerError(f"contest {contest}", fact)


def command(
    signatures: Annotated[list[Path], path_argument(help="From `veche authorize`.")],
    contest: Contest,
    election: ElectionFile,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Open a withheld contest, signed by the commission and a quorum of observers.

    Anybody who has the signatures may do it.
    """
    opened = enter(election, rpc_urls)
    key_file = unlock(key, password_file, roles=set(Role))
    with acting(key_file):
        override(opened, contest, paths=signatures, key=key_file.key)
    state = opened.tally.state(contest).name.lower()
    show({"contest": contest, "state": state}, as_json=as_json)
