"""What an election announced is taken from its own rules, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from election.artifacts import read_artifact
from election.crypto.transcript import ZERO_HASH, Address, Hash
from election.protocol.abi import ContractName
from election.protocol.board import Board, Head, Log
from election.protocol.booth_list import (
    NAME,
    digest_list,
    encode_list,
    list_file,
    make_list,
)
from election.protocol.origin import derive_election_address
from scripts.booth import announcing
from scripts.booth.announcing import Source, find_announced, read_source
from scripts.booth.looking import Announced
from scripts.shared.errors import InputError, UnverifiedError
from scripts.shared.files.booth_files import ELECTION, render_election
from tests.audit.tampering import encode_event
from tests.booth import made
from tests.protocol.test_rules import DEPLOYED

BOOTH: Final = Hash(b"\7" * 32)
TEXT: Final = render_election(made.make_election())
LIST: Final = encode_list(make_list([list_file(ELECTION, TEXT)]))
SOURCE: Final = Source(digest_list(LIST))


def announce(
    booth: Hash, monkeypatch: pytest.MonkeyPatch, *, at: Address | None = None
) -> Source:
    """Read an announcement on a record; at: where, if not where it was made."""
    event = replace(DEPLOYED, rules=replace(DEPLOYED.rules, booth=booth))
    build = read_artifact(ContractName.ELECTION.value).initcode
    address = at or derive_election_address(event, build)
    topics, data = encode_event(event, ContractName.ELECTION)
    log = Log(address, topics, data, 1, 1, ZERO_HASH, 0)
    return read_board(Board(7, address, (log,), {}, {}, Head(1, 1)), monkeypatch)


def read_board(board: Board, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setattr(announcing, "read_bundle", lambda _: board)
    return read_source(None, None, Path("record"), None)


def test_hash_on_a_record_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert announce(BOOTH, monkeypatch).digest == BOOTH


def test_record_without_an_election_announces_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board = Board(7, Address(bytes(20)), (), {}, {}, Head(1, 1))
    with pytest.raises(InputError, match="has no election on it"):
        read_board(board, monkeypatch)


def test_rules_that_the_address_was_not_made_of_are_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UnverifiedError, match="has other rules than the address"):
        announce(BOOTH, monkeypatch, at=Address(b"\1" * 20))


def test_election_without_a_booth_has_none_to_verify(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(InputError, match="announces none"):
        announce(ZERO_HASH, monkeypatch)


def find(
    source: Source,
    monkeypatch: pytest.MonkeyPatch,
    elections: Sequence[bytes | None] = (TEXT,),
) -> Announced | None:
    """Find what is announced, at places that all serve the list."""
    served: Mapping[str, bytes | None] = {
        f"{at}": each for at, each in enumerate(elections)
    }

    async def fetch_one(url: str, path: str) -> bytes | None:
        return LIST if path == NAME else served[url]

    monkeypatch.setattr(announcing, "fetch_one", fetch_one)
    return asyncio.run(find_announced(source, list(served)))[0]


@pytest.mark.parametrize("other", [None, TEXT + b" "], ids=["none", "another"])
def test_pinned_election_is_taken_from_the_place_that_has_it(
    other: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find(SOURCE, monkeypatch, (other, TEXT))
    assert found is not None
    assert found.election == made.make_election()


def test_place_that_gives_no_pinned_election_is_no_liar_and_another_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served = {"away": None, "liar": TEXT + b" "}

    async def fetch_one(url: str, path: str) -> bytes | None:
        return LIST if path == NAME else served[url]

    monkeypatch.setattr(announcing, "fetch_one", fetch_one)
    found, places = asyncio.run(find_announced(SOURCE, list(served)))
    assert found is None
    assert [bool(each.facts) for each in places] == [False, True]
    assert [bool(each.unread) for each in places] == [True, False]


def test_list_that_pins_an_election_of_other_rules_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = replace(SOURCE, rules=DEPLOYED.rules)
    with pytest.raises(UnverifiedError, match="than the rules of the election give"):
        find(source, monkeypatch)
