from __future__ import annotations

import pytest

from election.client.errors import ContractRefusedError
from election.client.issuing import (
    read_issued,
    read_issuer_keys,
    serve_issued,
    take_credential,
)
from election.client.leaf_requests import ask_for_credential
from election.crypto.group import G1_BYTES, encode_g1
from election.crypto.transcript import Hash
from election.errors import CredentialError, FaultyIssuerError
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
        given,
        polls.boxes[1],
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
                {issuer: given[issuer] for issuer in pair},
                polls.boxes[1],
                issuer_keys=keys,
            ).sigma
        )
        for pair in pairs
    }
    assert len(sigmas) == 1


def test_too_few_answers_give_no_credential(polls: Stage) -> None:
    with pytest.raises(CredentialError, match="1 answers of issuers, 2 needed"):
        take(polls, {1: answers(polls, 0)[1]})


@pytest.mark.parametrize("issuer", [0, 4])
def test_answer_of_nobody_is_refused(polls: Stage, issuer: int) -> None:
    given = answers(polls, 0)
    with pytest.raises(CredentialError, match=f"issuer {issuer}: is not in"):
        take(polls, {issuer: given[1], 3: given[3]})


def test_wrong_answer_blames_its_issuer(polls: Stage) -> None:
    given = answers(polls, 0)
    with pytest.raises(FaultyIssuerError) as caught:
        take(polls, {1: given[1], 3: given[2]})
    assert caught.value.issuer == 3
    with pytest.raises(FaultyIssuerError):
        take(polls, {1: given[1], 2: bytes(G1_BYTES)})


def test_second_request_of_a_leaf_is_refused(polls: Stage) -> None:
    place = polls.place(1, 0, nonce=2)
    asked = ask_for_credential(place, polls.credential_request(1, 0).blinded)
    with pytest.raises(ContractRefusedError, match="leaf may not be issued"):
        polls.connection.send(polls.prepare(asked), key=RELAY)


def test_leaf_of_a_place_is_that_of_the_list(polls: Stage) -> None:
    leaves: tuple[Hash, ...] = polls.lists[30].tree.levels[0]
    assert [polls.place(30, index, nonce=0).leaf for index in range(3)] == list(leaves)
