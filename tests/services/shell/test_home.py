from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from election.crypto.transcript import Address
from scripts.shared.errors import InputError, PasswordError
from scripts.shared.files.terms_file import digest_terms, render_terms
from scripts.shared.roles import Role
from services.shell import command, opening
from services.shell.checking import check_service
from services.shell.command import make_commands
from services.shell.copying import back_up
from services.shell.elections import read_elections
from services.shell.home import Home
from services.shell.logs import make_log
from services.shell.opening import init_home, open_context, open_vault
from services.shell.schema import compare_schema
from services.shell.text import translate
from tests.scripts.conftest import make_terms
from tests.services.desk import TABLES, make_desk, read, write
from tests.services.running import PASSWORD, Running, make_home
from tests.services.shell.conftest import CONFIG


def test_home_is_its_owners_alone(tmp_path: Path) -> None:
    home = make_home(make_desk(), tmp_path / "desk")
    assert home.folder.stat().st_mode & 0o777 == 0o700
    assert len([*home.folder.iterdir()]) >= 5
    for path in home.folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_making_a_home_again_changes_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "desk", "desk")
    made = init_home(make_desk(), home, PASSWORD)
    kept = {p.name: p.read_bytes() for p in home.folder.iterdir() if p.is_file()}
    assert init_home(make_desk(), home, PASSWORD) == made
    for name in ("config.toml", "desk.key.json", "peer.key.json"):
        assert (home.folder / name).read_bytes() == kept[name]


def test_no_secret_lies_open(tmp_path: Path) -> None:
    home = make_home(make_desk(), tmp_path / "desk")
    with open_context(make_desk(), home, PASSWORD) as context:
        key = context.peers._own_key.as_dict(private=True)
        secret = context.account.secrets.account
        assert str(secret) not in repr(context)
        assert str(key["d"]) not in home.peer_key.read_text()
    with (
        pytest.raises(PasswordError),
        open_context(make_desk(), home, "wrong horse"),
    ):
        pass


def test_home_is_one_process_alone(tmp_path: Path) -> None:
    home = make_home(make_desk(), tmp_path / "desk")
    with (
        home.hold(),
        pytest.raises(InputError, match="in use by another process"),
        home.hold(),
    ):
        pass


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("listen_port = 70000", "listen_port: "),
        ("unknown = 1", "unknown: "),
        ('public_url = "ftp://a"', "public_url: is not an address"),
        ('public_url = "https:///a"', "public_url: is not an address"),
        ('public_url = "https://a@b"', "public_url: is an address with more than"),
        ('public_url = "https://a/?b"', "public_url: is an address with more than"),
        ('public_url = "https://a/#b"', "public_url: is an address with more than"),
        ('database = "a"', "database: is no address of one"),
        ('database = "mysql://a/b"', "database: begins with postgresql"),
        ('key = "other.json"', "other.json: is not there"),
        ('booth_origins = ["https://a/b"]', "booth_origins.0: is an origin"),
        ("greeting =", "is not toml"),
        (f"attempts = 1{'0' * 5_000}", "has a number of thousands of digits"),
    ],
)
def test_config_that_is_wrong_is_refused_by_its_key(
    tmp_path: Path, line: str, fact: str
) -> None:
    key = line.split(" ", maxsplit=1)[0]
    kept = [each for each in CONFIG.splitlines() if not each.startswith(key)]
    home = Home(tmp_path / "desk", "desk")
    home.make()
    home.config.write_text("\n".join([*kept, line]), "utf-8")
    with pytest.raises(InputError, match=fact):
        init_home(make_desk(), home, PASSWORD)


def copy_into(home: Home) -> None:
    back_up(make_desk(), home, home.folder / "copy")


def open_fully(home: Home) -> None:
    with open_context(make_desk(), home, PASSWORD):
        pass


def open_keys(home: Home) -> None:
    open_vault(make_desk(), home, PASSWORD)


def serve(home: Home) -> None:
    serve_it, _ = make_commands("desk")["serve"]
    serve_it(home.folder, password_file=home.folder / "password")


@pytest.mark.parametrize("act", [copy_into, open_fully, open_keys, serve])
def test_folder_that_is_no_home_is_told_what_makes_one(
    tmp_path: Path, act: Callable[[Home], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "find_service", lambda _: make_desk())
    with pytest.raises(InputError, match="is no home of a service") as refused:
        act(Home(tmp_path, "desk"))
    assert f"veche desk init --home {tmp_path}" in str(refused.value.hint)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", ["config.toml", "desk.key.json"])
def test_pipe_in_a_home_keeps_nobody_waiting(tmp_path: Path, name: str) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match=f"{name}: is no file"):
        open_vault(make_desk(), Home(tmp_path, "desk"), PASSWORD)


def check(home: Home) -> None:
    wrong = asyncio.run(check_service(make_desk(), home, PASSWORD))
    raise InputError("check", "; ".join(wrong))


def init(home: Home) -> None:
    init_home(make_desk(), home, PASSWORD)


@pytest.mark.parametrize("act", [check, init, copy_into, serve])
def test_database_that_is_damaged_is_named_with_the_way_out(
    tmp_path: Path, act: Callable[[Home], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "find_service", lambda _: make_desk())
    home = make_home(make_desk(), tmp_path / "desk")
    (home.folder / "password").write_text(PASSWORD)
    for path in home.folder.glob("*.sqlite-*"):
        path.unlink()
    home.database.write_bytes(b"garbage " * 1_000)
    with pytest.raises(InputError, match=r"desk\.sqlite: is damaged") as refused:
        act(home)
    assert "restore" in f"{refused.value} {refused.value.hint}"


@pytest.mark.parametrize("act", [check, serve])
def test_page_of_a_database_that_was_changed_is_noticed(
    tmp_path: Path, act: Callable[[Home], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "find_service", lambda _: make_desk())
    home = make_home(make_desk(), tmp_path / "desk")
    (home.folder / "password").write_text(PASSWORD)
    with closing(sqlite3.connect(home.database)) as own:
        own.execute("CREATE TABLE more (text TEXT)")
        own.executemany("INSERT INTO more VALUES (?)", [("x" * 900,)] * 200)
        own.commit()
        own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with home.database.open("r+b") as file:
        file.seek(-3 * 4_096, os.SEEK_END)
        file.write(bytes([0xFF]) * 4_096)
    open_fully(home)  # which reads no page of it
    with pytest.raises(InputError, match=r"desk\.sqlite: is damaged"):
        act(home)


def test_key_file_that_is_missing_or_anothers_is_told(tmp_path: Path) -> None:
    """A new one would be another account, with which nothing here opens."""
    home = make_home(make_desk(), tmp_path / "desk")
    with pytest.raises(InputError, match="is of the portal, not of the relay"):
        open_vault(make_desk(role=Role.RELAY), home, PASSWORD)
    home.key.unlink()
    with pytest.raises(InputError, match=r"desk\.key\.json: is not there"):
        open_vault(make_desk(), home, PASSWORD)
    assert not home.key.exists()


def test_database_of_another_version_is_told_what_brings_it_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(make_desk(), tmp_path / "desk")
    monkeypatch.setattr(opening, "newest_version", lambda *_: "0002_more")
    with pytest.raises(InputError, match="this program of 0002_more"):
        open_fully(home)


def test_key_for_other_services_opens_beside_its_own_key_file_alone(
    tmp_path: Path,
) -> None:
    home, other = (make_home(make_desk(), tmp_path / name) for name in "ab")
    home.peer_key.write_bytes(other.peer_key.read_bytes())
    with pytest.raises(InputError, match="was sealed for another key file"):
        open_fully(home)
    home.peer_key.write_text("{}")
    with pytest.raises(InputError, match="is no key of a service"):
        open_fully(home)


@pytest.mark.parametrize(
    ("clock", "is_test", "times", "fact"),
    [
        ("machine", True, 2, "terms.json is there twice"),
        ("chain", False, 1, "is for TEST elections alone"),
        ("chain", True, 1, None),
        ("machine", False, 1, None),
    ],
)
def test_elections_are_named_once_and_follow_a_chains_clock_in_a_test_alone(
    tmp_path: Path, clock: str, *, is_test: bool, times: int, fact: str | None
) -> None:
    terms = replace(make_terms(portal=Address(bytes(20))), test=is_test)
    text = render_terms(terms)
    (tmp_path / "terms.json").write_text(text, "utf-8")
    named = SimpleNamespace(terms="terms.json", terms_hash=digest_terms(text.encode()))
    settings: Any = SimpleNamespace(elections=[named] * times, clock=clock)
    refused = nullcontext() if fact is None else pytest.raises(InputError, match=fact)
    with refused:
        found = read_elections(settings, Home(tmp_path, "desk"))
        assert [*found.values()] == [terms]


def test_tables_are_what_the_steps_make(tmp_path: Path) -> None:
    home = make_home(make_desk(), tmp_path / "desk")
    with open_context(make_desk(), home, PASSWORD) as context:
        assert context.database.run_now(compare_schema, TABLES) == []


def test_transaction_that_fails_leaves_nothing(desk: Running) -> None:
    def twice(connection: object) -> None:
        write(connection, "once")  # type: ignore[arg-type]
        write(connection, "once")  # type: ignore[arg-type]

    with pytest.raises(IntegrityError) as caught:
        asyncio.run(desk.context.database.run(twice))
    assert "once" not in str(caught.value)
    assert asyncio.run(desk.context.database.run(read)) == []


def test_parallel_transactions_all_pass(desk: Running) -> None:
    async def run() -> list[str]:
        acts = (desk.context.database.run(write, f"{n}") for n in range(40))
        await asyncio.gather(*acts)
        return await desk.context.database.run(read)

    assert sorted(asyncio.run(run()), key=int) == [f"{n}" for n in range(40)]


def test_check_says_all_that_is_wrong(tmp_path: Path) -> None:
    home = make_home(make_desk(), tmp_path / "desk", CONFIG)
    assert asyncio.run(check_service(make_desk(), home, PASSWORD)) == []
    home.config.chmod(0o644)
    home.peer_key.chmod(0o644)
    found = asyncio.run(check_service(make_desk(), home, PASSWORD))
    assert len([each for each in found if "others may read it" in each]) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": "x"},
        {"voter_id": "4509 123456"},
        {"password": "x"},
        {"text": "sent to +7 (916) 123-45-67"},
        {"text": "code 123456"},
        {"deep": {"name": "x", "list": ["89161234567"]}},
        {"many": ["code 123456"]},
    ],
    ids=str,
)
def test_log_hides_people(fields: dict[str, object]) -> None:
    lines: list[str] = []
    make_log("desk", lines.append).info("event", **fields)
    (line,) = lines
    assert "hidden" in line
    assert not {"123456", "45-67", '"x"', "9161234567"} & {
        part for part in ("123456", "45-67", '"x"', "9161234567") if part in line
    }


def test_log_shows_what_is_nobodys() -> None:
    lines: list[str] = []
    leaf = "0x" + "12345678" * 8
    make_log("desk", lines.append).info("sent", leaf=leaf, block=1234567, case="2A3B4C")
    assert leaf in lines[0]
    assert "1234567," in lines[0]


def test_text_without_russian_stays_english() -> None:
    assert translate("There is nothing here.", "ru") == "Здесь ничего нет."
    assert translate("There is nothing here.", "en") == "There is nothing here."
