from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from election.crypto.transcript import Address, Hash
from election.protocol.terms import ElectionTerms, PublishedContest
from election.protocol.voter_list import build_voter_list
from scripts.__main__ import run
from scripts.shared.files import key_file
from scripts.shared.files.terms_file import digest_terms, render_terms
from tests import honest
from tests.client.devnet import run_node
from tests.remembered import remembering_curve
from tests.scripts.pasting import require_pastes


def spell_for_people(line: str) -> str:
    if not line.startswith('{"error": '):
        return line
    error = json.loads(line)["error"]
    lines = [f"{error['act']}: error: {fact}" for fact in error["facts"]]
    if error["hint"] is not None:
        lines.append(f"{error['act']}: hint: {error['hint']}")
    return "".join(f"{each}\n" for each in lines)


Arguments = list[str | Path]

VOTER = Hash(b"\x11" * 32)
PASSWORD = "correct horse"  # noqa: S105  of files that live as long as a test
MANIFEST = """
id = "story"
title = "TEST: a story"
test = true
step_seconds = 600
minimum_cast = 2
quorum = 1
[times]
keys = 2019-01-01T00:00:00Z
voter_list = 2019-01-01T01:00:00Z
registration = 2019-01-01T02:00:00Z
freeze = 2019-01-01T03:00:00Z
opening = 2019-01-01T04:00:00Z
issue_closing = 2019-01-01T05:00:00Z
cast_closing = 2019-01-01T06:00:00Z
[trustees]
threshold = 2
seats = 2
[issuers]
threshold = 2
seats = 2
[[contests]]
id = 1
title = "Only"
candidates = ["Анна", "Вронский"]
"""
ROLES = {
    "commission": "commission",
    "portal": "portal",
    "sms_gateway": "sms-gateway",
    "polling_station": "polling-station",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act printed, and its exit code."""

    code: int
    out: str
    raw_err: str

    @property
    def err(self) -> str:
        """What a person is told: an error in JSON as the lines that it stands for."""
        return "".join(map(spell_for_people, self.raw_err.splitlines(keepends=True)))

    @property
    def result(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Cli:
    """The `veche` command in a folder with keys, a password file and a record."""

    folder: Path
    url: str

    def __call__(self, *arguments: str | Path) -> Outcome:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run([str(each) for each in arguments])
        require_pastes(err.getvalue())
        return Outcome(code, out.getvalue(), err.getvalue())

    def attempt(self, *arguments: str | Path, key: str | None = None) -> Outcome:
        """Run an act on the election, with a key if it takes one."""
        record: Arguments = ["--election", self.folder / "election.json"]
        node = ["--rpc-url", self.url, "--json"]
        return self(*arguments, *record, *node, *self.unlock(key))

    def act(self, *arguments: str | Path, key: str | None = None) -> Any:
        """Run an act that succeeds; return its JSON."""
        return self.attempt(*arguments, key=key).result

    def go_by(self, act: str, *arguments: str | Path, key: str) -> Any:
        """Run an act on the terms that `terms-hash` pins; return its JSON."""
        return self.attempt_by(act, *arguments, key=key).result

    def attempt_by(self, act: str, *arguments: str | Path, key: str) -> Outcome:
        pinned = (self.folder / "terms-hash").read_text()
        terms: Arguments = ["--terms", self.folder / "terms.json"]
        terms += ["--terms-hash", pinned, "--json", *self.unlock(key)]
        if act not in ("credential", "ballot"):  # which ask no node
            terms += ["--rpc-url", self.url]
        return self(act, *arguments, *terms)

    def pin_terms(self, terms: ElectionTerms) -> None:
        """Write terms that nobody audited, and their hash."""
        text = render_terms(terms)
        (self.folder / "terms.json").write_text(text)
        (self.folder / "terms-hash").write_text(digest_terms(text.encode()))

    def unlock(self, key: str | None) -> Arguments:
        if key is None:
            return []
        return ["--key", self.key(key), "--password-file", self.folder / "password"]

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def keygen(self, role: str, name: str) -> str:
        password: Arguments = ["--password-file", self.folder / "password"]
        made = self("keygen", role, "--out", self.key(name), *password, "--json")
        address: str = made.result["address"]
        return address

    def attempt_deploy(self, *arguments: str | Path) -> Outcome:
        manifest = self.folder / "manifest.toml"
        options: Arguments = ["--accounts", self.folder / "accounts.toml"]
        options += ["--out", self.folder / "election.json"]
        options += ["--rpc-url", self.url, "--json", *self.unlock("commission")]
        return self("deploy", manifest, *options, *arguments)

    def deploy(self) -> Any:
        return self.attempt_deploy("--shift-to", "now+10m").result


def write_election(cli: Cli) -> None:
    """Make a key for every role, and a manifest with their accounts."""
    (cli.folder / "manifest.toml").write_text(MANIFEST)
    lines = ["[accounts]"]
    lines += [f'{name} = "{cli.keygen(role, name)}"' for name, role in ROLES.items()]
    lines.append(f'observers = ["{cli.keygen("observer", "observer")}"]')
    for role in ("trustee", "issuer"):
        for number in (1, 2):
            address = cli.keygen(role, f"{role}-{number}")
            lines += [f"[[{role}s.members]]", f'account = "{address}"']
            lines.append("commission = false")
    (cli.folder / "accounts.toml").write_text("\n".join(lines))
    cli.keygen("relay", "relay")


@pytest.fixture(scope="session")
def node_url() -> Iterator[str]:
    with run_node() as url:
        yield url


@pytest.fixture(autouse=True, scope="package")
def _remembered_curve() -> Iterator[None]:
    with remembering_curve():
        yield


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_file, "_COST", 2)
        yield


def read_address(path: Path) -> Address:
    return Address(bytes.fromhex(json.loads(path.read_text())["address"][2:]))


def make_terms(*, portal: Address) -> ElectionTerms:
    """Give terms on which the honest keys are used; the list has one voter."""
    keys = tuple(key[0] for key in honest.keys().credential.verification_keys)
    voters = build_voter_list(honest.ELECTION_ID, 1, voters=[VOTER])
    contest = PublishedContest(honest.contest_terms(), voters.tree.root, 1, keys)
    sms_gateway = honest.account(9)
    return ElectionTerms(
        honest.account(8), "TEST", True, portal, sms_gateway, {1: contest}
    )


def make_cli(folder: Path, url: str) -> Cli:
    (folder / "password").write_text(f"{PASSWORD}\n")
    return Cli(folder, url)


@pytest.fixture
def cli(tmp_path: Path, node_url: str) -> Cli:
    return make_cli(tmp_path, node_url)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """A folder with an election that is deployed, for tests that change nothing.

    Its node is its own, and its first step hours away: others travel, and are slow.
    """
    with run_node() as url:
        cli = make_cli(tmp_path_factory.mktemp("prepared"), url)
        write_election(cli)
        cli.attempt_deploy("--shift-to", "now+9h")
        cli.keygen("voter", "voter")
        cli.keygen("registrar", "registrar")
        cli.pin_terms(make_terms(portal=read_address(cli.key("portal"))))
        yield cli
