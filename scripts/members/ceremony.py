"""A member's part in a ceremony, with the key file that its secrets are kept in.

What it made is audited at once: after the polls, nothing could mend it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from election.audit.evidence import Evidence
from election.client.ceremony import (
    AttemptRecord,
    Ceremony,
    issuers_ceremony,
    read_attempt,
    trustees_ceremony,
)
from election.client.ceremony_member import Advance, Member, advance_in
from election.client.errors import ContractRefusedError
from election.client.open_election import OpenElection
from election.crypto.group import Point
from election.crypto.transcript import Address
from election.protocol.board import Board
from election.protocol.ceremony.attempt import Step
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.replay import Part
from election.protocol.text import spell_time
from scripts.members.parts import open_part, source_of
from scripts.shared.acceptance import MADE, read_record, require_keys, require_own_key
from scripts.shared.errors import RuledOutError
from scripts.shared.files.key_file import Instance, KeyFile, StoredShare
from scripts.shared.following import say_next, spell_start
from scripts.shared.roles import Role
from scripts.shared.session import Nodes, enter, instance_of, unlock
from scripts.shared.standing import (
    handle_of,
    require_member,
    require_not_excluded,
    spell_margin,
    spell_waiting,
)
from scripts.shared.terminal import say, show
from scripts.shared.waiting import PAUSE, outlast


def take_step(
    ceremony: Ceremony[Point], key_file: KeyFile, *, instance: Instance
) -> Advance:
    """Take the member's next step, if there is one.

    When the ceremony is final, the share is kept; what it was made from, too, until
    `verify_keys` has seen that it is the share of the election's key.
    """
    return take_step_in(ceremony, read_attempt(ceremony), key_file, instance=instance)


Speak = Callable[[Ceremony[Any], AttemptRecord[Any], Member], Advance]
"""Says what a member has to say next, to a node or into a file."""


def take_step_in(
    ceremony: Ceremony[Point],
    record: AttemptRecord[Point],
    key_file: KeyFile,
    *,
    instance: Instance,
    speak: Speak | None = None,
) -> Advance:
    """Take the member's next step by what an attempt has, as `take_step` does."""
    part = open_part(record, key_file, instance=instance)
    if part is None:
        return Advance(record.attempt.number, record.step, acted=False)
    if not part.random:
        kept = None if part.share is None else part.share.key_share
        return Advance(record.attempt.number, Step.FINAL, acted=False, key_share=kept)
    member = Member(key_file.key, source_of(key_file, part))
    advance = (speak or advance_in)(ceremony, record, member)
    if advance.key_share is not None:
        share = StoredShare(advance.key_share.member, advance.key_share.secrets)
        key_file.change_part(instance, lambda kept: replace(kept, share=share))
    return advance


def play(
    part: Part,
    *,
    election: Path,
    key: Path,
    password_file: Path | None,
    wait: bool,
    rpc_url: Nodes,
    as_json: bool,
) -> None:
    """Take a member's part, tell how far it came, and verify what was made."""
    opened = outlast(partial(enter, election, rpc_url), None, wait=wait)
    role = Role.TRUSTEE if part is Part.TRUSTEES else Role.ISSUER
    key_file = unlock(key, password_file, roles={role})
    advance = take_part(opened, part, key_file, wait=wait)
    handle = handle_of(opened, part)
    members, threshold = outlast(lambda: (handle.n(), handle.k()), opened, wait=wait)
    result = describe(advance, members, threshold)
    show(result, as_json=as_json)
    if advance.attempt > 1:
        say(spell_margin(members, threshold, part=part))
    if advance.key_share is not None:
        verify = partial(verify_keys, opened, key_file, advance.key_share, part=part)
        outlast(verify, opened, wait=wait)
        start = spell_start(opened, "closed" if part is Part.TRUSTEES else "voting")
        say_end(part, start, as_json=as_json)
    else:
        act = f"veche {role.value} --wait"
        say_next(
            "come back when the others have acted, which `veche status` shows; or let",
            f"`{act}` take all steps that are left",
            as_json=as_json,
        )


def describe(advance: Advance, members: int, threshold: int) -> dict[str, Any]:
    """Say how far a member came, in the words of a result."""
    return {
        "attempt": advance.attempt,
        "step": advance.step.name.lower(),
        "acted_now": advance.acted,
        "has_share": advance.key_share is not None,
        "members": members,
        "threshold": threshold,
    }


def say_end(part: Part, start: str | None, *, as_json: bool) -> None:
    """Say what comes after the keys.

    start: of what the share is for; None once that has begun.
    """
    act = "veche share --compare" if part is Part.TRUSTEES else "veche issue"
    then = f"come back on {start}:" if start else "what it is for has begun:"
    say_next(
        "copy the key file, or the home (`veche home backup`);",
        f"{then} `{act}`",
        as_json=as_json,
    )


def take_part(
    opened: OpenElection, part: Part, key_file: KeyFile, *, wait: bool
) -> Advance:
    """Take the next step, or with `wait` all steps until the ceremony is over.

    Raises InputError for an account that has, or will have, no part in it.
    """
    account = key_file.account
    require_member(opened.deployed, part, account)
    if not _await_keys(opened, wait=wait):
        return Advance(1, Step.ENROLL, acted=False)
    look = partial(_look, opened, part, key_file)
    if not wait:
        advance = look()
        _tell_standing(opened, part, account, advance)
        return advance
    last = ""
    while True:
        advance = outlast(look, opened)
        if advance.acted:
            say(f"attempt {advance.attempt}: {advance.step.name.lower()}")
        if advance.is_over:
            return advance
        spell = partial(_spell_waiting, opened, part, account, advance)
        waiting = outlast(spell, opened)
        if waiting != last:  # a step that is overdue is told of, too
            say(waiting, is_folded=True)
        last = waiting
        if not advance.acted:
            time.sleep(PAUSE)


def _look(opened: OpenElection, part: Part, key_file: KeyFile) -> Advance:
    """Take a step; another member's act may come between a look and a step."""
    try:
        advance = _take_step_of(opened, part, key_file)
    except ContractRefusedError:
        _require_time(opened, part)
        advance = _take_step_of(opened, part, key_file)
    if not advance.acted:
        if not advance.is_over:
            _require_time(opened, part)
        if not handle_of(opened, part).seat(key_file.account):
            require_not_excluded(opened, part, key_file.account)
    return advance


def _take_step_of(opened: OpenElection, part: Part, key_file: KeyFile) -> Advance:
    instance = instance_of(opened)
    if part is Part.TRUSTEES:
        return take_step(trustees_ceremony(opened), key_file, instance=instance)
    return take_step(issuers_ceremony(opened), key_file, instance=instance)


def _tell_standing(
    opened: OpenElection, part: Part, account: Address, advance: Advance
) -> None:
    """Say why a member that did nothing had nothing to do."""
    if advance.is_over:
        say("the making of keys is over: no step of it is left to take")
    elif not advance.acted:
        say(_spell_waiting(opened, part, account, advance), is_folded=True)


def _spell_waiting(
    opened: OpenElection, part: Part, account: Address, advance: Advance
) -> str:
    """Say what is waited for, and until when."""
    handle = handle_of(opened, part)
    step = f"attempt {advance.attempt}, {advance.step.name.lower()}"
    seat, deadline = handle.seat(account), handle.deadline()
    now = opened.connection.read_clock()
    return f"{step}: {spell_waiting(seat, deadline, now=now, part=part)}"


def _await_keys(opened: OpenElection, *, wait: bool) -> bool:
    """Wait for the phase in which keys are made; tell whether it has come."""
    opening = opened.rules.times[0]
    clock = opened.connection.read_clock
    if outlast(clock, opened, wait=wait) >= opening:
        return True
    when = f"keys are made from {spell_time(opening)} on"
    if not wait:
        say(f"{when}: run it again then, or with --wait")
        return False
    say(f"{when}: waiting")
    while outlast(clock, opened) < opening:
        time.sleep(PAUSE)
    return True


def _require_time(opened: OpenElection, part: Part) -> None:
    """Raise RuledOutError if the time for keys is over, and there are none."""
    require_time_left(opened, part, now=opened.connection.read_clock())


def require_time_left(opened: OpenElection, part: Part, *, now: int) -> None:
    """Raise RuledOutError if keys are made no more. now: Unix seconds."""
    end = opened.rules.times[1]
    if now >= end:
        fact = f"ended without a key: keys were made until {spell_time(end)}"
        raise RuledOutError(part.title, fact)


def verify_keys(
    opened: OpenElection, key_file: KeyFile, key_share: KeyShare, *, part: Part
) -> None:
    """Audit the keys as far as they are made; raises UnverifiedError.

    Only then is erased what the share was made from: a node that showed another
    ceremony would have had the member keep nothing of the true one.
    """
    say("verifying the keys ...")
    board, instance = read_record(opened), instance_of(opened)
    verify_keys_on(board, key_file, key_share, part=part, instance=instance)


def verify_keys_on(
    board: Board,
    key_file: KeyFile,
    key_share: KeyShare,
    *,
    part: Part,
    instance: Instance,
) -> None:
    """Audit the keys that a record has, as `verify_keys` does."""
    later = require_keys(board, MADE)
    require_own_key(Evidence(board), key_share, part=part)
    key_file.change_part(instance, lambda kept: replace(kept, random=b""))
    if later:
        say(f"not due yet: {', '.join(later)}; run it again before the polls")
