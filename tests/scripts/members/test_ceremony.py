from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from election.client.ceremony import Ceremony, trustees_ceremony
from election.client.ceremony_member import Advance
from election.client.errors import (
    ConnectionFailedError,
    ContractRefusedError,
    Trouble,
    WrongChainError,
)
from election.client.open_election import open_election
from election.client.rpc import Connection, connect
from election.crypto.group import G1Point
from election.crypto.signature import SigningKey
from election.protocol.ceremony.attempt import Step
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.replay import Part
from scripts.anybody.status import read_status
from scripts.members.ceremony import take_part, take_step, verify_keys
from scripts.members.expire import expire
from scripts.shared import waiting
from scripts.shared.errors import InputError, UnverifiedError
from scripts.shared.files.key_file import (
    KeyFile,
    StoredPart,
    StoredShare,
    change_secrets,
    open_key_file,
)
from scripts.shared.roles import Role
from scripts.shared.session import instance_of
from scripts.shared.standing import spell_margin, spell_waiting
from tests.client.stage import (
    COMMISSION,
    RELAY,
    TRUSTEES,
    Stage,
    deploy,
    make_manifest,
    travel,
)
from tests.in_process import connect_in_process
from tests.scripts.conftest import PASSWORD
from tests.scripts.key_files import make_key_file, put_older


def key_files(folder: Path) -> list[KeyFile]:
    made = []
    for number, key in enumerate(TRUSTEES[:3]):
        made.append(make_key_file(folder / f"{number}.json", Role.TRUSTEE, key))
    return made


def reopen(file: KeyFile) -> KeyFile:
    return open_key_file(file.path, password=PASSWORD)


@pytest.fixture
def stage() -> Stage:
    stage = deploy(connect_in_process())
    travel(stage.connection, stage.manifest.times.keys)
    return stage


@pytest.fixture
def ceremony(stage: Stage) -> Ceremony[G1Point]:
    return trustees_ceremony(stage.opened)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.members.ceremony.PAUSE", 0.01)
    monkeypatch.setattr(waiting, "PAUSE", 0.01)


def step(stage: Stage, file: KeyFile) -> Advance:
    ceremony = trustees_ceremony(stage.opened)
    return take_step(ceremony, file, instance=instance_of(stage.opened))


def part_in(stage: Stage, file: KeyFile) -> StoredPart:
    return reopen(file).secrets.parts[instance_of(stage.opened)]


def hold(stage: Stage, files: list[KeyFile]) -> KeyShare:
    """Let all speak until the keys are final; give the first one's share."""
    for _ in range(5):
        assert all(step(stage, file).acted for file in files)
    share = step(stage, files[0]).key_share
    assert share is not None
    return share


def test_share_is_kept_with_what_it_came_from_until_it_is_verified(
    stage: Stage, tmp_path: Path
) -> None:
    files = key_files(tmp_path)
    step(stage, files[0])
    begun = part_in(stage, files[0])
    assert (len(begun.random), begun.share) == (64, None)
    for file in files[1:]:
        step(stage, file)
    for _ in range(4):
        assert all(step(stage, file).acted for file in files)
    assert part_in(stage, files[0]) == begun
    share = step(stage, files[0]).key_share
    kept = part_in(stage, files[0])
    assert kept.random == begun.random
    assert kept.share is not None
    assert kept.share.key_share == share


def test_what_a_verified_share_came_from_is_erased(
    stage: Stage, tmp_path: Path
) -> None:
    files = key_files(tmp_path)
    share = hold(stage, files)
    verify_keys(stage.opened, reopen(files[0]), share, part=Part.TRUSTEES)
    kept = part_in(stage, files[0])
    assert (kept.random, kept.share and kept.share.key_share) == (b"", share)
    again = step(stage, reopen(files[0]))
    assert (again.key_share, again.is_over, again.acted) == (share, True, False)


def test_share_of_another_ceremony_is_made_again(stage: Stage, tmp_path: Path) -> None:
    """A node that lied about the last messages is not believed for ever."""
    files = key_files(tmp_path)
    share = hold(stage, files)
    file, lied = reopen(files[0]), replace(share, secrets=share.secrets[::-1])
    wrong = StoredShare(1, tuple(x + 1 for x in share.secrets))
    file.change_part(instance_of(stage.opened), lambda kept: replace(kept, share=wrong))
    with pytest.raises(UnverifiedError, match="trustee 1: has other keys here"):
        verify_keys(stage.opened, file, lied, part=Part.TRUSTEES)
    assert step(stage, reopen(file)).key_share == share
    stored = part_in(stage, file).share
    assert stored is not None
    assert stored.key_share == share


def test_share_is_kept_beside_what_another_program_noted_meanwhile(
    stage: Stage, tmp_path: Path
) -> None:
    files = key_files(tmp_path)
    for _ in range(5):
        assert all(step(stage, file).acted for file in files)
    change_secrets(files[0], lambda kept: replace(kept, decrypted={"a": "b"}))
    step(stage, files[0])
    assert reopen(files[0]).secrets.decrypted == {"a": "b"}
    assert part_in(stage, files[0]).share is not None


def test_member_of_one_election_takes_a_part_of_its_own_in_the_next(
    stage: Stage, tmp_path: Path
) -> None:
    """Else it would say `final`, send nothing, and be excluded."""
    files = key_files(tmp_path)
    share = hold(stage, files)
    verify_keys(stage.opened, reopen(files[0]), share, part=Part.TRUSTEES)
    now = stage.connection.read_clock()
    other = deploy(stage.connection, make_manifest(now))
    travel(other.connection, other.manifest.times.keys)
    again = [reopen(file) for file in files]
    assert [step(other, file).acted for file in again] == [True] * 3
    kept = reopen(files[0]).secrets.parts
    assert kept[instance_of(stage.opened)].share is not None
    assert kept[instance_of(other.opened)].share is None
    others = {kept[each].random for each in kept}
    assert len(others) == len(kept) == 2


def test_test_chain_that_began_anew_gets_a_part_of_its_own(
    stage: Stage, tmp_path: Path
) -> None:
    """It has the same number, and the election the same address."""
    files = key_files(tmp_path)
    share = hold(stage, files)
    verify_keys(stage.opened, reopen(files[0]), share, part=Part.TRUSTEES)
    connection = connect_in_process()
    travel(connection, connection.read_clock() + 60)
    anew = deploy(connection, stage.manifest)
    assert anew.opened.address == stage.opened.address
    travel(connection, anew.manifest.times.keys)
    assert step(anew, reopen(files[0])).acted
    assert part_in(stage, files[0]).share is not None


def test_chain_that_lacks_what_a_member_ended_is_told_of(
    stage: Stage, tmp_path: Path
) -> None:
    """Not in silence, as `final`, while the others wait for this member."""
    file = key_files(tmp_path)[0]
    ended = StoredPart(b"", StoredShare(1, (5,)))
    change_secrets(file, lambda kept: kept.put_part(instance_of(stage.opened), ended))
    with pytest.raises(InputError, match="attempt 1 in step enroll: that is older"):
        step(stage, reopen(file))


def test_copy_of_a_key_file_that_did_not_enroll_is_told_so(
    stage: Stage, tmp_path: Path
) -> None:
    file = key_files(tmp_path)[0]
    copy = tmp_path / "copy.json"
    copy.write_bytes(file.path.read_bytes())
    assert step(stage, file).acted
    with pytest.raises(InputError, match="another copy of it did"):
        step(stage, open_key_file(copy, password=PASSWORD))


def test_older_file_goes_on_where_it_enrolled(stage: Stage, tmp_path: Path) -> None:
    files = key_files(tmp_path)
    assert all(step(stage, file).acted for file in files)
    random = part_in(stage, files[0]).random
    change_secrets(files[0], lambda kept: replace(kept, parts={}))
    older = put_older(files[0], random, None)
    assert step(stage, older).acted
    kept = reopen(older).secrets
    assert (kept.random, part_in(stage, older).random) == (b"", random)


def test_older_file_of_another_election_begins_anew(
    stage: Stage, tmp_path: Path
) -> None:
    file = key_files(tmp_path)[0]
    older = put_older(file, b"r" * 64, KeyShare(1, ()))
    assert step(stage, older).acted
    kept = reopen(older).secrets
    assert kept.random == b"r" * 64
    assert part_in(stage, older).random != kept.random


def test_older_file_has_the_share_of_an_election_that_is_over(
    stage: Stage, tmp_path: Path
) -> None:
    files = key_files(tmp_path)
    share = hold(stage, files)
    change_secrets(files[0], lambda kept: replace(kept, parts={}))
    older = put_older(files[0], b"", share)
    assert step(stage, older).key_share == share
    verify_keys(stage.opened, reopen(older), share, part=Part.TRUSTEES)


def test_members_that_wait_for_each_other_all_finish(
    node_url: str, tmp_path: Path
) -> None:
    stage = deploy(connect(node_url))
    travel(stage.connection, stage.manifest.times.keys)
    found: list[Advance] = []

    def run(file: KeyFile) -> None:
        own = open_election(connect(node_url), stage.opened.address)
        found.append(take_part(own, Part.TRUSTEES, file, wait=True))

    threads = [Thread(target=run, args=(file,)) for file in key_files(tmp_path)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [advance.step for advance in found] == [Step.FINAL] * 3
    assert {a.key_share.member for a in found if a.key_share} == {1, 2, 3}


def trustee(folder: Path, key: SigningKey) -> KeyFile:
    return make_key_file(folder / "key.json", Role.TRUSTEE, key)


@pytest.mark.parametrize("wait", [True, False])
def test_account_of_no_member_is_told_so(
    stage: Stage, tmp_path: Path, *, wait: bool
) -> None:
    with pytest.raises(InputError, match="is no trustee of this election"):
        take_part(stage.opened, Part.TRUSTEES, trustee(tmp_path, RELAY), wait=wait)


def test_member_that_comes_too_late_is_told_until_when_keys_were_made(
    stage: Stage, tmp_path: Path
) -> None:
    travel(stage.connection, stage.manifest.times.voter_list)
    file = trustee(tmp_path, TRUSTEES[0])
    with pytest.raises(InputError, match="ended without a key: keys were made until"):
        take_part(stage.opened, Part.TRUSTEES, file, wait=False)


def test_reserve_sends_nothing_and_draws_nothing(stage: Stage, tmp_path: Path) -> None:
    file = trustee(tmp_path, TRUSTEES[3])
    advance = take_part(stage.opened, Part.TRUSTEES, file, wait=False)
    assert (advance.acted, advance.step) == (False, Step.ENROLL)
    assert not reopen(file).secrets.parts


@pytest.mark.parametrize("wait", [True, False])
def test_excluded_member_is_told_when_and_why(
    stage: Stage, tmp_path: Path, *, wait: bool
) -> None:
    late = stage.opened.trustees.deadline()
    travel(stage.connection, late)
    expire(stage.opened.trustees, key=COMMISSION)
    file = trustee(tmp_path, TRUSTEES[0])
    with pytest.raises(InputError, match=r"excluded from attempt 1 on .*silence"):
        take_part(stage.opened, Part.TRUSTEES, file, wait=wait)


def test_member_that_comes_before_its_time_is_told_when(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = deploy(connect_in_process())
    file = trustee(tmp_path, TRUSTEES[0])
    advance = take_part(stage.opened, Part.TRUSTEES, file, wait=False)
    assert not advance.acted
    assert "run it again then, or with --wait" in capsys.readouterr().err


def test_member_that_waits_begins_when_its_time_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = deploy(connect_in_process())
    times = stage.manifest.times
    moments = iter([times.keys, times.voter_list])

    def sleep(_: float) -> None:
        travel(stage.connection, next(moments))

    monkeypatch.setattr("time.sleep", sleep)
    file = trustee(tmp_path, TRUSTEES[0])
    with pytest.raises(InputError, match="ended without a key: keys were made until"):
        take_part(stage.opened, Part.TRUSTEES, file, wait=True)
    told = capsys.readouterr().err
    assert "waiting" in told
    assert "attempt 1: enroll" in told


def lose(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let the node be away for so many requests."""
    ask, left = Connection.request_all, [times]

    def request_all(connection: Connection, requests: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise ConnectionFailedError(connection.url, "is away", Trouble.AWAY)
        return ask(connection, requests)

    monkeypatch.setattr(Connection, "request_all", request_all)


def test_member_that_waits_outlasts_a_node_that_is_away(
    stage: Stage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = trustee(tmp_path, TRUSTEES[0])
    assert step(stage, file).acted

    naps = iter(range(100))

    def sleep(_: float) -> None:
        nap = next(naps)
        if nap == 0:
            lose(monkeypatch, 3)
        elif nap == 4:
            travel(stage.connection, stage.manifest.times.voter_list)

    monkeypatch.setattr("time.sleep", sleep)
    with pytest.raises(InputError, match="ended without a key"):
        take_part(stage.opened, Part.TRUSTEES, file, wait=True)
    told = capsys.readouterr().err
    assert told.count("is away; waiting until it comes back") == 1
    assert told.count("the node is back") == 1


def test_member_that_waits_outlasts_the_loss_of_any_one_request(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the first, of one between two acts, and of one behind them."""
    ask = stage.connection._post
    monkeypatch.setattr("time.sleep", lambda _: None)

    def wait_without(lost: int) -> int:
        asked = 0

        def post(body: bytes) -> bytes:
            nonlocal asked
            asked += 1
            if asked == lost:
                raise ConnectionFailedError("node", "is away", Trouble.AWAY)
            if asked > lost + 25:
                raise ConnectionFailedError("node", "is enough", Trouble.FOREIGN)
            return ask(body)

        before = stage.connection.request("evm_snapshot")
        stage.connection._post = post
        with pytest.raises(ConnectionFailedError, match="is enough"):
            take_part(stage.opened, Part.TRUSTEES, file, wait=True)
        stage.connection._post = ask
        stage.connection.request("evm_revert", before)
        return asked

    for lost in range(1, 20):
        folder = tmp_path / str(lost)
        folder.mkdir()
        file = trustee(folder, TRUSTEES[0])
        assert wait_without(lost) > lost


def test_member_that_waits_stops_on_another_chain(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test chain that began anew has the same number."""
    other = deploy(connect_in_process())
    file = trustee(tmp_path, TRUSTEES[0])
    assert step(stage, file).acted

    naps = iter(range(100))

    def sleep(_: float) -> None:
        if next(naps) == 0:
            lose(monkeypatch, 1)
            stage.connection._post = other.connection._post

    monkeypatch.setattr("time.sleep", sleep)
    with pytest.raises(WrongChainError, match="the election is not on it"):
        take_part(stage.opened, Part.TRUSTEES, file, wait=True)


def test_trouble_that_does_not_pass_is_not_waited_for(stage: Stage) -> None:
    def refuse() -> None:
        raise ConnectionFailedError("url", "is no node", Trouble.FOREIGN)

    with pytest.raises(ConnectionFailedError, match="is no node"):
        waiting.outlast(refuse, stage.opened)


def test_second_refusal_in_a_row_is_an_error(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ContractRefusedError("key_ceremony", "is refused")

    monkeypatch.setattr("scripts.members.ceremony.advance_in", refuse)
    file = trustee(tmp_path, TRUSTEES[0])
    with pytest.raises(ContractRefusedError, match="is refused"):
        take_part(stage.opened, Part.TRUSTEES, file, wait=True)


def test_status_says_how_many_may_be_missing(stage: Stage) -> None:
    for left, spare in ((3, 1), (3, 1), (2, 0)):  # one reserve takes a seat
        told = read_status(stage.opened)["trustees"]
        assert (told["members"], told["may_be_missing"]) == (left, spare)
        travel(stage.connection, stage.opened.trustees.deadline())
        expire(stage.opened.trustees, key=COMMISSION)


@pytest.mark.parametrize(
    ("left", "fact"),
    [
        (2, "2 trustees are left and 2 are needed: from now on nobody may be missing"),
        (4, "4 trustees are left and 2 are needed: 2 may be missing"),
    ],
)
def test_margin_says_how_many_may_be_missing(left: int, fact: str) -> None:
    assert spell_margin(left, 2, part=Part.TRUSTEES) == fact


def test_time_that_a_step_has_not_is_not_told() -> None:
    def spell(seat: int, deadline: int, now: int = 59) -> str:
        return spell_waiting(seat, deadline, now=now, part=Part.ISSUERS)

    assert spell(1, 0) == "done; waiting for the others"
    assert spell(0, 0) == "a reserve, waiting for a seat"
    assert spell(1, 60).endswith(", until 1970-01-01 00:01:00 UTC")
    assert "overdue since 1970-01-01 00:01:00 UTC" in spell(0, 60, now=60)
    assert spell(1, 60, now=60).endswith("anybody may run `veche expire issuers`")


def test_whoever_waits_is_told_once_that_the_step_is_overdue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = deploy(connect_in_process())
    travel(stage.connection, stage.manifest.times.keys)
    moments = iter([None, stage.opened.trustees.deadline(), None, None])

    def sleep(_: float) -> None:
        moment = next(moments, stage.manifest.times.voter_list)
        if moment is not None:
            travel(stage.connection, moment)

    monkeypatch.setattr("time.sleep", sleep)
    file = trustee(tmp_path, TRUSTEES[0])
    with pytest.raises(InputError, match="ended without a key"):
        take_part(stage.opened, Part.TRUSTEES, file, wait=True)
    told = capsys.readouterr().err
    assert max(map(len, told.splitlines())) <= 80
    told = " ".join(told.split())
    assert told.count("waiting for the others, until") == 1
    assert told.count("anybody may run `veche expire trustees`") == 1
