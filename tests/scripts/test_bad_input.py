"""Whatever is given to an act: one clear error, and nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from election.client.rpc import connect
from election.crypto.transcript import Hash
from election.protocol.text import name_one
from election.protocol.voter_list import hash_voter
from scripts.shared.exit_codes import ExitCode
from tests.scripts.conftest import MANIFEST, VOTER, Arguments, Cli, Outcome

GARBAGE = ["", "garbage", "[]", "5", "null", "{}", "\ufeff{}", '{"a": 1', "[" * 100_000]
NAMED = ["--voter-id", "a", "--salt", "22" * 32]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture(autouse=True)
def unchanged(prepared: Cli) -> Iterator[None]:
    connection = connect(prepared.url)
    head = connection.read_head()
    yield
    assert connection.read_head() == head


BEFORE: Final = {
    ExitCode.USAGE,
    ExitCode.INPUT,
    ExitCode.NOT_YET,
    ExitCode.REFUSED,
    ExitCode.UNREACHABLE,
    ExitCode.UNBELIEVABLE,
}
"""How an act may end that did not begin; test_exit_codes.py has one of each."""


def check(refused: Outcome, fact: str) -> None:
    lines = refused.err.splitlines()
    errors = [line for line in lines if ": error: " in line]
    assert refused.code in BEFORE, refused.err
    assert len(errors) == 1
    assert fact in errors[0]
    assert lines[-1] == errors[0] or ": hint: " in lines[-1]
    assert "--help shows an example" not in refused.err
    assert not refused.out
    assert "Traceback" not in refused.err


def edited(path: Path, change: Callable[[dict[str, Any]], Any]) -> str:
    value = json.loads(path.read_text())
    change(value)
    return json.dumps(value)


# The node


def test_no_node(prepared: Cli) -> None:
    away = Cli(prepared.folder, "http://127.0.0.1:1")
    check(away.attempt("status"), "http://127.0.0.1:1: no node answers there")


def test_server_that_is_no_node(prepared: Cli) -> None:
    check(Cli(prepared.folder, "nonsense").attempt("status"), "nonsense: ")


# The record of a deployment


def status_of(prepared: Cli, text: str, folder: Path) -> Outcome:
    record = folder / "record.json"
    record.write_text(text)
    return prepared("status", "--election", record, "--rpc-url", prepared.url)


@pytest.mark.parametrize("text", GARBAGE)
def test_record_that_is_garbage(prepared: Cli, text: str, folder: Path) -> None:
    check(status_of(prepared, text, folder), "record.json: ")


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (lambda r: r.pop("chain_id"), "chain_id: is missing"),
        (lambda r: r.update(more=1), "more: unknown key"),
        (lambda r: r.update(bloc=1), "bloc: unknown key; did you mean block?"),
        (lambda r: r["anchor"].update(hsh=1), "anchor.hsh: unknown key; did you mean"),
        (lambda r: r.update(format="veche-key/1"), "format: is not veche-election/1"),
        (lambda r: r.update(block="0"), "block: is not a whole number"),
        (lambda r: r["contracts"].update(Election="0x12"), "contracts.Election: "),
        (lambda r: r["contracts"].update(Election="nonsense"), "contracts.Election: "),
        (lambda r: r["contracts"].pop("Election"), "deployment: is not finished"),
        (lambda r: r.update(chain_id=1), "instead of 1"),
        (
            lambda r: r["contracts"].update(Election=r["contracts"]["Tally"]),
            "is no election on chain",
        ),
        (
            lambda r: r["contracts"].update(Election="0x" + "11" * 20),
            "is no election on chain",
        ),
    ],
)
def test_record_with_a_wrong_key(
    prepared: Cli, change: Callable[[Any], Any], fact: str, folder: Path
) -> None:
    text = edited(prepared.folder / "election.json", change)
    check(status_of(prepared, text, folder), fact)


def test_record_that_is_not_there(prepared: Cli, folder: Path) -> None:
    check(prepared("status", "--election", folder / "none"), "no such file")
    check(prepared("status", "--election", folder), "is a directory")


def test_record_in_another_encoding(prepared: Cli, folder: Path) -> None:
    record = folder / "record.json"
    record.write_bytes(b"\xfe\xfe")
    check(prepared("status", "--election", record), "is not text in utf-8")


def test_record_is_no_bundle_to_audit(prepared: Cli) -> None:
    refused = prepared("audit", prepared.folder / "election.json")
    check(refused, "is what `veche deploy` wrote: give it with --election")


# The manifest


def deploy_with(prepared: Cli, manifest: str, folder: Path, *more: str) -> Outcome:
    path = folder / "manifest.toml"
    path.write_text(manifest)
    options: Arguments = ["--accounts", prepared.folder / "accounts.toml"]
    options += ["--rpc-url", prepared.url, *prepared.unlock("commission")]
    return prepared("deploy", path, "--out", folder / "e.json", *options, *more)


@pytest.mark.parametrize(
    ("before", "after", "fact"),
    [
        ("test = true", "test = ", "manifest: is not toml"),
        ("test = true", "", "test: is missing"),
        ("test = true", "test = true\nmore = 1", "more: unknown key"),
        ("test = true", "test = true\nquorums = 1", "did you mean quorum?"),
        ("threshold = 2", "threshold = 3", "trustees: threshold is above"),
        ("minimum_cast = 2", "minimum_cast = 1", "minimum_cast: "),
        ('"Вронский"', '"Анна"', "contest 1, candidates: candidates 1 and 2, "),
    ],
)
def test_manifest_with_a_fault(
    prepared: Cli, before: str, after: str, fact: str, folder: Path
) -> None:
    text = MANIFEST.replace(before, after, 1)
    refused = deploy_with(prepared, text, folder, "--shift-to", "now+10m")
    check(refused, fact)
    assert not (folder / "e.json").exists()


@pytest.mark.parametrize("moment", [" ", "tomorrow", "now", "+5x", "2030-01-01T00:00"])
def test_time_that_is_none(prepared: Cli, moment: str, folder: Path) -> None:
    refused = deploy_with(prepared, MANIFEST, folder, "--shift-to", moment)
    check(refused, "is neither like now+60s nor")
    assert "--election" not in refused.err


def test_real_election_is_not_moved_in_time(prepared: Cli, folder: Path) -> None:
    real = MANIFEST.replace("test = true", "test = false")
    own = "--chain-id", str(connect(prepared.url).chain_id)
    refused = deploy_with(
        prepared, real, folder, *own, "--shift-to", "now+10m", "--name", "story"
    )
    check(refused, "only the times of a test election can be moved")


def test_election_of_the_past(prepared: Cli, folder: Path) -> None:
    refused = deploy_with(prepared, MANIFEST, folder)
    check(refused, "phase keys would have begun already, at 2019-01-01 00:00:00 UTC")
    assert "hint: --shift-to now+1h moves all times" in refused.err
    moved = "--shift-to", "0001-01-01T00:00:00+23:59"
    refused = deploy_with(prepared, MANIFEST, folder, *moved)
    check(refused, "phase keys would have begun")


def test_record_of_another_manifest(prepared: Cli, folder: Path) -> None:
    (folder / "e.json").write_text((prepared.folder / "election.json").read_text())
    other = MANIFEST.replace("quorum = 1", "quorum = 1 ").replace("Only", "Other")
    check(deploy_with(prepared, other, folder), "is of another manifest")


# Key files


@pytest.mark.parametrize("text", GARBAGE)
def test_key_file_that_is_garbage(prepared: Cli, text: str, folder: Path) -> None:
    (folder / "key.json").write_text(text)
    options: Arguments = ["--key", folder / "key.json"]
    options += ["--password-file", prepared.folder / "password"]
    check(prepared.attempt("freeze", *options), "key.json: ")


@pytest.mark.parametrize(
    ("name", "value", "fact"),
    [
        ("role", "trustee", "does not open with this password"),
        ("address", "0x" + "11" * 20, "does not open with this password"),
        ("salt", "0x" + "22" * 32, "does not open with this password"),
        ("nonce", "0x" + "33" * 12, "does not open with this password"),
        ("ciphertext", "0x" + "44" * 99, "does not open with this password"),
        ("ciphertext", "0x44", "ciphertext: "),
        ("nonce", "0x", "nonce: "),
        ("role", "king", "role: "),
        ("format", "veche-key/2", "format: "),
    ],
)
def test_key_file_that_was_changed(
    prepared: Cli, name: str, value: str, fact: str, folder: Path
) -> None:
    def change(sealed: dict[str, Any]) -> None:
        sealed[name] = value

    (folder / "key.json").write_text(edited(prepared.key("relay"), change))
    options: Arguments = ["--key", folder / "key.json"]
    options += ["--password-file", prepared.folder / "password"]
    check(prepared.attempt("freeze", *options), fact)


@pytest.mark.parametrize(
    ("password", "fact"),
    [
        ("wrong", "relay.json: does not open with this password"),
        ("", "has no password in its first line"),
        ("\nsecond line", "has no password in its first line"),
    ],
)
def test_wrong_password(prepared: Cli, password: str, fact: str, folder: Path) -> None:
    (folder / "password").write_text(password)
    options: Arguments = ["--key", prepared.key("relay")]
    options += ["--password-file", folder / "password"]
    check(prepared.attempt("freeze", *options), fact)


def test_key_file_that_is_not_there(prepared: Cli) -> None:
    check(prepared.attempt("freeze", key="nobody"), "`veche keygen` makes one")


def test_share_of_nothing_that_was_agreed_on(prepared: Cli) -> None:
    check(prepared.attempt("share", key="trustee-1"), "run with --compare first")
    agreed = prepared.attempt("share", "--agreed", "00" * 32, key="trustee-1")
    assert "--compare" not in agreed.err
    assert agreed.code is ExitCode.NOT_YET  # nobody is accused
    assert "tell the others" not in agreed.err


@pytest.mark.parametrize(
    ("act", "key"),
    [
        (["trustee"], "issuer-1"),
        (["issuer"], "trustee-1"),
        (["share", "--compare"], "issuer-1"),
        (["cast", "x"], "commission"),
        (["publish-list", "--no-voters", "1", "--out", "x"], "relay"),
        (["issue", "--contest", "1", "--out", "x"], "trustee-1"),
        (["mark-paper", "--list", "x", *NAMED], "relay"),
        (["authorize", "--extend", "5", "--out", "x"], "relay"),
    ],
)
def test_key_file_of_another_role(prepared: Cli, act: list[str], key: str) -> None:
    role = name_one(key.partition("-")[0])
    check(prepared.attempt(*act, key=key), f"{key}.json: is of {role}, not of ")


@pytest.mark.parametrize(
    ("act", "key"),
    [
        (["attest", "x", "--out", "x"], "relay"),
        (["register", "x", "--portal", "x", "--sms", "x"], "relay"),
        (["request-credential", "x", "--portal", "x", "--sms", "x"], "voter"),
        (["ballot", "x", "--out", "x"], "portal"),
    ],
)
def test_key_file_of_a_role_that_has_no_part_in_it(
    prepared: Cli, act: list[str], key: str
) -> None:
    """A relay that sends for leaves, too, would join what has to stay apart."""
    check(prepared.attempt_by(*act, key=key), f"{key}.json: is of a {key}, not of a")


def test_key_file_is_never_overwritten(prepared: Cli) -> None:
    before = prepared.key("relay").read_bytes()
    options: Arguments = ["--out", prepared.key("relay")]
    options += ["--password-file", prepared.folder / "password"]
    refused = prepared("keygen", "relay", *options)
    check(refused, "relay.json: is there already")
    assert "give another --out" in refused.err
    assert prepared.key("relay").read_bytes() == before


@pytest.mark.parametrize(("password", "code"), [("x", 9), ("1234567", 9), ("ё" * 8, 0)])
def test_new_key_file_has_a_password_of_eight_characters(
    prepared: Cli, password: str, code: int, folder: Path
) -> None:
    (folder / "password").write_text(password)
    options: Arguments = ["--out", folder / "key.json"]
    made = prepared("keygen", "relay", *options, "--password-file", folder / "password")
    assert made.code == code
    assert (folder / "key.json").exists() == (code == 0)
    if code:
        check(made, "password: is shorter than 8 characters")


@pytest.mark.parametrize(
    "act",
    [["freeze"], ["publish-result"], ["share", "--compare"], ["issue", "--out", "x"]],
)
def test_contest_that_is_not_there_is_named_before_any_key_is_opened(
    prepared: Cli, act: list[str]
) -> None:
    refused = prepared.attempt(*act, "--contest", "7", key="nobody")
    check(refused, "contest 7: is not in the election, which has 1")


@pytest.mark.parametrize(
    ("act", "role"),
    [
        (["share", "--compare"], "trustee"),
        (["issue", "--contest", "1", "--out", "x"], "issuer"),
    ],
)
def test_member_of_another_election_is_told_so_before_the_record_is_read(
    prepared: Cli, act: list[str], role: str, folder: Path
) -> None:
    password: Arguments = ["--password-file", prepared.folder / "password"]
    prepared("keygen", role, "--out", folder / "key.json", *password)
    refused = prepared.attempt(*act, "--key", folder / "key.json", *password)
    check(refused, f"is no {role} of this election: is it the right key file?")
    assert "verif" not in refused.err


# Registers and lists


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "does not begin with contest,voter_id (and salt, if any)"),
        ("voter_id,contest\n1,a\n", "does not begin with"),
        ("contest,voter_id\n", "has no voters"),
        ("contest,voter_id\n1,a\n1,A \n", "line 3: the voter of line 2 once more"),
        ("contest,voter_id\n1,a\nx,b\n", "line 3: contest: is not a number"),
        ("contest,voter_id\n-1,a\n", "line 2: contest: is not a number"),
        ("contest,voter_id\n1\n", "line 2: row: 1 column instead of 2"),
        ("contest,voter_id\n1, \n", "line 2: voter id: is empty"),
        (
            "contest,voter_id\n1,a\n7,b\n7,c\n",
            "voters.csv line 3: contest 7 is not in the election, which has 1; and 1 l",
        ),
        ("contest,voter_id,salt\n1,a,xx\n", "line 2: salt: is not 32 bytes"),
        ("contest,voter_id,salt\n1,a,0011\n", "line 2: salt: is not 32 bytes"),
        ('contest,voter_id\n1,"a', "is not csv"),
    ],
)
def test_register_with_a_fault(
    prepared: Cli, text: str, fact: str, folder: Path
) -> None:
    (folder / "voters.csv").write_text(text)
    act: Arguments = ["publish-list", folder / "voters.csv", "--out", folder / "lists"]
    check(prepared.attempt(*act, key="commission"), fact)
    assert not (folder / "lists").exists()


def test_lines_of_a_register_are_told_and_nothing_is_published(
    prepared: Cli, folder: Path
) -> None:
    rows = "".join(f"1,voter \u200b{number}\n" for number in range(30))
    (folder / "voters.csv").write_text("contest,voter_id\n" + rows)
    act: Arguments = ["publish-list", folder / "voters.csv", "--out", folder / "lists"]
    refused = prepared.attempt(*act, key="commission")
    check(refused, "has 30 lines that are refused, as told above")
    assert refused.err.count("line 2: voter id: character 7 is U+200B") == 1
    told = refused.err.splitlines()  # before any node is asked
    assert [line.split(":")[0] for line in told[:20]] == [
        f"line {number}" for number in range(2, 22)
    ]
    assert told[20] == "and 10 lines more"
    assert not (folder / "lists").exists()


def test_voters_that_look_alike_are_published_only_when_somebody_looked(
    prepared: Cli, folder: Path
) -> None:
    (folder / "voters.csv").write_text("contest,voter_id\n1,\u0410-1\n1,a1\n")
    act: Arguments = ["publish-list", folder / "voters.csv", "--out", folder / "lists"]
    refused = prepared.attempt(*act, key="commission")
    check(refused, "has voters that look alike, as told above")
    assert "lines 2 and 3: \u0410-1 and A1 look alike" in refused.err
    refused = prepared.attempt(*act, "--different", key="commission")
    check(refused, "lists: are published from")


@pytest.mark.parametrize("text", [*GARBAGE, '{"format": "veche-list/2"}'])
def test_list_that_is_garbage(prepared: Cli, text: str, folder: Path) -> None:
    (folder / "list.json").write_text(text)
    act: Arguments = ["mark-paper", "--list", folder / "list.json", *NAMED]
    check(prepared.attempt(*act, key="polling_station"), "list.json: ")


def test_paper_is_noted_for_a_named_voter_alone(prepared: Cli, folder: Path) -> None:
    own = hash_voter("a", Hash(bytes.fromhex(NAMED[-1])))
    hashes = [f"0x{own.hex()}"]
    text = json.dumps({"format": "veche-list/1", "contest": 1, "voters": hashes})
    (folder / "list.json").write_text(text)
    act: Arguments = ["mark-paper", "--list", folder / "list.json"]
    by_place = prepared.attempt(*act, "--index", "0", key="polling_station")
    check(by_place, "o such option: --index")
    refused = prepared.attempt(*act, *NAMED, key="polling_station")
    check(refused, "mark of a paper ballot: is taken from")


def test_request_beyond_the_list(prepared: Cli, folder: Path) -> None:
    hashes = ["0x" + "11" * 32]
    text = json.dumps({"format": "veche-list/1", "contest": 1, "voters": hashes})
    (folder / "list.json").write_text(text)
    act: list[str | Path] = ["--list", folder / "list.json"]
    act += ["--out", folder / "request.json"]

    def refuse(*who: str, fact: str) -> None:
        asked = prepared.attempt_by("request", "register", *act, *who, key="voter")
        check(asked, fact)

    refuse("--index", "1", fact="index 1: is not below 1")
    refuse(fact="give --voter-id with --salt, or --index alone")
    refuse("--index", "0", "--salt", "00", fact="or --index alone")
    refuse("--voter-id", "a", "--salt", "00", fact="--salt: is not 32 bytes in hex")
    named = "--voter-id", "a", "--salt", "22" * 32
    refuse(*named, fact="is not on this list with this id and salt")
    assert not (folder / "request.json").exists()


# Requests, answers, ballots


@pytest.mark.parametrize("text", GARBAGE)
@pytest.mark.parametrize(
    ("act", "key"),
    [
        (["cast", "{}"], "relay"),
        (["extend", "60", "{}"], "relay"),
    ],
)
def test_file_that_is_garbage(
    prepared: Cli, act: list[str], key: str, text: str, folder: Path
) -> None:
    (folder / "file.json").write_text(text)
    arguments = [each.format(folder / "file.json") for each in act]
    check(prepared.attempt(*arguments, key=key), "file.json: ")


@pytest.mark.parametrize("text", GARBAGE)
@pytest.mark.parametrize(
    ("act", "key"),
    [
        (["attest", "{}", "--out", "x"], "portal"),
        (["register", "{}", "--portal", "x", "--sms", "x"], "registrar"),
        (["credential", "{}", "x", "--out", "x"], "voter"),
        (["ballot", "{}", "--out", "x"], "voter"),
    ],
)
def test_file_that_goes_by_terms_and_is_garbage(
    prepared: Cli, act: list[str], key: str, text: str, folder: Path
) -> None:
    (folder / "file.json").write_text(text)
    name, *rest = [each.format(folder / "file.json") for each in act]
    check(prepared.attempt_by(name, *rest, key=key), "file.json: ")


@pytest.mark.parametrize(
    ("pinned", "fact"),
    [
        ("", "--terms-hash: is given an empty value"),
        (" ", "--terms-hash: is not 64 digits in hex"),
        ("12" * 31, "--terms-hash: is not 64 digits in hex"),
        ("zz" * 32, "--terms-hash: is not 64 digits in hex"),
        ("12" * 32, "terms.json: has the hash "),
    ],
)
def test_terms_that_are_not_pinned_are_refused(
    prepared: Cli, pinned: str, fact: str
) -> None:
    act = ["ballot", "x", "--terms", str(prepared.folder / "terms.json"), "--out", "x"]
    check(prepared(*act, "--terms-hash", pinned, *prepared.unlock("voter")), fact)


REQUEST = {
    "format": "veche-request/1",
    "action": "register",
    "contest": 1,
    "index": 0,
    "voter": "0x" + VOTER.hex(),
    "path": [],
    "nonce": 0,
    "lock": "0x" + "00" * 20,
    "blinded": "0x",
    "lock_signature": {"v": 0, "r": 0, "s": 0},
}


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ({"voter": "0x" + "12" * 32}, "is not on the published list"),
        ({"contest": 5}, "contest 5: is not in the election"),
        ({"contest": 2**256}, "contest: "),
        ({"contest": -1}, "contest: "),
        ({"index": 2**256 - 1}, "is not on the published list"),
        ({"path": ["0x" + "11" * 32] * 300}, "is not on the published list"),
    ],
)
def test_request_that_is_of_no_leaf_is_not_attested(
    prepared: Cli, change: dict[str, Any], fact: str, folder: Path
) -> None:
    (folder / "request.json").write_text(json.dumps(REQUEST | change))
    act = folder / "request.json", "--out", folder / "out.json"
    check(prepared.attempt_by("attest", *act, key="portal"), fact)
    assert not (folder / "out.json").exists()


def test_organisation_of_another_election_attests_nothing(
    prepared: Cli, folder: Path
) -> None:
    (folder / "request.json").write_text(json.dumps(REQUEST))
    act = folder / "request.json", "--out", folder / "out.json"
    refused = prepared.attempt_by("attest", *act, key="sms_gateway")
    check(refused, "is not of this election's sms-gateway")


def test_request_to_vote_online_is_none_for_a_credential(
    prepared: Cli, folder: Path
) -> None:
    (folder / "request.json").write_text(json.dumps(REQUEST))
    act = folder / "request.json", "answers", "--out", folder / "out.json"
    refused = prepared.attempt_by("credential", *act, key="voter")
    check(refused, "request.json: is no request for a credential")


def test_ballot_before_there_is_a_box(prepared: Cli, folder: Path) -> None:
    ballot = {"format": "veche-ballot/1", "contest": 1, "record": "0x00"}
    (folder / "ballot.json").write_text(json.dumps(ballot))
    refused = prepared.attempt("cast", folder / "ballot.json", key="relay")
    check(refused, "contest 1: has no box yet")


# Acts out of their phase


@pytest.mark.parametrize(
    ("act", "key", "fact"),
    [
        (["expire", "issuers"], "relay", "step enroll has time left until"),
        (
            ["create-boxes"],
            "relay",
            "keys are not made yet: the trustees and the issuers",
        ),
        (["freeze"], "relay", "polls: are not closed before"),
        (["publish-result"], "relay", "polls: are not closed before"),
        (["issue", "--contest", "1", "--out", "x"], "issuer-1", "has no ballot box"),
        (["authorize", "--out", "x"], "observer", "give it, or --override"),
        (["override", "x", "--contest", "1"], "relay", "contest 1: has no box yet"),
    ],
)
def test_act_before_its_time(
    prepared: Cli, act: list[str], key: str, fact: str
) -> None:
    check(prepared.attempt(*act, key=key), fact)


def test_member_that_comes_early_is_told_when_and_did_nothing_wrong(
    prepared: Cli,
) -> None:
    early = prepared.attempt("trustee", key="trustee-1")
    assert not early.result["acted_now"]
    assert "keys are made from" in early.err


@pytest.mark.parametrize(
    ("moment", "fact"),
    [
        (["2019-01-01T00:00:00Z"], "evm_setNextBlockTimestamp: "),
        (["sometime"], "is neither like now+60s nor"),
    ],
)
def test_clock_is_not_moved_back(prepared: Cli, moment: list[str], fact: str) -> None:
    check(prepared("time", *moment, "--rpc-url", prepared.url), fact)


def test_phase_that_is_none(prepared: Cli) -> None:
    check(prepared.attempt("time", "christmas"), "phase christmas: is none of keys")


@pytest.mark.parametrize("text", ["1,AB-1,00\n", '{"format": "veche-list/1"}'])
def test_file_of_another_kind_is_told_what_it_has_to_be(
    prepared: Cli, folder: Path, text: str
) -> None:
    (folder / "slip.csv").write_text(text)
    tried = prepared.attempt_by("attest", folder / "slip.csv", key="portal")
    check(tried, "slip.csv: ")
    assert "hint: it has to be a request, which `veche request` writes" in tried.err


def test_comparing_and_giving_are_two_acts(prepared: Cli) -> None:
    agreed = ["share", "--compare", "--agreed", "0" * 64]
    refused = prepared.attempt(*agreed, key="trustee-1")
    check(refused, "--compare: sends nothing, so leave it out with --agreed")
