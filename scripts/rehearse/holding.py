"""The steps of a rehearsal. Each does what the chain does not have yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from election.audit.audit import ALL, audit_board
from election.audit.report import Report
from election.client.board_reader import read_board
from election.client.deployment import begin_deployment, deploy_election
from election.client.open_election import OpenElection, open_election, read_box
from election.client.rpc import Connection
from election.protocol.context import derive_election_id
from election.protocol.encoding import encode_points
from election.protocol.manifest import Manifest
from rehearsal import preparation
from rehearsal.chains import LEAD, Chain
from rehearsal.people import casts
from rehearsal.preparation import KeyShares
from rehearsal.roles import Cast, Roles, draw_cast, seat_roles
from rehearsal.rules import fit
from rehearsal.voting import Register
from scripts.rehearse.city import City, salt_lists
from scripts.rehearse.counting import freeze_sums, publish_counts, share_sums
from scripts.rehearse.day import Slice
from scripts.rehearse.devices import Devices, Terms, own_processes
from scripts.rehearse.ground import kept_node, travel_on
from scripts.rehearse.meter import Meter, looking
from scripts.rehearse.pace import Pace
from scripts.rehearse.polls import Polls
from scripts.rehearse.seed import Seed
from scripts.rehearse.sending import Kind, Sender, own_thread
from scripts.shared.cores import all_cores
from scripts.shared.files.deployment_file import read_deployment, store_deployment
from scripts.shared.reading import keep_logs
from scripts.shared.terminal import say

CAST: Final = Cast(trustees=3, issuers=3, reserves=0)
_KEYS, _LIST, _REGISTRATION, _OPENING, _CLOSED = 0, 1, 2, 4, 6  # of the times


@dataclass(frozen=True, slots=True)
class Plan:
    """What is rehearsed, and where. day: who asks for a credential when."""

    folder: Path
    seed: Seed
    manifest: Manifest
    city: City
    day: Sequence[Slice]


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of it; counts: by contest, in ballot order."""

    report: Report
    counts: Mapping[int, tuple[int, ...]]


@dataclass(slots=True)
class Rehearsal:
    """One that runs: its plan, the election, and what the steps share."""

    plan: Plan
    connection: Connection
    devices: Devices
    sender: Sender
    meter: Meter
    pace: Pace
    roles: Roles = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Derive everybody's keys."""
        self.roles = draw_cast(CAST, self.plan.seed.draw("roles"))

    def hold(self) -> Finished:
        """Do all that is left."""
        with self._step("the keys"):
            opened = self._deploy()
            shares = self._make_keys(opened)
        with self._step("the lists"):
            register = self._publish_lists(opened)
        polls = self._open_polls(opened, register, shares)
        people, day = self.plan.city.people, self.plan.day
        with self._step("registration"):
            travel_on(self.connection, opened.rules.times[_REGISTRATION])
            polls.register_all(people)
        with self._step("the day of the polls"):
            travel_on(self.connection, opened.rules.times[_OPENING])
            polls.hold_day(day, registered=len(people))
        with self._step("the count"):
            travel_on(self.connection, opened.rules.times[_CLOSED])
            counts = self._count(opened, register, shares)
        with self._step("the audit"):
            report = self._audit(opened)
        return Finished(report, counts)

    def _step(self, name: str) -> ExitStack:
        stack = ExitStack()
        say(f"{name}")
        stack.enter_context(self.meter.step(name))
        return stack

    def _deploy(self) -> OpenElection:
        connection, plan = self.connection, self.plan
        path = plan.folder / "election.json"
        manifest = seat_roles(fit(plan.manifest, CAST), self.roles)
        if path.exists():
            deployment = read_deployment(path)
        else:
            shift = Chain(connection).lead(LEAD) - manifest.times.keys
            deployment = begin_deployment(connection, manifest, shift=shift)
            store_deployment(path, deployment)
        deployment = deploy_election(
            connection,
            manifest,
            key=self.roles.commission,
            deployment=deployment,
            save=partial(store_deployment, path),
        )
        return open_election(connection, deployment.election, since=deployment.block)

    def _make_keys(self, opened: OpenElection) -> KeyShares:
        travel_on(self.connection, opened.rules.times[_KEYS])
        shares = preparation.hold_ceremonies(
            opened, self.roles, progress=lambda _: None
        )
        boxes = opened.election.boxes([*opened.contests])
        acts = [
            opened.election.create_box(contest)
            for contest, box in zip(opened.contests, boxes, strict=True)
            if not any(box)
        ]
        if acts:
            self.connection.send_all(acts, key=self.roles.commission)
        return shares

    def _publish_lists(self, opened: OpenElection) -> Register:
        election_id = derive_election_id(opened.rules.slug)
        lists = salt_lists(self.plan.city.listed, election_id, self.plan.seed)
        travel_on(self.connection, opened.rules.times[_LIST])
        there = opened.voter_list.published([*opened.contests])
        acts = [
            opened.voter_list.publish(contest, each.tree.root, size=each.tree.size)
            for contest, each in lists.items()
            if there[contest] != each.published
        ]
        if acts:
            self.connection.send_all(acts, key=self.roles.commission)
        boxes = {each: read_box(opened, each) for each in opened.contests}
        return Register(boxes, lists)

    def _open_polls(
        self, opened: OpenElection, register: Register, shares: KeyShares
    ) -> Polls:
        people = [each for part in self.plan.day for each in part.people]
        self.pace.expect(
            {
                Kind.REGISTRATION: len(self.plan.city.people),
                Kind.REQUEST: len(people),
                Kind.BALLOT: sum(casts(each) for each in people),
            }
        )
        threshold = opened.deployed.issuers.threshold
        return Polls(
            opened,
            self.roles,
            register,
            shares.issuers[-threshold:],
            self.plan.seed,
            self.devices,
            self.sender,
            {contest: _state(register, contest) for contest in register.boxes},
            travel=partial(travel_on, self.connection),
            tell=self.pace.tell,
        )

    def _count(
        self, opened: OpenElection, register: Register, shares: KeyShares
    ) -> Mapping[int, tuple[int, ...]]:
        freeze_sums(opened, self.roles)
        present = shares.trustees[: opened.deployed.trustees.threshold]
        contests = len(register.boxes)
        with self.pace.bar("decryption shares", contests * len(present)) as progress:
            share_sums(opened, register, self.roles, present, progress)
        with self.pace.bar("counts", contests) as progress:
            return publish_counts(opened, register, self.roles, progress)

    def _audit(self, opened: OpenElection) -> Report:
        since = opened.election.contract.since
        with all_cores() as spread, self.pace.bar("checks", len(ALL)) as progress:
            board = read_board(
                self.connection, opened.address, since=since, keep=keep_logs
            )
            return audit_board(board, progress=lambda *_: progress(1), spread=spread)


def _state(register: Register, contest: int) -> Terms:
    """State what devices know of a contest."""
    box = register.boxes[contest].box
    keys, credential_key = box.election_keys, box.credential_key
    return Terms(contest, box.ctx, encode_points(keys), encode_points([credential_key]))


def hold(plan: Plan) -> Finished:
    """Start the node and all processes, hold the election, and end them."""
    chain = plan.folder / "chain"
    with (
        kept_node(chain) as (connection, process),
        own_processes() as devices,
    ):
        meter = Meter(
            plan.folder / "samples.jsonl", chain, process, lambda: devices.begun
        )
        with (
            looking(meter),
            own_thread(meter.spent_by_node, meter.costs) as sender,
        ):
            rehearsal = Rehearsal(plan, connection, devices, sender, meter, Pace())
            return rehearsal.hold()
