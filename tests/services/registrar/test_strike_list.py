"""Nobody is struck out by the word of one node, nor left out for want of a name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import delete

from election.crypto.transcript import Hash
from scripts.shared.errors import InputError
from services.registrar import strike_list
from services.registrar.desks import Desk
from services.registrar.publishing import Lists
from services.registrar.strike_list import (
    choose_language,
    name_struck,
    read_online,
    write_strike_list,
)
from services.registrar.tables import people
from services.shell.database import Database
from tests.services.registrar.small import ELECTION_ID, MAIN, open_small


@pytest.fixture
def desk(tmp_path: Path, register: Database) -> Desk:
    return open_small(tmp_path, register)[MAIN]


def online(desk: Desk) -> dict[Hash, tuple[int, int]]:
    place = desk.lists.find("V0")
    assert place is not None
    return {place.leaf: (place.contest, place.index)}


@pytest.mark.parametrize("agree", [True, False])
def test_all_nodes_say_alike_who_votes_online(
    monkeypatch: pytest.MonkeyPatch, *, agree: bool
) -> None:
    told = {"a": {Hash(bytes(32)): (1, 0)}, "b": {}}
    nodes = ["a", "a"] if agree else ["a", "b"]
    monkeypatch.setattr(strike_list, "_read_from", lambda _, url: told[url])
    desk: Any = SimpleNamespace(nodes=nodes)
    if agree:
        assert read_online(desk) == told["a"]
        return
    with pytest.raises(InputError, match="do not agree on who votes online"):
        read_online(desk)


def test_voter_online_is_named(desk: Desk, register: Database) -> None:
    (struck,) = register.run_now(name_struck, desk, online(desk))
    assert struck.voter_id == "V0"


@pytest.mark.parametrize(
    ("title", "columns"),
    [("City election", "number,voter_id,"), ("Выборы", "№,Идентификатор,ФИО,")],
)
def test_columns_are_in_the_language_of_the_election(
    desk: Desk, register: Database, tmp_path: Path, title: str, columns: str
) -> None:
    struck = register.run_now(name_struck, desk, online(desk))
    terms: Any = SimpleNamespace(title=title)
    language = choose_language(terms)
    write_strike_list(tmp_path / "out", struck, language=language)
    (file,) = (tmp_path / "out").iterdir()
    text = file.read_text("utf-8-sig")
    assert text.startswith(columns)
    assert text.splitlines()[1].rpartition(",")[2] == str(struck[0].index + 1)


def test_leaf_online_that_is_nobodys_is_told(desk: Desk, register: Database) -> None:
    gone = delete(people).where(people.c.voter_id == "V0")
    register.run_now(lambda c: c.execute(gone))
    with pytest.raises(InputError, match="has 1 leaves online that are nobody's"):
        register.run_now(name_struck, desk, online(desk))


def test_terms_from_before_the_lists_name_nobody(
    desk: Desk, register: Database
) -> None:
    early = replace(desk, lists=Lists(ELECTION_ID, None, {}))
    with pytest.raises(InputError, match="terms: are from before the voter lists"):
        register.run_now(name_struck, early, {})
