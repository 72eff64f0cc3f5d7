"""What the documents name exists, and what they promise to be the same is."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer

import scripts.nodes.acts.node
from election.artifacts import CONTRACTS, ROOT
from election.audit.catalogue import CHECKS
from election.crypto.transcript import Tag, tag_word
from election.protocol.phases import Phase
from node.exit_codes import ExitCode
from scripts.acts import ACTS, find_module
from scripts.command_line import make_app

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
SOURCES = {path: path.read_text() for path in (ROOT / "contracts").rglob("*.vy")}


def read_rows() -> list[list[str]]:
    table = ARCHITECTURE.partition("| phase | who |")[2].splitlines()[2:]
    return [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in table
    ]


ROWS = read_rows()


def names_in_abi(kind: str) -> set[str]:
    return {
        f"{contract}.{entry['name']}" if kind == "function" else entry["name"]
        for contract in CONTRACTS
        for entry in json.loads((ROOT / "abi" / f"{contract}.json").read_text())
        if entry["type"] == kind
    }


def test_folders_of_a_nodes_lines_are_no_part_of_a_clone() -> None:
    """They hold private keys, and are made beside the sources."""
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    for name in ("running-a-node.md", "network.md"):
        lines = re.findall(
            r"^(?:veche|mkdir) .*(?:\n  .*)*",
            (ROOT / "docs" / name).read_text("utf-8"),
            re.MULTILINE,
        )
        text = "\n".join(lines)
        made = re.findall(r"(?:--home |--out |--to |-p )([a-z-]+)(?=[/\s])", text)
        assert "observer" in made or name == "network.md"
        assert {f"/{each}/" for each in made} <= {*ignored}
        assert not [each for each in made if (ROOT / each / "__init__.py").exists()]


def test_architecture_has_rows() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[2]}-{row[4]}")
def test_every_name_in_a_row_of_the_architecture_exists(row: list[str]) -> None:
    phases, _, act, module, function, event, check = row
    if phases != "any":
        assert set(phases.split(", ")) <= {phase.name for phase in Phase}
    assert find_spec(find_module(act.replace("_", "-"))) is not None
    assert find_spec(module) is not None
    assert function in names_in_abi("function") | {"", "Election.__init__"}
    assert event in names_in_abi("event") | {""}
    assert check in {each.name for each in CHECKS}


def test_every_revert_reason_is_unique() -> None:
    reasons = Counter(
        reason
        for text in SOURCES.values()
        for reason in re.findall(r'"([a-z_0-9]+: [^"]+)"', text)
    )
    assert [reason for reason, count in reasons.items() if count > 1] == []
    assert len(reasons) > 80


def test_every_revert_reason_names_its_module() -> None:
    for path, text in SOURCES.items():
        module = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", path.stem).lower()
        named = set(re.findall(r'"([a-z_0-9]+): [^"]+"', text))
        assert named <= {module}, path.name


def test_tags_of_the_contracts_are_those_of_the_library() -> None:
    text = (ROOT / "contracts" / "modules" / "transcript.vy").read_text()
    words = dict(re.findall(r"(\w+): constant\(bytes32\) = 0x(\w+)", text))
    library = {tag_word(tag).hex() for tag in Tag}
    assert set(words.values()) <= library
    for name, word in words.items():
        ascii_tag = bytes.fromhex(word).rstrip(b"\0").decode()
        assert ascii_tag == "VECHE1/" + name.lower().replace("_", "-")


def test_protocol_lists_every_check() -> None:
    for number, check in enumerate(CHECKS, 1):
        claim = check.claim.replace("<=", "≤")
        assert f"| C{number} | {check.name} | {claim} |" in PROTOCOL


def test_every_record_of_a_decision_has_context_decision_and_price() -> None:
    for path in (ROOT / "docs" / "adr").glob("*.md"):
        text = path.read_text()
        for part in ("**Context.**", "**Decision.**", "**What we gave up.**"):
            assert part in text, path.name


@pytest.mark.parametrize(("page", "least"), [("threat-model", 40), ("attacks", 140)])
def test_every_test_that_a_page_names_exists(page: str, least: int) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", text))
    sources = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    defined = {name for text in sources for name in re.findall(r"def (test_\w+)", text)}
    assert named - defined == set()
    assert len(named) > least


def test_every_decision_has_a_number_of_its_own() -> None:
    files = sorted((ROOT / "docs/adr").glob("*.md"))
    numbers = [int(path.name[:4]) for path in files]
    assert numbers == list(range(1, len(files) + 1))
    for number, path in zip(numbers, files, strict=True):
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. ")


def read_rehearsal() -> list[list[str]]:
    """List the commands of `veche` in the rehearsal, as words."""
    text = (ROOT / "docs/rehearsal.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
    found = re.findall(r"\bveche ([a-z][^;|&\n)]+)", "".join(blocks))
    return [each.split() for each in found]


@pytest.mark.parametrize("words", read_rehearsal(), ids=" ".join)
def test_rehearsal_uses_acts_and_options_that_there_are(words: list[str]) -> None:
    act, *rest = words
    assert any(act in acts for acts in ACTS.values())
    command: Any = typer.main.get_command(
        make_app(act, import_module(find_module(act)))
    )
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    options = {name for each in command.params for name in each.opts}
    assert {each for each in rest if each.startswith("--")} <= options


def test_rehearsal_takes_every_act_of_an_ordinary_election() -> None:
    unusual = {
        *(
            "demo",
            "rehearse",
            "completion",
            "devnet",
            "node",
            "network",
            "proof",
            "verify-proof",
            "status",
            "authorize",
            "extend",
            "override",
        ),
        *("expire", "withdraw", "mark-paper", "words", "verify-booth", "check-ballot"),
        *("key", "keygen", "exit-codes", "send"),
        "vote",  # at services, which a rehearsal by files has none of
    }
    every = {act for acts in ACTS.values() for act in acts}
    assert {words[0] for words in read_rehearsal()} == every - unusual


def test_exit_codes_of_a_node_are_listed_once_each() -> None:
    guide = (ROOT / "docs" / "running-a-node.md").read_text("utf-8")
    listed = re.findall(r"^\| (\d+) \|", guide, re.MULTILINE)
    assert [int(code) for code in listed] == [*ExitCode]


def test_help_of_a_node_lists_its_exit_codes() -> None:
    text = " ".join((scripts.nodes.acts.node.__doc__ or "").split())
    listed = re.findall(r"(\d+) \w+", text.partition("Exit codes: ")[2])
    assert {*map(int, listed)} == {*ExitCode} - {ExitCode.FAULT}


def read_single_node() -> tuple[str, str, str]:
    """Read what is typed for a node of one's own: before, to start it, and beside."""
    guide = (ROOT / "docs" / "running-a-node.md").read_text("utf-8")
    _, _, part = guide.partition("## A single node, for a rehearsal\n")
    part = part.partition("\n## ")[0]
    before, beside = re.findall(r"```bash\n(.*?)```", part, re.DOTALL)
    (start,) = re.findall(r"```\n(veche node start .*)\n```", part)
    return before, start, beside


def write_at_free_port(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = (ROOT / path.name).read_text("utf-8")
    own = re.sub(r"^port = 8545\b", f"port = {port}", text, flags=re.MULTILINE)
    assert own != text
    path.write_text(own, "utf-8")


def test_commands_of_the_guide_to_a_node_do_what_it_says(tmp_path: Path) -> None:
    """Its node listens at another port here, and is started beside what is typed."""
    before, start, beside = read_single_node()
    acts = ["init", "start", "status", "backup", "export", "import", "verify"]
    assert re.findall(r"veche node (\w+)", before + start + beside) == acts
    write_at_free_port(tmp_path / "hardhat-free-devnet.toml")
    veche = f"{sys.executable} -m scripts"
    place: Any = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(ROOT)}}

    def type_in(commands: str) -> str:
        program = f'set -e\nveche() {{ {veche} "$@"; }}\n'
        done: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603  ours
            ["bash", "-c", program + commands],  # noqa: S607
            **place,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, ": error: " in done.stderr) == (0, False), done.stderr
        return done.stdout

    type_in(before)
    line = [*veche.split(), *start.split()[1:], "--quiet"]
    with subprocess.Popen(line, **place, stdout=subprocess.DEVNULL) as node:  # noqa: S603
        try:
            told = type_in(beside)
        finally:
            node.terminate()
    assert node.returncode == 0
    assert re.search(r"^ready +yes$", told, re.MULTILINE)
    assert re.search(r"^blocks +0$", told, re.MULTILINE)
