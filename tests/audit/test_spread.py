"""What processes of their own verify of voters is what this one would."""

from __future__ import annotations

import pytest

from election.audit.audit import ALL, run_checks
from election.audit.evidence import Evidence
from election.audit.report import Outcome
from election.audit.spread import Elsewhere, verify_spread
from election.audit.verify import Named
from election.errors import EncodingError
from election.protocol.board import Board
from election.protocol.events import Issued, Registered
from tests.audit.elsewhere import spread_elsewhere
from tests.audit.tampering import change, find


def list_outcomes(evidence: Evidence) -> dict[str, Outcome]:
    results = run_checks(evidence, ALL, progress=lambda *_: None)
    return {each.name: each.outcome for each in results}


def test_processes_find_what_one_finds(board: Board) -> None:
    issued, registered = find(board, Issued), find(board, Registered)
    tampered = change(board, issued, blinded=bytes(128), nonce=9)
    for each in (board, tampered, change(board, registered, lock=bytes(20))):
        found = list_outcomes(Evidence(each, spread=spread_elsewhere))
        assert found == list_outcomes(Evidence(each))


def refuse_odd(number: int) -> None:
    if number % 2:
        raise EncodingError("number", "is odd")


def are_even(numbers: tuple[int, ...]) -> bool:
    return not any(number % 2 for number in numbers)


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1_100])
def test_portions_are_added_up_and_faults_named(size: int) -> None:
    numbers = [2 * number for number in range(size)]
    for wrong in ([], [size // 2] if size else []):
        for at in wrong:
            numbers[at] = 1
        outcome = verify_spread(
            numbers,
            refuse_odd,
            Elsewhere(lambda number: number, are_even),
            spread=spread_elsewhere,
            name=lambda number: Named(f"number {number}"),
            blames="nobody",
        )
        assert (outcome.total, outcome.verified) == (size, size - len(wrong))
        assert [each.subject for each in outcome.findings] == ["number 1"] * len(wrong)
