from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from election.client.contract import MOST_GAS
from election.client.deployment import (
    Deployment,
    begin_deployment,
    deploy_election,
    shift_times,
)
from election.client.errors import (
    ContractRefusedError,
    RecordError,
    UnexpectedAnswerError,
    WrongChainError,
)
from election.client.open_election import open_election
from election.client.rpc import Connection
from election.client.wire import Act
from election.crypto.transcript import Address
from election.protocol.manifest import Manifest
from tests.client.stage import COMMISSION, HOUR, make_manifest, travel

STEPS = 6


class CrashError(Exception):
    """The machine stops."""


class Disk:
    """Keep the last record; fail at the n-th."""

    def __init__(self, begun: Deployment, *, crash_at: int = 0) -> None:
        self.kept = begun
        self._crash_at = crash_at
        self._saves = count(1)

    def save(self, deployment: Deployment) -> None:
        if next(self._saves) == self._crash_at:
            raise CrashError
        self.kept = deployment


def run(connection: Connection, manifest: Manifest, disk: Disk) -> Deployment:
    return deploy_election(
        connection, manifest, key=COMMISSION, deployment=disk.kept, save=disk.save
    )


@pytest.fixture
def manifest(connection: Connection) -> Manifest:
    return make_manifest(connection.read_clock())


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_deployment_goes_on_after_a_crash_before_a_step_is_recorded(
    connection: Connection, manifest: Manifest, step: int
) -> None:
    disk = Disk(begin_deployment(connection, manifest), crash_at=step)
    with pytest.raises(CrashError):
        run(connection, manifest, disk)
    done = run(connection, manifest, Disk(disk.kept))
    opened = open_election(connection, done.election, since=done.block)
    assert opened.rules.slug == manifest.id
    assert [name for name, _ in done.contracts][: step - 1] == [
        name for name, _ in disk.kept.contracts
    ]


def test_step_that_was_recorded_but_not_sent_is_taken_again(
    connection: Connection, manifest: Manifest
) -> None:
    begun = begin_deployment(connection, manifest)
    foreseen = replace(begun, contracts=(("KeyCeremony", Address(b"\1" * 20)),))
    done = run(connection, manifest, Disk(foreseen))
    assert dict(done.contracts)["KeyCeremony"] != Address(b"\1" * 20)
    assert open_election(connection, done.election).rules.slug == manifest.id


def test_finished_deployment_sends_nothing(
    connection: Connection, manifest: Manifest
) -> None:
    done = run(connection, manifest, Disk(begin_deployment(connection, manifest)))
    head = connection.read_head()
    assert run(connection, manifest, Disk(done)) == done
    assert connection.read_head() == head


def test_finished_deployment_is_known_again_in_any_phase(
    connection: Connection, manifest: Manifest
) -> None:
    done = run(connection, manifest, Disk(begin_deployment(connection, manifest)))
    travel(connection, manifest.times.keys)
    assert run(connection, manifest, Disk(done)) == done


def test_other_transaction_of_the_account_in_between_is_noticed(
    connection: Connection, manifest: Manifest
) -> None:
    begun = begin_deployment(connection, manifest)

    def save(_: Deployment) -> None:
        connection.send(Act(Address(b"\1" * 20), b"", MOST_GAS), key=COMMISSION)

    with pytest.raises(UnexpectedAnswerError, match="at another address than foreseen"):
        deploy_election(
            connection, manifest, key=COMMISSION, deployment=begun, save=save
        )


def test_election_that_the_node_does_not_show_is_missed(
    connection: Connection, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Connection.read_code
    disk = Disk(begin_deployment(connection, manifest))

    def hide(self: Connection, addresses: list[Address], *, block: int) -> list[bytes]:
        election = dict(disk.kept.contracts).get("Election")
        codes = read(self, addresses, block=block)
        return [b"" if addresses == [election] else code for code in codes]

    monkeypatch.setattr(Connection, "read_code", hide)
    with pytest.raises(UnexpectedAnswerError, match="is not where it must be"):
        run(connection, manifest, disk)


def test_record_of_another_manifest_is_refused(
    connection: Connection, manifest: Manifest
) -> None:
    disk = Disk(begin_deployment(connection, manifest))
    other = replace(manifest, minimum_cast=3)
    with pytest.raises(RecordError, match="is of another manifest"):
        run(connection, other, disk)


def test_record_of_another_chain_is_refused(
    connection: Connection, manifest: Manifest
) -> None:
    begun = begin_deployment(connection, manifest)
    disk = Disk(replace(begun, chain_id=begun.chain_id + 1))
    with pytest.raises(WrongChainError):
        run(connection, manifest, disk)


def test_other_code_where_a_blueprint_was_recorded_is_refused(
    connection: Connection, manifest: Manifest
) -> None:
    done = run(connection, manifest, Disk(begin_deployment(connection, manifest)))
    swapped = dict(done.contracts) | {"Tally": dict(done.contracts)["VoterList"]}
    disk = Disk(replace(done, contracts=tuple(swapped.items())))
    with pytest.raises(RecordError, match="Tally: is not what the source"):
        run(connection, manifest, disk)


def test_rules_that_the_contract_refuses_leave_no_election(
    connection: Connection, manifest: Manifest
) -> None:
    wrong = replace(manifest, quorum=0)
    disk = Disk(begin_deployment(connection, wrong))
    with pytest.raises(ContractRefusedError, match="election: quorum is zero"):
        run(connection, wrong, disk)
    head = connection.read_head().number
    assert connection.read_code([disk.kept.election], block=head) == [b""]


def test_election_that_would_have_begun_is_not_deployed(
    connection: Connection, manifest: Manifest
) -> None:
    late = shift_times(manifest, -HOUR)
    head = connection.read_head()
    with pytest.raises(RecordError, match="phase keys would have begun already"):
        run(connection, late, Disk(begin_deployment(connection, late)))
    assert connection.read_head() == head


def test_unfinished_deployment_has_no_election(
    connection: Connection, manifest: Manifest
) -> None:
    with pytest.raises(RecordError, match="is not finished"):
        _ = begin_deployment(connection, manifest).election


def test_times_of_a_real_election_cannot_be_moved(
    connection: Connection, manifest: Manifest
) -> None:
    real = replace(manifest, test=False)
    assert shift_times(real, 0) == real
    begun = begin_deployment(connection, real, shift=60)
    head = connection.read_head()
    with pytest.raises(RecordError, match="only the times of a test election"):
        run(connection, real, Disk(begun))
    assert connection.read_head() == head


def test_times_are_all_moved_by_the_same(
    connection: Connection, manifest: Manifest
) -> None:
    begun = begin_deployment(connection, manifest, shift=86_400)
    done = run(connection, manifest, Disk(begun))
    rules = open_election(connection, done.election).rules
    assert rules.times[0] == manifest.times.keys + 86_400
    assert rules.times[6] == manifest.times.cast_closing + 86_400
