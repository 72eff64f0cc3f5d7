"""An election with its polls open and its ballots ready, to measure casting."""

from __future__ import annotations

from dataclasses import replace

from election.artifacts import ROOT
from election.client.open_election import ContestBox, read_box
from election.client.rpc import Connection
from election.crypto.signature import SigningKey
from election.protocol.manifest import Contest
from scripts.demo import preparation, voting
from scripts.demo.electorate import Person
from scripts.demo.node_process import travel_to
from scripts.demo.roles import draw_roles, seat_roles
from scripts.demo.voting import Register
from scripts.files.manifest_file import read_manifest

CONTEST = 1


def open_polls(
    connection: Connection,
    *,
    slots: int,
    ballots: int,
) -> tuple[ContestBox, SigningKey, list[bytes]]:
    """Open the polls of one contest; gives its box, a relay's key and ballots."""
    candidates = tuple(f"Candidate {slot}" for slot in range(1, slots + 1))
    roles = draw_roles(observers=3, trustees=5, issuers=5)
    elections = ROOT / "elections"
    manifest = seat_roles(
        replace(
            read_manifest(
                elections / "mgd-2019.toml", elections / "test-accounts.toml"
            ),
            contests=(Contest(CONTEST, "Bench", candidates),),
        ),
        roles,
    )
    people = [
        Person(CONTEST, index, f"{index:05}", index % slots + 1)
        for index in range(ballots)
    ]
    connection.request("evm_mine")
    # An hour: on a busy machine the contracts alone are compiled for minutes.
    shift = connection.read_head().timestamp + 3_600 - manifest.times.keys
    opened = preparation.deploy(connection, manifest, roles, shift=shift)
    times = opened.rules.times
    travel_to(connection, times[0])
    shares = preparation.hold_ceremonies(opened, roles, progress=_ignore)
    preparation.create_boxes(opened, roles)
    travel_to(connection, times[1])
    lists = preparation.publish_lists(opened, people, roles)
    box = read_box(opened, CONTEST)
    register = Register({CONTEST: box}, lists)
    travel_to(connection, times[2])
    voting.register_all(opened, people, roles, register=register, progress=_ignore)
    travel_to(connection, times[4])
    devices = voting.announce_all(
        opened, people, roles, register=register, progress=_ignore
    )
    voters = voting.credit_all(
        opened, devices, shares.issuers[:3], register=register, progress=_ignore
    )
    records = [
        voting.encrypt_ballot(each, box, choice=each.person.choice) for each in voters
    ]
    return box, roles.relay, sorted(records)


def _ignore(_: int) -> None:
    """Show no progress."""
