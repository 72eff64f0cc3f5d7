"""What the commands of every service have in common."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest
import typer

from scripts.__main__ import run
from scripts.shared import session
from scripts.shared.errors import InputError
from services.shell import command
from services.shell.command import home_of, make_commands
from services.shell.home import Home
from services.shell.serving import open_socket
from tests.services.desk import make_desk
from tests.services.running import PASSWORD, make_home
from tests.services.shell.conftest import CONFIG


def test_home_is_named_by_the_option_or_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VECHE_HOME", str(tmp_path / "told"))
    assert home_of("desk", None).folder == tmp_path / "told"
    assert home_of("desk", tmp_path).folder == tmp_path
    monkeypatch.delenv("VECHE_HOME")
    with pytest.raises(InputError, match="--home: is missing"):
        home_of("desk", None)


def test_check_ends_with_3_where_something_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "find_service", lambda _: make_desk())
    home = make_home(make_desk(), tmp_path / "desk", CONFIG)
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    check, _ = make_commands("desk")["check"]
    check(home.folder, password)
    home.config.chmod(0o644)
    with pytest.raises(typer.Exit) as ended:
        check(home.folder, password)
    assert ended.value.exit_code == 3


def test_port_on_which_another_listens_is_told() -> None:
    with open_socket("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"{port}: address already in use"):
            open_socket("127.0.0.1", port)


ACTS: Final = [
    (name, act)
    for name in ("registrar", "portal", "gateway", "issuer", "relay")
    for act, (run_it, _) in import_module(f"services.{name}.command").COMMANDS.items()
    if "password_file" in inspect.signature(run_it).parameters
]
NEEDED: Final = {
    "publish": ("--election", "election.json", "--key", "commission.json"),
    "proof": ("V1", "--election", "0x12"),
    "strike-list": ("--election", "0x12", "--out", "stations"),
    "client-secret": ("--secret-file", "secret"),
    "phones import": ("phones.csv",),
    "phones set": ("V1", "--phone-file", "phone"),
    "support": ("V1",),
    "centre": ("--secret-file", "secret"),
}


@pytest.mark.parametrize(("name", "act"), ACTS, ids=str)
def test_every_act_reads_the_password_of_the_environment(
    name: str,
    act: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VECHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VECHE_PASSWORD_FILE", str(tmp_path / "told"))
    monkeypatch.setattr(Home, "require", lambda _: None)
    (tmp_path / "home").mkdir()
    for each in ("secret", "phone", "commission.json"):
        (tmp_path / each).write_text("+79161234567", "utf-8")
    passwords = 2 if act == "publish" else 1  # the home's, and that of --key
    read: list[Path | None] = []

    def refuse(path: Path | None, **_: object) -> str:
        read.append(path)
        if len(read) < passwords:
            return "s"
        raise InputError("password", "was looked for")

    monkeypatch.setattr(session, "read_password", refuse)
    assert run([name, *act.split(), *NEEDED.get(act, ())]) != 0
    assert "password: was looked for" in capsys.readouterr().err
    assert read == [tmp_path / "told"] * passwords
