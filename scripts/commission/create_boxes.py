"""Make the boxes that are missing, once the keys hold."""

from __future__ import annotations

from election.client.open_election import ContestBox, OpenElection, read_box
from election.crypto.signature import SigningKey
from election.protocol.ceremony.attempt import Step
from election.protocol.phases import Phase
from election.protocol.text import spell_time
from scripts.shared.acceptance import KEYS, read_record, require_keys
from scripts.shared.contests import Fates, act_on_each, send_unless_done
from scripts.shared.errors import NotYetError, RuledOutError


def create_boxes(opened: OpenElection, *, key: SigningKey) -> Fates[ContestBox]:
    """Make the boxes that are missing; tells of all, their ctx checked.

    Raises NotYetError if there are no keys yet, and UnverifiedError if they do not
    hold: no voter should meet them.
    """
    contests = list(opened.contests)
    found = dict(zip(contests, opened.election.boxes(contests), strict=True))
    if not all(map(any, found.values())):
        _require_keys(opened)

    def act(contest: int) -> ContestBox:
        if not any(found[contest]):
            send_unless_done(
                opened,
                opened.election.create_box(contest),
                key=key,
                is_done=lambda: any(opened.election.boxes([contest])[0]),
            )
        return read_box(opened, contest)

    return act_on_each(contests, act)


def _require_keys(opened: OpenElection) -> None:
    _look_ahead(opened)
    if require_keys(read_record(opened), KEYS):
        raise NotYetError("election", "the keys are not made yet")


def _look_ahead(opened: OpenElection) -> None:
    """Raise while keys are missing: the audit, which is long, waits."""
    ceremonies = {"trustees": opened.trustees, "issuers": opened.issuers}
    steps = {name: handle.step() for name, handle in ceremonies.items()}
    late = [name for name, step in steps.items() if step is not Step.FINAL]
    if not late:
        return
    start, end = map(spell_time, opened.rules.times[:2])
    whose = " and the ".join(late)
    hint = "`veche status` shows how far they came"
    if opened.election.phase() > Phase.KEYS:
        fact = f"the time for keys ended without them, {end}: those of the {whose}"
        raise RuledOutError("election", fact, hint=hint)
    fact = f"the keys are not made yet: the {whose} make them from {start} until {end}"
    raise NotYetError("election", fact, hint=hint)
