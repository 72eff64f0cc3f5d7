"""Close the sums after the polls."""

from __future__ import annotations

from collections.abc import Sequence

from election.client.open_election import OpenElection
from election.crypto.signature import SigningKey
from election.protocol.tally import TallyState
from scripts.files.key_file import Role
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    RpcUrl,
    SomeContests,
)
from scripts.session import enter, unlock
from scripts.terminal import show

EXAMPLE = "veche freeze --election election.json --key keys/commission.json"


def freeze(
    opened: OpenElection, contests: Sequence[int], *, key: SigningKey
) -> dict[int, TallyState]:
    """Freeze the contests that are not frozen yet; returns the states of all."""
    for contest in contests:
        if opened.tally.state(contest) is TallyState.NONE:
            opened.connection.send(opened.tally.freeze(contest), key=key)
    return {contest: opened.tally.state(contest) for contest in contests}


def command(
    election: ElectionFile,
    key: KeyPath,
    contests: SomeContests = None,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Close the encrypted sums after the polls, so that trustees can decrypt them."""
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles=set(Role))
    states = freeze(opened, contests or list(opened.contests), key=key_file.key)
    shown = {str(contest): state.name.lower() for contest, state in states.items()}
    show(shown, as_json=as_json)
