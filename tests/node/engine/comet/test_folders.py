"""A folder is made, joined and left by right; what a disk refuses names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from node.engine.comet.card import Card
from node.engine.comet.history import _named, back_up, leave
from node.engine.comet.home import NodeHome, keep, make_keys, read_own_key
from node.engine.comet.joining import join, make_folder, make_local_network
from node.engine.comet.misbehaviour import Misbehaviour, Misbehaviours, _read
from node.errors import (
    ConfigError,
    EngineError,
    HomeError,
    StoreError,
)
from tests.node.engine.comet.test_card import CARD, KEY

NO_ENGINE: Final = Path("/no/engine")


def _leave_a_disk(root: Path) -> None:
    with _named(root):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("act", "fact"),
    [
        (lambda root: keep(root / "no" / "folder", b""), "cannot be written"),
        (lambda root: make_keys(NodeHome(root / "file"), NO_ENGINE), "cannot be used"),
        (_leave_a_disk, "No space left on device"),
        (lambda root: read_own_key(NodeHome(root)), "key cannot be read"),
        (lambda root: [*_read(root)], "who signed twice"),
    ],
    ids=["write", "make", "fill", "key", "notes"],
)
def test_what_a_disk_refuses_names_the_folder(
    tmp_path: Path, act: Callable[[Path], object], fact: str
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match=fact):
        act(tmp_path)


def test_note_that_was_not_kept_stops_the_node_and_is_not_known(
    tmp_path: Path,
) -> None:
    notes = Misbehaviours(tmp_path / "no" / "folder")
    with pytest.raises(StoreError, match="cannot be written"):
        notes.note(Misbehaviour(1, "ab" * 20, "party"))
    assert notes.known == ()


def test_engine_that_cannot_run_is_an_error_of_the_engine(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="init` failed"):
        make_keys(NodeHome(tmp_path), NO_ENGINE)


@pytest.mark.parametrize(("genesis", "is_let_go"), [(KEY, False), ("of others", True)])
def test_only_a_validator_of_the_genesis_has_to_be_dismissed(
    tmp_path: Path, genesis: str, *, is_let_go: bool
) -> None:
    home = NodeHome(tmp_path)
    home.card.write_bytes(replace(CARD, validator_key=KEY).encode())
    home.genesis.parent.mkdir(parents=True)
    home.genesis.write_text(genesis)
    with pytest.raises(HomeError) as refusal:
        leave(tmp_path, dismissed=False)
    assert ("let it go first" not in str(refusal.value)) is is_let_go


def test_folder_in_use_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    for root in (tmp_path, tmp_path / "file"):
        with pytest.raises(HomeError, match="is not a new folder"):
            make_folder(root, NO_ENGINE, CARD, validates=True)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", ["", "new"])
def test_empty_folder_and_a_new_one_are_given_to_the_engine(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(EngineError):
        make_folder(tmp_path / name, NO_ENGINE, CARD, validates=True)


def test_folder_that_no_disk_can_hold_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="cannot be used"):
        make_folder(tmp_path / ("x" * 1_000), NO_ENGINE, CARD, validates=True)


def test_folder_is_not_made_for_what_is_no_card(tmp_path: Path) -> None:
    wrong = Card("No Name", CARD.account, "", CARD.address, "")
    with pytest.raises(ConfigError, match="organisation"):
        make_folder(tmp_path / "new", NO_ENGINE, wrong, validates=True)
    assert not (tmp_path / "new").exists()


def test_network_has_no_more_members_than_accounts(tmp_path: Path) -> None:
    config: Any = type("Config", (), {"accounts": ()})
    with pytest.raises(ConfigError, match="has 0 accounts"):
        make_local_network(
            tmp_path, config, NO_ENGINE, members=["one"], port=1, registry=b""
        )


def test_folder_joins_with_its_keys_and_one_network_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.engine.comet.joining.read_shared", lambda _: None)
    home = NodeHome(tmp_path)
    with pytest.raises(HomeError, match="holds no node's keys"):
        join(tmp_path, b"genesis", listen="127.0.0.1:1", peers=[])
    home.card.write_bytes(CARD.encode())
    home.genesis.parent.mkdir(parents=True, exist_ok=True)
    home.genesis.write_bytes(b"another")
    with pytest.raises(HomeError, match="another network"):
        join(tmp_path, b"genesis", listen="127.0.0.1:1", peers=[])


def test_backup_replaces_nothing(tmp_path: Path) -> None:
    home = NodeHome(tmp_path / "node")
    home.genesis.parent.mkdir(parents=True)
    home.genesis.write_text(json.dumps({}))
    with pytest.raises(HomeError, match="is there already"):
        back_up(home.root, tmp_path)
