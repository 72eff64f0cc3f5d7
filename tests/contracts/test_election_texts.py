"""The texts of contests: only those that an election was made with, and in time."""

from __future__ import annotations

from typing import Any, Final

import pytest

from election.artifacts import read_artifact
from election.protocol.context import derive_texts_hash
from tests.contracts.chain import LocalChain, make_account
from tests.contracts.election_setup import (
    DEFAULT,
    ISSUERS,
    TRUSTEES,
    Setup,
    deploy_tools,
)

OTHER: Final = "election: not the texts of the contest"
UNEVEN: Final = "election: not a text for each candidate"
anybody = make_account("anybody")
Texts = tuple[int, str, list[str], list[str]]


def deploy(chain: LocalChain, contests: list[Any], setup: Setup = DEFAULT) -> Any:
    """Deploy an election whose contests are not listed yet."""
    arguments = (
        setup.rules(chain.now),
        setup.trustees.encode(TRUSTEES),
        setup.issuers.encode(ISSUERS),
        contests,
        deploy_tools(chain),
    )
    return chain.deploy("Election", arguments)


def refusal(chain: LocalChain, election: Any, texts: Texts) -> str | None:
    return chain.refusal(election.functions.list_contest(*texts), anybody)


FIRST: Final[Texts] = DEFAULT.texts()[0]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (FIRST, None),
        ((1, "Another", *FIRST[2:]), OTHER),
        ((1, FIRST[1], FIRST[2][::-1], FIRST[3]), OTHER),
        ((1, FIRST[1], FIRST[2], FIRST[3][::-1]), OTHER),
        ((1, FIRST[1], FIRST[2], ["", ""]), OTHER),
        ((1, FIRST[1], FIRST[3], FIRST[2]), OTHER),
        ((1, FIRST[1], FIRST[2] * 2, FIRST[3] * 2), UNEVEN),
        ((1, FIRST[1], FIRST[2], FIRST[3][:1]), UNEVEN),
        ((1, FIRST[1], FIRST[2][:1], FIRST[3]), UNEVEN),
        ((2, *FIRST[1:]), OTHER),
        ((3, *FIRST[1:]), "election: texts of no contest"),
    ],
)
def test_only_the_texts_that_were_fixed_are_listed(
    texts: Texts, expected: str | None
) -> None:
    chain = LocalChain()
    election = deploy(chain, DEFAULT.contests())
    assert refusal(chain, election, texts) == expected


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_contests_are_listed_once_each_in_any_order(order: tuple[int, ...]) -> None:
    chain = LocalChain()
    election = deploy(chain, DEFAULT.contests())
    listed = election.functions.are_contests_listed
    for at in order:
        assert listed().call() is False
        texts = DEFAULT.texts()[at]
        chain.send(election.functions.list_contest(*texts), anybody)
        assert refusal(chain, election, texts) == "election: contest is listed"
    assert listed().call() is True
    events = chain.events(election, "ContestListed")
    assert [event["position"] for event in events] == [at + 1 for at in order]


@pytest.mark.parametrize(
    ("shift", "expected"),
    [(-1, None), (0, "election: too late for the texts of a contest")],
)
def test_texts_come_before_the_keys(shift: int, expected: str | None) -> None:
    chain = LocalChain()
    election = deploy(chain, DEFAULT.contests())
    chain.travel_to(election.functions.times().call()[0] + shift)
    assert refusal(chain, election, FIRST) == expected


def test_nobody_makes_keys_and_is_excluded_while_a_contest_is_not_listed() -> None:
    chain = LocalChain()
    election = deploy(chain, DEFAULT.contests())
    chain.send(election.functions.list_contest(*FIRST), anybody)
    ceremony = chain.contract_at(
        election.functions.trustees().call(), read_artifact("KeyCeremony")
    )
    chain.travel_to(election.functions.times().call()[0] + DEFAULT.step_seconds)
    reason = "key_ceremony: a contest has no candidates on the record"
    acts = (
        ceremony.functions.enroll(bytes(128), bytes(128), 1),
        ceremony.functions.expire(),
    )
    for act in acts:
        assert chain.refusal(act, TRUSTEES[0]) == reason


def test_64_contests_of_16_candidates_have_full_names() -> None:
    """Both the deployment and each of the lists fit their transactions."""
    chain = LocalChain()
    names = [f"{'n' * 126}{slot:02}" for slot in range(16)]
    particulars = [f"{'p' * 254}{slot:02}" for slot in range(16)]
    texts = [(number, "t" * 128, names, particulars) for number in range(64)]
    hashed = derive_texts_hash("t" * 128, names, particulars)
    contests = [(number, 16, hashed) for number in range(64)]
    election = deploy(chain, contests, Setup(candidates=(16,)))
    for each in texts:
        chain.send(election.functions.list_contest(*each), anybody)
    assert election.functions.are_contests_listed().call() is True
