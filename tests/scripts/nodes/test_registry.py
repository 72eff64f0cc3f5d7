"""`veche network` shows and changes who takes part in a network."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from election.artifacts import ROOT
from election.client.rpc import Connection
from election.crypto.signature import SigningKey
from node.config import read_config
from node.engine.comet import proposals
from node.engine.comet.home import NodeHome
from node.engine.local import LocalEngine
from node.rpc.dispatch import Dispatcher
from scripts.shared.exit_codes import ExitCode
from scripts.shared.roles import Role
from tests.node.engine.comet.members import (
    NAMES,
    Council,
    keys_of,
    make_cards,
    make_genesis_text,
    make_network_config,
)
from tests.scripts.conftest import Cli, Outcome, make_cli
from tests.scripts.key_files import make_key_file
from tests.scripts.pasting import list_to_paste

_SOCIETY = len(NAMES) - 1
_NEW = 50


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Give the command in a folder with a key file for each organisation.

    `society` is the folder of a node that joined the network and is no member yet.
    """
    council = Council()
    config = make_network_config(read_config(), council)
    start = config.chain.genesis_timestamp
    engine = LocalEngine(config, lambda: start)

    def connect(url: str, *, chain_id: int) -> Connection:
        return Connection(Dispatcher(engine).handle, url=url, chain_id=chain_id)

    monkeypatch.setattr("scripts.shared.session.connect", connect)
    for name, wallet in zip(NAMES, council.wallets, strict=True):
        key = SigningKey(int(wallet.key, 16))
        make_key_file(tmp_path / f"{name}.json", Role.OBSERVER, key)
    _write_home(NodeHome(tmp_path / "society"), council)
    return make_cli(tmp_path, "in process")


def _write_home(home: NodeHome, council: Council) -> None:
    keys = keys_of(_NEW)
    assert keys.validator is not None
    home.genesis.parent.mkdir(parents=True)
    home.genesis.write_text(make_genesis_text(read_config(), council))
    home.card.write_bytes(make_cards(council)[_SOCIETY].encode())
    for name, secret in (
        ("node_key", keys.node),
        ("priv_validator_key", keys.validator),
    ):
        value = b64encode(secret + bytes(32)).decode()
        text = json.dumps({"priv_key": {"type": "ed25519", "value": value}})
        (home.genesis.parent / f"{name}.json").write_text(text)


def attempt(cli: Cli, *arguments: str, by: str | None = None) -> Outcome:
    home = ("--home", str(cli.folder / "society"), "--json")
    return cli("network", *arguments, *home, *cli.unlock(by))


def act(cli: Cli, *arguments: str, by: str | None = None) -> Any:
    return attempt(cli, *arguments, by=by).result


def prove(cli: Cli) -> Path:
    path = cli.folder / "joining.json"
    act(cli, "prove", "--out", str(path))
    return path


def test_a_node_joins_in_the_way_that_commands_have_for_it(cli: Cli) -> None:
    joining = str(prove(cli))
    society = keys_of(_SOCIETY + 1).node_id.hex()
    place = ("--joining", joining, "--replacing", society)
    made = act(cli, "propose", "node", *place, by="commission")
    assert (made["proposal"], made["lacking"]) == (1, 3)
    assert act(cli, "members")["proposals"]["1"]["change"] == "node joins"
    for name in NAMES[1:3]:
        made = act(cli, "approve", "--proposal", "1", by=name)
    assert (made["lacking"], made["replaced"]) == (1, society)
    last = act(cli, "approve", "--proposal", "1", by="party")
    assert (last["open"], last["carried_out"]) == (False, True)
    assert act(cli, "approve", "--proposal", "1", by="party") == last
    found = act(cli, "members")
    assert found["frozen_from"] is found["frozen_until"] is None
    assert found["nodes"][keys_of(_NEW).node_id.hex()] == "society validates"
    assert society not in found["nodes"]
    assert found["proposals"] == {}


def test_an_organisation_joins_and_leaves_and_polls_are_announced(cli: Cli) -> None:
    account = "0x" + "ab" * 20
    joins = ("organisation", "--name", "radio", "--account", account)
    leaves = ("dismissal", "--account", account)
    for number, what in enumerate((joins, leaves), 1):
        act(cli, "propose", *what, by="commission")
        for name in NAMES[1:4]:
            act(cli, "approve", "--proposal", str(number), by=name)
        found = act(cli, "members")["organisations"]
        assert found.get("radio") == (account if what == joins else None)
    made = act(cli, "propose", "freeze", "--begins=+1h", "--ends=+2d", by="press")
    assert made["change"] == "nobody joins for a time"
    observer = keys_of(100).node_id.hex()
    assert act(cli, "propose", "removal", "--node-id", observer, by="press")["open"]


@pytest.mark.parametrize(
    ("arguments", "fact"),
    [
        (("approve", "--proposal", "7"), "proposal 7: is not open"),
        (("propose", "removal", "--node-id", "zz"), "--node-id: is not 40 hex digits"),
        (("propose", "removal", "--node-id", "00" * 20), "node is none of the network"),
        (
            (
                "propose",
                "organisation",
                "--name",
                "Радио",
                "--account",
                "0x" + "11" * 20,
            ),
            "organisation: does not read",
        ),
        (
            ("propose", "organisation", "--name", "radio", "--account", "11" * 19),
            "--account: is not 40 hex digits",
        ),
        (("propose", "freeze", "--begins=+2d", "--ends=+1d"), "window is over"),
    ],
)
def test_what_cannot_be_is_told(
    cli: Cli, arguments: tuple[str, ...], fact: str
) -> None:
    outcome = attempt(cli, *arguments, by="press")
    assert outcome.code != 0
    assert fact in outcome.err


@pytest.mark.parametrize("bound", ["MOST_ORGANISATIONS", "MOST_NODES"])
def test_a_full_registry_is_told_before_anything_is_sent(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    joins = ["organisation", "--name", "radio", "--account", "0x" + "ab" * 20]
    if bound == "MOST_NODES":
        joins = ["node", "--joining", str(prove(cli))]
    act(cli, "propose", *joins, by="commission")
    for name in NAMES[1:3]:
        act(cli, "approve", "--proposal", "1", by=name)
    monkeypatch.setattr(proposals, bound, len(NAMES))  # of both there are as many
    for what in (["propose", *joins], ["approve", "--proposal", "1"]):
        outcome = attempt(cli, *what, by="party")
        assert outcome.code != 0
        assert "the most; one has to leave first" in outcome.err
    assert len(act(cli, "members")["proposals"]) == 1


def test_the_registrys_bounds_are_the_contracts() -> None:
    source = (ROOT / "contracts" / "ObserverRegistry.vy").read_text()
    for name, bound in (
        ("MAX_ORGANISATIONS", proposals.MOST_ORGANISATIONS),
        ("MAX_NODES", proposals.MOST_NODES),
    ):
        assert f"{name}: constant(uint256) = {bound}\n" in source


@pytest.mark.parametrize(
    ("key", "value", "fact"),
    [
        ("by_node", "0x" + "00" * 64, "does not prove that the node holds its keys"),
        ("by_validator", "0x" + "00" * 64, "does not prove"),
        ("chain_id", 7, "is for chain 7"),
        ("node_key", "0x", "node_key"),
    ],
)
def test_a_proof_that_does_not_hold_is_not_proposed(
    cli: Cli, key: str, value: Any, fact: str
) -> None:
    path = prove(cli)
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    outcome = attempt(cli, "propose", "node", "--joining", str(path), by="press")
    assert outcome.code != 0
    assert fact in outcome.err
    assert act(cli, "members")["proposals"] == {}


def test_a_validators_key_may_be_elsewhere(cli: Cli) -> None:
    home = NodeHome(cli.folder / "society")
    elsewhere = home.key.rename(cli.folder / "signer.json")
    missing = attempt(cli, "prove", "--out", str(cli.folder / "joining.json"))
    assert missing.code != 0
    assert "priv_validator_key.json holds no key" in missing.err
    path = str(cli.folder / "joining.json")
    act(cli, "prove", "--out", path, "--signer-key", str(elsewhere))
    assert act(cli, "propose", "node", "--joining", path, by="press")["open"]


def test_a_folder_without_a_network_is_named(cli: Cli) -> None:
    home = cli.folder / "empty"
    outcome = cli("network", "members", "--home", home)
    assert outcome.code == ExitCode.INPUT
    assert "has no genesis of a network" in outcome.err


def test_no_secret_stands_in_a_proof(cli: Cli) -> None:
    text = prove(cli).read_text()
    keys = keys_of(_NEW)
    assert keys.validator is not None
    assert keys.node.hex() not in text
    assert keys.validator.hex() not in text
    assert keys.node.hex() not in repr(keys)
    assert str(keys.node) not in repr(keys)


def test_what_is_open_is_not_proposed_twice_and_nobody_approves_twice(
    cli: Cli,
) -> None:
    joining = str(prove(cli))
    observer = keys_of(100).node_id.hex()
    account = "0x" + "ab" * 20
    for number, what in enumerate(
        (
            ("organisation", "--name", "radio", "--account", account),
            ("node", "--joining", joining),
            ("removal", "--node-id", observer),
            ("freeze", "--begins=2100-01-01T00:00Z", "--ends=2100-01-02T00:00Z"),
        ),
        1,
    ):
        act(cli, "propose", *what, by="commission")
        again = attempt(cli, "propose", *what, by="press")
        assert again.result["proposal"] == number
        assert f"proposal {number} says the same, and nothing" in again.err
    assert len(act(cli, "members")["proposals"]) == 4
    other = ("organisation", "--name", "radio2", "--account", account)
    assert act(cli, "propose", *other, by="press")["proposal"] == 5
    again = attempt(cli, "approve", "--proposal", "1", by="commission")
    assert len(again.result["approving"]) == 1
    assert "approved of it before, and nothing was sent" in again.err


def test_who_approves_again_while_no_block_comes_is_told_that_it_waits(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node counts a transaction more that waits than are in blocks."""
    joins = ("organisation", "--name", "radio", "--account", "0x" + "ab" * 20)
    act(cli, "propose", *joins, by="commission")
    ask = Connection.request_all

    def ask_with_one_waiting(self: Connection, requests: Any) -> list[Any]:
        found = ask(self, requests)
        return ["0x0", "0x1"] if requests[0][0].endswith("TransactionCount") else found

    monkeypatch.setattr(Connection, "request_all", ask_with_one_waiting)
    told = attempt(cli, "approve", "--proposal", "1", by="press")
    assert told.code == ExitCode.NOT_YET
    assert "a transaction of it waits for a block" in told.err
    assert "`veche network status`" in told.err


def test_who_approves_next_is_told_in_a_line_to_paste(cli: Cli) -> None:
    joins = ("organisation", "--name", "radio", "--account", "0x" + "ab" * 20)
    home = ("--home", str(cli.folder / "society"))
    told = cli("network", "propose", *joins, *home, *cli.unlock("commission"))
    assert "next: 3 approvals more, of organisations with a vote" in told.err
    assert list_to_paste(told.err) == [
        "veche network approve --proposal 1 --home HOME --key KEY"
    ]
