"""Values of the second audit that are just within what it takes, and just beyond."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from election.audit.bundle import encode_bundle
from election.crypto.merkle import build_tree, derive_path, verify_path
from election.crypto.transcript import Hash, hash_bytes
from election.protocol import events
from election.protocol.board import Board
from election.protocol.replay import Part
from reference.abi import decode_word
from reference.attempt import GROUPS, Attempt, Terms
from reference.build import Build
from reference.bundle import read_bundle
from reference.ceremony import Ceremony
from reference.curve import PRIME, decode_g1, encode_g1, generator_k
from reference.errors import RefutedError
from reference.merkle import is_in_tree
from reference.record import Record
from tests.audit.tampering import change, drop, examine, find, lie
from tests.reference.both import find_faults, refute
from tests.reference.test_ceremony import stand_before
from tests.reference.test_checks import GENERATOR
from tests.reference.twins import leave_out, say


@pytest.mark.parametrize(("number", "is_bool"), [(0, True), (1, True), (2, False)])
def test_truth_is_zero_or_one(number: int, is_bool: bool) -> None:
    word = number.to_bytes(32, "big")
    if is_bool:
        assert decode_word("bool", word) is bool(number)
    else:
        with pytest.raises(RefutedError, match="is no bool"):
            decode_word("bool", word)


def test_coordinate_that_is_not_reduced_is_refused() -> None:
    """(0, 2) is on the curve, and so is whatever differs by the prime."""
    y = int.from_bytes(GENERATOR[64:], "big") + PRIME
    for raw in (
        PRIME.to_bytes(64, "big") + (2).to_bytes(64, "big"),
        GENERATOR[:64] + y.to_bytes(64, "big"),
    ):
        with pytest.raises(RefutedError, match="is not reduced"):
            decode_g1(raw)


@pytest.mark.parametrize(
    ("k", "degree", "may_be"),
    [(2, 0, False), (2, 1, False), (3, 0, False), (3, 1, True), (3, 2, False)],
)
@pytest.mark.parametrize("part", ["trustees", "issuers"])
def test_only_an_inner_coefficient_may_be_infinity(
    part: str, k: int, degree: int, may_be: bool
) -> None:
    group = GROUPS[part]
    attempt = Attempt(Terms(group, 1, b"", b"", k, 1), 1, (), 0)
    if may_be:
        assert attempt._read_coefficient(bytes(group.size), degree) == group.zero
    else:
        with pytest.raises(RefutedError, match="is infinity"):
            attempt._read_coefficient(bytes(group.size), degree)


def test_last_member_is_silent_when_all_others_acted(board: Board) -> None:
    _, attempt, _ = stand_before(board, "ComplaintJudged")
    attempt.confirmed = {seat: attempt.dealt[seat] for seat in attempt.seats[:-1]}
    assert (attempt.step, attempt.first_silent()) == (5, len(attempt.members))


@pytest.mark.parametrize("at", [0, 3])
def test_every_member_of_the_commission_is_known(board: Board, at: int) -> None:
    deployed = find(board, events.ElectionDeployed)
    roster = deployed.event.trustees
    members = list(roster.members)
    members[at] = replace(members[at], commission=True)
    told = change(board, deployed, trustees=replace(roster, members=tuple(members)))
    ceremony = Ceremony(Record(read_bundle(encode_bundle(told))), "trustees")
    assert ceremony.commission == {members[at].account}


def test_leaf_of_the_index_that_is_the_size_is_in_no_tree() -> None:
    """The low bits of its index lead to the first place."""
    leaves = [Hash(hash_bytes(bytes([n]))) for n in range(4)]
    tree = build_tree(leaves)
    proof = derive_path(tree, 0)
    for index, is_there in ((0, True), (4, False)):
        asked: dict[str, Any] = {"index": index, "size": 4}
        found = is_in_tree(leaves[0], proof=proof, root=tree.root, **asked)
        assert found is is_there
        assert verify_path(tree.root, leaves[0], path=proof, **asked) is is_there


def test_box_has_16_keys_at_most(board: Board, builds: Mapping[str, Build]) -> None:
    for keys, is_found in ((16, False), (17, True)):
        opened = say(events.BoxOpened, election_keys=keys * GENERATOR)(board)
        assert ("2 to 16 keys" in find_faults(opened, builds, "ballots")) is is_found


def test_part_of_the_generator_alone_is_not_in_the_build(
    board: Board, builds: Mapping[str, Build]
) -> None:
    """Its words are looked for one by one, and each must be there."""
    raw = encode_g1(generator_k())
    for at in range(0, len(raw), 32):
        word = raw[at : at + 32].lstrip(b"\0")
        other = {
            name: replace(build, runtime=build.runtime.replace(word, bytes(len(word))))
            for name, build in builds.items()
        }
        faults = find_faults(board, other, "code")
        assert faults.count("is not in the build") == 2
        changed = raw[:at] + b"\7" * 32 + raw[at + 32 :]
        with patch("election.audit.checks.code.encode_g1", return_value=changed):
            facts = [finding.fact for finding in examine(board)["code"]]
        assert facts == ["is not what the box verifies with"] * 2


def test_sum_of_nobody_is_due_once_its_result_is_there(
    board: Board, builds: Mapping[str, Build]
) -> None:
    tampered = leave_out(events.TallyFrozen, 3)(board)
    assert "was not frozen once" in find_faults(tampered, builds, "sums")
    assert "sums" in examine(tampered)


@pytest.mark.parametrize("part", [Part.TRUSTEES, Part.ISSUERS])
def test_step_of_a_ceremony_is_the_last_before_its_end(
    board: Board, builds: Mapping[str, Build], part: Part
) -> None:
    final = find(board, events.CeremonyFinal, lambda each: each.contract.part is part)
    for step, is_found in ((4, True), (5, False), (6, True)):
        tampered = lie(drop(board, final), part, "step", answer=step)
        is_told = "step()" in find_faults(tampered, builds, "state")
        assert is_told is is_found
        facts = [finding.fact for finding in examine(tampered).get("state", ())]
        assert any(each.startswith(f"is {step}, the events") for each in facts) is (
            is_found
        )


def test_every_changed_answer_is_found(
    board: Board, builds: Mapping[str, Build]
) -> None:
    answers = {
        call: raw[:-1] + bytes([raw[-1] ^ 1]) for call, raw in board.answers.items()
    }
    tampered = replace(board, answers=answers)
    assert refute(tampered, builds) == {"state"}
    faults = find_faults(tampered, builds, "state")
    assert faults.count("is not what the events say") == len(answers)
