"""The commission's acts on the register, in turn: lists, decisions, proofs, strikes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from sqlalchemy import update

from election.client.deployment import Deployment, digest_manifest
from election.client.rpc import connect
from election.crypto.transcript import Hash
from election.protocol.voter_list import build_voter_list
from scripts.__main__ import run
from scripts.shared.contests import Fates
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files import key_file
from scripts.shared.files.deployment_file import store_deployment
from scripts.shared.files.voter_files import build_lists
from scripts.shared.roles import Role
from services.registrar import sending_lists
from services.registrar.applications import file_application
from services.registrar.desks import open_desks
from services.registrar.publishing import read_voters
from services.registrar.salts import open_salts
from services.registrar.service import SERVICE
from services.registrar.tables import people
from services.shell.opening import open_context
from tests.client.devnet import run_node
from tests.client.stage import COMMISSION, STATION, deploy
from tests.scripts.key_files import make_key_file
from tests.services.registrar.ground import Ground, make_ground, write_terms
from tests.services.registrar.small import NO_LOCK
from tests.services.running import PASSWORD

Told = tuple[int, Any, str]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """An election in phase LIST, whose register has eight voters and no lists."""
    with pytest.MonkeyPatch.context() as patch, run_node() as url:
        patch.setattr(key_file, "_COST", 2)
        stage = deploy(connect(url))
        stage.make_keys()
        folder = tmp_path_factory.mktemp("commands")
        made = make_ground(folder, stage, url, is_listed=False)
        made.more = 'accept = "by_hand"'
        write_terms(made)
        (folder / "password").write_text(PASSWORD, "utf-8")
        make_key_file(folder / "commission.json", Role.COMMISSION, COMMISSION)
        make_key_file(folder / "other.json", Role.COMMISSION, STATION)
        contracts = (("Election", stage.opened.address),)
        manifest = digest_manifest(stage.manifest)
        chain = stage.connection.chain_id
        record = Deployment(chain, manifest, 0, 0, contracts)
        store_deployment(folder / "election.json", record)
        yield made


@pytest.fixture
def folder(ground: Ground) -> Path:
    return ground.home.folder.parent


class Acting:
    """The registrar's command line; gives exit code, result, and what was said."""

    def __init__(self, ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
        self._ground, self._capsys = ground, capsys

    def __call__(self, act: str, *options: str) -> Told:
        home = self._ground.home.folder
        password = home.parent / "password"
        where = ("--home", str(home), "--password-file", str(password), "--json")
        code = run(["registrar", act, *options, *where])
        told = self._capsys.readouterr()
        assert "Traceback" not in told.err
        return code, json.loads(told.out) if told.out else None, told.err


@pytest.fixture
def act(ground: Ground, capsys: pytest.CaptureFixture[str]) -> Acting:
    return Acting(ground, capsys)


def publishing(ground: Ground, key: str) -> tuple[str, ...]:
    folder = ground.home.folder.parent
    return (
        *("--election", str(folder / "election.json"), "--rpc-url", ground.node),
        *("--key", str(folder / key)),
    )


def refuses(told: Told, fact: str, code: ExitCode = ExitCode.INPUT) -> None:
    assert told[:2] == (code, None), told
    assert fact in told[2]


# in the order of an election: each test goes on where the one before it ended


def test_lists_are_published_by_the_commissions_key_alone(
    ground: Ground, act: Acting
) -> None:
    told = act("publish", *publishing(ground, "other.json"))
    refuses(told, "another election's commission")
    refuses(
        act("proof", "V1", "--election", ground.name),
        "has no lists here",
        ExitCode.USAGE,
    )
    assert not (ground.home.folder / "lists").exists()


@pytest.mark.parametrize(
    ("contest", "fact"),
    [("30", "which shall have none"), ("9", "contest 9: is not in the election")],
)
def test_contest_that_has_voters_or_is_not_there_is_not_published_as_empty(
    ground: Ground, act: Acting, contest: str, fact: str
) -> None:
    to_whom = publishing(ground, "commission.json")
    refuses(act("publish", *to_whom, "--no-voters", contest), fact)


def change_people(ground: Ground, **values: Any) -> None:
    """Write the same into the register of everybody."""
    with open_context(SERVICE, ground.home, PASSWORD, write=lambda _: None) as context:
        context.database.run_now(lambda c: c.execute(update(people).values(**values)))


@pytest.fixture
def register(ground: Ground) -> Iterator[None]:
    """Let a test change the register; then it is as it was."""
    path = ground.home.database
    copy = path.with_suffix(".copy")
    copyfile(path, copy)
    yield
    copy.replace(path)


@pytest.mark.usefixtures("register")
def test_nothing_is_published_for_nobody_or_of_a_contest_that_is_not_there(
    ground: Ground, act: Acting
) -> None:
    to_whom = publishing(ground, "commission.json")
    change_people(ground, contest=7)
    refuses(act("publish", *to_whom), "has voters of contest 7, which the election")
    change_people(ground, gone=True)
    refuses(act("publish", *to_whom), "has no voters")
    told = act("publish", *to_whom, "--no-voters", "1")
    refuses(told, "has nobody of contest 30")


def test_contest_whose_list_is_not_on_the_chain_is_told(
    ground: Ground, act: Acting, monkeypatch: pytest.MonkeyPatch
) -> None:
    fates: Fates[bool] = Fates({}, {}, {1: "is away"})
    monkeypatch.setattr(sending_lists, "publish_lists", lambda *_, **__: fates)
    code, made, said = act("publish", *publishing(ground, "commission.json"))
    assert (code, made["published"]) == (ExitCode.IN_PART, [])
    assert "contest 1: is away" in said


def test_lists_are_published_once(ground: Ground, act: Acting) -> None:
    code, made, said = act("publish", *publishing(ground, "commission.json"))
    assert (code, made["published"]) == (0, [1, 30]), said
    assert made["voters"] == {"1": 6, "30": 2}
    code, made, said = act("publish", *publishing(ground, "commission.json"))
    assert (code, made["published"]) == (0, []), said
    take_lists(ground)


def take_lists(ground: Ground) -> None:
    """Go on by the terms that have the lists."""
    stage, home = ground.stage, ground.home
    with open_context(SERVICE, home, PASSWORD, write=lambda _: None) as context:
        salts = open_salts(home, context.vault)
        listed = context.database.run_now(read_voters, salts, stage.election_id)
    stage.lists = build_lists(listed, election_id=stage.election_id)
    write_terms(ground)


def test_proof_leads_to_the_root_on_the_chain(ground: Ground, act: Acting) -> None:
    code, made, said = act("proof", " v1 ", "--election", ground.name.upper())
    assert code == 0, said
    own = ground.stage.lists[1]
    assert made["root"] == f"0x{own.tree.root.hex()}"
    assert made["leaf"] == f"0x{own.tree.levels[0][made['index']].hex()}"
    public = ground.home.folder / "lists" / ground.name / "list-1.json"
    voters = [
        Hash(bytes.fromhex(v[2:])) for v in json.loads(public.read_text())["voters"]
    ]
    again = build_voter_list(ground.stage.election_id, 1, voters=voters)
    assert again.tree.root == own.tree.root
    assert "salt" not in json.dumps(made)


@pytest.mark.parametrize(
    ("voter", "election", "fact"),
    [
        ("V99", None, "is on no list"),
        ("V<1>", None, "U+003C"),
        ("V1", "0x00", "has no lists here"),
        ("V1", "'; DROP TABLE people;--", "has no lists here"),
    ],
)
def test_proof_of_nobody_is_told(
    ground: Ground, act: Acting, voter: str, election: str | None, fact: str
) -> None:
    told = act("proof", voter, "--election", election or ground.name)
    refuses(told, fact, ExitCode.USAGE if election else ExitCode.INPUT)


def test_nobody_is_struck_out_before_the_freeze(
    ground: Ground, act: Acting, tmp_path: Path
) -> None:
    out = ("--out", str(tmp_path / "stations"))
    refuses(
        act("strike-list", "--election", "0x00", *out),
        "none of this registrar's",
        ExitCode.USAGE,
    )
    told = act("strike-list", "--election", ground.name, *out)
    refuses(told, "is final from", ExitCode.NOT_YET)
    assert not (tmp_path / "stations").exists()


def file(ground: Ground, *numbers: int) -> None:
    with open_context(SERVICE, ground.home, PASSWORD, write=lambda _: None) as context:
        desks = open_desks(context)
        for desk in desks.values():
            desk.learn_times(desk.connect())
        for number in numbers:
            context.database.run_now(
                file_application,
                f"account-{number}",
                consent=f"C{number}",
                locks={ground.name: NO_LOCK},
                desks=desks,
                now=ground.stage.manifest.times.registration,
            )


def test_applications_wait_for_a_person(ground: Ground, act: Acting) -> None:
    assert act("decide")[1] == {"waiting": []}
    ground.travel(ground.stage.manifest.times.registration)
    file(ground, 0, 1)
    waiting = act("decide")[1]["waiting"]
    assert [each["voter_id"] for each in waiting] == ["V0", "V1"]
    assert act("decide", "V0", "--accept")[:2] == (
        0,
        {"voter_id": "V0", "accepted": True},
    )
    refuses(act("decide", "V0", "--refuse", "too_late"), "that is accepted")
    code, made, _ = act("decide", "v1", "--refuse", "not_eligible")
    assert (code, made["accepted"]) == (0, False)
    refuses(act("decide", "V1", "--accept"), "that is refused")
    assert act("decide")[1] == {"waiting": []}


@pytest.mark.parametrize(
    ("options", "fact", "code"),
    [
        (["V0"], "give it, or --refuse", ExitCode.USAGE),
        (["V0", "--accept", "--refuse", "x"], "give it, or --refuse", ExitCode.USAGE),
        (["V0", "--refuse", "He is Иванов"], "is not a word", ExitCode.USAGE),
        (["V5", "--accept"], "has no application", ExitCode.INPUT),
        (["V99", "--accept"], "has no application", ExitCode.INPUT),
        (["<script>", "--accept"], "U+003C", ExitCode.INPUT),
    ],
)
def test_decision_on_nothing_is_told(
    act: Acting, options: list[str], fact: str, code: ExitCode
) -> None:
    refuses(act("decide", *options), fact, code)


def test_decision_after_the_freeze_is_too_late_by_the_chains_clock(
    ground: Ground, act: Acting, tmp_path: Path
) -> None:
    """Who is not on the chain by then keeps the paper ballot."""
    file(ground, 2)
    ground.travel(ground.stage.manifest.times.freeze)
    refuses(act("decide", "V2", "--accept"), "too late")
    out = ("--out", str(tmp_path / "stations"))
    code, made, _ = act("strike-list", "--election", ground.name, *out)
    assert (code, made["voters"], made["files"]) == (0, 0, {})
