from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from scripts.shared.errors import InputError, PasswordError
from services.shell.checking import check_service
from services.shell.home import Home
from services.shell.logs import make_log
from services.shell.opening import init_home, open_context
from services.shell.schema import compare_schema
from services.shell.text import translate
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
        ('booth_origins = ["https://a/b"]', "booth_origins.0: is an origin"),
        ("greeting =", "is not toml"),
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
