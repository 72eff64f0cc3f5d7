"""What `veche network` and `veche node` say of folders and of nodes of other kinds."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from node.config import DEFAULT_PATH, read_config
from node.engine.comet.guard import hold_home
from node.engine.comet.home import NodeHome
from node.engine.comet.joining import agree
from scripts.shared.exit_codes import ExitCode
from tests.client.devnet import run_node
from tests.node.engine.comet.test_joining import CARDS, REGISTRY
from tests.scripts.conftest import Cli, make_cli

_OF_NOBODY = b64encode(bytes([77]) * 32).decode()


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
    assert refused.code == ExitCode.INPUT
    assert "from its network alone" in refused.err


def test_a_folder_that_joined_no_network_says_what_is_next(
    cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "card.json").write_text("{}")
    for act in ("verify", "start"):
        refused = cli("node", act, "--home", str(tmp_path))
        assert refused.code == 2
        assert "veche network join" in refused.err


@pytest.mark.parametrize(
    ("options", "is_refused"),
    [
        (("--observer", "--signer-key", "key"), True),
        (("--observer",), False),
        (("--signer-key", "key"), False),
    ],
)
def test_only_a_validator_has_another_program_sign(
    tmp_path: Path, options: tuple[str, ...], is_refused: bool
) -> None:
    """What is not refused gets as far as the engine, of which there is none."""
    card = ["--organisation", "org", "--account", f"0x{'07' * 20}"]
    card += ["--home", str(tmp_path / "node"), "--address", "host:26656"]
    cli = make_cli(tmp_path, "nowhere")
    told = cli("network", "card", *card, "--engine", str(tmp_path / "none"), *options)
    assert told.code != 0
    assert ("--signer-key: is a validator's" in told.err) == is_refused


def test_genesis_that_is_not_there_is_named(tmp_path: Path) -> None:
    genesis = ["--genesis", str(tmp_path / "none.json")]
    cli = make_cli(tmp_path, "nowhere")
    told = cli("network", "join", "--home", str(tmp_path / "node"), *genesis)
    assert told.code == ExitCode.INPUT
    assert "veche network join: error: " in told.err
    assert "none.json: there is no such file" in " ".join(told.err.split())


def test_file_that_is_not_what_it_has_to_be_is_named_and_ends_so(
    tmp_path: Path,
) -> None:
    wrong, cli = tmp_path / "wrong.json", make_cli(tmp_path, "nowhere")
    wrong.write_text("{}")
    for act in (
        ("join", "--home", str(tmp_path / "node"), "--genesis", str(wrong)),
        ("genesis", "--card", str(wrong), "--out", str(tmp_path / "out.json")),
    ):
        told = cli("network", *act)
        assert told.code == ExitCode.INPUT
        first, *hints = told.err.splitlines()
        assert first.startswith(f"veche network {act[0]}: error: {wrong}: is no ")
        assert not hints


def test_a_node_that_runs_is_told_of_before_anything_is_asked(tmp_path: Path) -> None:
    home = NodeHome(tmp_path / "node")
    home.genesis.parent.mkdir(parents=True)
    home.genesis.touch()
    with hold_home(home.root):
        told = make_cli(tmp_path, "nowhere")("network", "reset", "--home", home.root)
    assert told.code == ExitCode.IN_USE
    assert "a node runs from it; stop it first" in told.err
    assert "--yes" not in told.err


def test_help_of_proposals_is_of_all_of_them(tmp_path: Path) -> None:
    told = make_cli(tmp_path, "nowhere")("network", "--help")
    assert "Propose a change of who takes part" in told.out
    assert "Propose that an organisation joins" not in told.out


def _show_cards(folder: Path, count: int = 4) -> list[str]:
    """Write the cards of a network; returns the options that name them."""
    paths = [folder / f"card-{at}.json" for at in range(count)]
    for path, card in zip(paths, CARDS, strict=False):
        path.write_bytes(card.encode())
    return [f"--card={path}" for path in paths]


def test_who_makes_a_network_with_the_devnets_deployer_is_warned(
    cli: Cli, tmp_path: Path
) -> None:
    """Its key is public: anybody could deploy, and close the lock for good."""
    cards, own = _show_cards(tmp_path), tmp_path / "network.toml"
    warned = cli("network", "genesis", *cards, "--out", str(tmp_path / "warned.json"))
    assert (warned.code, "whose\nkey everybody has" in warned.err) == (0, True)
    text, _, _ = DEFAULT_PATH.read_text().partition("[[accounts]]")
    text = text.replace("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x" + "11" * 20)
    own.write_text(f"accounts = []\n{text}")
    out = ("--out", str(tmp_path / "own.json"))
    made = cli("network", "genesis", *cards, "--config", str(own), *out)
    assert (made.code, "everybody" in made.err) == (0, False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("init", "--out", "{new}"), ("start --home", "--port 8546")),
        (
            (
                *("card", "--home", "{new}", "--organisation", "a"),
                *("--account", "0x", "--address", "host:1", "--observer"),
            ),
            ("network join --home", "every validator as a --peer"),
        ),
        (
            ("join", "--home", "{new}", "--genesis", "{genesis}"),
            ("start --home", "peers named: 1, other validators: 4;"),
        ),
        (("backup", "--home", "{new}", "--to", "copy"), ("start --home",)),
        (("reset", "--home", "{new}", "--yes"), ("start --home",)),
        (("leave", "--home", "{new}"), ("network join",)),
    ],
    ids=lambda given: given[0],
)
def test_what_follows_an_act_of_a_network_is_a_line_to_paste(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    """Its engine is none here: what an act says afterwards is all that is looked at.

    `Cli` parses each line that is to be pasted.
    """
    new, genesis = tmp_path / "new node", tmp_path / "genesis.json"
    genesis.write_bytes(agree(read_config(), CARDS, REGISTRY))
    made = [(name, tmp_path / name) for name in ("one", "two")]
    for name, answer in (
        ("binary.find_engine", None),
        ("joining.make_folder", CARDS[0]),
        ("joining.join", "00" * 32),
        ("joining.count_peers", (1, 4)),
        ("joining.make_local_network", made),
        *(
            (f"history.{act}", None)
            for act in ("back_up", "require_stopped", "reset", "leave")
        ),
    ):
        stand_in = partial(_answer, answer)
        monkeypatch.setattr(f"node.engine.comet.{name}", stand_in)
    cli = make_cli(tmp_path, "nowhere")
    given = [each.format(new=new, genesis=genesis) for each in arguments]
    told = cli("network", *given)
    assert told.code == 0, told.err
    for each in words:
        assert each in " ".join(told.err.split())
    assert all(
        len(line) <= 80 or str(tmp_path) in line for line in told.err.split("\n")
    )


def _answer(answer: object, *_: object, **__: object) -> object:
    return answer


def test_a_validator_whose_chain_has_it_still_is_not_dismissed(
    cli: Cli, tmp_path: Path
) -> None:
    home = NodeHome(tmp_path / "node")
    home.genesis.parent.mkdir(parents=True)
    (home.engine / "data").mkdir()
    home.card.write_bytes(CARDS[0].encode())
    home.genesis.write_bytes(agree(read_config(), CARDS, REGISTRY))
    refused = cli("network", "leave", "--home", str(home.root), "--dismissed")
    assert refused.code == ExitCode.INPUT
    assert "the others have not let it go" in " ".join(refused.err.split())
    assert home.genesis.exists()
    home.card.write_bytes(replace(CARDS[0], validator_key=_OF_NOBODY).encode())
    left = cli("network", "leave", "--home", str(home.root), "--dismissed")
    assert (left.code, home.genesis.exists()) == (0, False)
    assert "never comes back to its own" in " ".join(left.err.split())


def test_who_brings_too_few_cards_is_not_sent_to_the_configuration(
    cli: Cli, tmp_path: Path
) -> None:
    cards = _show_cards(tmp_path, 3)
    refused = cli("network", "genesis", *cards, "--out", str(tmp_path / "out.json"))
    assert refused.code == 2
    assert "3 validators; a network has at least four" in refused.err
    assert ".toml" not in refused.err
