"""The guides of docs/guides: the commands of all roles, typed in one election.

Every person acts in a folder and a home of their own. What one hands to another is
carried here, in the order of time; all else that they do stands in the guides.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from election.artifacts import ROOT
from election.audit.catalogue import CHECKS
from scripts.acts import ACTS, SERVICES, find_module
from scripts.command_line import make_app
from tests.client.devnet import run_node
from tests.scripts.conftest import PASSWORD
from tests.scripts.forking import SHELL, forking, spell_environment

FOLDER: Final = ROOT / "docs/guides"
INDEX: Final = (FOLDER / "README.md").read_text("utf-8")
GUIDES: Final = sorted(path.stem for path in FOLDER.glob("[a-z]*.md"))
OWN_STORIES: Final = {"offline": "members/test_offline_guide.py"}
"""Guides of which each line is typed by a test of its own, on machines of two kinds."""
NODE: Final = "http://127.0.0.1:8545"
SERVING: Final = "serving-voters"
TRUSTEES: Final = ("trustee-1", "trustee-2")
ISSUERS: Final = ("issuer-1", "issuer-2")
ATTESTERS: Final = ("portal", "sms-gateway")
VOTERS: Final = {"voter-1": ("1", "AB-1"), "voter-2": ("1", "AB-2")} | {
    "voter-3": ("2", "AB-3")
}
STATION: Final = "polling-station"
PERSONS: Final = {
    "trustee": TRUSTEES,
    "issuer": ISSUERS,
    SERVING: (*ATTESTERS, "registrar", STATION),
    "voter": tuple(VOTERS),
}
"""Who is of a role, where that is not one person of the same name."""

TYPED_ELSEWHERE: Final = {
    "veche vote 'https://booth.example.org/#contest=30&leaf=0x...&ticket=...'": (
        "test_program_that_was_killed_votes_once_and_proves_it"
    ),
    "veche audit record.jsonl.gz --reference": (
        "test_rehearsal_ends_in_a_verified_election"
    ),
    "veche devnet": "test_act_ends_with_the_code_that_says_what_became_of_it",
    "veche status --watch": "test_watch_shows_what_changed_and_ends_with_the_election",
    "veche relay serve --home ~/relay-service": (
        "test_nothing_promised_is_lost_when_the_relay_is_killed"
    ),
}
"""What goes on until it is stopped, or takes long: the test that types the like."""


_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """Commands, and lines of their answers, where `...` stands for anything."""

    commands: str
    answers: tuple[str, ...] = ()


@cache
def read_guide(name: str) -> dict[str, tuple[Block, ...]]:
    """Read the commands of a guide, by the headings that they stand under."""
    text = (FOLDER / f"{name}.md").read_text("utf-8")
    found: dict[str, tuple[Block, ...]] = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        blocks: list[Block] = []
        for kind, inner in _FENCE.findall(body):
            if kind == "bash":
                blocks.append(Block(inner))
            elif kind == "text":
                blocks[-1] = Block(blocks[-1].commands, tuple(inner.splitlines()))
        if blocks:
            found[heading] = tuple(blocks)
    return found


def list_lines(text: str) -> list[str]:
    """List the words of veche that stand in a line of their own."""
    return re.findall(r"^veche .*", text, re.MULTILINE)


@dataclass
class World:
    """A folder for each person, and the node that all ask."""

    folder: Path
    url: str
    port: str
    played: set[tuple[str, str]] = field(default_factory=set)
    told: dict[str, str] = field(default_factory=dict)

    def play(self, *sections: tuple[str, str], by: tuple[str, ...] = ()) -> None:
        """Let persons type what stands under headings, all at once."""
        typing = [
            (guide, heading, person, self._type(guide, heading, person))
            for guide, heading in sections
            for person in by or PERSONS.get(guide, (guide,))
        ]
        self.played |= set(sections)
        for guide, heading, person, program in typing:
            told, _ = program.communicate()
            self.told[person] = self.told.get(person, "") + told
            where = f"{guide}: {heading}: {person}:\n{told[-3_000:]}"
            assert program.returncode == 0, where
            for block in read_guide(guide)[heading]:
                for line in block.answers:
                    assert re.search(_match(line), told, re.MULTILINE), (line, where)

    def _type(self, guide: str, heading: str, person: str) -> subprocess.Popen[str]:
        own = self.folder / person
        own.mkdir(exist_ok=True)
        sections = read_guide(guide)
        every = "".join(
            each.commands for blocks in sections.values() for each in blocks
        )
        exports = "\n".join(re.findall(r"^export .*", every, re.MULTILINE))
        typed = "".join(each.commands for each in sections[heading])
        text = self._fill_in(f"{exports}\n{typed}", person)
        return subprocess.Popen(  # noqa: S603  our own guides
            ["bash", "-c", f"set -e\n{SHELL}\n{text}"],  # noqa: S607
            cwd=own,
            env=spell_environment(
                self.port,
                self.folder / "streams",
                HOME=str(own),
                VECHE_PASSWORD_FILE=str(self.folder / "password"),
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _fill_in(self, text: str, person: str) -> str:
        """Put in what a person was given or shown, and leave out what is elsewhere."""
        for line in TYPED_ELSEWHERE:
            text = re.sub(rf"^{re.escape(line)}$", "", text, flags=re.MULTILINE)
        text = re.sub(
            r"^(.*\S) +# ends with (\d+)$",
            r"{ \1; } && false || test $? = \2",
            text,
            flags=re.MULTILINE,
        )
        for word, value in self._know(person).items():
            text = text.replace(word, value)
        return text

    def _know(self, person: str) -> dict[str, str]:
        known = {NODE: self.url}
        shown = re.findall(r"comparison hash +(\w{64})", self.told.get(person, ""))
        terms = re.findall(r"terms hash +(\w{64})", self.told.get("commission", ""))
        cast = re.findall(r"tracking code +(0x\w{64})", self.told.get(person, ""))
        if cast:
            known["find CODE"] = f"find {cast[0]}"
        if shown:
            known["--agreed HASH"] = " ".join(f"--agreed {each}" for each in shown)
        if terms and "HASH" not in known:
            known["HASH"] = terms[0]
        if person in VOTERS:
            contest, voter_id = VOTERS[person]
            known |= {"AB-1": voter_id, "list-1.json": f"list-{contest}.json"}
            known |= {
                "SALT": self.find_salt(voter_id),
                "veche ballot\n": "echo 1 | veche ballot\n",
            }
        if person == STATION:
            known["SALT"] = self.find_salt("AB-4")
        if person in PERSONS[SERVING]:
            known["~/portal"] = f"~/{person}"
            known["init portal"] = f"init {person}"
            for name in ("register.json", "issue.json"):
                known[f" {name}"] = "".join(f" {each}.{name}" for each in VOTERS)
        return known

    def find_salt(self, voter_id: str) -> str:
        return self.find_slip(voter_id).strip().split(",")[2]

    def find_slip(self, voter_id: str) -> str:
        salts = self.folder / "commission/commission/lists/salts.csv"
        if not salts.exists():
            return ",,"
        lines = salts.read_text().splitlines(keepends=True)
        return next(line for line in lines if f",{voter_id}," in line)

    def hand(self, source: str, *to: str, name: str = "") -> None:
        """Carry a file from a person to others, who have it under a name."""
        raw = (self.folder / source).read_bytes()
        for each in to:
            path = self.folder / each / (name or Path(source).name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)

    def wait_until(self, phase: str) -> None:
        """Let time go by until a phase begins."""
        done = subprocess.run(  # noqa: S603
            ["bash", "-c", f"{SHELL}\nveche time {phase}"],  # noqa: S607
            cwd=self.folder,
            env=spell_environment(
                self.port,
                self.folder / "streams",
                VECHE_ELECTION=str(self.folder / "observer/election.json"),
                VECHE_RPC_URL=self.url,
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def _match(line: str) -> str:
    """Write a pattern of a line of an answer."""
    parts = [
        r"\s+".join(map(re.escape, part.split(" ")))
        for part in re.split(r" *\.\.\. *", line)
    ]
    return r"\s*.*\s*".join(re.sub(r"(\\s\+)+", r"\\s+", part) for part in parts)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    (folder / "streams").mkdir()
    (folder / "password").write_text(f"{PASSWORD}\n")
    with run_node() as url, forking() as port:
        yield World(folder, url, port)


def prepare(world: World) -> None:
    """Homes and cards of all; the commission deploys."""
    card = "SETUP: a home, and your card"
    world.play(
        ("commission", "SETUP: a home, and the cards of all"),
        *((role, card) for role in ("trustee", "issuer", "observer", SERVING)),
        ("relay", "SETUP: a home by hand"),
    )
    members = (*TRUSTEES, *ISSUERS, "observer", *ATTESTERS, STATION)
    for each in members:
        world.hand(f"{each}/card.json", "commission/cards", name=f"{each}.json")
    rehearsal = (ROOT / "docs/rehearsal.md").read_text("utf-8")
    manifest = rehearsal.partition("<<END\n")[2].partition("END\n")[0]
    register = "contest,voter_id\n" + "".join(
        f"{contest},{voter_id}\n"
        for contest, voter_id in (*VOTERS.values(), ("2", "AB-4"))
    )
    (world.folder / "commission/manifest.toml").write_text(manifest)
    (world.folder / "commission/register.csv").write_text(register)
    world.play(("commission", "SETUP: the manifest, and the deployment"))
    record = "commission/commission/election.json"
    world.hand(record, *members, "relay", "developer", "critic")


def make_keys_and_lists(world: World) -> None:
    world.wait_until("keys")
    world.play(
        ("trustee", "KEYS: make the key"), ("issuer", "KEYS: make the credential keys")
    )
    world.play(("commission", "KEYS: the boxes"))
    world.play(("observer", "KEYS: what was deployed"))
    world.wait_until("list")
    world.play(("commission", "LIST: who may vote"))
    for contest in "12":
        path = f"commission/commission/lists/list-{contest}.json"
        world.hand(path, *(f"{each}/lists" for each in VOTERS), STATION)


def register(world: World) -> None:
    """Terms, requests, attestations: in phase REGISTRATION."""
    world.wait_until("registration")
    world.play(("commission", "REGISTRATION: the terms"))
    terms = "commission/commission/terms.json"
    world.hand(terms, *ATTESTERS, "registrar", *VOTERS, "relay")
    for person, (_, voter_id) in VOTERS.items():
        (world.folder / person / "slip.csv").write_text(world.find_slip(voter_id))
    world.play((SERVING, "REGISTRATION: go by the terms"), by=(*ATTESTERS, "registrar"))
    world.play(("observer", "REGISTRATION: the same terms"))
    world.play(("relay", "REGISTRATION: the service"))
    world.play(("voter", "With the program"))
    world.play(("voter", "REGISTRATION: ask to vote online"))
    attest_and_send(world, "register", "REGISTRATION")


def attest_and_send(world: World, name: str, phase: str) -> None:
    for voter in VOTERS:
        request = f"{voter}/voter/{name}.json"
        world.hand(request, *ATTESTERS, "registrar", name=f"{voter}.{name}.json")
    world.play((SERVING, f"{phase}: portal and SMS gateway attest"), by=ATTESTERS)
    for each in ATTESTERS:
        for voter in VOTERS:
            world.hand(f"{each}/{voter}.{name}.{each}.json", "registrar")
    world.play((SERVING, f"{phase}: the registrar sends"), by=("registrar",))


def vote(world: World) -> None:
    """Credentials, ballots, paper, more time: in phase VOTING."""
    world.wait_until("voting")
    world.play(("commission", "Polling day, hour by hour"))
    world.play(("voter", "VOTING: ask for your ballot"))
    attest_and_send(world, "issue", "VOTING")
    world.play((SERVING, "VOTING: the polling station notes paper"), by=(STATION,))
    world.play(("issuer", "VOTING: answer"))
    for issuer in ISSUERS:
        for path in (world.folder / issuer / "answers").iterdir():
            to = [f"{each}/answers" for each in VOTERS]
            world.hand(str(path.relative_to(world.folder)), *to)
    world.play(("voter", "VOTING: choose, and check or cast"))
    for voter in VOTERS:
        world.hand(f"{voter}/voter/ballot.json", "relay", name=f"ballot-{voter}.json")
    world.play(("relay", "VOTING: by hand"))
    world.play(("voter", "VOTING: where it is"))
    world.play(("observer", "VOTING: more time, if you agree"))
    world.hand("observer/extension-observer.json", "commission")
    world.play(("commission", "VOTING: more time, if it must be"))


def count(world: World) -> None:
    """Sums, one of them withheld and opened; shares, result, audits: CLOSED."""
    world.wait_until("closed")
    world.play(("commission", "CLOSED: freeze"))
    world.play(("observer", "CLOSED: few ballots, if you agree"))
    world.hand("observer/opening-observer.json", "commission")
    world.play(("commission", "CLOSED: open what was withheld"))
    world.play(("trustee", "CLOSED: compare"))
    world.play(("trustee", "CLOSED: give your share"))
    world.play(("commission", "CLOSED: the result"))
    world.hand("commission/record.jsonl.gz", "critic", "developer")
    world.play(("observer", "CLOSED: audit"))
    world.play(("critic", "CLOSED: check it"))
    world.play(("developer", "CLOSED: read a record"))
    world.play(("voter", "CLOSED: was it counted"))


def test_guides_of_all_roles_hold_one_election(world: World) -> None:
    prepare(world)
    make_keys_and_lists(world)
    register(world)
    vote(world)
    count(world)
    world.play(
        *(
            ("developer", each)
            for each in read_guide("developer")
            if each.startswith("At any time")
        )
    )
    typed_here = [each for each in GUIDES if each not in OWN_STORIES]
    written = {(guide, each) for guide in typed_here for each in read_guide(guide)}
    assert written == world.played
    for person, told in world.told.items():
        if person not in ("critic", "developer"):
            assert ": error: " not in told, person


def test_what_is_not_typed_here_is_typed_by_a_test_that_there_is() -> None:
    text = "".join((FOLDER / f"{name}.md").read_text("utf-8") for name in GUIDES)
    lines = set(list_lines(text))
    assert set(TYPED_ELSEWHERE) <= lines
    plain = "".join(inner for kind, inner in _FENCE.findall(text) if not kind)
    assert set(list_lines(plain)) <= set(TYPED_ELSEWHERE)
    sources = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    for guide, story in OWN_STORIES.items():
        source = (ROOT / "tests/scripts" / story).read_text("utf-8")
        assert f"docs/guides/{guide}.md" in source
    for name in TYPED_ELSEWHERE.values():
        assert any(f"def {name}(" in source for source in sources), name


def list_mentions() -> list[list[str]]:
    """List what the guides say of `veche` within their sentences, as words."""
    found: set[str] = set()
    for name in (*GUIDES, "README"):
        text = (FOLDER / f"{name}.md").read_text("utf-8")
        prose = _FENCE.sub("", text)
        found.update(re.findall(r"`veche ([a-z][^`]*)`", prose))
    return [each.split() for each in sorted(found)]


@pytest.mark.parametrize("words", list_mentions(), ids=" ".join)
def test_acts_and_options_that_a_guide_speaks_of_are_there(words: list[str]) -> None:
    act, *rest = words
    assert act in SERVICES or any(act in acts for acts in ACTS.values())
    module = import_module(find_module(act, rest))
    command: Any = typer.main.get_command(make_app(act, module))
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    options = {name for each in command.params for name in each.opts}
    assert {each for each in rest if each.startswith("--")} <= options


@pytest.mark.parametrize("name", GUIDES)
def test_guide_begins_as_all_do_and_is_found(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text("utf-8")
    for part in ("\n**You need** ", "\n| when | ", "\n**Never**"):
        assert part in text or (name == "developer" and "\n| what | " in text), part
    assert f"({name}.md)" in INDEX
    assert f"(docs/guides/{name}.md)" in (ROOT / "README.md").read_text("utf-8")
    assert len(text.split()) < 1_500


def test_links_of_the_guides_lead_somewhere() -> None:
    for name in (*GUIDES, "README"):
        text = (FOLDER / f"{name}.md").read_text("utf-8")
        for target in re.findall(r"\]\(([^)]+)\)", text):
            if target.startswith("https://"):
                continue
            path, _, anchor = target.partition("#")
            to = (FOLDER / path if path else FOLDER / f"{name}.md").resolve()
            assert to.exists(), (name, target)
            if anchor:
                headings = re.findall(r"^#+ (.*)$", to.read_text("utf-8"), re.MULTILINE)
                assert anchor in map(_anchor, headings), (name, target)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_checks_that_the_critics_page_names_are_those_of_the_audit() -> None:
    text = (FOLDER / "critic.md").read_text("utf-8")
    named = re.findall(r"checks? ((?:`\w+`(?:, )?)+)", text)
    words = {word for each in named for word in re.findall(r"\w+", each)}
    assert words <= {check.name for check in CHECKS}
    assert len(words) > 5


def test_critics_page_is_one_page() -> None:
    text = (FOLDER / "critic.md").read_text("utf-8")
    assert (len(text.splitlines()) <= 66, len(text.split()) <= 700) == (True, True)


def test_make_targets_that_the_guides_name_are_there() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for name in (*GUIDES, "README"):
        text = (FOLDER / f"{name}.md").read_text("utf-8")
        assert {*re.findall(r"`make ([a-z-]+)", text)} <= {*targets}
