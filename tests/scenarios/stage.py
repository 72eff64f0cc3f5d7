"""A rehearsal on a chain in this process, for stories that are told in phases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from election.artifacts import ROOT
from election.client.open_election import OpenElection, read_box
from election.protocol.manifest import Contest
from rehearsal import counting, preparation, voting
from rehearsal.chains import travel_to
from rehearsal.people import Person
from rehearsal.preparation import KeyShares
from rehearsal.roles import Roles, draw_roles, seat_roles
from rehearsal.voting import Register, Voter
from scripts.shared.files.manifest_file import read_manifest
from tests.in_process import connect_in_process


@dataclass(frozen=True, slots=True)
class Polls:
    """An election whose polls are open and whose voters have their credentials."""

    opened: OpenElection
    roles: Roles
    shares: KeyShares
    register: Register
    voters: tuple[Voter, ...]

    def close(self) -> None:
        """Move time past the end of casting and freeze all sums."""
        travel_to(self.opened.connection, self.opened.rules.times[6])
        counting.freeze_all(self.opened, self.roles)


def open_polls(slots: Mapping[int, int], people: Sequence[Person]) -> Polls:
    """Hold an election up to its polls. slots: L of each contest."""
    connection = connect_in_process()
    roles = draw_roles(observers=3, trustees=5, issuers=5)
    folder = ROOT / "elections"
    moscow = read_manifest(folder / "mgd-2019.toml", folder / "test-accounts.toml")
    contests = tuple(
        Contest(each, f"Contest {each}", tuple(f"Candidate {n}" for n in range(count)))
        for each, count in slots.items()
    )
    manifest = replace(moscow, contests=contests, minimum_cast=2)
    connection.request("evm_mine")
    shift = connection.read_head().timestamp + 60 - manifest.times.keys
    opened = preparation.deploy(
        connection, seat_roles(manifest, roles), roles, shift=shift
    )
    times = opened.rules.times
    travel_to(connection, times[0])
    shares = preparation.hold_ceremonies(opened, roles, progress=ignore)
    preparation.create_boxes(opened, roles)
    travel_to(connection, times[1])
    lists = preparation.publish_lists(opened, people, roles)
    register = Register({each: read_box(opened, each) for each in slots}, lists)
    travel_to(connection, times[2])
    voting.register_all(opened, people, roles, register=register, progress=ignore)
    travel_to(connection, times[4])
    devices = voting.announce_all(
        opened, people, roles, register=register, progress=ignore
    )
    voters = voting.credit_all(
        opened, devices, shares.issuers[:3], register=register, progress=ignore
    )
    return Polls(opened, roles, shares, register, voters)


def ignore(_: int) -> None:
    """Show no progress."""
