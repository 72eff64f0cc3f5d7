"""Page and program keep the same organisations apart, by the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.blind_credential import RecoverySecret
from scripts.shared.errors import InputError
from scripts.shared.files.booth_files import BoothServices, Host, IssuerHost, RelayHost
from scripts.voters.device.sides import split_sides
from tests import honest
from tests.booth.node_js import Answerer, answering
from tests.scripts.conftest import make_terms
from tests.scripts.voters.device.made import make_services

SERVICES = make_services(make_terms(portal=honest.account(7)))
NAMES = st.sampled_from(["Portal", "A", "B", "C", "D", "E", "Наблюдатель", "I1"])
SECRETS = st.binary(min_size=16, max_size=16).map(RecoverySecret)


@st.composite
def made_services(draw: st.DrawFn) -> BoothServices:
    def owners(least: int, most: int) -> list[str]:
        return draw(st.lists(NAMES, min_size=least, max_size=most))

    return replace(
        SERVICES,
        issuers=tuple(
            IssuerHost(n, name, f"https://i{n}")
            for n, name in enumerate(owners(1, 4), 1)
        ),
        relays=tuple(
            RelayHost(name, f"https://r{n}", bytes([n]) * 20)
            for n, name in enumerate(owners(1, 5))
        ),
        nodes=tuple(Host(name, f"https://n{n}") for n, name in enumerate(owners(1, 6))),
    )


@pytest.fixture(scope="module")
def booth() -> Iterator[Answerer]:
    with answering() as answerer:
        yield answerer


def spell(services: BoothServices) -> dict[str, Any]:
    told = asdict(services)
    told["election"] = told["election"].hex()
    for each in told["relays"]:
        each["account"] = f"0x{each['account'].hex()}"
    return told


@settings(max_examples=40)
@given(services=made_services(), secret=SECRETS, threshold=st.integers(1, 2))
def test_program_splits_as_the_booth_does(
    booth: Answerer, services: BoothServices, secret: RecoverySecret, threshold: int
) -> None:
    asked = {"services": spell(services), "secret": secret.secret.hex()}
    theirs = booth.try_asking("sides", threshold=threshold, **asked)
    try:
        own = split_sides(services, secret, threshold=threshold)
    except InputError:
        assert "answer" not in theirs
        return
    groups = (own.issuers, own.person_nodes, own.relays, own.ballot_nodes)
    urls = [[each.url for each in group] for group in groups]
    assert theirs["answer"] == urls


@given(secret=SECRETS)
def test_nobody_is_on_both_sides(secret: RecoverySecret) -> None:
    sides = split_sides(SERVICES, secret, threshold=2)
    person = {"Portal", "Gateway", "Registrar", *map(owner, sides.issuers)}
    person.update(map(owner, sides.person_nodes))
    ballot = {*map(owner, sides.relays), *map(owner, sides.ballot_nodes)}
    assert not person & ballot
    assert min(len(sides.ballot_nodes), len(sides.person_nodes)) >= 2


def owner(host: Host | IssuerHost | RelayHost) -> str:
    return host.organisation


def test_which_node_knows_the_person_differs_from_voter_to_voter() -> None:
    found = Counter(
        each.organisation
        for number in range(40)
        for each in split_sides(
            SERVICES, RecoverySecret(bytes([number]) * 16), threshold=2
        ).person_nodes
    )
    assert found.keys() == {"N1", "N2", "N3", "N4"}
    assert max(found.values()) < 40
