from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from election.audit.checks import attempt
from election.audit.checks.ceremonies import CeremonyReplay, await_trustees
from election.audit.errors import ContradictionError
from election.audit.evidence import Evidence
from election.crypto.group import G, G1Point
from election.errors import FaultyTrusteeError
from election.protocol import events
from election.protocol.board import Board
from election.protocol.ceremony.polynomials import Reveal, derive_polynomials, reveal
from election.protocol.replay import Entry, Part
from tests import honest
from tests.audit.tampering import (
    change,
    delay_block,
    drop,
    encode_event,
    examine,
    find,
    put,
)
from tests.contracts.forgery import commit_to, forge_reveal

WORD = bytes(32)


def in_part(
    board: Board, kind: type[Any], part: Part, *, attempt: int, index: int = 0
) -> Entry[Any]:
    """Find an event of an attempt; index is that of a member, if it matters."""
    return find(
        board,
        kind,
        lambda entry: (
            entry.contract.part is part
            and entry.event.attempt == attempt
            and index in (0, getattr(entry.event, "index", 0))
        ),
    )


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (events.Enrolled, "s"),
        (events.Committed, "commitment"),
        (events.Revealed, "s"),
        (events.Revealed, "salt"),
        (events.Dealt, "s"),
        (events.Confirmed, "s"),
    ],
)
@pytest.mark.parametrize(
    ("part", "check", "role"),
    [
        (Part.TRUSTEES, "trustees", "trustee"),
        (Part.ISSUERS, "issuers", "issuer"),
    ],
)
def test_changed_message_blames_its_member(
    board: Board, kind: type[Any], field: str, part: Part, check: str, role: str
) -> None:
    entry = in_part(board, kind, part, attempt=2, index=2)
    value = getattr(entry.event, field)
    wrong = value ^ 1 if isinstance(value, int) else WORD
    faults = examine(change(board, entry, **{field: wrong}))
    assert faults.keys() == {check}
    assert faults[check][0].blames == f"{role} 2"


@pytest.mark.parametrize(
    ("part", "check"), [(Part.TRUSTEES, "trustees"), (Part.ISSUERS, "issuers")]
)
def test_last_slot_that_is_announced_as_slot_0_is_found(
    board: Board, part: Part, check: str
) -> None:
    """Counted from the end, it would be the same slot."""
    derived = Evidence(board).every(events.SlotDerived, part)
    last = max(derived, key=lambda entry: (entry.event.attempt, entry.event.slot))
    finding = examine(change(board, last, slot=0))[check][0]
    assert finding.fact == "is of no slot that was to derive"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (events.AttemptStarted, {"n": 4}),
        (events.AttemptStarted, {"attempt": 3}),
        (events.Enrolled, {"index": 2}),
        (events.Enrolled, {"account": bytes(19) + b"\1"}),
        (events.Committed, {"index": 9}),
        (events.CeremonyBound, {"cer": WORD}),
        (events.SlotDerived, {"verification_keys": b""}),
        (events.SlotDerived, {"key": bytes(128)}),
        (events.SlotDerived, {"slot": 9}),
        (events.CeremonyFinal, {"cer": WORD}),
    ],
)
def test_wrong_word_of_the_contract_blames_the_validators(
    board: Board, kind: type[Any], fields: dict[str, Any]
) -> None:
    entry = in_part(board, kind, Part.TRUSTEES, attempt=2)
    faults = examine(change(board, entry, **fields))
    assert faults["trustees"][0].blames == "validators"


def test_other_members_of_an_attempt_are_found(board: Board) -> None:
    entry = in_part(board, events.AttemptStarted, Part.TRUSTEES, attempt=2)
    members = entry.event.members
    tampered = change(board, entry, members=(members[0], members[0], members[2]))
    faults = examine(tampered)
    assert faults.keys() == {"trustees"}
    assert faults["trustees"][0].fact == "seats other members than its turn"


@pytest.mark.parametrize("attempt", [1, 2])
def test_changed_deal_blames_its_dealer(board: Board, attempt: int) -> None:
    entry = in_part(board, events.Dealt, Part.ISSUERS, attempt=attempt)
    ciphertexts = (b"\1" * 32, *entry.event.ciphertexts[1:])
    faults = examine(change(board, entry, ciphertexts=ciphertexts))
    assert faults.keys() == {"issuers"}
    assert faults["issuers"][0].blames == f"issuer {entry.event.index}"
    assert faults["issuers"][0].fact.endswith("deal does not verify")


def test_repeated_commitment_is_found_before_any_key() -> None:
    """The attempt may be aborted before a slot is derived."""
    bound = honest.enroll_all(honest.trustee_attempt())
    others = derive_polynomials(bound, 1, source=honest.source(1)).slots
    secrets = [coefficient for slot in others for coefficient in slot]
    points = [G * each for each in secrets]
    copied = forge_reveal(bound, 2, points=points, claimed=secrets)
    own = reveal(bound, 1, source=honest.source(1))
    replay = attempt.AttemptReplay(bound.attempt, 0, bound)
    replay.enrolled = dict(enumerate(bound.encryption_keys, 1))
    replay.committed = dict.fromkeys(bound.members, commit_to(bound, 1, own))
    replay.committed[2] = commit_to(bound, 2, copied)
    replay.take_message(revealed(1, own), now=0)
    with pytest.raises(FaultyTrusteeError, match="repeats a commitment") as caught:
        replay.take_message(revealed(2, copied), now=0)
    assert caught.value.trustee == 2


def revealed(index: int, said: Reveal) -> events.Revealed:
    return events.Revealed(1, index, said.coefficients, said.t, said.s, said.salt)


def test_deal_of_another_is_found(board: Board) -> None:
    """A dealer who copies another's R lets that one's shares be opened."""
    entry = in_part(board, events.Dealt, Part.TRUSTEES, attempt=2, index=1)
    other = in_part(board, events.Dealt, Part.TRUSTEES, attempt=2, index=2).event
    copied = change(board, entry, r=other.r, t=other.t, s=other.s)
    faults = examine(copied)
    assert faults.keys() == {"trustees"}
    assert faults["trustees"][0].blames == "trustee 1"


def test_wrong_judgement_of_a_complaint_is_found(board: Board) -> None:
    judged = find(board, events.ComplaintJudged)
    faults = examine(change(board, judged, culprit=judged.event.complainer))
    assert faults.keys() == {"issuers"}
    assert faults["issuers"][0].fact == "blames another"


def test_wrong_proof_of_a_complaint_blames_who_complained(board: Board) -> None:
    judged = find(board, events.ComplaintJudged)
    faults = examine(change(board, judged, s=judged.event.s ^ 1))
    assert faults["issuers"][0].blames == f"issuer {judged.event.complainer}"


@pytest.mark.parametrize("part", [Part.TRUSTEES, Part.ISSUERS])
def test_exclusion_of_another_is_found(board: Board, part: Part) -> None:
    aborted = in_part(board, events.AttemptAborted, part, attempt=1)
    started = in_part(board, events.AttemptStarted, part, attempt=1)
    others = [m for m in started.event.members if m != aborted.event.culprit]
    faults = examine(change(board, aborted, culprit=others[0]))
    (findings,) = faults.values()
    assert findings[0].fact == "excludes another"


def test_exclusion_for_another_reason_is_found(board: Board) -> None:
    aborted = in_part(board, events.AttemptAborted, Part.TRUSTEES, attempt=1)
    faults = examine(change(board, aborted, reason=2))
    assert faults["trustees"][0].fact == "has another reason"


def test_exclusion_one_second_too_early_is_found(board: Board) -> None:
    aborted = in_part(board, events.AttemptAborted, Part.TRUSTEES, attempt=1)
    enrolled = in_part(board, events.Enrolled, Part.TRUSTEES, attempt=1)
    deployed = find(board, events.ElectionDeployed).event.rules
    due = deployed.times[0] + deployed.step_seconds
    assert enrolled.log.timestamp < due
    at = aborted.log.block_number
    assert not examine(delay_block(board, at, due))
    faults = examine(delay_block(board, at, due - 1))
    assert faults.keys() == {"trustees"}
    assert faults["trustees"][0].fact == "came before the time was over"


def test_message_out_of_its_step_is_found(board: Board) -> None:
    first = in_part(board, events.Revealed, Part.TRUSTEES, attempt=2, index=1)
    without = drop(board, first)
    assert "trustees" in examine(without)


def test_repeated_message_is_found(board: Board) -> None:
    entry = in_part(board, events.Confirmed, Part.ISSUERS, attempt=2)
    again = replace(entry.log, index=entry.log.index + 1)
    faults = examine(put(board, entry.log, entry.log, again))
    assert "issuers" in faults


@pytest.mark.parametrize(
    ("part", "check"), [(Part.TRUSTEES, "trustees"), (Part.ISSUERS, "issuers")]
)
def test_ceremony_that_is_not_final_is_found(
    board: Board, part: Part, check: str
) -> None:
    final = in_part(board, events.CeremonyFinal, part, attempt=2)
    assert examine(drop(board, final))[check][0].fact == "has no final attempt"


def test_failure_with_enough_members_is_found(board: Board) -> None:
    aborted = in_part(board, events.AttemptAborted, Part.TRUSTEES, attempt=1)
    started = in_part(board, events.AttemptStarted, Part.TRUSTEES, attempt=2)
    failed = replace(aborted, event=events.CeremonyFailed(1))
    tampered = change(put(board, started.log, aborted.log), replace(failed))
    assert "trustees" in examine(tampered)


def move_before(board: Board, entry: Entry[Any], later: Entry[Any]) -> Board:
    """Put an event before an earlier one, in the block of that one."""
    at = later.log
    moved = replace(
        entry.log,
        block_number=at.block_number,
        timestamp=at.timestamp,
        index=at.index,
    )
    after = replace(at, index=at.index + 1)
    return put(put(board, entry.log), at, moved, after)


def test_binding_before_all_have_enrolled_is_found(board: Board) -> None:
    bound = in_part(board, events.CeremonyBound, Part.TRUSTEES, attempt=2)
    last = in_part(board, events.Enrolled, Part.TRUSTEES, attempt=2, index=3)
    finding = examine(move_before(board, bound, last))["trustees"][0]
    assert finding.fact == "is not when all have enrolled"


def test_key_before_all_revealed_is_found(board: Board) -> None:
    slot = in_part(board, events.SlotDerived, Part.TRUSTEES, attempt=2)
    reveal = in_part(board, events.Revealed, Part.TRUSTEES, attempt=2, index=3)
    faults = examine(move_before(board, slot, reveal))
    assert faults.keys() == {"trustees"}
    assert faults["trustees"][0].fact == "came before all revealed"


def test_confirmation_before_all_keys_is_found(board: Board) -> None:
    confirmed = in_part(board, events.Confirmed, Part.TRUSTEES, attempt=2)
    slot = in_part(board, events.SlotDerived, Part.TRUSTEES, attempt=2)
    faults = examine(move_before(board, confirmed, slot))
    assert faults["trustees"][0].fact == "came before all keys"


def test_complaint_before_all_dealt_is_found(board: Board) -> None:
    judged = find(board, events.ComplaintJudged)
    dealt = in_part(board, events.Dealt, Part.ISSUERS, attempt=1, index=3)
    faults = examine(move_before(board, judged, dealt))
    assert faults["issuers"][0].fact == "is too early"


@pytest.mark.parametrize("dealer", [0, 3, 4, 2**255])
def test_complaint_about_nobody_else_is_found(board: Board, dealer: int) -> None:
    judged = find(board, events.ComplaintJudged)
    assert judged.event.complainer == 3
    faults = examine(change(board, judged, dealer=dealer))
    assert faults["issuers"][0].fact == "is not between two members"


def test_message_after_a_complaint_is_found(board: Board) -> None:
    judged = find(board, events.ComplaintJudged).log
    dealt = in_part(board, events.Dealt, Part.ISSUERS, attempt=1)
    faults = examine(put(board, judged, judged, dealt.log))
    assert faults["issuers"][0].fact == "came after a complaint"


def test_message_after_the_end_is_found(board: Board) -> None:
    final = in_part(board, events.CeremonyFinal, Part.TRUSTEES, attempt=2).log
    dealt = in_part(board, events.Dealt, Part.TRUSTEES, attempt=2)
    faults = examine(put(board, final, final, dealt.log))
    assert faults["trustees"][0].fact == "came after the end"


def test_complaint_after_confirming_is_found(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can confirm an attempt in which it has a reason to complain.

    So the confirmation that is put before the complaint is taken at its word here.
    """
    monkeypatch.setattr(attempt, "accept_confirmation", lambda *_, **__: None)
    judged = find(board, events.ComplaintJudged)
    model = in_part(board, events.Confirmed, Part.ISSUERS, attempt=2)
    index = judged.event.complainer
    confirmed = replace(model.event, attempt=1, index=index)
    topics, words = encode_event(confirmed, model.contract.part.contract_name)
    log = replace(judged.log, topics=topics, data=words)
    faults = examine(put(board, judged.log, log, judged.log))
    facts = {finding.fact for finding in faults["issuers"]}
    assert "comes after confirming" in facts


def test_attempt_that_leaves_a_number_out_is_found(board: Board) -> None:
    started = in_part(board, events.AttemptStarted, Part.TRUSTEES, attempt=2)
    finding = examine(change(board, started, attempt=3))["trustees"][0]
    assert finding.fact == "is not the next attempt"


@pytest.fixture
def failed(board: Board) -> CeremonyReplay[G1Point]:
    """A ceremony whose first attempt left too few members for another."""
    replay = await_trustees(Evidence(board))
    replay.last = replace(replay.last, number=1)
    replay.members = replay.current = None
    return replay


def test_ceremony_fails_when_nobody_is_left_for_another_attempt(
    failed: CeremonyReplay[G1Point],
) -> None:
    failed._fail(events.CeremonyFailed(1))


def test_failure_of_another_attempt_is_found(failed: CeremonyReplay[G1Point]) -> None:
    with pytest.raises(ContradictionError, match="has members for another attempt"):
        failed._fail(events.CeremonyFailed(2))


def test_failure_in_the_middle_of_an_attempt_is_found(
    failed: CeremonyReplay[G1Point],
) -> None:
    failed.current = attempt.AttemptReplay(failed.last, 0)
    with pytest.raises(ContradictionError, match="has members for another attempt"):
        failed._fail(events.CeremonyFailed(1))


def test_failure_with_members_for_another_attempt_is_found(
    failed: CeremonyReplay[G1Point],
) -> None:
    failed.members = (honest.account(1),)
    with pytest.raises(ContradictionError, match="has members for another attempt"):
        failed._fail(events.CeremonyFailed(1))


def abort_when_all_confirmed(board: Board) -> Board:
    """Exclude a member a day later, when nobody is silent any more."""
    final = in_part(board, events.CeremonyFinal, Part.TRUSTEES, attempt=2).log
    aborted = in_part(board, events.AttemptAborted, Part.TRUSTEES, attempt=1)
    late = replace(final, timestamp=final.timestamp + 86_400)
    tampered = put(board, final, late)
    return change(tampered, replace(aborted, log=late), attempt=2)


def test_exclusion_after_all_confirmed_is_found(board: Board) -> None:
    finding = examine(abort_when_all_confirmed(board))["trustees"][0]
    assert finding.fact == "came before the time was over"


@pytest.mark.parametrize(("threshold", "seats"), [(1, 3), (4, 3), (3, 9)])
def test_roster_that_cannot_hold_a_key_is_found(
    board: Board, threshold: int, seats: int
) -> None:
    deployed = find(board, events.ElectionDeployed)
    roster = replace(deployed.event.trustees, threshold=threshold, seats=seats)
    finding = examine(change(board, deployed, trustees=roster))["trustees"][0]
    assert finding.fact == "is of a roster that cannot hold a key"


def test_exclusions_leave_no_attempt_with_fewer_members_than_the_threshold(
    board: Board,
) -> None:
    replay = await_trustees(Evidence(board))
    left = []
    for _ in range(3):
        members = replay.members
        assert members is not None
        replay.last = replace(replay.last, members=members)
        replay._exclude(1)
        left.append(None if replay.members is None else len(replay.members))
    assert left == [3, 2, None]  # a reserve came, then none


def test_exclusions_leave_no_attempt_that_the_commission_could_hold_alone(
    board: Board,
) -> None:
    replay = await_trustees(Evidence(board))
    first, second, third, reserve = replay.roster.members
    members = (replace(first, commission=True), second, third, reserve)
    named = (*members[:3], replace(reserve, commission=True))
    assert replay.members is not None
    replay.last = replace(replay.last, members=replay.members)
    replay.roster = replace(replay.roster, members=members)
    replay._exclude(2)
    assert replay.members is not None
    replay.excluded, replay.roster = 0, replace(replay.roster, members=named)
    replay._exclude(2)
    assert replay.members is None
