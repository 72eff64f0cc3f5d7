"""A card is taken only as it was written, and a folder only if it is new."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pytest

from node.engine.comet.card import Card, accept_card, read_card
from node.engine.comet.history import back_up
from node.engine.comet.home import NodeHome
from node.engine.comet.joining import join, make_folder, make_local_network
from node.errors import ConfigError, EngineError, HomeError

CARD: Final = Card("party", "0x" + "ab" * 20, "cd" * 20, "127.0.0.1:26656", "")
KEY: Final = b64encode(bytes(32)).decode()
NO_ENGINE: Final = Path("/no/engine")


def test_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(CARD.encode())
    assert read_card(path) == CARD


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 3_000], ids=len)
def test_file_that_is_no_json_is_no_card(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(raw)
    with pytest.raises(ConfigError, match="is no card of a node"):
        read_card(path)


@pytest.mark.parametrize(
    "found", [None, [], "card", {}, {**asdict(CARD), "more": ""}, sorted(asdict(CARD))]
)
def test_card_has_its_keys_and_no_others(found: Any) -> None:
    with pytest.raises(ConfigError, match="is no card: it has"):
        accept_card(found, "card.json")


@pytest.mark.parametrize(
    "key", [KEY[:-1], "*" + KEY, b64encode(bytes(31)).decode(), "я", "=" * 44]
)
def test_key_on_a_card_is_32_bytes(key: str) -> None:
    accept_card({**asdict(CARD), "validator_key": KEY}, "card.json")
    with pytest.raises(ConfigError, match="32 bytes as base64"):
        accept_card({**asdict(CARD), "validator_key": key}, "card.json")


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
