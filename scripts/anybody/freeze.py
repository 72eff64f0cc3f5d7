"""Close the sums after the polls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import OpenElection
from election.crypto.signature import SigningKey
from election.protocol.tally import TallyState
from scripts.shared.contests import (
    Fates,
    act_on_each,
    require_box,
    require_closed,
    require_contests,
    send_unless_done,
)
from scripts.shared.files.key_file import Role
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    SomeContests,
)
from scripts.shared.session import acting, enter, unlock

EXAMPLE = "veche freeze --election election.json --key keys/commission.json"

_NEXT: Final[Mapping[TallyState, str]] = {
    TallyState.OPEN: "waits for the trustees' shares: `veche share --compare`",
    TallyState.WITHHELD: "has few ballots: `veche authorize --override`, or nothing",
    TallyState.FINAL: "is counted: `veche audit`",
}


def freeze(
    opened: OpenElection, contests: Sequence[int], *, key: SigningKey
) -> Fates[TallyState]:
    """Freeze the contests that are not frozen yet; tells the states of all.

    Raises InputError while the polls are open.
    """
    require_closed(opened)

    def freeze_one(contest: int) -> TallyState:
        require_box(opened, contest)
        if not is_frozen(opened, contest):
            act = opened.tally.freeze(contest)
            is_done = partial(is_frozen, opened, contest)
            send_unless_done(opened, act, key=key, is_done=is_done)
            if not is_done():
                fact = "is not frozen, though the node says so: ask another node"
                raise UnexpectedAnswerError(f"contest {contest}", fact)
        return opened.tally.state(contest)

    return act_on_each(contests, freeze_one)


def is_frozen(opened: OpenElection, contest: int) -> bool:
    """Tell whether a contest's sum is closed."""
    return opened.tally.state(contest) is not TallyState.NONE


def command(
    election: ElectionFile,
    key: KeyPath,
    contests: SomeContests = None,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Close the encrypted sums after the polls, so that trustees can decrypt them.

    Anybody may do it, and nothing is counted by it yet.
    """
    opened = enter(election, rpc_urls)
    wanted = contests or list(opened.contests)
    require_contests(opened, wanted)
    key_file = unlock(key, password_file, roles=set(Role))
    with acting(key_file):
        before = {each for each in wanted if is_frozen(opened, each)}
        states = freeze(opened, wanted, key=key_file.key)

    def spell(contest: int, state: TallyState) -> dict[str, Any]:
        return {
            "frozen": "before" if contest in before else "now",
            "state": state.name.lower(),
            "next": _NEXT[state],
        }

    states.report(spell, as_json=as_json)
