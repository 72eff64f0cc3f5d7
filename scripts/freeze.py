"""Close the sums after the polls."""

from __future__ import annotations

from collections.abc import Sequence

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import OpenElection
from election.crypto.signature import SigningKey
from election.protocol.tally import TallyState
from scripts.contests import (
    Fates,
    act_on_each,
    require_box,
    require_closed,
    send_unless_done,
)
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
from scripts.session import acting, enter, unlock

EXAMPLE = "veche freeze --election election.json --key keys/commission.json"


def freeze(
    opened: OpenElection, contests: Sequence[int], *, key: SigningKey
) -> Fates[TallyState]:
    """Freeze the contests that are not frozen yet; tells the states of all.

    Raises InputError while the polls are open.
    """
    require_closed(opened)

    def is_frozen(contest: int) -> bool:
        return opened.tally.state(contest) is not TallyState.NONE

    def freeze_one(contest: int) -> TallyState:
        require_box(opened, contest)
        if not is_frozen(contest):
            act = opened.tally.freeze(contest)
            send_unless_done(opened, act, key=key, is_done=lambda: is_frozen(contest))
            if not is_frozen(contest):
                fact = "is not frozen, though the node says so: ask another node"
                raise UnexpectedAnswerError(f"contest {contest}", fact)
        return opened.tally.state(contest)

    return act_on_each(contests, freeze_one)


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
    with acting(key_file):
        states = freeze(opened, contests or list(opened.contests), key=key_file.key)
    states.report(lambda _, state: state.name.lower(), as_json=as_json)
