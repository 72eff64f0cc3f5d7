"""An election with its polls open and its ballots ready, to measure casting."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from election.artifacts import ROOT
from election.client.open_election import ContestBox, read_box
from election.client.rpc import Connection
from election.crypto.signature import SigningKey
from election.protocol.manifest import (
    Contest,
    Manifest,
    Times,
    accept_manifest,
    count_most_steps,
)
from rehearsal import preparation, voting
from rehearsal.chains import travel_to
from rehearsal.people import Person
from rehearsal.roles import draw_roles, seat_roles
from rehearsal.voting import Register
from scripts.shared.files.manifest_file import read_manifest

CONTEST = 1
_SEATS: Final = 3  # of trustees and of issuers: no ballot costs more by them
_KEYS, _LIST, _REGISTRATION, _FREEZE = 150, 20, 150, 2
"""Seconds of each phase before the polls, where time passes as it does."""
_DEPLOYING: Final = 60  # seconds
_LASTING: Final = 86_400  # seconds of voting
_LOOK: Final = 0.5  # seconds between looks at the clock

Travel = Callable[[Connection, int], None]
"""Comes back when the chain's clock has reached this second."""


def await_time(connection: Connection, timestamp: int) -> None:
    """Wait until a network's clock has reached this second."""
    while connection.read_clock() < timestamp:
        time.sleep(_LOOK)


def open_polls(
    connection: Connection,
    *,
    slots: int,
    ballots: int,
    travel: Travel = travel_to,
    pace: float = 1.0,
) -> tuple[ContestBox, SigningKey, list[bytes]]:
    """Open the polls of one contest; gives its box, a relay's key and ballots.

    travel: where nobody moves the clock, the phases are short and have to pass. pace:
    how many times as long they last then.
    """
    candidates = tuple(f"Candidate {slot}" for slot in range(1, slots + 1))
    roles = draw_roles(observers=3, trustees=_SEATS, issuers=_SEATS)
    elections = ROOT / "elections"
    drafted = read_manifest(
        elections / "mgd-2019.toml", elections / "test-accounts.toml"
    )
    manifest = seat_roles(
        replace(
            drafted,
            contests=(Contest(CONTEST, "Bench", candidates),),
            trustees=replace(drafted.trustees, threshold=_SEATS, seats=_SEATS),
            issuers=replace(drafted.issuers, threshold=_SEATS, seats=_SEATS),
        ),
        roles,
    )
    people = [
        Person(CONTEST, index, f"{index:05}", index % slots + 1)
        for index in range(ballots)
    ]
    if travel is travel_to:
        connection.request("evm_mine")
        # An hour: on a busy machine the contracts alone are compiled for minutes.
        shift = connection.read_head().timestamp + 3_600 - manifest.times.keys
    else:
        manifest, shift = _hurry(manifest, connection.read_clock(), pace), 0
    opened = preparation.deploy(connection, manifest, roles, shift=shift)
    times = opened.rules.times
    travel(connection, times[0])
    shares = preparation.hold_ceremonies(opened, roles, progress=_ignore)
    preparation.create_boxes(opened, roles)
    travel(connection, times[1])
    lists = preparation.publish_lists(opened, people, roles)
    box = read_box(opened, CONTEST)
    register = Register({CONTEST: box}, lists)
    travel(connection, times[2])
    voting.register_all(opened, people, roles, register=register, progress=_ignore)
    travel(connection, times[4])
    devices = voting.announce_all(
        opened, people, roles, register=register, progress=_ignore
    )
    voters = voting.credit_all(
        opened, devices, shares.issuers, register=register, progress=_ignore
    )
    records = [
        voting.encrypt_ballot(each, box, choice=each.person.choice) for each in voters
    ]
    return box, roles.relay, sorted(records)


def _hurry(manifest: Manifest, now: int, pace: float) -> Manifest:
    """Give a manifest phases that are as short as its acts allow."""
    deploying, keys, lists, registration = (
        round(pace * seconds) for seconds in (_DEPLOYING, _KEYS, _LIST, _REGISTRATION)
    )
    start = now + deploying
    voter_list = start + keys
    freeze = voter_list + lists + registration
    closing = freeze + _FREEZE + _LASTING
    times = Times(
        keys=start,
        voter_list=voter_list,
        registration=voter_list + lists,
        freeze=freeze,
        opening=freeze + _FREEZE,
        issue_closing=closing,
        cast_closing=closing + _FREEZE,
    )
    steps = max(map(count_most_steps, (manifest.trustees, manifest.issuers)))
    hurried = replace(manifest, times=times, step_seconds=keys // steps)
    return accept_manifest(hurried)


def _ignore(_: int) -> None:
    """Show no progress."""
