"""Cards make a network, and nobody in it has a third."""

from __future__ import annotations

import json
import tomllib
from base64 import b64encode
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from election.artifacts import read_artifact
from node.config import Config
from node.engine.comet.card import Card, accept_card, read_card
from node.engine.comet.engine_log import EngineLog
from node.engine.comet.genesis import network_config, read_shared
from node.engine.comet.home import (
    NodeHome,
    read_listen,
    read_peers,
    read_signing_key,
    write_settings,
)
from node.engine.comet.joining import agree, count_peers, join
from node.engine.comet.membership import Membership
from node.engine.comet.peers_port import require_peers_port
from node.errors import (
    ConfigError,
    HomeError,
    PeersPortInUseError,
    PortUnavailableError,
)
from node.exit_codes import ExitCode, exit_code
from node.listening import listen
from node.machine import StateMachine
from node.store import MemoryStore
from node.watching.journal import LogFile


def _card(at: int, organisation: str | None = None) -> Card:
    key = b64encode(bytes([at]) * 32).decode()
    name = organisation or f"organisation-{at}"
    account = f"0x{sum(name.encode()):040x}"
    return Card(name, account, f"{at:040x}", f"127.0.0.1:{26_000 + at}", key)


REGISTRY = read_artifact("ObserverRegistry").initcode
CARDS = [_card(at) for at in range(1, 5)]
KEY = CARDS[0].validator_key


def test_a_genesis_does_not_depend_on_the_order_of_cards(config: Config) -> None:
    assert agree(config, CARDS, REGISTRY) == agree(config, CARDS[::-1], REGISTRY)


def test_a_genesis_says_what_the_chain_is(config: Config) -> None:
    shared = read_shared(agree(config, CARDS, REGISTRY).decode())
    made = network_config(shared, config)
    assert (made.chain, made.gas) == (config.chain, config.gas)


@pytest.mark.parametrize(
    ("cards", "fact"),
    [
        pytest.param(CARDS[:3], "at least four", id="too few"),
        pytest.param([*CARDS[:3], CARDS[0]], "node_id: two have one", id="one twice"),
        pytest.param(
            [*CARDS[:3], replace(CARDS[3], validator_key=CARDS[0].validator_key)],
            "validator_key: two have one",
            id="one key twice",
        ),
        pytest.param(
            [*CARDS, replace(_card(5), organisation="organisation-1")],
            "two accounts",
            id="an organisation as two",
        ),
        pytest.param(
            [*CARDS, replace(_card(5), account=CARDS[0].account)],
            "acts for two",
            id="two organisations as one",
        ),
        pytest.param(
            [*CARDS, _card(5, "organisation-1")], "a third or more", id="a third"
        ),
        pytest.param(
            [*CARDS[:3], replace(CARDS[3], validator_key="")],
            "at least four",
            id="observers do not count",
        ),
    ],
)
def test_a_network_that_one_could_stop_is_refused(
    config: Config, cards: list[Card], fact: str
) -> None:
    with pytest.raises(ConfigError, match=fact):
        agree(config, cards, REGISTRY)


def test_rules_of_admission_are_the_networks_and_bounds_ones_own(
    config: Config,
) -> None:
    shared = read_shared(agree(config, CARDS, REGISTRY).decode())
    other = config.admission.model_copy(
        update={"anyone_sends": not config.admission.anyone_sends, "waiting": 7}
    )
    made = network_config(shared, config.model_copy(update={"admission": other}))
    assert made.admission.anyone_sends == config.admission.anyone_sends
    assert made.admission.waiting == 7


@pytest.mark.parametrize("key", ["waiting", "more", None])
def test_a_genesis_says_all_rules_and_no_more(config: Config, key: str | None) -> None:
    shared = read_shared(agree(config, CARDS, REGISTRY).decode())
    if key is None:
        del shared["admission"]["senders"]
    else:
        shared["admission"][key] = 1
    with pytest.raises(ConfigError, match="admission"):
        network_config(shared, config)


def test_a_registry_has_every_card(config: Config) -> None:
    cards = [*CARDS, replace(_card(5), validator_key="")]
    shared = read_shared(agree(config, cards, REGISTRY).decode())
    machine = StateMachine(network_config(shared, config), MemoryStore())
    membership = Membership(machine)
    assert all(membership.may_connect(card.node_id) for card in cards)
    assert not membership.may_connect("0" * 40)


def test_the_engine_looks_for_nobody_and_asks_who_may_connect(tmp_path: Path) -> None:
    home = NodeHome(tmp_path)
    home.settings.parent.mkdir(parents=True)
    peers = [card.peer for card in CARDS[:2]]
    write_settings(home, listen="127.0.0.1:1", peers=peers, pause=1, signer="")
    settings = tomllib.loads(home.settings.read_text())
    assert settings["filter_peers"] is True
    assert settings["p2p"]["pex"] is False
    assert settings["p2p"]["max_num_inbound_peers"] == 1000
    ids = [card.node_id for card in CARDS[:2]]
    assert settings["p2p"]["private_peer_ids"] == ",".join(ids)
    assert "laddr" not in settings["rpc"]
    assert read_peers(home) == peers


@pytest.mark.parametrize("text", ["", "[p2p]", "[p2p]\npersistent_peers = 7", "\x00"])
def test_settings_without_peers_are_refused(tmp_path: Path, text: str) -> None:
    home = NodeHome(tmp_path)
    home.settings.parent.mkdir(parents=True)
    home.settings.write_text(text)
    with pytest.raises(HomeError):
        read_peers(home)


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(CARDS[0].encode())
    assert read_card(path) == CARDS[0]


@pytest.mark.parametrize(
    "change",
    [
        {"organisation": "A\x1b[31m"},
        {"account": "0x" + "00" * 19},
        {"account": "0x" + "AB" * 20},
        {"node_id": "00"},
        {"address": "nowhere"},
        {"address": "a b:1"},
        {"validator_key": "AAAA"},
        {"validator_key": 7},
        {"more": "x"},
    ],
)
def test_a_card_that_is_none_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        accept_card({**asdict(CARDS[0]), **change}, "card.json")


@pytest.mark.parametrize("text", ["", "[" * 5000, "{}", '{"app_state": 7}'])
def test_a_file_that_is_no_genesis_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        read_shared(text)


@pytest.mark.parametrize(
    "change",
    [
        {"validators": None},
        {"validators": [None]},
        {"validators": [{"pub_key": {"value": "!"}, "power": "10", "name": "a"}]},
        {"validators": [{"pub_key": {"value": 5}, "power": "10", "name": "a"}]},
        {"validators": [{"pub_key": {"value": KEY}, "power": "1" * 30, "name": "a"}]},
        {"validators": [{"pub_key": {"value": KEY}, "power": 10, "name": "a"}]},
        {"validators": [{"pub_key": {"value": KEY}, "power": "10", "name": "\ud800"}]},
        {"chain_id": 7},
        {"chain_id": "veche-8"},
        {"app_state": {}},
    ],
    ids=str,
)
def test_a_genesis_that_no_engine_could_begin_with_is_refused(
    config: Config, change: dict[str, object]
) -> None:
    """The engine would end again and again, or a status could not be told."""
    document = json.loads(agree(config, CARDS, REGISTRY))
    read_shared(json.dumps(document))
    with pytest.raises(ConfigError):
        read_shared(json.dumps({**document, **change}))


def test_a_genesis_begins_with_no_mark(config: Config) -> None:
    with pytest.raises(ConfigError, match="byte order mark"):
        read_shared("\ufeff" + agree(config, CARDS, REGISTRY).decode())


def test_a_genesis_is_json_that_others_can_read(config: Config) -> None:
    document = json.loads(agree(config, CARDS, REGISTRY))
    assert len(document["validators"]) == 4


def _folder(root: Path, *, has_key: bool) -> NodeHome:
    home = NodeHome(root)
    home.genesis.parent.mkdir(parents=True)
    home.card.write_bytes(CARDS[0].encode())
    if has_key:
        home.key.write_text("secret")
    return home


def test_a_validator_may_sign_elsewhere(config: Config, tmp_path: Path) -> None:
    home, genesis = _folder(tmp_path, has_key=False), agree(config, CARDS, REGISTRY)
    signer = "tcp://127.0.0.1:26659"
    with pytest.raises(ConfigError, match="signer"):
        join(tmp_path, genesis, listen="127.0.0.1:1", peers=[])
    join(tmp_path, genesis, listen="127.0.0.1:1", peers=[], signer=signer)
    settings = tomllib.loads(home.settings.read_text())
    assert settings["priv_validator_laddr"] == signer


def test_a_key_that_an_engine_made_beside_a_signer_is_not_the_validators(
    config: Config, tmp_path: Path
) -> None:
    """Else the wrong key is locked, and joining with other peers is refused."""
    home, genesis = _folder(tmp_path, has_key=False), agree(config, CARDS, REGISTRY)
    signer = "tcp://127.0.0.1:26659"
    join(tmp_path, genesis, listen="127.0.0.1:1", peers=[], signer=signer)
    home.key.write_text('{"pub_key": {"value": "of-no-card"}}')
    join(tmp_path, genesis, listen="127.0.0.1:2", peers=[], signer=signer)
    assert read_signing_key(home) == read_card(home.card).validator_key


def test_a_validators_key_that_came_home_needs_no_signer(
    config: Config, tmp_path: Path
) -> None:
    home, genesis = _folder(tmp_path, has_key=False), agree(config, CARDS, REGISTRY)
    signer = "tcp://127.0.0.1:26659"
    join(tmp_path, genesis, listen="127.0.0.1:1", peers=[], signer=signer)
    own = {"pub_key": {"value": CARDS[0].validator_key}}
    home.key.write_text(json.dumps(own))
    join(tmp_path, genesis, listen="127.0.0.1:1", peers=[])
    settings = tomllib.loads(home.settings.read_text())
    assert settings["priv_validator_laddr"] == ""


def test_a_signer_that_is_gone_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = EngineLog(LogFile(tmp_path / "engine.log", 10_000, 1))
    line = b'{"_msg":"SignerListener: Ping timeout","level":"error"}\n'
    log.take(line * 3)
    log.close()
    assert caplog.text.count("does not answer: the node waits") == 1


def test_a_node_with_its_own_key_awaits_no_signer(
    config: Config, tmp_path: Path
) -> None:
    home, genesis = _folder(tmp_path, has_key=True), agree(config, CARDS, REGISTRY)
    with pytest.raises(ConfigError, match="signer"):
        join(tmp_path, genesis, listen="127.0.0.1:1", peers=[], signer="tcp://a:1")
    assert not home.genesis.exists()
    join(tmp_path, genesis, listen="127.0.0.1:1", peers=[CARDS[1].peer])
    settings = tomllib.loads(home.settings.read_text())
    assert settings["priv_validator_laddr"] == ""
    assert settings["p2p"]["persistent_peers"] == CARDS[1].peer


def test_who_joins_again_keeps_what_is_not_said_again(
    config: Config, tmp_path: Path
) -> None:
    home, genesis = _folder(tmp_path, has_key=True), agree(config, CARDS, REGISTRY)
    join(tmp_path, genesis)
    assert read_listen(home) == "127.0.0.1:26656"
    join(tmp_path, genesis, listen="0.0.0.0:7", peers=[CARDS[1].peer])
    join(tmp_path, genesis, peers=[CARDS[2].peer])
    assert (read_listen(home), read_peers(home)) == ("0.0.0.0:7", [CARDS[2].peer])
    join(tmp_path, genesis, listen="0.0.0.0:8")
    assert (read_listen(home), read_peers(home)) == ("0.0.0.0:8", [CARDS[2].peer])
    join(tmp_path, genesis, peers=[])
    assert read_peers(home) == []


@pytest.mark.parametrize("validates", [True, False])
def test_peers_are_counted_beside_the_validators(
    config: Config, tmp_path: Path, validates: bool
) -> None:
    home = _folder(tmp_path, has_key=validates)
    if not validates:
        home.card.write_bytes(replace(CARDS[0], validator_key="").encode())
    genesis = agree(config, CARDS, REGISTRY)
    join(tmp_path, genesis, listen="127.0.0.1:1", peers=[CARDS[1].peer])
    assert count_peers(tmp_path) == (1, 3 if validates else 4)


def test_a_port_for_peers_that_is_taken_is_told_with_its_own_option() -> None:
    with listen("127.0.0.1", 0) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(PeersPortInUseError, match="network join --listen") as found:
            require_peers_port(address)
    assert exit_code(found.value) is ExitCode.PORT
    require_peers_port(address)
    with pytest.raises(PortUnavailableError, match="network join --listen"):
        require_peers_port("192.0.2.1:1")


@pytest.mark.parametrize(
    "given",
    [
        {"listen": '127.0.0.1:1"\nx = "'},
        {"peers": ["127.0.0.1:1"]},
        {"peers": [f"{'0' * 40}@a:1,b"]},
        {"peers": [f"{'0' * 40}@a:65536"]},
        {"peers": [f"{'0' * 40}@a:0"]},
        {"peers": [f"{'0' * 40}@a:b:1"]},
        {"peers": [f"{'0' * 40}@[::1:1"]},
        {"listen": "127.0.0.1:99999"},
        {"listen": ":::1"},
        {"signer": "http://127.0.0.1:1"},
        {"signer": "tcp://127.0.0.1:99999"},
        {"signer": "unix:///a b"},
    ],
)
def test_addresses_that_are_none_are_refused(
    config: Config, tmp_path: Path, given: dict[str, Any]
) -> None:
    _folder(tmp_path, has_key=True)
    asked: dict[str, Any] = {"listen": "127.0.0.1:1", "peers": [], **given}
    with pytest.raises(ConfigError, match="HOST:PORT"):
        join(tmp_path, agree(config, CARDS, REGISTRY), **asked)


@pytest.mark.parametrize(
    "given",
    [
        {"listen": "[::1]:26656", "peers": [f"{'0' * 40}@[fe80::1]:1"]},
        {"peers": [f"{'0' * 40}@node-1.example.org:65535"]},
    ],
)
def test_addresses_of_every_form_are_taken(
    config: Config, tmp_path: Path, given: dict[str, Any]
) -> None:
    _folder(tmp_path, has_key=True)
    join(tmp_path, agree(config, CARDS, REGISTRY), **given)


@pytest.mark.parametrize(
    ("key", "value"), [("persistent_peers", "zz@x:1,,@@"), ("laddr", "tcp://x")]
)
def test_settings_that_somebody_changed_are_read_again(
    tmp_path: Path, key: str, value: str
) -> None:
    home = NodeHome(tmp_path)
    home.settings.parent.mkdir(parents=True)
    home.settings.write_text(f"[p2p]\n{key} = '{value}'")
    read = read_peers if key == "persistent_peers" else read_listen
    with pytest.raises(HomeError, match="HOST:PORT"):
        read(home)
