"""`veche registrar import`, as whoever keeps the register runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from typing import Any, Final

import pytest
from sqlalchemy import Connection, select

from election.artifacts import ROOT
from scripts.__main__ import run
from scripts.shared.exit_codes import ExitCode
from services.registrar.service import SERVICE
from services.registrar.tables import people
from services.shell.home import Home
from services.shell.opening import open_context
from tests.services.registrar.ground import SHARED
from tests.services.running import PASSWORD, cheapen_passwords, make_home

HEADER: Final = "voter_id,name,birth_date,neighbourhood,account\n"
GOOD: Final = "V1,Иванов Иван,1970-01-31,Бибирево,a1\n"
OTHER: Final = "V2,Петрова Анна,1971-02-28,Крюково,a2\n"
BAD: Final = "V3,=1+1,1970-01-31,Бибирево,a3\n"
Import = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    cheapen_passwords(monkeypatch)
    made = make_home(SERVICE, tmp_path / "registrar", SHARED)
    districts = ROOT / "elections/mgd-2019-districts.toml"
    copyfile(districts, made.folder / "districts.toml")
    return made


@pytest.fixture
def bring(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Import:
    """Import rows; gives the exit code, the result, and what was said."""

    def act(rows: str | bytes, *options: str) -> tuple[int, Any, str]:
        path = tmp_path / "voters.csv"
        path.write_bytes(rows.encode() if isinstance(rows, str) else rows)
        where = ("--home", str(home.folder), "--json")
        code = run(["registrar", "import", str(path), *where, *options])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, json.loads(told.out) if told.out else None, told.err

    return act


def registered(home: Home) -> list[str]:
    def read(connection: Connection) -> list[str]:
        query = select(people.c.voter_id).where(~people.c.gone)
        return [*connection.scalars(query.order_by(people.c.voter_id))]

    with open_context(SERVICE, home, PASSWORD, write=lambda _: None) as context:
        return context.database.run_now(read)


def counts(made: Any) -> tuple[int, ...]:
    return tuple(made[name] for name in ("new", "changed", "gone", "refused"))


def test_same_file_again_changes_nothing(bring: Import, home: Home) -> None:
    assert counts(bring(HEADER + GOOD + OTHER)[1]) == (2, 0, 0, 0)
    code, made, _ = bring(HEADER + GOOD + OTHER)
    assert (code, counts(made)) == (0, (0, 0, 0, 0))
    assert registered(home) == ["V1", "V2"]


def test_dry_run_says_what_would_change_and_changes_nothing(
    bring: Import, home: Home
) -> None:
    bring(HEADER + GOOD)
    code, made, said = bring(HEADER + OTHER, "--dry-run")
    assert (code, made["dry_run"], counts(made)) == (0, True, (1, 0, 1, 0))
    assert "new: V2" in said
    assert "gone: V1" in said
    code, made, said = bring(HEADER + OTHER + BAD, "--dry-run")
    assert (code, counts(made)) == (ExitCode.INPUT, (1, 0, 0, 1))
    assert "line 3: name" in said
    assert "an import would be stopped by refused rows" in said
    assert registered(home) == ["V1"]


def test_refused_row_stops_it_and_is_told_by_its_line(
    bring: Import, home: Home
) -> None:
    code, made, said = bring(HEADER + GOOD + BAD)
    assert (code, made) == (ExitCode.INPUT, None)
    assert "line 3: name" in said
    assert "--refused FILE" in said
    assert registered(home) == []


def test_refused_rows_go_to_a_file_that_no_spreadsheet_runs(
    bring: Import, home: Home, tmp_path: Path
) -> None:
    bring(HEADER + GOOD)
    path = tmp_path / "refused.csv"
    code, made, said = bring(HEADER + OTHER + BAD, "--refused", str(path))
    assert (code, counts(made)) == (ExitCode.IN_PART, (1, 0, 0, 1))
    assert "nobody was marked as gone" in said
    assert registered(home) == ["V1", "V2"]
    assert ",'=1+1," in path.read_text("utf-8")
    assert path.stat().st_mode & 0o077 == 0


def test_look_alikes_stop_it_until_a_person_looked(bring: Import, home: Home) -> None:
    rows = HEADER + GOOD + OTHER.replace("V2", "VI")
    code, made, said = bring(rows)
    assert (code, made) == (ExitCode.INPUT, None)
    assert "look alike" in said
    assert registered(home) == []
    assert bring(rows, "--dry-run")[0] == ExitCode.INPUT
    assert bring(rows, "--different")[0] == 0


@pytest.mark.parametrize(
    ("raw", "fact"),
    [
        (b"", "voters.csv"),
        (HEADER.encode(), "has no voters"),
        (b"voter_id\nV1\n", "voters.csv"),
        ("\ufeff".encode("utf-16"), "utf-16"),
        (b"\x00\xff\xfe" * 9, "voters.csv"),
        ((HEADER + '"' + GOOD).encode(), "voters.csv"),
    ],
)
def test_file_that_is_no_list_is_told_and_changes_nothing(
    bring: Import, home: Home, raw: bytes, fact: str
) -> None:
    bring(HEADER + GOOD)
    code, made, said = bring(raw)
    assert (code, made) == (ExitCode.INPUT, None)
    assert fact in said
    assert registered(home) == ["V1"]


def test_file_that_is_not_there_is_told(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "none.csv")
    assert (
        run(["registrar", "import", missing, "--home", str(home.folder)])
        == ExitCode.INPUT
    )
    assert missing in capsys.readouterr().err


def test_folder_that_is_no_home_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voters = tmp_path / "voters.csv"
    voters.write_text(HEADER + GOOD)
    assert (
        run(["registrar", "import", str(voters), "--home", str(tmp_path)])
        == ExitCode.INPUT
    )
    assert "is no home of a service" in capsys.readouterr().err


def test_home_that_a_service_holds_is_left_alone(bring: Import, home: Home) -> None:
    with home.hold():
        code, made, said = bring(HEADER + GOOD)
    assert (code, made) == (ExitCode.IN_USE, None)
    assert str(home.folder) in said
