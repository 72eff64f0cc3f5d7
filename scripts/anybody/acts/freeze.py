"""Close the sums after the polls."""

from __future__ import annotations

from functools import partial

from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    SomeContests,
    Yes,
)
from scripts.shared.roles import Role

EXAMPLE = "veche freeze --election election.json --key keys/commission.json"


def command(
    election: ElectionFile,
    key: KeyPath,
    contests: SomeContests = None,
    yes: Yes = False,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Close the encrypted sums after the polls, so that trustees can decrypt them.

    Anybody may do it, and nothing is counted by it yet. A sum that is closed stays so:
    in an election that counts you are asked before.
    """
    from scripts.anybody.freeze import freeze, is_frozen, spell_state
    from scripts.shared.asking import Asker
    from scripts.shared.contests import require_contests
    from scripts.shared.session import acting, enter, unlock

    opened = enter(election, rpc_urls)
    wanted = contests or list(opened.contests)
    require_contests(opened, wanted)
    key_file = unlock(key, password_file, roles=set(Role))
    with acting(key_file):
        before = {each for each in wanted if is_frozen(opened, each)}
        ask = Asker("Close them?", yes, as_json, is_test=opened.rules.test)
        states = freeze(opened, wanted, key=key_file.key, ask=ask)
    states.report(partial(spell_state, before=before), as_json=as_json)
