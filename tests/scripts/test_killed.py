"""Acts that are killed at any moment and run again: the same end, and nothing twice.

One election is held, act by act. Each act is run once, to know its end; then it is
killed at a step that a seed draws, run again, and compared; and the election goes on
from there, so that whatever a kill left behind is what the next act finds.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from election.client.transport import Post
from scripts.acts import ACTS
from scripts.shared.exit_codes import ExitCode
from tests.in_process import connect_in_process
from tests.scripts.conftest import MANIFEST
from tests.scripts.killing import Ended, run_forked, warm_up

SEED: Final = 2019
KILLS: Final = 1  # of each time that an act is told of here
KILLED: Final = {"trustee": (1, 3, 5), "issuer": (2,)}
"""In which of its turns a member is killed."""
VOTERS: Final = {"voter-1": 1, "voter-2": 1, "voter-3": 1, "voter-4": 2}
"""The contest of each: one of the first withdraws, and the second has one ballot."""

REFUSED, INPUT = ExitCode.REFUSED, ExitCode.INPUT
AGAIN: Final = {
    "keygen": INPUT,
    "key password": INPUT,
    "expire": REFUSED,
    "mark-paper": REFUSED,
    "extend": REFUSED,
    "override": REFUSED,
    **dict.fromkeys(("request", "credential", "ballot", "receipt", "export"), INPUT),
    "home backup": INPUT,
    "home restore": INPUT,
}
"""How an act may end that was done before, and cannot know that it is one wish."""

UNTOUCHED: Final = {
    **dict.fromkeys(
        ("completion", "exit-codes", "manifest", "status", "place", "words"),
        "writes nothing",
    ),
    **dict.fromkeys(("check-ballot", "find"), "writes nothing"),
    **dict.fromkeys(("verify-proof", "verify-booth"), "writes nothing"),
    **dict.fromkeys(("demo", "devnet", "time"), "of a toy chain"),
    **dict.fromkeys(("node", "network"), "tests/node kills nodes"),
    "proof": "of a network; written like a receipt",
    "rehearse": "tests/scripts/test_rehearse.py kills it",
    "vote": "at services; tests/services/live/by_act.py kills it",
}
"""Acts that are not killed here, each with the reason."""


@dataclass
class Story:
    """An election in a folder on a chain, and what was wrong after a kill, by act."""

    folder: Path
    post: Post
    connection: Any
    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311
    faults: dict[str, list[str]] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    depth: int = 0

    def call(self, *words: str, typed: str = "", fatal: int = 0) -> Ended:
        """Run an act once."""
        here = Path.cwd()
        os.chdir(self.folder)
        try:
            return run_forked(
                words, self.post, environment=self.environment, typed=typed, fatal=fatal
            )
        finally:
            os.chdir(here)

    def tell(self, *words: str, typed: str = "") -> str:
        """Run an act that has to succeed; give what it printed."""
        ended = self.call(*words, typed=typed)
        assert ended.code == 0, (words, ended.err)
        return ended.out

    def kill(self, act: str, *words: str, typed: str = "") -> None:
        """Run an act to its end, then killed and again; note what is not the same."""
        found = self.faults.setdefault(act, [])
        line = [*act.split(), *words]
        with self.kept():
            whole = self.call(*line, typed=typed)
            assert whole.code == 0, (line, whole.err)
            expected = self.look()
        fatal = self.random.sample(range(1, whole.steps + 1), min(KILLS, whole.steps))
        for at in fatal[:-1]:
            with self.kept():
                found += self.try_kill(act, line, typed, at, expected)
        found += self.try_kill(act, line, typed, fatal[-1], expected)
        again = self.call(*line, typed=typed)
        if again.code not in (0, AGAIN.get(act, 0)) or self.look() != expected:
            found.append(f"once more: {again.code} {again.err}")

    def try_kill(
        self, act: str, line: Sequence[str], typed: str, at: int, expected: object
    ) -> Iterator[str]:
        killed = self.call(*line, typed=typed, fatal=at)
        if killed.code != -signal.SIGKILL:
            yield f"step {at}: was not killed: {killed}"
        again = self.call(*line, typed=typed)
        if again.code not in (0, AGAIN.get(act, 0)):
            yield f"step {at}: {again.code} {again.err}"
        elif (found := self.look()) != expected:
            yield f"step {at}: {found} instead of {expected}"

    def look(self) -> tuple[int, Counter[str], set[str]]:
        """Look at what there is: blocks, kinds of events, files.

        A file that nobody named yet is taken away by the next who writes there.
        """
        logs: Any = self.connection.request(
            "eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"}
        )
        kinds = Counter(f"{each['address']} {each['topics'][0]}" for each in logs)
        files = {
            str(each.relative_to(self.folder))
            for each in self.folder.rglob("*")
            if not each.name.startswith(".veche-")
        }
        return int(str(self.connection.request("eth_blockNumber")), 16), kinds, files

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Put chain and folder back afterwards."""
        beside = self.folder.with_name(f"kept-{self.depth}")
        self.depth += 1
        shutil.copytree(self.folder, beside)
        snapshot = self.connection.request("evm_snapshot")
        yield
        self.connection.request("evm_revert", snapshot)
        shutil.rmtree(self.folder)
        beside.rename(self.folder)
        self.depth -= 1

    def travel(self, phase: str) -> None:
        self.tell("time", phase)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    warm_up()
    folder = tmp_path_factory.mktemp("killed") / "election"
    folder.mkdir()
    connection = connect_in_process()
    told = Story(folder, connection._post, connection)
    told.environment = {
        "VECHE_PASSWORD_FILE": str(folder / "password"),
        "VECHE_ELECTION": str(folder / "election.json"),
        "VECHE_RPC_URL": "http://node",
    }
    (folder / "password").write_text("correct horse\n")
    (folder / "new").write_text("another horse\n")
    for chapter in (make_homes, deploy, make_keys, publish, register, vote, count, end):
        chapter(told)
    return told


def make_homes(story: Story) -> None:
    story.kill("home init", "commission", "--home", "commission")
    for role in ("portal", "sms-gateway", "polling-station", "observer", "relay"):
        story.tell("home", "init", role, "--home", role)
    for role in ("trustee", "issuer"):
        for number in (1, 2):
            story.tell("home", "init", role, "--home", f"{role}-{number}")
    story.tell("home", "init", "registrar", "--home", "registrar")
    story.kill("keygen", "relay", "--out", "spare.json")
    story.kill("key card", "--key", "spare.json", "--out", "card.json")
    story.kill("key password", "--key", "spare.json", "--new-password-file", "new")


def deploy(story: Story) -> None:
    second = '[[contests]]\nid = 2\ntitle = "Small"\ncandidates = ["One", "Two"]\n'
    (story.folder / "manifest.toml").write_text(MANIFEST + second)
    single = ("commission", "portal", "sms-gateway", "polling-station", "observer")
    members = (f"{role}-{n}" for role in ("trustee", "issuer") for n in (1, 2))
    keys = [f"{each}/key.json" for each in (*single, *members)]
    story.kill("accounts make", *keys, "--out", "accounts.toml")
    story.kill(
        "deploy",
        *("manifest.toml", "--accounts", "accounts.toml", "--shift-to", "now+1h"),
        *("--home", "commission", "--out", "election.json"),
    )


def make_keys(story: Story) -> None:
    story.travel("keys")
    with story.kept():
        story.tell("time", "+601s")
        story.kill("expire", "trustees", "--home", "relay")
    for role in ("trustee", "issuer"):
        has_share, turn = False, 0
        while not has_share:
            turn += 1  # of some steps: others are taken by the same code
            run = story.kill if turn in KILLED[role] else story.tell
            run(role, "--home", f"{role}-1")
            shown = json.loads(story.tell(role, "--home", f"{role}-2", "--json"))
            has_share = shown["has_share"]
        story.kill(role, "--home", f"{role}-1")
    story.kill("create-boxes", "--home", "relay")


def publish(story: Story) -> None:
    story.travel("list")
    lines = [f"{contest},AB-{voter[-1]}" for voter, contest in VOTERS.items()]
    table = "\n".join(("contest,voter_id", *lines, ""))
    (story.folder / "register.csv").write_text(table)
    story.kill("publish-list", "register.csv", "--home", "commission", "--out", "lists")
    story.travel("registration")
    story.kill("terms", "--out", "terms.json")
    told = json.loads(story.tell("terms", "--out", "terms.json", "--json"))
    story.environment["VECHE_TERMS"] = str(story.folder / "terms.json")
    story.environment["VECHE_TERMS_HASH"] = told["terms_hash"]


def ask(story: Story, wish: str, *voters: str) -> list[str]:
    """Have voters ask, and both attesters attest; one of each is killed."""
    first, *others = voters
    where = ("--list", "lists", "--home")
    story.kill("request", wish, *where, first)
    for each in others:
        story.tell("request", wish, *where, each)
    requests = [f"{each}/{wish}.json" for each in voters]
    story.kill("attest", *requests, "--home", "portal")
    story.tell("attest", *requests, "--home", "sms-gateway")
    return requests


def register(story: Story) -> None:
    slips = (story.folder / "lists" / "salts.csv").read_text().splitlines()[1:]
    for voter in VOTERS:
        story.tell("home", "init", "voter", "--home", voter)
        (slip,) = [each for each in slips if f"AB-{voter[-1]}," in each]
        (story.folder / voter / "slip.csv").write_text(f"{slip}\n")
    at = ("--home", "registrar")
    story.kill("register", *ask(story, "register", *VOTERS), *at)
    story.kill("withdraw", *ask(story, "withdraw", "voter-3"), *at)


def vote(story: Story) -> None:
    story.travel("voting")
    salt = (story.folder / "voter-3" / "slip.csv").read_text().strip().split(",")[2]
    who = ("--list", "lists/list-1.json", "--voter-id", "AB-3", "--salt", salt)
    story.kill("mark-paper", *who, "--home", "polling-station")
    voters = [each for each in VOTERS if each != "voter-3"]
    asked = ask(story, "issue", *voters)
    story.kill("request-credential", *asked, "--home", "registrar")
    story.kill("issue", "--out", "answers", "--home", "issuer-1")
    story.tell("issue", "--out", "answers", "--home", "issuer-2")
    for voter, contest in VOTERS.items():
        if voter not in voters:
            continue
        answers = sorted((story.folder / "answers").glob(f"{contest}-*.jsonl"))
        run = story.kill if voter == "voter-1" else story.tell
        run("credential", f"{voter}/issue.json", *map(str, answers), "--home", voter)
        run("ballot", "--home", voter, typed="1\n")
    ballots = [f"{each}/ballot.json" for each in voters]
    story.kill("cast", *ballots, "--home", "relay")
    sign = ("--extend", "60", "--out")
    story.kill("authorize", *sign, "extend-1.json", "--home", "observer")
    story.tell("authorize", *sign, "extend-2.json", "--home", "commission")
    signed = ("extend-1.json", "extend-2.json", "--home", "relay")
    story.kill("extend", "60", *signed)
    out = ("--ballot", "voter-1/ballot.json", "--out", "receipt.json")
    story.kill("receipt", *out)


def count(story: Story) -> None:
    story.travel("closed")
    story.kill("freeze", "--home", "relay")
    for each, home in enumerate(("observer", "commission")):
        out = ("--out", f"override-{each}.json", "--home", home)
        story.tell("authorize", "--override", "2", *out)
    signed = ("override-0.json", "override-1.json", "--contest", "2")
    story.kill("override", *signed, "--home", "relay")
    sums = json.loads(story.tell("share", "--compare", "--home", "trustee-2", "--json"))
    agreed = [
        w for each in sums.values() for w in ("--agreed", each["comparison_hash"])
    ]
    story.kill("share", *agreed, "--home", "trustee-1")
    story.tell("key", "card", "--key", "trustee-2/key.json", "--out", "second.json")
    story.tell("export", "--for", "second.json", "--out", "sums.gz")
    carried = ("--bundle", "sums.gz", *agreed, "--out", "signed.json")
    story.tell("share", *carried, "--home", "trustee-2")
    story.kill("send", "signed.json")
    story.kill("publish-result", "--home", "relay")


def end(story: Story) -> None:
    story.kill("export", "--out", "record.jsonl.gz")
    mine = ("--checkpoint", "checkpoint", "--auditor", "auditor.json")
    story.kill("audit", "record.jsonl.gz", *mine)
    story.kill("reconcile", "record.jsonl.gz", "--html", "page.html")
    story.kill("home backup", "--home", "trustee-1", "--to", "copy")
    story.kill("home restore", "--from", "copy", "--home", "restored")
    assert "verified: 2 of 2 contests, 3 of 3 ballots" in story.tell("audit")


def test_every_act_that_writes_is_killed(story: Story) -> None:
    tried = {act.split()[0] for act in story.faults}
    assert set(ACTS_THERE) - tried == set(UNTOUCHED)


ACTS_THERE: Final = [act for acts in ACTS.values() for act in acts]


@pytest.mark.parametrize("act", sorted(set(ACTS_THERE) - set(UNTOUCHED)))
def test_act_that_is_killed_ends_as_it_would_have(act: str, story: Story) -> None:
    found = {
        name: each for name, each in story.faults.items() if name.split()[0] == act
    }
    assert found
    assert not any(found.values()), found
