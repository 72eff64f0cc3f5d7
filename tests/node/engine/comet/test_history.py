"""Blocks are copied, forgotten and restored; keys and what was signed stay."""

from __future__ import annotations

import json
import shutil
from base64 import b64encode
from functools import partial
from pathlib import Path

import pytest

from node.engine.comet.card import Card
from node.engine.comet.guard import hold_home
from node.engine.comet.history import back_up, leave, reset
from node.engine.comet.home import NodeHome
from node.errors import ConfigError, HomeError, HomeInUseError

_KEY = b64encode(b"tests only, of no network at all").decode()
_SIGNED = "priv_validator_state.json"


def _make(root: Path, *, key: str = _KEY, genesis: str = _KEY) -> NodeHome:
    """Lay out a folder as the engine and the node leave it."""
    home = NodeHome(root)
    for folder in (home.chain, home.genesis.parent, home.engine / "data/state.db"):
        folder.mkdir(parents=True)
    home.card.write_bytes(Card("press", "0x" + "1" * 40, "0" * 40, "a:1", key).encode())
    home.genesis.write_text(genesis)
    home.settings.write_text("")
    home.key.write_text(json.dumps({"pub_key": {"value": _KEY}}))
    (home.chain / "data.mdb").write_text("blocks")
    (home.engine / "data/state.db/CURRENT").write_text("state")
    (home.engine / "data" / _SIGNED).write_text("height 9")
    return home


def _list(folder: Path) -> set[str]:
    return {
        str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()
    }


def test_a_copy_holds_blocks_and_neither_key_nor_what_was_signed(
    tmp_path: Path,
) -> None:
    _make(tmp_path / "node")
    back_up(tmp_path / "node", tmp_path / "copy")
    copied = {"genesis.json", "chain/data.mdb", "engine/state.db/CURRENT"}
    assert _list(tmp_path / "copy") == copied


def test_half_a_copy_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full: what is left would be taken for a copy by its genesis."""
    _make(tmp_path / "node")

    def fail(*_: object, **__: object) -> None:
        told = "[Errno 28] No space left on device"
        raise shutil.Error([("from", "to", told)])

    monkeypatch.setattr(shutil, "copytree", fail)
    with pytest.raises(HomeError, match=r"copy: cannot be used: .*No space left"):
        back_up(tmp_path / "node", tmp_path / "copy")
    assert [each.name for each in tmp_path.iterdir()] == ["node"]


def test_a_reset_forgets_blocks_and_takes_those_of_a_copy(tmp_path: Path) -> None:
    home = _make(tmp_path / "node")
    whole = _list(home.root)
    back_up(home.root, tmp_path / "copy")
    reset(home.root)
    kept = whole - {"chain/data.mdb", "engine/data/state.db/CURRENT"}
    assert _list(home.root) == kept | {"node.lock"}
    (home.engine / "data" / _SIGNED).write_text("height 12")
    reset(home.root, tmp_path / "copy")
    assert _list(home.root) == whole | {"node.lock"}
    assert (home.engine / "data" / _SIGNED).read_text() == "height 12"


def test_a_copy_of_another_network_is_refused(tmp_path: Path) -> None:
    home = _make(tmp_path / "node")
    other = _make(tmp_path / "other", genesis="another")
    back_up(other.root, tmp_path / "copy")
    for copy in (tmp_path / "copy", tmp_path / "nothing"):
        with pytest.raises(ConfigError):
            reset(home.root, copy)
    assert (home.chain / "data.mdb").exists()


def test_a_node_that_runs_keeps_its_blocks(tmp_path: Path) -> None:
    home = _make(tmp_path / "node")
    with hold_home(home.root):
        for act in (
            partial(back_up, home.root, tmp_path / "copy"),
            partial(reset, home.root),
            partial(leave, home.root, dismissed=True),
        ):
            with pytest.raises(HomeInUseError):
                act()
    assert (home.chain / "data.mdb").exists()
    assert not (tmp_path / "copy").exists()


def test_a_validator_leaves_only_once_it_was_let_go(tmp_path: Path) -> None:
    home = _make(tmp_path / "node")
    with pytest.raises(HomeError, match="let it go first"):
        leave(home.root, dismissed=False)
    leave(home.root, dismissed=True)
    with pytest.raises(HomeError, match="no network"):
        reset(home.root)
    assert home.key.exists()


def test_an_observer_leaves_at_will(tmp_path: Path) -> None:
    home = _make(tmp_path / "node", key="")
    leave(home.root, dismissed=False)
    assert not home.genesis.exists()
