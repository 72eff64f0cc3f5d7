from __future__ import annotations

import json
from pathlib import Path

import pytest

from election.artifacts import ROOT
from election.crypto.signature import SECP256K1_ORDER, SigningKey, derive_address
from election.crypto.transcript import hash_bytes
from election.errors import ManifestError
from scripts.shared.files.manifest_file import (
    RefusedManifestError,
    drop_echoes,
    read_manifest,
)

ELECTIONS = ROOT / "elections"
MOSCOW = ELECTIONS / "mgd-2019.toml"
ACCOUNTS = ELECTIONS / "test-accounts.toml"


def published_account(name: str) -> bytes:
    number = int.from_bytes(hash_bytes(f"veche TEST {name}".encode()), "big")
    return derive_address(SigningKey(number % (SECP256K1_ORDER - 1) + 1))


def test_moscow_manifest_is_complete_with_its_accounts() -> None:
    manifest = read_manifest(MOSCOW, ACCOUNTS)
    assert manifest.test
    assert [contest.id for contest in manifest.contests] == [1, 10, 30]
    assert [len(contest.candidates) for contest in manifest.contests] == [5, 5, 6]
    assert (manifest.trustees.threshold, manifest.trustees.seats) == (3, 5)
    assert sum(member.commission for member in manifest.issuers.members) == 2


def test_polls_of_moscow_were_open_for_twelve_hours() -> None:
    times = read_manifest(MOSCOW, ACCOUNTS).times
    assert times.issue_closing - times.opening == 12 * 3_600
    assert times.cast_closing - times.issue_closing == 15 * 60


def test_manifest_may_begin_with_a_mark(tmp_path: Path) -> None:
    """As some editors save it."""
    marked = [tmp_path / "manifest.toml", tmp_path / "accounts.toml"]
    for path, original in zip(marked, (MOSCOW, ACCOUNTS), strict=True):
        path.write_text(original.read_text(), encoding="utf-8-sig")
    assert read_manifest(*marked) == read_manifest(MOSCOW, ACCOUNTS)


def test_manifest_without_its_accounts_is_refused() -> None:
    with pytest.raises(ManifestError, match="accounts"):
        read_manifest(MOSCOW)


def test_account_that_stands_in_both_files_is_refused(tmp_path: Path) -> None:
    twice = tmp_path / "accounts.toml"
    twice.write_text(ACCOUNTS.read_text() + "\n[times]\n")
    with pytest.raises(ManifestError, match="not toml"):
        read_manifest(MOSCOW, twice)


def refuse(text: str, folder: Path) -> tuple[str, ...]:
    path = folder / "manifest.toml"
    path.write_text(text)
    with pytest.raises(RefusedManifestError) as refused:
        read_manifest(path, ACCOUNTS)
    return tuple(line.removeprefix(f"{folder}/") for line in refused.value.lines)


def test_all_faults_are_told_with_file_line_and_the_words_of_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MOSCOW.read_text().replace("minimum_cast = 10", "minimum_cast = 1")
    text = text.replace('name = "Крюков Алексей Сергеевич"', 'name = ""')
    text = text.replace("step_seconds", "step_second").replace("= 30", "= -30")
    assert refuse(text, tmp_path) == (
        "manifest.toml line 13: minimum_cast: is below 2",
        "manifest.toml line 51: contest 10, candidate 4: is empty or above 128 bytes",
        "manifest.toml line 56: contest number 3, id: is below 0",
        "manifest.toml line 12: step_second: unknown key; did you mean step_seconds?",
    )
    assert capsys.readouterr().err.count(" line ") == 4


def test_fault_in_the_accounts_names_their_file(tmp_path: Path) -> None:
    broken = tmp_path / "accounts.toml"
    broken.write_text(ACCOUNTS.read_text().replace("0x8bca53", "0x8bca5"))
    with pytest.raises(RefusedManifestError) as refused:
        read_manifest(MOSCOW, broken)
    assert refused.value.lines == (
        f"{broken} line 20: trustee 2, account: not an account: is not 20 bytes in hex",
    )


def test_what_no_single_key_shows_is_told_all_at_once(tmp_path: Path) -> None:
    text = MOSCOW.read_text().replace("quorum = 2 ", "quorum = 4 ")
    text = text.replace("2019-09-05T00", "2019-07-05T00").replace("id = 30", "id = 10")
    told = refuse(text, tmp_path)
    assert [line.split(": ")[1] for line in told] == [
        "times.freeze",
        "quorum",
        "contests",
    ]
    assert told[0].startswith("manifest.toml line 20: ")


def test_swapped_files_are_told_as_such() -> None:
    with pytest.raises(RefusedManifestError) as refused:
        read_manifest(ACCOUNTS, MOSCOW)
    assert refused.value.hint == (
        "the file given with --accounts is a manifest: are both swapped?"
    )


def test_text_that_is_not_toml_is_refused_by_its_line(tmp_path: Path) -> None:
    (told,) = refuse(MOSCOW.read_text().replace("quorum = 2", "quorum ="), tmp_path)
    assert told.endswith(" (column 23)")
    assert told.startswith("manifest.toml line 14: manifest: is not toml: ")


def test_misspelt_key_is_not_told_as_missing_too() -> None:
    faults = [(("step_seconds",), "is missing"), (("quorum",), "is missing")]
    misspelt = (("step_second",), "unknown key; did you mean step_seconds?")
    assert drop_echoes([*faults, misspelt]) == [faults[1], misspelt]


def test_keys_of_test_accounts_are_as_public_as_the_file_says() -> None:
    manifest = read_manifest(MOSCOW, ACCOUNTS)
    assert manifest.accounts.commission == published_account("commission")
    assert manifest.accounts.sms_gateway == published_account("sms gateway")
    for kind, roster in (("trustee", manifest.trustees), ("issuer", manifest.issuers)):
        names = [f"{kind} {number}" for number in range(1, 6)]
        accounts = [member.account for member in roster.members]
        assert accounts == list(map(published_account, names))


def test_official_counts_fit_the_candidates_and_add_up() -> None:
    results = json.loads((ELECTIONS / "mgd-2019-results.json").read_text())
    contests = read_manifest(MOSCOW, ACCOUNTS).contests
    for contest, result in zip(contests, results["contests"], strict=True):
        assert result["id"] == contest.id
        assert len(result["counts"]) == len(contest.candidates)
        assert sum(result["counts"]) == result["valid"]
        assert result["valid"] + result["invalid"] <= result["voters_on_list"]
