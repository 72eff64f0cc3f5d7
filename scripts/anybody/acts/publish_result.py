"""Publish the counts that the trustees' shares give."""

from __future__ import annotations

from typing import Any

from election.protocol.text import spell_lines
from scripts.shared.following import say_next
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    SomeContests,
)
from scripts.shared.roles import Role

EXAMPLE = "veche publish-result --election election.json --key keys/commission.json"


def command(
    election: ElectionFile,
    key: KeyPath,
    contests: SomeContests = None,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Find the counts that k trustees' shares decrypt to, and publish them.

    The contract checks them, so anybody may do it.
    """
    from scripts.anybody.publish_result import publish_results
    from scripts.shared.contests import require_contests, spell_counts
    from scripts.shared.session import acting, enter, unlock

    opened = enter(election, rpc_urls)
    wanted = contests or list(opened.contests)
    require_contests(opened, wanted)
    key_file = unlock(key, password_file, roles=set(Role))
    with acting(key_file):
        results = publish_results(opened, wanted, key=key_file.key)

    def spell(contest: int, counts: tuple[int, ...]) -> list[dict[str, Any]]:
        listed = opened.contests[contest]
        lines = spell_lines(listed.candidates, listed.particulars)
        return spell_counts(lines, counts)

    titles = {each: listed.title for each, listed in opened.contests.items()}
    results.report(spell, as_json=as_json, titles=titles)
    say_next("`veche audit`: anybody verifies the whole election", as_json=as_json)
