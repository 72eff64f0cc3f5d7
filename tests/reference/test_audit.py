"""The honest election holds in the reference audit; each twin fails as in the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from election.audit.bundle import encode_bundle
from election.audit.checks.ceremonies import await_trustees
from election.audit.evidence import Evidence
from election.audit.packing import pack_text
from election.crypto.transcript import Hash
from election.protocol import events
from election.protocol.board import Board
from election.protocol.ceremony.enrolment import derive_encryption_secret
from election.protocol.replay import Part
from reference.audit import audit_bundle
from reference.build import Build
from reference.curve import G, multiply
from reference.report import CheckResult
from tests.audit.cast_of_roles import member_of
from tests.audit.checks.test_images import bound_of, publish_in_g2
from tests.audit.story import Told
from tests.audit.tampering import change, delay_block, drop, find, put
from tests.reference.both import find_faults, refute, refute_in_both
from tests.reference.twins import Twin, leave_out, repeat

ROOT = Path(__file__).resolve().parents[2]


def flip(kind: type[Any], field: str) -> Twin:
    """Change the last bit of a field of the first event of a kind."""

    def tamper(board: Board) -> Board:
        entry = find(board, kind)
        value = getattr(entry.event, field)
        if isinstance(value, int):
            return change(board, entry, **{field: value ^ 1})
        return change(board, entry, **{field: value[:-1] + bytes([value[-1] ^ 1])})

    return tamper


def flip_in(part: Part, kind: type[Any], field: str) -> Twin:
    """Change a number of the first message of a ceremony."""

    def tamper(board: Board) -> Board:
        entry = find(board, kind, lambda each: each.contract.part is part)
        return change(board, entry, **{field: getattr(entry.event, field) ^ 1})

    return tamper


def encode_twice(board: Board) -> Board:
    log = find(board, events.ContestListed).log
    return put(board, log, replace(log, data=log.data + bytes(32)))


def open_late(board: Board) -> Board:
    entry = find(board, events.PaperMarked)
    opening = find(board, events.ElectionDeployed).event.rules.times[4]
    return delay_block(board, entry.log.block_number, opening - 1)


def flip_code(board: Board) -> Board:
    address = find(board, events.ElectionDeployed).event.tally
    code = board.code[address]
    return replace(board, code={**board.code, address: b"\0" + code[1:]})


def flip_fixed(board: Board) -> Board:
    address = find(board, events.ElectionDeployed).event.issuers_ceremony
    code = board.code[address]
    wrong = code[:-1] + bytes([code[-1] ^ 1])
    return replace(board, code={**board.code, address: wrong})


def flip_rules(**fields: Any) -> Twin:
    def tamper(board: Board) -> Board:
        deployed = find(board, events.ElectionDeployed)
        rules = replace(deployed.event.rules, **fields)
        return change(board, deployed, rules=rules)

    return tamper


def abort_early(board: Board) -> Board:
    aborted = find(board, events.AttemptAborted)
    rules = find(board, events.ElectionDeployed).event.rules
    due = rules.times[0] + rules.step_seconds
    return delay_block(board, aborted.log.block_number, due - 1)


def blame_complainer(board: Board) -> Board:
    judged = find(board, events.ComplaintJudged)
    return change(board, judged, culprit=judged.event.complainer)


def leave_out_list(board: Board) -> Board:
    return drop(
        board, find(board, events.ListPublished, lambda e: e.event.contest == 3)
    )


def break_path(board: Board) -> Board:
    moved = find(board, events.Registered)
    path = (Hash(bytes(32)), *moved.event.request.path[1:])
    return change(board, moved, request=replace(moved.event.request, path=path))


def attest_late(board: Board) -> Board:
    moved = find(board, events.Issued)
    wrong = replace(moved.event.sms, expiry=moved.log.timestamp - 1)
    return change(board, moved, sms=wrong)


def override_alone(board: Board) -> Board:
    overridden = find(board, events.Overridden)
    return change(board, overridden, observers=overridden.event.observers[:1])


def count_otherwise(board: Board) -> Board:
    result = find(board, events.ResultPublished, lambda e: e.event.contest == 1)
    return change(board, result, counts=tuple(reversed(result.event.counts)))


def open_with_too_few(board: Board) -> Board:
    result = find(board, events.ResultPublished, lambda e: e.event.contest == 1)
    return change(board, result, trustees=result.event.trustees[:1])


def change_answer(board: Board) -> Board:
    call, raw = next(iter(board.answers.items()))
    wrong = raw[:-1] + bytes([raw[-1] ^ 1])
    return replace(board, answers={**board.answers, call: wrong})


TWINS: tuple[tuple[str, Twin], ...] = (
    ("record", encode_twice),
    ("record", lambda board: replace(board, logs=())),
    ("clock", open_late),
    ("code", flip_code),
    ("code", flip_fixed),
    ("rules", flip_rules(slug="another")),
    ("rules", flip_rules(m_min=1)),
    ("trustees", flip_in(Part.TRUSTEES, events.Enrolled, "s")),
    ("trustees", flip_in(Part.TRUSTEES, events.Revealed, "s")),
    ("trustees", flip_in(Part.TRUSTEES, events.Confirmed, "s")),
    ("trustees", flip(events.Committed, "commitment")),
    ("trustees", flip(events.SlotDerived, "verification_keys")),
    ("trustees", abort_early),
    ("issuers", flip_in(Part.ISSUERS, events.Revealed, "s")),
    ("issuers", flip_in(Part.ISSUERS, events.Confirmed, "s")),
    ("issuers", flip(events.ComplaintJudged, "s")),
    ("issuers", blame_complainer),
    ("contexts", flip(events.BoxOpened, "credential_key")),
    ("contexts", lambda board: replace(board, chain_id=board.chain_id + 1)),
    ("lists", leave_out_list),
    ("leaves", break_path),
    ("leaves", repeat(events.PaperMarked)),
    ("attestations", attest_late),
    ("attestations", flip(events.Registered, "lock")),
    ("issuance", repeat(events.Issued)),
    ("issuance", flip(events.Issued, "blinded")),
    ("ballots", flip(events.BallotCast, "ballot_hash")),
    ("casting", repeat(events.BallotCast)),
    ("sums", flip(events.TallyFrozen, "cast_count")),
    ("sums", leave_out(events.BallotCast)),
    ("openings", override_alone),
    ("openings", leave_out(events.TallyWithheld)),
    ("shares", flip(events.ShareAccepted, "s")),
    ("shares", flip(events.ShareAccepted, "decryption")),
    ("results", count_otherwise),
    ("results", open_with_too_few),
    ("counting", leave_out(events.Issued)),
    ("extensions", flip(events.Extended, "delta")),
    ("state", change_answer),
)


@pytest.mark.parametrize("pack", [bytes, pack_text])
def test_every_check_of_the_honest_election_holds(
    board: Board, builds: Mapping[str, Build], pack: Callable[[bytes], bytes]
) -> None:
    report = audit_bundle(pack(encode_bundle(board)), builds=builds)
    assert [check.faults for check in report.checks if not check.held] == []
    assert report.held
    assert all(check.total > 0 for check in report.checks)


@pytest.mark.parametrize(
    ("verified", "faults", "held"),
    [(2, (), True), (1, (), False), (2, ("fact",), False)],
)
def test_check_holds_when_all_is_verified_and_nothing_is_wrong(
    verified: int, faults: tuple[str, ...], held: bool
) -> None:
    assert CheckResult(1, "name", verified, 2, faults).held == held


def test_checks_are_those_of_the_specification(
    board: Board, builds: Mapping[str, Build]
) -> None:
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| C(\d+) \| (\w+) \|", text, flags=re.MULTILINE)
    report = audit_bundle(encode_bundle(board), builds=builds)
    assert listed == [(str(check.number), check.name) for check in report.checks]


@pytest.mark.parametrize(
    ("name", "tamper"),
    TWINS,
    ids=[f"{at}-{name}" for at, (name, _) in enumerate(TWINS)],
)
def test_tampered_board_fails_the_same_checks_in_both(
    board: Board, builds: Mapping[str, Build], name: str, tamper: Twin
) -> None:
    assert name in refute_in_both(tamper(board), builds)


def test_every_check_has_a_twin() -> None:
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    names = set(re.findall(r"^\| C\d+ \| (\w+) \|", text, flags=re.MULTILINE))
    assert names == {name for name, _ in TWINS} | {"images"}


def test_secret_with_an_image_in_g2_fails_images_in_both(
    told: Told, builds: Mapping[str, Build]
) -> None:
    bound = bound_of(told.board, Part.TRUSTEES, await_trustees(Evidence(told.board)))
    source = member_of("trustee 1").source
    secret = derive_encryption_secret(bound.attempt, 1, source=source)
    assert refute_in_both(publish_in_g2(told, secret), builds) == {"images"}


@pytest.mark.parametrize("name", ["SmallBallotBox", "BallotBox", "CeremonyProofs"])
def test_other_build_fails_the_code(
    board: Board, builds: Mapping[str, Build], name: str
) -> None:
    build = builds[name]
    other = {**builds, name: replace(build, runtime=build.runtime[:-1] + b"\0")}
    assert refute(board, other) == {"code"}


def test_build_that_fixes_something_else_fails_the_code(
    board: Board, builds: Mapping[str, Build]
) -> None:
    tally = builds["Tally"]
    fixed = (*tally.immutables, ("trapdoor", 0, 32))
    other = {**builds, "Tally": replace(tally, immutables=fixed)}
    assert "this audit does not know" in find_faults(board, other, "code")


def test_generator_that_is_not_in_the_build_fails_the_code(
    board: Board, builds: Mapping[str, Build], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference.checks.code.generator_k", lambda: multiply(G, 7))
    assert refute(board, builds) == {"code"}
