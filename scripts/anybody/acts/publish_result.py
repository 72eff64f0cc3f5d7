"""Publish the counts that the trustees' shares give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scripts.anybody.acts.on_contests import on_contests
from scripts.shared.by_key import Actor
from scripts.shared.following import say_next

EXAMPLE = "veche publish-result --election election.json --key keys/commission.json"


@on_contests
def command(actor: Actor, chosen: Sequence[int]) -> None:
    """Find the counts that k trustees' shares decrypt to, and publish them.

    The contract checks them, so anybody may do it.
    """
    from election.protocol.text import spell_lines
    from scripts.anybody.publish_result import publish_results
    from scripts.shared.contests import spell_counts

    opened, as_json = actor.opened, actor.as_json
    results = publish_results(opened, chosen, key=actor.key)

    def spell(contest: int, counts: tuple[int, ...]) -> list[dict[str, Any]]:
        listed = opened.contests[contest]
        lines = spell_lines(listed.candidates, listed.particulars)
        return spell_counts(lines, counts)

    titles = {each: listed.title for each, listed in opened.contests.items()}
    results.report(spell, as_json=as_json, titles=titles)
    say_next("`veche audit`: anybody verifies the whole election", as_json=as_json)
