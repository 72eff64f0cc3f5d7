"""What a disk, an engine, a genesis or a registry holds wrong is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from node.config import Config
from node.engine.comet.genesis import (
    is_shared,
    network_config,
    read_shared,
    shared_part,
)
from node.engine.comet.history import _named, leave
from node.engine.comet.home import NodeHome, keep, make_keys, read_own_key
from node.engine.comet.membership import Membership, _answer
from node.engine.comet.misbehaviour import Misbehaviour, Misbehaviours, _read
from node.engine.comet.registry import read_members
from node.errors import (
    ConfigError,
    EngineError,
    HomeError,
    RegistryError,
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


def test_genesis_that_nests_deeper_than_the_stack_is_refused() -> None:
    """A file that somebody sends; py-evm lets decoders follow it until they crash."""
    with pytest.raises(ConfigError, match="no genesis of a network"):
        read_shared("[" * 1_000_000)


def test_genesis_has_the_rules_of_a_chain_and_no_others(config: Config) -> None:
    shared = shared_part(config)
    assert shared_part(network_config(shared, config)) == shared
    wrong: tuple[Any, ...] = (None, [], {}, {**shared["admission"], "more": 1})
    for rules in wrong:
        with pytest.raises(ConfigError, match="nothing else"):
            network_config({**shared, "admission": rules}, config)


@pytest.mark.parametrize("document", [b"", b"{", b"\xff", b"[" * 100_000], ids=len)
def test_genesis_that_is_no_json_is_not_shared(document: bytes) -> None:
    assert is_shared(document, b"expected") is False


def test_registry_that_fails_does_not_answer() -> None:
    outcome: Any = SimpleNamespace(succeeded=False, failure="out of gas", output=b"")
    with pytest.raises(RegistryError, match="does not answer: out of gas"):
        _answer(outcome)


def test_node_of_no_organisation_is_no_member(monkeypatch: pytest.MonkeyPatch) -> None:
    module = "node.engine.comet.registry"
    monkeypatch.setattr(f"{module}.read_organisations", lambda _: {"0xa": "party"})
    monkeypatch.setattr(f"{module}.ask_for", lambda *_: [("0xb", bytes(20), b"key")])
    ask: Any = None
    with pytest.raises(RegistryError, match="of no organisation"):
        read_members(ask)


@pytest.mark.parametrize(("exists", "is_refused"), [(True, True), (False, False)])
def test_genesis_names_the_validators_of_its_registry(
    *, exists: bool, is_refused: bool
) -> None:
    membership: Any = SimpleNamespace(
        _exists=exists, _members=SimpleNamespace(validators={}, powers={}, nodes=())
    )
    try:
        Membership.require_validators(membership, {b"key": 1})
    except RegistryError:
        assert is_refused
    else:
        assert not is_refused
