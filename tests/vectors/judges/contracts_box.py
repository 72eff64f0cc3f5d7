"""How BallotBox meets ballots, and the credentials in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from election.artifacts import read_artifact
from election.protocol.abi import ContractName
from election.protocol.ballot import NO_MEMO, make_ballot, prepare_choice
from election.protocol.codec import encode_act, encode_constructor
from election.protocol.context import derive_texts_hash
from election.protocol.phases import Phase
from tests import honest
from tests.vectors.judges.answers import Answer, answer, assemble
from tests.vectors.judges.contracts_ceremony import ELECTION, finish
from tests.vectors.judges.files import GIVENS
from tests.vectors.judges.scene import Scene

Input = Mapping[str, Any]
_NAME: Final = ContractName.BALLOT_BOX
_BATCH: Final = 32  # credentials issued: as many as one call may cast


@cache
def _open_box(name: str) -> Scene:
    """Let a box be made of both ceremonies, and find the context that is given."""
    given = GIVENS["boxes"][name]
    terms = honest.contest_terms(given["contest"])
    issued = answer(ContractName.VOTER_LIST, "issued", _BATCH, terms.contest)
    scene = finish().place(ELECTION, assemble(_rules(given["contest"])))
    scene = scene.place(terms.voter_list, assemble([issued]))
    initcode = read_artifact(_NAME.value).initcode
    initcode += encode_constructor(_NAME, terms.contest)
    made = scene.create(terms.box, initcode, maker=ELECTION)
    assert made.ask(terms.box, encode_act(_NAME, "ctx")).hex() == given["ctx"]
    return made


def _rules(contest: int) -> Iterator[Answer]:
    """Answer as the election that the givens are of."""
    terms = honest.contest_terms(contest)
    times = 10, 20, 30, 40, terms.opening, terms.issue_closing, terms.cast_closing
    plain = {
        "trustees": terms.trustees_ceremony,
        "issuers": terms.issuers_ceremony,
        "voter_list": terms.voter_list,
        "times": times,
        "election_id": terms.election_id,
        "m_min": terms.minimum_cast,
        "phase": Phase.VOTING,
    }
    of_contest = {
        "slots": len(terms.candidates),
        "position": 1,  # all boxes of the givens have the one credential key
        "candidates_hash": derive_texts_hash(
            terms.title, terms.candidates, terms.particulars
        ),
    }
    for function, value in plain.items():
        yield answer(ContractName.ELECTION, function, value)
    for function, value in of_contest.items():
        yield answer(ContractName.ELECTION, function, value, contest)


def _cast(box: str, ballots: list[bytes]) -> None:
    """Cast ballots in the order that the box asks for."""
    address = honest.contest_terms().box
    payload = encode_act(_NAME, "cast", sorted(ballots, key=lambda raw: raw[:32]))
    _open_box(box).ask(address, payload)


def meet_ballots(case: Input) -> None:
    """Cast all of them in one call."""
    _cast(case["box"], [bytes.fromhex(raw) for raw in case["ballots"]])


def meet_credential(case: Input) -> None:
    """Cast a ballot with this credential, in which all else is as it should be."""
    home = honest.box(GIVENS["boxes"][case["box"]]["contest"])
    own = honest.issue(1, ctx_box=honest.box())
    assert own.address.hex() == case["cred"]
    source = honest.source(1)
    prepared = prepare_choice(1, home, source=source)
    raw = make_ballot(prepared, home, credential=own, memo=NO_MEMO, source=source)
    _cast(case["box"], [raw[:-128] + bytes.fromhex(case["sigma"])])
