from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from election.errors import ElectionError
from scripts.__main__ import run
from scripts.shared.errors import InputError
from scripts.shared.exit_codes import ExitCode
from services.gateway.centre_file import (
    read_centre_password,
    seal_centre_password,
)
from services.gateway.numbers import NumberError, mask_number, normalize_number
from services.gateway.phone_file import read_phone_file
from services.shell.home import Home
from services.shell.vault import Vault
from tests.services.gateway.stage import PHONE, SMPP_CENTRE, VOTER, make_gateway
from tests.services.running import PASSWORD


@pytest.mark.parametrize("text", ["+79161234567", " +7 (916) 123-45-67 "])
def test_number_has_one_writing(text: str) -> None:
    assert normalize_number(text) == PHONE


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("89161234567", "country code"),
        ("+7916", "4 digits"),
        ("+09161234567", "begins with 0"),
        ("+7916123456x", "something else"),
        ("", "something else"),
    ],
)
def test_number_that_is_none_is_told_without_repeating_it(text: str, fact: str) -> None:
    with pytest.raises(NumberError, match=fact) as told:
        normalize_number(text)
    assert not text or text not in str(told.value)


def test_of_a_number_its_end_is_shown() -> None:
    assert mask_number(PHONE) == "+7********67"


def write(folder: Path, text: str) -> Path:
    path = folder / "phones.csv"
    path.write_bytes(text.encode())
    return path


def test_file_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    text = "\ufeffVoter ID;Phone\r\nab-1;+7 916 123 45 67\r\n\r\n"
    found = read_phone_file(write(tmp_path, text))
    assert found.numbers == {"AB-1": PHONE}
    assert found.refused == ()


def test_rows_that_cannot_be_used_are_refused_and_others_taken(tmp_path: Path) -> None:
    rows = "A1,+79161234567\nA2,8916\n?,+79161234567\nA3\nA4,+79160000001\n"
    rows += "A4,+79160000002\nA1,+79161234567\n"
    found = read_phone_file(write(tmp_path, f"voter_id,phone\n{rows}"))
    assert found.numbers == {"A1": PHONE}  # twice the same is once
    assert [line for line, _ in found.refused] == [3, 4, 5, 6, 7]
    assert not any("8916" in fact or "7916" in fact for _, fact in found.refused)


def test_file_that_is_no_file_of_phones_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="voter_id,phone"):
        read_phone_file(write(tmp_path, "name,phone\n"))
    with pytest.raises(ElectionError, match=r"line 2.*csv"):
        read_phone_file(write(tmp_path, 'voter_id,phone\nA"1,"x\n'))


class Office:
    """A gateway's home, and its commands."""

    def __init__(self, folder: Path, capsys: Any, extra: str = "") -> None:
        centre = SMPP_CENTRE.format(port=1)
        self.home, _, _ = make_gateway(folder / "home", centre=centre, extra=extra)
        self.folder, self.capsys = folder, capsys
        (folder / "password").write_text(PASSWORD)

    def run(self, *words: str) -> tuple[int, Any, str]:
        own = ("--home", str(self.home.folder), "--json")
        secret = ("--password-file", str(self.folder / "password"))
        self.capsys.readouterr()
        code = run(["gateway", *words, *own, *secret])
        told = self.capsys.readouterr()
        return code, json.loads(told.out or "null"), told.err

    def take(self, text: str, *options: str) -> tuple[int, Any, str]:
        path = write(self.folder, f"voter_id,phone\n{text}")
        return self.run("phones", "import", str(path), *options)


def test_import_adds_changes_and_removes_nothing(tmp_path: Path, capsys: Any) -> None:
    office = Office(tmp_path, capsys)
    rows = f"{VOTER},+79160000001\nEF-1,+79160000002\n"
    code, dry, _ = office.take(rows, "--dry-run")
    counts = {
        "added": 1,
        "changed": 1,
        "same": 0,
        "absent": 1,
        "refused": 0,
        "shared": 0,
    }
    assert (code, dry) == (0, {**counts, "dry_run": True})
    assert office.take(rows)[1] == {**counts, "dry_run": False}
    again = office.take(rows)[1]
    assert (again["added"], again["changed"], again["same"]) == (0, 0, 2)


def test_refused_rows_go_to_a_file(tmp_path: Path, capsys: Any) -> None:
    office = Office(tmp_path, capsys)
    refused = tmp_path / "refused.csv"
    code, told, said = office.take("EF-1,8916\n", "--refused", str(refused))
    assert (code, told["refused"]) == (ExitCode.IN_PART, 1)
    assert "line 2" in said
    head, row = refused.read_text().splitlines()
    assert (head, row[:2], row[-10:]) == ("line,reason,row", "2,", ",EF-1,8916")


def test_one_phone_of_several_voters_is_told_and_taken(
    tmp_path: Path, capsys: Any
) -> None:
    office = Office(tmp_path, capsys)
    code, told, said = office.take("EF-1,+79160000001\nEF-2,+7 916 000 00 01\n")
    assert (code, told["added"], told["shared"]) == (0, 2, 1)
    assert "lines 2 and 3: one phone, 2 voters" in said


def test_no_number_changes_once_they_are_fixed(tmp_path: Path, capsys: Any) -> None:
    office = Office(tmp_path, capsys, extra="phones_fixed_from = 1")
    for new in ("EF-1,+79160000001\n", f"{VOTER},+79160000001\n"):
        code, _, said = office.take(new)
        assert code == ExitCode.INPUT
        assert "fixed since" in said
    assert office.take(f"{VOTER},{PHONE}\n")[0] == 0  # changes nothing
    config = office.home.config
    config.write_text(config.read_text().replace("from = 1\n", "from = 4102444800\n"))
    assert office.take("EF-1,+79160000001\n")[0] == 0


def test_one_number_is_set_and_support_sees_its_end(
    tmp_path: Path, capsys: Any
) -> None:
    office = Office(tmp_path, capsys)
    number = tmp_path / "number"
    number.write_text("+7 916 000-00-01\n")
    code, told, _ = office.run("phones", "set", "ab-123", "--phone-file", str(number))
    assert (code, told["state"], told["phone"]) == (0, "changed", "+7********01")
    _, shown, _ = office.run("support", VOTER)
    assert shown["people"] == [{"voter_id": VOTER, "phone": "+7********01"}]
    assert office.run("support", VOTER)[2].count("no message was ever") == 1
    code, _, said = office.run("support", "A-47-222222222222")
    assert code == ExitCode.INPUT
    assert "no case" in said


@pytest.mark.parametrize(
    "password", ["", "x" * 65, "пароль", "a\x07b"], ids=["none", "long", "wide", "bell"]
)
def test_password_that_no_centre_takes_is_not_kept(
    tmp_path: Path, password: str
) -> None:
    home, vault = Home(tmp_path, "gateway"), Vault(1)
    seal_centre_password(home, vault, "x" * 64)
    with pytest.raises(InputError, match="password of the centre: "):
        seal_centre_password(home, vault, password)
    assert read_centre_password(home, vault) == "x" * 64


def test_home_without_the_centres_password_is_not_well(
    tmp_path: Path, capsys: Any
) -> None:
    office = Office(tmp_path, capsys)
    (office.home.folder / "centre.password.json").unlink()
    code, told, _ = office.run("check")
    assert code == 3
    assert any("centre.password.json: is not there" in each for each in told["wrong"])
    secret = tmp_path / "secret"
    secret.write_text("pwd12345")
    assert office.run("centre", "--secret-file", str(secret))[0] == 0
    assert "pwd12345" not in (office.home.folder / "centre.password.json").read_text()
