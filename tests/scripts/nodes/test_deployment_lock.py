"""`veche node lock` closes deployment for good, and asks before."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from typing_extensions import override

from election.client.rpc import Connection
from election.crypto.signature import SigningKey, derive_address
from node.config import Config, StoreConfig, read_config
from node.engine.local import LocalEngine
from node.keeping import begin_chain, continue_chain
from node.permissions import PERMISSIONS
from node.rpc.dispatch import Dispatcher
from node.showing import show_config
from scripts.shared.exit_codes import ExitCode
from scripts.shared.roles import Role
from tests.node.bytecode import COUNTER, deployment
from tests.node.wallet import KEYS, Wallet
from tests.scripts.conftest import Cli, make_cli
from tests.scripts.key_files import make_key_file

_DEPLOYER, _OTHER = (SigningKey(int(key, 16)) for key in KEYS[:2])


@pytest.fixture
def engine() -> LocalEngine:
    config = read_config()
    deployers = (f"0x{derive_address(_DEPLOYER).hex()}",)
    admission = config.admission.model_copy(update={"deployers": deployers})
    described: Config = config.model_copy(update={"admission": admission})
    return LocalEngine(described, lambda: 1_800_000_000)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: LocalEngine) -> Cli:
    def connect(url: str, *, chain_id: int | None) -> Connection:
        assert chain_id is None
        post = Dispatcher(engine).handle
        return Connection(post, url=url, chain_id=engine.chain.config.chain.id)

    monkeypatch.setattr("scripts.shared.session.connect", connect)
    for name, key in (("deployer", _DEPLOYER), ("other", _OTHER)):
        make_key_file(tmp_path / f"{name}.json", Role.COMMISSION, key)
    return make_cli(tmp_path, "in process")


def _lock(cli: Cli, name: str, *more: str) -> tuple[int, str, str]:
    password = ("--password-file", str(cli.folder / "password"))
    key = ("--key", str(cli.folder / f"{name}.json"))
    told = cli("node", "lock", *key, *password, *more)
    return told.code, told.out, told.err


def test_deployer_closes_it_once_and_is_told_so_the_second_time(
    cli: Cli, engine: LocalEngine
) -> None:
    code, out, _ = _lock(cli, "deployer", "--yes", "--json")
    assert (code, json.loads(out)["already"]) == (0, False)
    assert engine.chain.is_locked()
    head = engine.chain.head
    code, out, _ = _lock(cli, "deployer", "--json")
    assert (code, json.loads(out)["already"]) == (0, True)
    assert engine.chain.head == head
    with pytest.raises(Exception, match="deployment is locked, for good"):
        engine.send_raw(Wallet(nonce=1).sign(data=deployment(COUNTER)))


def test_who_is_no_deployer_is_refused_by_name(cli: Cli, engine: LocalEngine) -> None:
    code, _, err = _lock(cli, "other", "--yes")
    assert code == ExitCode.INPUT
    assert f"0x{derive_address(_OTHER).hex()} is no deployer" in " ".join(err.split())
    assert engine.chain.head.number == 0


def test_nothing_is_closed_without_a_yes(cli: Cli, engine: LocalEngine) -> None:
    code, _, err = _lock(cli, "deployer")
    assert code == 2
    assert "give --yes" in err
    assert not engine.chain.is_locked()


def test_configuration_is_shown_with_the_lock_of_its_folder(
    tmp_path: Path, engine: LocalEngine
) -> None:
    home = StoreConfig(home="chain")
    config = engine.chain.config.model_copy(update={"store": home})
    path = tmp_path / "mine.toml"
    assert show_config(config, path)["admission"]["lock"] is None
    begin_chain(config, tmp_path / "chain")
    assert show_config(config, path)["admission"]["lock"] == "open"
    with continue_chain(config, tmp_path / "chain") as store:
        sent = Wallet().sign(PERMISSIONS, data=bytes.fromhex("f83d08ba"))
        LocalEngine(config, lambda: 1_800_000_000, store).send_raw(sent)
    assert show_config(config, path)["admission"]["lock"] == "closed for good"


def test_lock_that_the_node_shows_open_afterwards_is_not_told_as_closed(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.nodes.deployment_lock.is_locked", lambda _: False)
    code, out, err = _lock(cli, "deployer", "--yes")
    assert code != 0
    assert out == ""
    assert "shows it open" in " ".join(err.split())


class _Terminal(StringIO):
    @override
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("said", "more", "fact"),
    [("n", (), "nothing was sent"), ("y", ("--json",), "give --yes"), ("y", (), None)],
)
def test_lock_is_closed_by_a_yes_at_a_terminal(
    cli: Cli,
    engine: LocalEngine,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    more: tuple[str, ...],
    fact: str | None,
) -> None:
    monkeypatch.setattr("sys.stdin", _Terminal(f"{said}\n"))
    code, _, err = _lock(cli, "deployer", *more)
    assert (code == 0) == engine.chain.is_locked() == (fact is None)
    assert (fact or "nobody, deployers included") in " ".join(err.split())
