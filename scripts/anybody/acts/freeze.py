"""Close the sums after the polls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from scripts.anybody.acts.on_contests import on_contests
from scripts.shared.by_key import Actor
from scripts.shared.following import say_next
from scripts.shared.options import Yes

EXAMPLE = "veche freeze --election election.json --key keys/commission.json"


@on_contests
def command(actor: Actor, chosen: Sequence[int], yes: Yes = False) -> None:
    """Close the encrypted sums after the polls, so that trustees can decrypt them.

    Anybody may do it, and nothing is counted by it yet. A sum that is closed stays so:
    in an election that counts you are asked before.
    """
    from scripts.anybody.freeze import freeze, is_frozen, spell_next, spell_state

    opened, as_json = actor.opened, actor.as_json
    before = {each for each in chosen if is_frozen(opened, each)}
    ask = actor.asker("Close them?", yes)
    states = freeze(opened, chosen, key=actor.key, ask=ask)
    states.report(partial(spell_state, before=before), as_json=as_json)
    say_next(*spell_next(states.done.values()), as_json=as_json)
