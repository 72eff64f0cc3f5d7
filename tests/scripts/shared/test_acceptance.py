"""What trustees, issuers and whoever makes boxes verify, and what stops them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from election.audit.audit import ALL
from election.audit.report import NOBODY, CheckResult, Finding, Outcome
from election.client.casting import cast_ballots
from election.client.ceremony import issuers_ceremony, trustees_ceremony
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.sharing import lagrange_coefficients
from election.protocol.ceremony.enrolment import derive_encryption_secret
from election.protocol.replay import Part
from scripts.anybody.freeze import freeze
from scripts.commission.create_boxes import create_boxes
from scripts.shared import acceptance
from scripts.shared.acceptance import (
    COUNT,
    KEYS,
    MADE,
    POLLS,
    RULES,
    accept_board,
    read_record,
    require_keys,
    require_own_key,
)
from scripts.shared.errors import NotYetError, UnverifiedError
from scripts.shared.files.key_file import StoredPart
from tests.client.stage import ISSUERS, RELAY, TRUSTEES, Stage, deploy, travel
from tests.in_process import connect_in_process
from tests.scripts.poison import Choose, publish_in_g2


def own_secret(_: Stage) -> Choose:
    return lambda attempt, source: derive_encryption_secret(attempt, 1, source=source)


def share_of(number: int) -> Callable[[Stage], Choose]:
    return lambda stage: lambda *_: stage.shares[TRUSTEES[number - 1]].secrets[0]


def election_secret(stage: Stage) -> Choose:
    def combine(*_: object) -> Scalar:
        shares = {
            stage.shares[key].member: stage.shares[key].secrets[0]
            for key in TRUSTEES[:2]
        }
        factors = lagrange_coefficients(tuple(shares))
        return reduce_scalar(sum(factors[m] * shares[m] for m in shares))

    return combine


def make_keys(poison: Mapping[int, Callable[[Stage], Choose]]) -> Stage:
    """Make keys while issuers, by number, publish the image of a secret in G2."""
    stage = deploy(connect_in_process())
    chosen = {issuer: choose(stage) for issuer, choose in poison.items()}
    with publish_in_g2(chosen):
        stage.make_keys()
    return stage


@pytest.fixture(scope="module")
def honest() -> Stage:
    return make_keys({})


@pytest.fixture(scope="module")
def poisoned() -> Stage:
    """Issuer 1 published the image of the secret behind its own E."""
    return make_keys({1: own_secret})


def test_every_check_that_an_act_asks_for_exists() -> None:
    assert set(RULES) < set(KEYS) < set(MADE) < set(POLLS) < set(COUNT) < set(ALL)
    assert set(ALL) - set(COUNT) == {"results"}


def test_keys_of_an_honest_election_are_accepted(honest: Stage) -> None:
    require_keys(read_record(honest.opened), MADE)
    accept_board(read_record(honest.opened), MADE)


def test_checks_become_due_as_keys_and_boxes_are_made() -> None:
    stage = deploy(connect_in_process())
    travel(stage.connection, stage.manifest.times.keys)
    later = [require_keys(read_record(stage.opened), MADE)]
    stage.hold_ceremony(issuers_ceremony(stage.opened), ISSUERS)
    later.append(require_keys(read_record(stage.opened), MADE))
    stage.hold_ceremony(trustees_ceremony(stage.opened), TRUSTEES[:3])
    later.append(require_keys(read_record(stage.opened), MADE))
    for contest in (1, 30):
        act = stage.opened.election.create_box(contest)
        stage.connection.send(act, key=RELAY)
        later.append(require_keys(read_record(stage.opened), MADE))
    rest = ("images", "contexts")
    assert later == [
        ("trustees", "issuers", *rest),
        ("trustees", *rest),
        ("contexts",),
        ("contexts",),
        (),
    ]


def test_keys_do_not_hold_when_a_member_published_its_own_secret(
    poisoned: Stage,
) -> None:
    """Before the polls they can be made again, without this member."""
    board = read_record(poisoned.opened)
    with pytest.raises(UnverifiedError, match=r"\(images\): key of issuer 1: hides"):
        require_keys(board, MADE)


def test_no_box_is_made_for_keys_that_do_not_hold() -> None:
    stage = deploy(connect_in_process())
    travel(stage.connection, stage.manifest.times.keys)
    stage.hold_ceremony(trustees_ceremony(stage.opened), TRUSTEES[:3])
    with publish_in_g2({1: own_secret(stage)}):
        stage.hold_ceremony(issuers_ceremony(stage.opened), ISSUERS)
    with pytest.raises(UnverifiedError, match="key of issuer 1: hides"):
        create_boxes(stage.opened, key=RELAY)
    assert not any(map(any, stage.opened.election.boxes([1, 30])))


def test_own_secret_of_a_member_does_not_stop_what_comes_after_the_keys(
    poisoned: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else one issuer could void the polls by one message, which contracts accept."""
    accept_board(read_record(poisoned.opened), MADE)
    assert "warning: key of issuer 1: hides the same" in capsys.readouterr().err


def test_share_of_one_trustee_does_not_stop_what_comes_after_the_keys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A trustee and an issuer could publish it together."""
    accept_board(read_record(make_keys({1: share_of(1)}).opened), MADE)
    assert "blames trustee 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "poison",
    [{1: election_secret}, {1: share_of(1), 2: share_of(2)}],
    ids=["election key", "a threshold of shares"],
)
def test_election_that_anybody_can_read_goes_no_further(
    poison: Mapping[int, Callable[[Stage], Choose]],
) -> None:
    board = read_record(make_keys(poison).opened)
    with pytest.raises(UnverifiedError, match=r"check 7 \(images\)"):
        accept_board(board, MADE)


def test_no_secret_meets_keys_that_are_not_made_and_nobody_is_accused(
    honest: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = deploy(connect_in_process())
    audited = accept_board(read_record(stage.opened), COUNT)
    told = capsys.readouterr().err
    assert "not due: trustees' ceremony: is not final yet" in told
    assert "blames" not in told
    share = honest.shares[TRUSTEES[0]]
    with pytest.raises(NotYetError, match="trustees' ceremony: is not final yet"):
        require_own_key(audited.evidence, share, part=Part.TRUSTEES)


def test_contest_that_was_late_does_not_stop_the_others(
    honest: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = read_record(honest.opened)
    late = Finding("contest 30", "got no box in time", NOBODY, 30)
    give_findings(monkeypatch, "contexts", (late,))
    accept_board(board, ["contexts"])
    give_findings(monkeypatch, "trustees", (replace(late, contest=None),))
    with pytest.raises(UnverifiedError, match="got no box in time") as refused:
        accept_board(board, ["trustees"])
    (hint,) = refused.value.__notes__  # in place of a word of liars
    assert "nobody is at fault" in hint
    give_findings(monkeypatch, "contexts", ())
    with pytest.raises(UnverifiedError, match="something is missing"):
        accept_board(board, ["contexts"])


def test_contest_without_texts_stops_everybody_though_it_blames_nobody(
    honest: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Finding("contest 30", "got no candidates on the record", NOBODY, 30)
    give_findings(monkeypatch, "rules", (late,))
    with pytest.raises(UnverifiedError, match="got no candidates"):
        accept_board(read_record(honest.opened), ["rules"])


def test_own_secret_is_all_that_is_borne(poisoned: Stage) -> None:
    """Another fault beside it is found as ever."""
    board = read_record(poisoned.opened)
    answers = dict.fromkeys(board.answers, b"")
    with pytest.raises(UnverifiedError, match=r"\(state\)"):
        accept_board(replace(board, answers=answers), MADE)


def test_count_goes_on_when_a_member_published_its_own_secret() -> None:
    stage = make_keys({1: own_secret})
    stage.publish_lists(3)
    stage.register_all()
    stage.issue_all()
    for contest in (1, 30):
        ballots = stage.ballots(contest, [1, 2, 2])
        cast_ballots(stage.boxes[contest], ballots, key=RELAY)
    accept_board(read_record(stage.opened), POLLS)
    travel(stage.connection, stage.manifest.times.cast_closing)
    freeze(stage.opened, [1, 30], key=RELAY)
    accept_board(read_record(stage.opened), COUNT)


@pytest.mark.parametrize(
    ("blames", "is_borne"),
    [
        (["trustee 1"], True),
        (["trustee 1", "trustee 1", "issuer 1"], True),
        (["trustee 1", "trustee 2 of attempt 1", "trustee 3 of attempt 1"], True),
        (["trustee 1", "trustee 2"], False),
        (["issuer 1", "issuer 3"], False),
        (["trustee 1", "trustees"], False),
        (["node"], False),
    ],
)
def test_fewer_members_than_a_threshold_may_have_lost_their_secrets(
    honest: Stage, blames: list[str], monkeypatch: pytest.MonkeyPatch, *, is_borne: bool
) -> None:
    """In an aborted attempt the same member may have had another index."""
    findings = tuple(Finding("key", "is out", party, None) for party in blames)
    give_findings(monkeypatch, "images", findings)
    refused = nullcontext() if is_borne else pytest.raises(UnverifiedError)
    with refused:
        accept_board(read_record(honest.opened), ["images"])


def test_fault_of_a_member_in_another_check_is_not_borne(
    honest: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = Finding("share", "is wrong", "trustee 1", None)
    give_findings(monkeypatch, "shares", (finding,))
    with pytest.raises(UnverifiedError, match="is wrong"):
        accept_board(read_record(honest.opened), ["shares"])


def give_findings(
    patch: pytest.MonkeyPatch, name: str, findings: tuple[Finding, ...]
) -> None:
    """Let a check of this name find these faults."""
    outcome = Outcome(9, 10 + len(findings), findings)
    result = CheckResult(1, name, "it holds", outcome)
    patch.setattr(acceptance, "run_checks", lambda *_, **__: iter([result]))


@pytest.mark.parametrize(
    ("contest", "blames", "check", "is_borne"),
    [
        (1, NOBODY, "contexts", True),
        (1, NOBODY, "lists", True),
        (None, NOBODY, "lists", False),
        (1, "commission", "lists", False),
        (1, NOBODY, "ballots", False),
    ],
)
def test_omission_is_of_one_contest_and_nobody_s_fault(
    contest: int | None, blames: str, check: str, *, is_borne: bool
) -> None:
    finding = Finding("subject", "fact", blames, contest)
    assert acceptance._is_omission(finding, check) is is_borne


@pytest.mark.parametrize(
    ("own", "older", "is_given"),
    [(None, None, False), (None, "older", True), ("begun", "older", False)],
)
def test_older_share_is_used_only_where_no_part_is_begun(
    own: str | None,
    older: str | None,
    *,
    is_given: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(acceptance, "require_own_key", lambda *_, **__: None)
    share: Any = older and SimpleNamespace(key_share="share")
    parts = {"here": StoredPart(b"drawn")} if own else {}
    key_file: Any = SimpleNamespace(
        path="key.json", secrets=SimpleNamespace(parts=parts, share=share)
    )
    audited: Any = SimpleNamespace(instance="here", evidence=None)
    if is_given:
        given: object = acceptance.open_own_share(audited, key_file, part=Part.TRUSTEES)
        assert given == "share"
        return
    with pytest.raises(NotYetError, match="no key share of this election yet"):
        acceptance.open_own_share(audited, key_file, part=Part.TRUSTEES)
