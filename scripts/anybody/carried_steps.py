"""A member's steps where its machine has no network: a record in, what it signs out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from election.protocol.ceremony.attempt import Step
from election.protocol.phases import Phase
from election.protocol.replay import Part
from scripts.anybody.next_steps import NextStep, Outlook, Who
from scripts.anybody.own_steps import Own
from scripts.shared.roles import Role

_PARTS: Final = {Role.TRUSTEE: Part.TRUSTEES, Role.ISSUER: Part.ISSUERS}
_NAMES: Final = {Step.SHARES: "deal"}
"""What the file of a step is called, where that is not the step."""

_FETCH: Final = "beside a node: write the record, to be carried to your key"
_SEND: Final = "beside a node: send what you signed"


def carry(own: Own, role: Role, look: Outlook, *, card: str) -> Own:
    """Put in place of what a member does by a node what it does by files.

    card: the file of it, as it is typed beside a node.
    """
    if role not in _PARTS:
        return own
    part = _PARTS[role]
    fetch = f"veche export --for {card} --out"
    now = [*_carry_all(own.now, role, _name_step(part, look), fetch)]
    if not now and _may_be_made(look):
        now = [*_take_share(role, fetch)]
    later = own.later
    if later is not None and later.command.startswith(_list_acts(role)):
        later = replace(later, command=f"{fetch} record.gz", beside_node=True)
    return Own(tuple(now), later, own.may)


def _list_acts(role: Role) -> tuple[str, ...]:
    return (f"veche {role.value}", "veche share", "veche issue")


def _name_step(part: Part, look: Outlook) -> str:
    step = next(keys.step for keys in look.keys if keys.part is part)
    return _NAMES.get(step, step.name.lower())


def _carry_all(
    steps: Iterable[NextStep], role: Role, step: str, fetch: str
) -> Iterator[NextStep]:
    """Carry each act once: by files it takes all contests."""
    done: set[str] = set()
    for each in steps:
        act = " ".join(each.command.split()[:2])
        if not act.startswith(_list_acts(role)):
            yield each
        elif act not in done:
            done.add(act)
            yield from _carry_one(act, each, step, fetch)


def _carry_one(act: str, told: NextStep, step: str, fetch: str) -> Sequence[NextStep]:
    if act == "veche share":
        agreed = f"{act} --agreed HASH --bundle count.gz --out share.json"
        return (
            _fetch(fetch, "count.gz"),
            replace(told, command=f"{act} --compare --bundle count.gz"),
            replace(told, command=agreed, what="then, what k trustees were shown"),
            _send("share.json"),
        )
    if act == "veche issue":
        what = "answer all requests that came until then; carry the answers to voters"
        return (
            _fetch(fetch, "polls.gz"),
            replace(told, command=f"{act} --bundle polls.gz", what=what),
        )
    signed = f"{act} --bundle {step}.gz --out {step}.json"
    return (
        _fetch(fetch, f"{step}.gz"),
        replace(told, command=signed),
        _send(f"{step}.json"),
    )


def _may_be_made(look: Outlook) -> bool:
    is_final = all(keys.step is Step.FINAL for keys in look.keys)
    return is_final and not look.no_box and look.phase in (Phase.KEYS, Phase.LIST)


def _take_share(role: Role, fetch: str) -> Iterator[NextStep]:
    """Bring the record a last time; whether that was done, only the key file knows."""
    yield _fetch(fetch, "made.gz")
    what = "verify the keys, and keep your share, unless you did"
    command = f"veche {role.value} --bundle made.gz"
    yield NextStep(command, Who.ANYBODY, what)


def _fetch(fetch: str, file: str) -> NextStep:
    return NextStep(f"{fetch} {file}", Who.ANYBODY, _FETCH, beside_node=True)


def _send(file: str) -> NextStep:
    return NextStep(f"veche send {file}", Who.ANYBODY, _SEND, beside_node=True)
