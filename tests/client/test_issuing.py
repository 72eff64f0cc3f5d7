from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import pytest

from election.client.casting import cast_ballots
from election.client.errors import ContractRefusedError, UnexpectedAnswerError
from election.client.issuing import (
    read_issued,
    read_issuer_keys,
    serve_issued,
    take_credential,
)
from election.client.leaf_requests import ask_for_credential
from election.crypto.blind_credential import combine_credential
from election.crypto.group import G1_BYTES, decode_g1, encode_g1
from election.crypto.scalar import Scalar
from election.crypto.transcript import Hash
from election.errors import CredentialError
from election.protocol.board import Log
from tests.client.stage import ISSUERS, RELAY, Stage


def answers(polls: Stage, index: int) -> dict[int, bytes]:
    leaf = polls.lists[1].tree.levels[0][index]
    return {
        issuer: serve_issued(polls.opened, 1, key_share=polls.shares[key])[leaf]
        for issuer, key in enumerate(ISSUERS, 1)
    }


def take(polls: Stage, given: dict[int, bytes]) -> None:
    take_credential(
        polls.credential_request(1, 0),
        given.items(),
        polls.boxes[1].terms,
        issuer_keys=read_issuer_keys(polls.opened, 1),
    )


def test_issued_leaves_are_those_of_the_contest(polls: Stage) -> None:
    issued = read_issued(polls.opened, 1)
    assert set(issued) == set(polls.lists[1].tree.levels[0])
    for index, leaf in enumerate(issued):
        blinded = encode_g1(polls.credential_request(1, index).blinded)
        assert issued[leaf].blinded == blinded


def test_any_threshold_of_answers_gives_the_same_credential(polls: Stage) -> None:
    given = answers(polls, 0)
    keys = read_issuer_keys(polls.opened, 1)
    request = polls.credential_request(1, 0)
    pairs = [(1, 2), (1, 3), (2, 3)]
    sigmas = {
        encode_g1(
            take_credential(
                request,
                [(issuer, given[issuer]) for issuer in pair],
                polls.boxes[1].terms,
                issuer_keys=keys,
            ).sigma
        )
        for pair in pairs
    }
    assert len(sigmas) == 1


def test_too_few_answers_give_no_credential(polls: Stage) -> None:
    with pytest.raises(CredentialError, match=r"1 good answer of issuers, 2 needed$"):
        take(polls, {1: answers(polls, 0)[1]})


@pytest.mark.parametrize("issuer", [0, 4])
def test_answer_of_nobody_does_not_count(polls: Stage, issuer: int) -> None:
    given = answers(polls, 0)
    with pytest.raises(CredentialError, match="1 good answer of issuers, 2 needed"):
        take(polls, {issuer: given[1], 3: given[3]})


def test_issuer_without_a_part_in_the_key_answers_nothing(polls: Stage) -> None:
    share = polls.shares[ISSUERS[0]]
    first = replace(share, secrets=share.secrets[:1])
    assert serve_issued(polls.opened, 1, key_share=first)
    with pytest.raises(UnexpectedAnswerError, match="30: has no part in the key"):
        serve_issued(polls.opened, 30, key_share=first)


def test_any_good_answers_do_whatever_stands_beside_them(polls: Stage) -> None:
    given, request = answers(polls, 0), polls.credential_request(1, 0)
    keys = read_issuer_keys(polls.opened, 1)
    mixed = [(1, given[2]), (2, bytes(G1_BYTES)), (9, b""), (1, given[1])]
    take_credential(
        request, [*mixed, (3, given[3])], polls.boxes[1].terms, issuer_keys=keys
    )


def test_answers_of_one_issuer_are_told_to_be_of_one(polls: Stage) -> None:
    given, request = answers(polls, 0), polls.credential_request(1, 0)
    keys = read_issuer_keys(polls.opened, 1)
    fact = "1 good answer of issuers, 2 needed; more than one is of issuer 1: those of"
    with pytest.raises(CredentialError, match=fact):
        take_credential(
            request, [(1, given[1])] * 2, polls.boxes[1].terms, issuer_keys=keys
        )


def test_bad_answers_are_named_and_nobody_is_blamed(polls: Stage) -> None:
    """Answers are not signed: whoever passed them on could have changed them."""
    given = answers(polls, 0)
    fact = "1 good answer .*; those called issuer 2, 3 do not hold: fetch them once"
    with pytest.raises(CredentialError, match=fact):
        take(polls, {1: given[1], 2: bytes(G1_BYTES), 3: given[2]})


def test_second_request_of_a_leaf_is_refused(polls: Stage) -> None:
    place = polls.place(1, 0, nonce=2)
    asked = ask_for_credential(place, polls.credential_request(1, 0).blinded)
    with pytest.raises(ContractRefusedError, match="leaf may not be issued"):
        polls.connection.send(polls.prepare(asked), key=RELAY)


def test_leaf_of_a_place_is_that_of_the_list(polls: Stage) -> None:
    leaves: tuple[Hash, ...] = polls.lists[30].tree.levels[0]
    assert [polls.place(30, index, nonce=0).leaf for index in range(3)] == list(leaves)


# What links a voter and a ballot


def values_in(logs: Iterable[Log]) -> set[bytes]:
    """Cut logs into halves of words; what is no small number."""
    raws = [b"".join((*log.topics, log.data)) for log in logs]
    halves = {raw[at : at + 16] for raw in raws for at in range(0, len(raw), 16)}
    return {half for half in halves if int.from_bytes(half, "big") >= 2**64}


def test_ballots_have_nothing_in_common_with_what_is_known_of_voters(
    polls: Stage,
) -> None:
    """Leaf, request and attestations name a voter; the ballot repeats none of them."""
    cast_ballots(polls.boxes[1], polls.ballots(1, [1, 2, 2]), key=RELAY)
    voters = values_in(polls.opened.voter_list.contract.read_logs())
    ballots = values_in(polls.boxes[1].handle.contract.read_logs())
    assert len(voters) > 100
    assert len(ballots) > 100
    assert not voters & ballots


def test_public_answers_do_not_show_whose_credential_is_whose(polls: Stage) -> None:
    """Without the blinding factor, no set of answers combines to a credential."""
    credentials = {encode_g1(each.sigma) for each in polls.credentials(1)}
    for index in range(3):
        shares = {m: decode_g1(raw) for m, raw in answers(polls, index).items()}
        for some in combinations(shares, 2):
            chosen = {issuer: shares[issuer] for issuer in some}
            combined = combine_credential(chosen, Scalar(1))
            assert encode_g1(combined) not in credentials
