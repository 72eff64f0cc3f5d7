"""What `veche network` and `veche node` say of folders and of nodes of other kinds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.client.devnet import run_node
from tests.scripts.conftest import Cli


def test_a_devnet_stands_in_no_network(cli: Cli) -> None:
    with run_node() as url:
        told = cli("network", "status", "--rpc-url", url, "--json")
    assert told.code == 3
    (node,) = json.loads(told.out)["nodes"]
    assert "no node of a network" in node["error"]


def test_a_silent_node_is_told_of_in_its_place(cli: Cli) -> None:
    told = cli("network", "status", "--rpc-url", "http://127.0.0.1:1")
    assert told.code == 3
    assert "http://127.0.0.1:1" in told.out


def test_one_node_named_twice_compares_nothing(cli: Cli) -> None:
    urls = ("--rpc-url", "http://127.0.0.1:1", "--rpc-url", "http://127.0.0.1:1/")
    assert cli("network", "status", *urls).code == 2


@pytest.mark.parametrize(
    "act", [("init",), ("import", "--blocks", "blocks.rlp")], ids=["init", "import"]
)
def test_a_folder_of_a_network_takes_no_blocks_by_hand(
    cli: Cli, tmp_path: Path, act: tuple[str, ...]
) -> None:
    (tmp_path / "card.json").write_text("{}")
    refused = cli("node", *act, "--home", str(tmp_path))
    assert refused.code == 2
    assert "from its network alone" in refused.err


def test_a_folder_that_joined_no_network_says_what_is_next(
    cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "card.json").write_text("{}")
    for act in ("verify", "start"):
        refused = cli("node", act, "--home", str(tmp_path))
        assert refused.code == 2
        assert "veche network join" in refused.err
