"""The portal as its own process, by the commands that people use."""

from __future__ import annotations

import json
import signal
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import httpx2

from scripts.__main__ import run
from scripts.shared.exit_codes import ExitCode
from tests.patience import PATIENCE
from tests.services.running import PASSWORD, process_of


def veche(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["portal", *arguments])
    return code, out.getvalue(), err.getvalue()


def test_portal_is_made_checked_served_stopped_and_copied(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(PASSWORD, "utf-8")
    home = tmp_path / "portal"
    given = ("--home", str(home), "--password-file", str(password))
    code, out, err = veche("init", *given, "--json")
    assert code == 0, err
    assert json.loads(out)["address"].startswith("0x")
    code, out, _err = veche("client-key", *given)
    assert (code, "d" in json.loads(out)["keys"][0]) == (0, False)
    code, out, _err = veche("check", *given, "--json")
    assert code == 3
    assert "peers.registrar is missing" in out
    with process_of("portal", home) as (process, url):
        assert httpx2.get(f"{url}/health", trust_env=False).json()["alive"] is True
        assert httpx2.get(f"{url}/ready", trust_env=False).status_code == 503
        code, _out, err = veche("serve", *given)
        assert code == ExitCode.IN_USE
        assert "in use by another process" in err
        copied = veche("backup", "--home", str(home), "--to", str(tmp_path / "copy"))
        assert copied[0] == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    new = str(tmp_path / "new")
    code, out, err = veche("restore", "--home", new, "--from", str(tmp_path / "copy"))
    assert code == 0, err


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    code, _out, err = veche("serve", "--home", str(tmp_path / "nothing"))
    assert (code, "is no home of a service" in err) == (9, True)
    code, _out, err = veche("serve")
    assert (code, "--home: is missing" in err) == (2, True)
