"""What the commands of every service have in common."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from scripts.shared.errors import InputError
from services.shell import command
from services.shell.command import home_of, make_commands
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
