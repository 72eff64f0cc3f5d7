"""The guide for members without a network, typed line by line as it stands."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Final

import pytest

from election.artifacts import ROOT
from election.client import rpc
from election.client.casting import cast_ballots
from election.client.ceremony import issuers_ceremony, trustees_ceremony
from election.client.ceremony_member import advance_member
from election.client.deployment import Deployment
from election.client.rpc import Connection
from election.crypto.transcript import ZERO_HASH
from election.protocol.manifest import Member
from scripts.__main__ import run
from scripts.anybody.freeze import freeze
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.deployment_file import store_deployment
from scripts.shared.roles import Role
from scripts.shared.session import instance_of
from tests.client.stage import (
    ISSUERS,
    RELAY,
    TRUSTEES,
    Stage,
    deploy,
    make_manifest,
    travel,
)
from tests.in_process import connect_in_process
from tests.scripts.apart import run_apart
from tests.scripts.conftest import PASSWORD, read_address
from tests.scripts.key_files import make_key_file, put_share

GUIDE: Final = (ROOT / "docs/guides/offline.md").read_text("utf-8")
BESIDE_A_NODE: Final = ("export", "send", "status")
"""The acts that the guide has typed where a network is."""


def list_blocks() -> Iterator[tuple[str, list[str]]]:
    """Give the blocks of the guide with their kind: bash to type, text to be told."""
    for kind, block in re.findall(r"```(bash|text)\n(.*?)```", GUIDE, re.DOTALL):
        yield kind, block.splitlines()


@dataclass
class Others:
    """Everybody but the trustee of the guide, who has the second seat."""

    folder: Path
    connection: Connection = field(default_factory=connect_in_process)
    stage: Stage | None = None

    @property
    def held(self) -> Stage:
        assert self.stage is not None
        return self.stage

    def deploy(self) -> None:
        """Deploy an election of one contest with the card's account in it."""
        manifest = make_manifest(self.connection.read_clock())
        member = Member(read_address(self.folder / "card.json"), False)
        own = manifest.trustees.members
        trustees = replace(manifest.trustees, members=(own[0], member, *own[2:]))
        contests = manifest.contests[:1]
        self.stage = deploy(
            self.connection, replace(manifest, trustees=trustees, contests=contests)
        )
        contracts = (("Election", self.stage.opened.address),)
        made = Deployment(self.connection.chain_id, ZERO_HASH, 0, 0, contracts)
        store_deployment(self.folder / "election.json", made)

    def begin_keys(self) -> None:
        travel(self.connection, self.held.manifest.times.keys)
        self.take_step()

    def take_step(self) -> None:
        """Let the other two trustees do their part of the step."""
        for member in self.held.members((TRUSTEES[0], TRUSTEES[2])):
            advance_member(trustees_ceremony(self.held.opened), member)

    def finish_keys(self) -> None:
        stage = self.held
        stage.hold_ceremony(trustees_ceremony(stage.opened), TRUSTEES[::2])
        stage.hold_ceremony(issuers_ceremony(stage.opened), ISSUERS)
        stage.make_boxes()

    def open_polls(self) -> None:
        """Let voters ask; one of the issuers has a home in which it answers apart."""
        stage = self.held
        stage.publish_lists(3)
        stage.register_all()
        stage.issue_all()
        (self.folder / "issuer").mkdir()
        home = self.folder / "issuer/home.toml"
        home.write_text('format = "veche-home/1"\nrole = "issuer"\n')
        made = make_key_file(self.folder / "issuer/key.json", Role.ISSUER, ISSUERS[0])
        put_share(made, stage.shares[ISSUERS[0]], instance_of(stage.opened))
        shutil.copy(self.folder / "election.json", self.folder / "issuer")

    def close_polls(self) -> None:
        stage = self.held
        cast_ballots(stage.boxes[1], stage.ballots(1, [1, 2, 2]), key=RELAY)
        travel(self.connection, stage.manifest.times.cast_closing)
        freeze(stage.opened, [1], key=RELAY)

    @property
    def before(self) -> dict[str, Callable[[], None]]:
        """Say what others do before a line of the guide."""
        export = "veche export --for card.json --out"
        return {
            "cp election.json trustee/": self.deploy,
            f"{export} enroll.gz": self.begin_keys,
            f"{export} commit.gz": lambda: None,
            f"{export} reveal.gz": self.take_step,
            f"{export} deal.gz": self.take_step,
            f"{export} confirm.gz": self.take_step,
            f"{export} made.gz": self.finish_keys,
            "veche export --out polls.gz": self.open_polls,
            f"{export} count.gz": self.close_polls,
        }


@dataclass
class Reader:
    """Who types the guide; told: what was answered since the last block of text."""

    folder: Path
    patch: pytest.MonkeyPatch
    told: str = ""
    hash: str = ""

    def type(self, line: str) -> None:
        """Type a line on the machine for which the guide has it."""
        words = shlex.split(line.replace("HASH", self.hash))
        if words[0] == "export":
            for each in words[1:]:
                self.patch.setenv(*each.split("=", 1))
        elif words[0] == "cp":
            shutil.copy(words[1], words[2])
        else:
            assert words[0] == "veche", line
            code, text = self._run(words[1:])
            assert code == 0, (line, text)
            self.told += text
            found = re.search(r"comparison hash +([0-9a-f]{64})", text)
            self.hash = found[1] if found else self.hash

    def _run(self, words: list[str]) -> tuple[int, str]:
        if words[0] not in BESIDE_A_NODE:
            done = run_apart(*words)
            return done.code, done.err + done.out
        out = StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            code = run(words)
        return code, out.getvalue()

    def compare(self, lines: list[str]) -> None:
        """Find the lines of the guide in what was answered; ... stands for anything."""
        for line in lines:
            parts = map(re.escape, re.split(r" *\.\.\. *", line))
            pattern = r".*".join(part.replace(r"\ ", " +") for part in parts)
            assert re.search(pattern, self.told), (line, self.told)
        self.told = ""


def test_guide_is_typed_from_the_first_key_to_a_share_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others, reader = Others(tmp_path), Reader(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rpc, "open_post", lambda _: others.connection._post)
    (tmp_path / "password").write_text(PASSWORD)
    monkeypatch.setenv("VECHE_PASSWORD_FILE", str(tmp_path / "password"))
    before = others.before
    for kind, lines in list_blocks():
        if kind == "text":
            reader.compare(lines)
            continue
        for line in lines:
            before.pop(line, lambda: None)()
            reader.type(line)
    assert not before
    assert others.held.opened.tally.shares(1, trustees=3)[1]
    assert [*(tmp_path / "answers").iterdir()]
    assert "VECHE_ELECTION" in os.environ  # which the guide set
    for act, code, hint in (
        ("trustee", ExitCode.USAGE, "veche export --for CARD --out FILE"),
        ("status", ExitCode.INPUT, "veche status --for CARD.json"),
    ):
        monkeypatch.delenv("VECHE_RPC_URL", raising=False)
        done = run_apart(act, "--home", "trustee")
        assert (done.code, hint in done.err) == (code, True), done.err
