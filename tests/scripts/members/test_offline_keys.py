"""A member makes its part of the keys on a machine without a network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from election.client import rpc
from election.client.ceremony import issuers_ceremony, trustees_ceremony
from election.client.ceremony_member import advance_member
from election.crypto.signature import SigningKey
from election.protocol.ceremony.attempt import Step
from scripts.members.expire import expire
from scripts.shared.exit_codes import ExitCode
from scripts.shared.roles import Role
from scripts.shared.session import instance_of
from tests.client.stage import (
    COMMISSION,
    ISSUERS,
    TRUSTEES,
    Stage,
    deploy,
    travel,
)
from tests.in_process import connect_in_process
from tests.scripts.members.offline_desk import Desk, set_desk


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = deploy(connect_in_process())
    monkeypatch.setattr(rpc, "open_post", lambda _: stage.connection._post)
    return stage


def make_desk(
    stage: Stage, folder: Path, role: Role = Role.TRUSTEE, key: SigningKey = TRUSTEES[0]
) -> Desk:
    folder.mkdir()
    return set_desk(stage, folder, role, key)


def sign(desk: Desk, name: str, act: str = "trustee") -> tuple[Path, str]:
    """Export, and sign what is due by the record; gives the file, and what was said."""
    bundle = desk.export(f"{name}.gz")
    done = desk.offline(act, f"--bundle={bundle}", f"--out={desk.folder / name}")
    assert done.result["file"] == str(desk.folder / name), done.err
    return desk.folder / name, done.err


def step(stage: Stage) -> Step:
    return stage.opened.trustees.step()


MESSAGES = (Step.ENROLL, Step.COMMIT, Step.REVEAL, Step.SHARES, Step.CONFIRM)


def test_trustee_and_issuer_without_a_network_make_keys_with_those_who_have_it(
    stage: Stage, tmp_path: Path
) -> None:
    travel(stage.connection, stage.manifest.times.keys)
    apart = {
        "trustee": make_desk(stage, tmp_path / "trustee"),
        "issuer": make_desk(stage, tmp_path / "issuer", Role.ISSUER, ISSUERS[0]),
    }
    trustees, issuers = trustees_ceremony(stage.opened), issuers_ceremony(stage.opened)
    for expected in MESSAGES:
        assert step(stage) is stage.opened.issuers.step() is expected
        for act, desk in apart.items():
            sent = desk.send(sign(desk, f"{expected.name}.json", act)[0])
            assert sent[-1] == "sent"
        for member in stage.members(TRUSTEES[1:3]):
            assert advance_member(trustees, member).acted
        for member in stage.members(ISSUERS[1:]):
            assert advance_member(issuers, member).acted
    assert step(stage) is stage.opened.issuers.step() is Step.FINAL
    for act, desk in apart.items():
        done = desk.offline(act, f"--bundle={desk.export('made.gz')}")
        assert (done.result["has_share"], done.result["file"]) == (True, None)
        part = desk.open_key().secrets.parts[instance_of(stage.opened)]
        assert part.share is not None
        assert not part.random  # erased, since the keys were verified


def test_what_another_derived_meanwhile_does_not_stop_a_confirmation(
    stage: Stage, tmp_path: Path
) -> None:
    """It was signed for the number that it gets then, too."""
    travel(stage.connection, stage.manifest.times.keys)
    desk, ceremony = (
        make_desk(stage, tmp_path / "desk"),
        trustees_ceremony(stage.opened),
    )
    others = stage.members(TRUSTEES[1:3])
    for _ in MESSAGES[:-1]:
        assert desk.online("trustee", *desk.options[1:]).result["acted_now"]
        assert all(advance_member(ceremony, each).acted for each in others)
    confirm, _ = sign(desk, "confirm.json")
    assert advance_member(ceremony, others[0]).acted
    assert desk.send(confirm) == ["there"] * ceremony.slots + ["sent"]
    assert desk.send(confirm) == ["there"] * (ceremony.slots + 1)


def test_what_is_signed_is_told_with_its_end_and_is_the_same_again(
    stage: Stage, tmp_path: Path
) -> None:
    travel(stage.connection, stage.manifest.times.keys)
    desk = make_desk(stage, tmp_path / "desk", Role.ISSUER, ISSUERS[0])
    first, said = sign(desk, "first.json", "issuer")
    assert "attempt 1: signing your enrolment" in said
    assert "it has to be there before" in said
    again = desk.folder / "again.json"
    record = f"--bundle={desk.folder / 'first.json.gz'}"
    desk.offline("issuer", record, f"--out={again}")
    assert again.read_bytes() == first.read_bytes()
    part = desk.open_key().secrets.parts[instance_of(stage.opened)]
    assert part.random.hex() not in first.read_text()
    sent = desk.online("send", first)
    assert "the enrolment in the making of the credential keys" in sent.err
    waiting = desk.offline("issuer", f"--bundle={desk.export('later.gz')}")
    assert waiting.result["file"] is None
    assert "done; waiting for the others, until" in waiting.err


def test_step_that_the_others_went_on_from_is_refused_and_blames_nobody(
    stage: Stage, tmp_path: Path
) -> None:
    """An excluded member's enrolment comes too late; nothing of it counts."""
    travel(stage.connection, stage.manifest.times.keys)
    desk = make_desk(stage, tmp_path / "desk")
    signed, _ = sign(desk, "enroll.json")
    travel(stage.connection, stage.opened.trustees.deadline())
    expire(stage.opened.trustees, key=COMMISSION)
    done = desk.online("send", signed)
    assert done.code == ExitCode.REFUSED
    assert "export the record anew, and sign again by it" in done.err
    late = desk.offline("trustee", f"--bundle={desk.export('later.gz')}")
    assert late.code == ExitCode.INPUT
    assert "was excluded from attempt 1" in late.err


def test_record_from_before_its_time_or_after_it_has_nothing_to_sign(
    stage: Stage, tmp_path: Path
) -> None:
    desk = make_desk(stage, tmp_path / "desk")
    out = f"--out={desk.folder / 'out.json'}"
    early = desk.offline("trustee", f"--bundle={desk.export('early.gz')}", out)
    assert (early.result["acted_now"], early.result["file"]) == (False, None)
    assert "export the record then" in early.err
    travel(stage.connection, stage.manifest.times.voter_list)
    late = desk.offline("trustee", f"--bundle={desk.export('late.gz')}", out)
    assert late.code == ExitCode.REFUSED
    assert "ended without a key" in late.err
    assert not (desk.folder / "out.json").exists()


def test_account_of_no_member_and_a_reserve_are_told_so(
    stage: Stage, tmp_path: Path
) -> None:
    travel(stage.connection, stage.manifest.times.keys)
    for name, key, fact in (
        ("reserve", TRUSTEES[3], "a reserve, waiting for a seat"),
        ("stranger", ISSUERS[0], "is no trustee of this election"),
    ):
        desk = make_desk(stage, tmp_path / name, key=key)
        done = desk.offline("trustee", f"--bundle={desk.export()}")
        assert fact in done.err
        assert not done.out or json.loads(done.out)["file"] is None
