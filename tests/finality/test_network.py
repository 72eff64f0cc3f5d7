"""Only more than two thirds make a header final, of those whom the one before named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from finality.errors import ProofRefusedError
from finality.network import Change, require_final
from tests.finality.conftest import Member, genesis_of, header_of, sign

FIVE = [Member(seed) for seed in range(1, 6)]
NEXT = [Member(seed) for seed in range(4, 9)]


@pytest.mark.parametrize("signers", [FIVE, FIVE[1:], FIVE[:4]])
def test_more_than_two_thirds_are_enough(signers: list[Member]) -> None:
    header = header_of(1_000_000, FIVE)
    require_final(genesis_of(FIVE), [], sign(header, signers))


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_fewer_cannot_prove_another_history(count: int) -> None:
    forged = replace(header_of(9, FIVE), app_hash=b"\x66" * 32)
    with pytest.raises(ProofRefusedError, match="more than two thirds"):
        require_final(genesis_of(FIVE), [], sign(forged, FIVE[:count]))


def test_two_thirds_exactly_are_not_more() -> None:
    three = [Member(1), Member(2), Member(3)]
    with pytest.raises(ProofRefusedError, match="20 of 30"):
        require_final(genesis_of(three), [], sign(header_of(2, three), three[:2]))


def test_power_counts_and_not_heads() -> None:
    uneven = [Member(1, 70), Member(2), Member(3), Member(4)]
    require_final(genesis_of(uneven), [], sign(header_of(2, uneven), uneven[:1]))


def test_conspirators_do_not_count_twice() -> None:
    forged = header_of(9, FIVE)
    with pytest.raises(ProofRefusedError, match="twice"):
        require_final(genesis_of(FIVE), [], sign(forged, [*FIVE[:2], *FIVE[:2]]))


def test_conspirators_do_not_bring_friends() -> None:
    forged = header_of(9, FIVE)
    with pytest.raises(ProofRefusedError, match="no validator"):
        require_final(genesis_of(FIVE), [], sign(forged, [*FIVE[:2], *NEXT[2:]]))


def test_a_set_of_friends_is_not_trusted() -> None:
    forged = header_of(9, NEXT)
    with pytest.raises(ProofRefusedError, match="other validators"):
        require_final(genesis_of(FIVE), [], sign(forged, NEXT))


def test_a_votes_signature_is_of_this_header() -> None:
    signed = sign(header_of(9, FIVE), FIVE)
    other = replace(signed, header=header_of(10, FIVE))
    with pytest.raises(ProofRefusedError, match="not what was signed"):
        require_final(genesis_of(FIVE), [], other)


def test_a_vote_of_another_round_does_not_count() -> None:
    signed = sign(header_of(9, FIVE), FIVE)
    other = replace(signed, commit=replace(signed.commit, round=1))
    with pytest.raises(ProofRefusedError, match="signature does not hold"):
        require_final(genesis_of(FIVE), [], other)


def test_a_header_of_another_network_is_refused() -> None:
    header = replace(header_of(9, FIVE), chain="veche-8")
    with pytest.raises(ProofRefusedError, match="another network"):
        require_final(genesis_of(FIVE), [], sign(header, FIVE))


def _change(height: int, before: list[Member], after: list[Member]) -> Change:
    signed = sign(header_of(height, before, after), before[:4])
    return Change(signed, tuple(member.validator for member in after))


def test_a_set_that_two_thirds_named_is_trusted_next() -> None:
    changes = [_change(5, FIVE, NEXT)]
    require_final(genesis_of(FIVE), changes, sign(header_of(6, NEXT), NEXT[:4]))


def test_a_set_that_was_replaced_is_trusted_no_more() -> None:
    changes = [_change(5, FIVE, NEXT)]
    with pytest.raises(ProofRefusedError, match="other validators"):
        require_final(genesis_of(FIVE), changes, sign(header_of(6, FIVE), FIVE))


def test_a_change_names_the_set_that_is_said_to_follow() -> None:
    change = _change(5, FIVE, NEXT)
    other = replace(change, validators=tuple(member.validator for member in FIVE))
    with pytest.raises(ProofRefusedError, match="said to follow"):
        require_final(genesis_of(FIVE), [other], sign(header_of(6, FIVE), FIVE))


def test_two_conspirators_cannot_name_a_set() -> None:
    signed = sign(header_of(5, FIVE, NEXT), FIVE[:2])
    forged = Change(signed, tuple(member.validator for member in NEXT))
    with pytest.raises(ProofRefusedError, match="more than two thirds"):
        require_final(genesis_of(FIVE), [forged], sign(header_of(6, NEXT), NEXT))


@pytest.mark.parametrize("height", [4, 5])
def test_heights_only_grow(height: int) -> None:
    changes = [_change(5, FIVE, NEXT)]
    with pytest.raises(ProofRefusedError, match="come after"):
        require_final(genesis_of(FIVE), changes, sign(header_of(height, NEXT), NEXT))
