from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from election.audit.checks import attempt
from election.audit.evidence import Evidence
from election.crypto.group import G
from election.errors import FaultyTrusteeError
from election.protocol import events
from election.protocol.board import Board
from election.protocol.ceremony.polynomials import Reveal, derive_polynomials, reveal
from election.protocol.replay import Entry, Part
from tests import honest
from tests.audit.tampering import (
    change,
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
    hidden = drop(board, final)
    finding = examine(hidden)[check][0]
    fact = "lacks CeremonyFinal, which came with the event before"
    assert (finding.fact, finding.blames) == (fact, "node")
    confirmed = in_part(hidden, events.Confirmed, part, attempt=2)
    finding = examine(drop(hidden, confirmed))[check][0]
    assert (finding.fact, finding.blames) == ("ended without a key", "nobody")


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
