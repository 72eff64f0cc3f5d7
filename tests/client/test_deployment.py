from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count

import pytest

from election.client import deployment, initcode
from election.client.contract import MOST_GAS
from election.client.deployment import (
    Deployment,
    begin_deployment,
    deploy_election,
    shift_times,
)
from election.client.errors import (
    ContractRefusedError,
    ForgottenError,
    RecordError,
    TransactionLostError,
    UnexpectedAnswerError,
    WrongChainError,
)
from election.client.initcode import build_initcode
from election.client.open_election import open_election
from election.client.rpc import Connection
from election.client.wire import Act, Receipt
from election.crypto.signature import SigningKey
from election.crypto.transcript import Address
from election.protocol.abi import ContractName
from election.protocol.codec import encode_act
from election.protocol.events import Blueprints
from election.protocol.manifest import Contest, Manifest
from tests.client.stage import COMMISSION, HOUR, RELAY, make_manifest, travel

STEPS = 8
FOREIGN_INITCODE = bytes.fromhex("60015f5360015ff3")
"""Leaves one byte of code, 01."""


class CrashError(Exception):
    """The machine stops."""


class Disk:
    """Keep the last record; fail at the n-th, before or after it is kept."""

    def __init__(
        self, begun: Deployment, *, crash_at: int = 0, crash_after: int = 0
    ) -> None:
        self.kept = begun
        self._crash_at = crash_at
        self._crash_after = crash_after
        self._saves = count(1)

    def save(self, deployment: Deployment) -> None:
        number = next(self._saves)
        if number == self._crash_at:
            raise CrashError
        self.kept = deployment
        if number == self._crash_after:
            raise CrashError


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


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_deployment_goes_on_after_a_crash_when_a_step_is_recorded(
    connection: Connection, manifest: Manifest, step: int
) -> None:
    disk = Disk(begin_deployment(connection, manifest), crash_after=step)
    with pytest.raises(CrashError):
        run(connection, manifest, disk)
    done = run(connection, manifest, Disk(disk.kept))
    assert open_election(connection, done.election).rules.slug == manifest.id


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_deployment_goes_on_when_another_transaction_took_a_steps_place(
    connection: Connection, manifest: Manifest, step: int
) -> None:
    """It makes a contract of other code where the record foresees ours."""
    disk = Disk(begin_deployment(connection, manifest), crash_after=step)
    with pytest.raises(CrashError):
        run(connection, manifest, disk)
    connection.send(Act(None, FOREIGN_INITCODE, MOST_GAS), key=COMMISSION)
    resumed = Disk(disk.kept)
    done = run(connection, manifest, resumed)
    assert resumed.kept == done
    assert open_election(connection, done.election).rules.slug == manifest.id
    assert run(connection, manifest, Disk(done)) == done


def test_deployment_goes_on_when_a_receipt_was_lost(
    connection: Connection, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(begin_deployment(connection, manifest))
    send = Connection.send

    def lose(self: Connection, act: Act, *, key: SigningKey) -> Receipt:
        send(self, act, key=key)
        raise TransactionLostError("transaction", "not mined in time")

    monkeypatch.setattr(Connection, "send", lose)
    for step in range(1, STEPS + 1):
        with pytest.raises(TransactionLostError):
            run(connection, manifest, disk)
        assert len(disk.kept.contracts) == step
    assert run(connection, manifest, disk) == disk.kept


def test_election_that_somebody_else_makes_first_is_the_same(
    connection: Connection, manifest: Manifest
) -> None:
    """Whoever sees the transaction may send what it says before it is mined."""
    disk = Disk(begin_deployment(connection, manifest))

    def save(deployment: Deployment) -> None:
        disk.save(deployment)
        contracts = dict(deployment.contracts)
        if "Election" in contracts:
            blueprints = Blueprints(*list(contracts.values())[:6])
            initcode = build_initcode(manifest, blueprints)
            calldata = encode_act(ContractName.DEPLOYER, "deploy", initcode)
            act = Act(contracts["Deployer"], calldata, MOST_GAS)
            connection.send(act, key=RELAY)

    done = deploy_election(
        connection, manifest, key=COMMISSION, deployment=disk.kept, save=save
    )
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


def test_other_transaction_between_record_and_step_is_followed(
    connection: Connection, manifest: Manifest
) -> None:
    disk = Disk(begin_deployment(connection, manifest))

    def save(deployment: Deployment) -> None:
        if len(deployment.contracts) > len(disk.kept.contracts):
            connection.send(Act(Address(b"\1" * 20), b"", MOST_GAS), key=COMMISSION)
        disk.save(deployment)

    done = deploy_election(
        connection, manifest, key=COMMISSION, deployment=disk.kept, save=save
    )
    assert disk.kept == done
    assert open_election(connection, done.election).rules.slug == manifest.id


@pytest.mark.parametrize("steps", range(1, STEPS + 1))
def test_chain_that_began_anew_is_told_of(
    connection: Connection, manifest: Manifest, steps: int
) -> None:
    """A development chain forgets what stood there; other blocks come instead."""
    connection.request("evm_mine")
    snapshot = connection.request("evm_snapshot")
    connection.request("evm_mine")
    disk = Disk(begin_deployment(connection, manifest), crash_after=steps)
    with suppress(CrashError):
        run(connection, manifest, disk)
    connection.request("evm_revert", snapshot)
    with pytest.raises(ForgottenError, match="ends before block"):
        run(connection, manifest, disk)
    connection.request("evm_increaseTime", hex(60))
    for _ in range(STEPS + 2):
        connection.request("evm_mine")
    head = connection.read_head()
    with pytest.raises(ForgottenError, match="is not the one that it knows"):
        run(connection, manifest, disk)
    assert connection.read_head() == head


def test_chain_that_began_anew_is_told_of_by_an_older_record(
    connection: Connection, manifest: Manifest
) -> None:
    begun = begin_deployment(connection, manifest)
    with pytest.raises(ForgottenError, match="where it began"):
        run(connection, manifest, Disk(replace(begun, block=begun.block + 1)))
    gone = ("KeyCeremony", Address(b"\1" * 20)), ("VoterList", Address(b"\2" * 20))
    with pytest.raises(ForgottenError, match="KeyCeremony: no longer stands at 0x01"):
        run(connection, manifest, Disk(replace(begun, contracts=gone)))


def test_election_that_announces_other_rules_is_noticed(
    connection: Connection, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(manifest, title="Other")
    monkeypatch.setattr(
        deployment, "derive_rules", lambda _: initcode.derive_rules(other)
    )
    with pytest.raises(UnexpectedAnswerError, match="announces other rules"):
        run(connection, manifest, Disk(begin_deployment(connection, manifest)))


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("KeyCeremony", "does not stand where it was placed"),
        ("Deployer", "does not stand where it was placed"),
        ("Election", "is not where it must be"),
    ],
)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda code: code[:-1],
        lambda code: b"\0"[: len(code)] + code[1:],
    ],
)
def test_contract_that_the_node_does_not_show_whole_is_missed(
    connection: Connection,
    manifest: Manifest,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fact: str,
    spoil: Callable[[bytes], bytes],
) -> None:
    read = Connection.read_code
    disk = Disk(begin_deployment(connection, manifest))

    def hide(self: Connection, addresses: list[Address], *, block: int) -> list[bytes]:
        spoiled = dict(disk.kept.contracts).get(name)
        codes = read(self, addresses, block=block)
        return [spoil(code) if addresses == [spoiled] else code for code in codes]

    monkeypatch.setattr(Connection, "read_code", hide)
    with pytest.raises(UnexpectedAnswerError, match=f"{name}: {fact}"):
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


def test_largest_election_is_deployed_and_listed(
    connection: Connection, manifest: Manifest
) -> None:
    """It has 64 contests of 16 candidates with full names and particulars."""
    names = tuple(f"{'n' * 126}{slot:02}" for slot in range(16))
    particulars = tuple(f"{'p' * 254}{slot:02}" for slot in range(16))
    contests = tuple(Contest(n, "t" * 128, names, particulars) for n in range(64))
    small = replace(manifest.issuers, members=manifest.issuers.members[:2], seats=2)
    large = replace(manifest, contests=contests, issuers=small)
    done = run(connection, large, Disk(begin_deployment(connection, large)))
    opened = open_election(connection, done.election).contests
    assert [each.candidates for each in opened.values()] == [names] * 64
    assert [*opened] == [*range(64)]


def test_deployment_goes_on_with_the_contests_that_are_not_listed_yet(
    connection: Connection, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(begin_deployment(connection, manifest))
    send_all = Connection.send_all

    def send_one(
        self: Connection, acts: Sequence[Act], *, key: SigningKey
    ) -> tuple[Receipt, ...]:
        receipts = send_all(self, acts[:1], key=key)
        if len(acts) > 1:
            raise CrashError
        return receipts

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "send_all", send_one)
        with pytest.raises(CrashError):
            run(connection, manifest, disk)
    with pytest.raises(UnexpectedAnswerError, match="no candidates on the record"):
        open_election(connection, disk.kept.election)
    done = run(connection, manifest, disk)
    contests = open_election(connection, done.election).contests
    assert [*contests] == [each.id for each in manifest.contests]


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
