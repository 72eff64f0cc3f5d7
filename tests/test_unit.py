"""The unit for systemd is one that systemd takes, and names what there is."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from election.artifacts import ROOT
from scripts.acts import SERVICE_COMMANDS
from scripts.nodes.acts.node import COMMANDS
from scripts.shared.exit_codes import ExitCode
from services.booth.command import COMMANDS as BOOTH_COMMANDS
from tests.node.running import started
from tests.patience import PATIENCE

UNIT = ROOT / "systemd" / "veche-node.service"
SERVICE = ROOT / "systemd" / "veche-service@.service"
BOOTH = ROOT / "systemd" / "veche-booth.service"
UNMENDED = {ExitCode.USAGE, ExitCode.PORT, ExitCode.INPUT}
TEXT = UNIT.read_text("utf-8")
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None and "CI" not in os.environ,
    reason="systemd-analyze is missing; in CI this fails instead",
)


@pytest.fixture(params=[UNIT, SERVICE, BOOTH], ids=["node", "service", "booth"])
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Put the unit where its program is, too: systemd asks for it."""
    source: Path = request.param
    program = tmp_path / ".venv" / "bin" / "veche"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    path = tmp_path / source.name.replace("@", "@portal")
    text = source.read_text("utf-8").replace("/opt/veche", str(tmp_path))
    path.write_text(text, "utf-8")
    return path


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  systemd's own
        ["systemd-analyze", *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )


@needs_systemd
def test_systemd_has_nothing_to_say_about_the_unit(unit: Path) -> None:
    """An unknown key is only told of on stderr."""
    done = _analyze("verify", "--man=no", str(unit))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
def test_a_wrong_key_would_be_noticed(unit: Path) -> None:
    text = unit.read_text("utf-8")
    unit.write_text(text.replace("NoNewPrivileges", "NoNewPrivilege"), "utf-8")
    assert "'NoNewPrivilege' in section" in _analyze("verify", str(unit)).stderr


@needs_systemd
def test_systemd_finds_the_unit_little_exposed(unit: Path) -> None:
    done = _analyze("security", "--offline=true", "--threshold=15", str(unit))
    assert done.returncode == 0, done.stdout[-200:]


def test_the_unit_starts_a_node_by_acts_and_options_that_there_are() -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", TEXT, re.MULTILINE)
    program, act, inner, *options = line.split()
    assert program == "/opt/veche/.venv/bin/veche"
    assert (act, inner) == ("node", "start")
    assert inner in COMMANDS
    assert options[::2] == ["--config", "--home"]


def test_the_unit_of_services_serves_one_that_there_is() -> None:
    text = SERVICE.read_text("utf-8")
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    assert line.split()[1:4] == ["%i", "serve", "--home"]
    assert {"serve"} <= set(SERVICE_COMMANDS)
    assert "LoadCredential=password:" in text


def test_the_unit_of_a_booth_serves_a_folder_and_has_no_password() -> None:
    text = BOOTH.read_text("utf-8")
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    program, act, inner, *rest = line.split()
    assert program == "/opt/veche/.venv/bin/veche"
    assert (act, inner, len(rest)) == ("booth", "serve", 1)
    assert inner in BOOTH_COMMANDS
    assert "LoadCredential" not in text


@pytest.mark.parametrize(
    ("unit", "codes"),
    [
        (UNIT, {*UNMENDED, ExitCode.IN_USE, ExitCode.DAMAGED}),
        (SERVICE, {*UNMENDED, ExitCode.IN_USE}),
        (BOOTH, UNMENDED),
    ],
    ids=["node", "service", "booth"],
)
def test_what_a_new_start_does_not_mend_is_not_started_again(
    unit: Path, codes: set[ExitCode]
) -> None:
    (line,) = re.findall(
        r"^RestartPreventExitStatus=(.*)$", unit.read_text("utf-8"), re.MULTILINE
    )
    assert {int(code) for code in line.split()} == codes


def test_the_node_tells_a_supervisor_what_the_unit_waits_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with started("--port", "0", "--quiet") as process:
            assert heard.recv(100) == b"READY=1"
            assert heard.recv(100) == b"WATCHDOG=1"
            process.terminate()
            while (word := heard.recv(100)) == b"WATCHDOG=1":
                pass
            assert word == b"STOPPING=1"
