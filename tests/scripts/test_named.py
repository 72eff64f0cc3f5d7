"""Whoever acts is told in which election, and that a test is one."""

from __future__ import annotations

from typing import Final

import pytest

from election.protocol.text import TEST, name_election
from tests.scripts.conftest import Cli

NAMED: Final = "TEST election: a story"
ON_THE_CHAIN: Final[list[tuple[list[str], str | None]]] = [
    (["status"], None),
    (["trustee"], "trustee-1"),
    (["create-boxes"], "relay"),
    (["cast", "none"], "relay"),
    (["share", "--compare"], "trustee-1"),
    (["issue", "--contest", "1", "--out", "none"], "issuer-1"),
    (["freeze"], "relay"),
    (["publish-list", "--no-voters", "1", "--out", "lists"], "commission"),
    (["authorize", "--override", "1", "--out", "none"], "observer"),
]
BY_TERMS: Final = [
    (["request", "register", "--list", "none", "--out", "none"], "voter"),
    (["attest", "none", "--out", "none"], "portal"),
    (["register", "none", "--portal", "none", "--sms", "none"], "registrar"),
    (["credential", "none", "none", "--out", "none"], "voter"),
    (["ballot", "none", "--out", "none"], "voter"),
]


@pytest.mark.parametrize(("act", "key"), ON_THE_CHAIN)
def test_act_on_a_chain_names_a_test_election_as_one(
    prepared: Cli, act: list[str], key: str | None
) -> None:
    assert NAMED in prepared.attempt(*act, key=key).err.splitlines()


@pytest.mark.parametrize(("act", "key"), BY_TERMS)
def test_act_on_terms_names_a_test_election_as_one(
    prepared: Cli, act: list[str], key: str
) -> None:
    assert "TEST election: TEST" in prepared.attempt_by(*act, key=key).err.splitlines()


def test_commission_is_told_that_it_deploys_a_test(prepared: Cli) -> None:
    deployed = prepared.attempt_deploy()
    assert NAMED in deployed.err.splitlines()


def test_status_says_to_a_person_that_no_ballot_counts(prepared: Cli) -> None:
    shown = prepared(
        "status",
        "--election",
        prepared.folder / "election.json",
        "--rpc-url",
        prepared.url,
    )
    assert TEST in shown.out
    assert prepared.act("status")["test"] is True


@pytest.mark.parametrize(
    ("title", "is_test", "name"),
    [
        ("Title", False, "election: Title"),
        ("TEST: Title", False, "election: TEST: Title"),
        ("TEST: Title", True, "TEST election: Title"),
        ("TEST", True, "TEST election: TEST"),
        ("TESTING", True, "TEST election: TESTING"),
    ],
)
def test_election_that_counts_is_no_test(title: str, is_test: bool, name: str) -> None:
    """Whatever its title says, and a test is called one once."""
    assert name_election(title, is_test=is_test) == name
