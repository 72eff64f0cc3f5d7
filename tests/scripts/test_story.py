"""A whole election from the command line, told once; its chapters are in order."""

from __future__ import annotations

import sys
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.key_file import open_key_file
from tests.scripts.conftest import PASSWORD, Arguments, Cli, write_election

COUNTS = [
    {"slot": 1, "count": 1, "name": "Анна"},
    {"slot": 2, "count": 2, "name": "Вронский"},
]


def ask(cli: Cli, wish: str, index: int, *, lock: bool = False) -> Path:
    """Let a voter ask and both organisations attest; return the request."""
    path = cli.folder / f"{wish}-{index}.json"
    options: Arguments = ["--list", cli.folder / "lists/list-1.json"]
    options += [*find_voter(cli, index), "--out", path, *(["--lock"] if lock else [])]
    asked = cli.go_by("request", wish, *options, key=f"voter-{index}")
    for organisation in ("portal", "sms_gateway"):
        out = cli.folder / f"{wish}-{index}-{organisation}.json"
        made = cli.go_by("attest", path, "--out", out, key=organisation)
        assert made["fingerprint"] == asked["fingerprint"]
    return path


def find_voter(cli: Cli, index: int) -> Arguments:
    """Give what a voter's account shows: the line of the register with its salt."""
    lines = (cli.folder / "lists/salts.csv").read_text().splitlines()[1:]
    found = next(line for line in lines if f",VOTER {index}," in line)
    return ["--voter-id", f"voter {index}", "--salt", found.split(",")[2]]


def write_terms(cli: Cli) -> None:
    made = cli.act("terms", "--out", cli.folder / "terms.json")
    (cli.folder / "terms-hash").write_text(made["terms_hash"])


def send(cli: Cli, act: str, path: Path) -> None:
    portal = path.with_name(f"{path.stem}-portal.json")
    sms = path.with_name(f"{path.stem}-sms_gateway.json")
    cli.go_by(act, path, "--portal", portal, "--sms", sms, key="registrar")


def make_keys(cli: Cli) -> None:
    cli.act("time", "keys")
    waiting: dict[str, Any] = {}
    for _ in range(6):
        for role in ("trustee", "issuer"):
            for number in (1, 2):
                waiting[role] = cli.act(role, key=f"{role}-{number}")
    assert all(each["has_share"] for each in waiting.values())
    kept = open_key_file(cli.key("trustee-2"), password=PASSWORD).secrets
    (part,) = kept.parts.values()
    assert not part.random
    assert part.share is not None
    boxes = cli.act("create-boxes", key="commission")
    assert cli.act("create-boxes", key="relay") == boxes


def publish_twice_at_once(cli: Cli) -> Path:
    """Let two programs draw salts and publish; give the folder of the one that did."""
    context = get_context("fork")  # which inherits the cost of passwords
    outs = [cli.folder / "one", cli.folder / "other"]
    programs = [context.Process(target=publish_and_exit, args=(cli, o)) for o in outs]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    assert sorted(program.exitcode or 0 for program in programs) == [0, 9]
    (done,) = [out for out in outs if out.exists()]
    return done


def publish_and_exit(cli: Cli, out: Path) -> None:
    table = cli.folder / "voters.csv"
    tried = cli.attempt("publish-list", table, "--out", out, key="commission")
    sys.exit(tried.code)


def publish_lists(cli: Cli) -> None:
    cli.act("time", "list")
    lines = "".join(f"1,voter {index}\n" for index in range(5))
    (cli.folder / "voters.csv").write_text("contest,voter_id\n" + lines)
    lists = publish_twice_at_once(cli).rename(cli.folder / "lists")
    again = cli.act(
        "publish-list", lists / "salts.csv", "--out", lists, key="commission"
    )
    assert again == {"published": [], "voters": {"1": 5}}
    assert (lists / "salts.csv").stat().st_mode & 0o777 == 0o600


def register_voters(cli: Cli) -> None:
    cli.act("time", "registration")
    write_terms(cli)
    cli.keygen("registrar", "registrar")
    for index in range(4):
        cli.keygen("voter", f"voter-{index}")
        send(cli, "register", ask(cli, "register", index, lock=index == 0))
    send(cli, "withdraw", ask(cli, "withdraw", 3))
    ask_too_early(cli)


def ask_too_early(cli: Cli) -> None:
    """Make a request before the polls: it is kept, and not attested yet."""
    place: Arguments = ["--list", cli.folder / "lists/list-1.json"]
    place += [*find_voter(cli, 1), "--out", cli.folder / "early.json"]
    terms: Arguments = ["--terms", cli.folder / "terms.json", "--terms-hash"]
    terms += [(cli.folder / "terms-hash").read_text(), "--rpc-url", cli.url]
    told = cli("request", "issue", *place, *terms, *cli.unlock("voter-1"))
    assert (told.code, "is taken from" in told.err) == (0, True), told.err
    assert "next: keep it until then" in told.err


def issue_credentials(cli: Cli) -> None:
    cli.act("time", "voting")
    place: Arguments = ["--list", cli.folder / "lists/list-1.json"]
    voter = find_voter(cli, 3)
    cli.act("mark-paper", *place, *voter, key="polling_station")
    again = cli.attempt("mark-paper", *place, *voter, key="polling_station")
    assert again.code == ExitCode.REFUSED
    assert f"of voter {voter[1]}: it was given a paper ballot" in again.err
    assert "give no second one" in again.err
    for index in range(3):
        send(cli, "request-credential", ask(cli, "issue", index, lock=index == 0))
    for number in (1, 2):
        out = cli.folder / f"answers-{number}.json"
        cli.act("issue", "--contest", "1", "--out", out, key=f"issuer-{number}")


def make_ballot(cli: Cli, index: int) -> Path:
    answers = [cli.folder / f"answers-{number}.json" for number in (1, 2)]
    credential = cli.folder / f"credential-{index}.json"
    request, key = cli.folder / f"issue-{index}.json", f"voter-{index}"
    cli.go_by("credential", request, *answers, "--out", credential, key=key)
    ballot = cli.folder / f"ballot-{index}.json"
    cli.go_by("ballot", credential, "--out", ballot, key=key)
    return ballot


def cast_ballots(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    ballots = []
    for index, choice in enumerate("212"):
        monkeypatch.setattr("typer.prompt", lambda *_, c=choice, **__: c)
        ballots.append(make_ballot(cli, index))
    assert len(cli.act("cast", *ballots[:2], key="relay")["cast"]) == 2
    second = cli.act("cast", *ballots, key="relay")
    assert (len(second["cast"]), len(second["already_there"])) == (1, 2)


def extend_polls(cli: Cli) -> None:
    paths = []
    for name in ("commission", "observer"):
        paths.append(cli.folder / f"signed-{name}.json")
        signed = cli.attempt(
            "authorize", "--extend", "600", "--out", paths[-1], key=name
        )
        assert f"signs {signed.result['hash']}" in signed.err
        assert "extension 0, by 600 seconds" in signed.err
    before = cli.act("status")["times"]["closed"]
    assert cli.act("extend", "600", *paths, key="relay")["cast_closing"] > before


def next_of(cli: Cli) -> str:
    """Give what is next for the contest."""
    command: str = cli.act("status")["contests"]["1"]["next"]["command"]
    return command


def count(cli: Cli) -> None:
    cli.act("time", "closed")
    early = cli.attempt("share", "--compare", key="trustee-1")
    assert early.code is ExitCode.NOT_YET
    assert "none is there to compare yet" in early.err
    steps = [each["command"] for each in cli.act("status")["next"]]
    assert steps == ["veche audit", "veche export --out record.jsonl.gz"]
    assert next_of(cli) == "veche freeze --contest 1"
    for when in ("now", "before"):
        frozen = cli.act("freeze", key="relay")["1"]
        assert frozen["frozen"] == when
        assert "waits for the trustees' shares" in frozen["next"]
    assert next_of(cli) == "veche share --compare --contest 1"
    shown = [cli.act("share", "--compare", key=f"trustee-{each}") for each in (1, 2)]
    assert shown[0] == shown[1]
    assert shown[0]["1"]["ballots"] == 3
    agreed = "--agreed", shown[0]["1"]["comparison_hash"]
    for number in (1, 2):
        given = cli.act("share", *agreed, key=f"trustee-{number}")
        assert given == {"1": "given"}
    assert cli.act("share", *agreed, key="trustee-1") == {"1": "given before"}
    assert next_of(cli) == "veche publish-result --contest 1"
    for _ in range(2):
        assert cli.act("publish-result", key="relay") == {"1": COUNTS}


def test_election_is_held_act_by_act(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    write_election(cli)
    first = cli.deploy()
    assert cli.deploy() == first
    make_keys(cli)
    publish_lists(cli)
    register_voters(cli)
    issue_credentials(cli)
    cast_ballots(cli, monkeypatch)
    extend_polls(cli)
    count(cli)
    status = cli.act("status")
    contest = status["contests"]["1"]
    assert status["phase"] == "final"
    assert (contest["online"], contest["paper"], contest["cast"]) == (3, 1, 3)
    assert contest["counts"] == COUNTS
    bundle = cli.folder / "election.jsonl.gz"
    cli.act("export", "--out", bundle)
    assert cli("audit", bundle, "--json").result["held"]
