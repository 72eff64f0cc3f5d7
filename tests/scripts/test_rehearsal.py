"""The rehearsal of docs/rehearsal.md, typed as it stands there."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from election.artifacts import ROOT
from tests.scripts.forking import SHELL, forking, spell_environment

PAGE = (ROOT / "docs/rehearsal.md").read_text(encoding="utf-8")
COMMANDS = "".join(re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL))
MOST = 45


def test_rehearsal_is_short_and_says_how_short() -> None:
    count = len(re.findall(r"\bveche [a-z]", COMMANDS)) + 1  # and `veche devnet`
    assert f": {count} commands." in PAGE
    typed = re.sub(r"<<END\n.*?\nEND$", "", COMMANDS, flags=re.DOTALL | re.MULTILINE)
    before = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
    lines = [line for line in (before + typed).splitlines() if line[0] != " "]
    assert max(count, len(lines) - lines.count("done")) <= MOST


def test_rehearsal_ends_in_a_verified_election(
    node_url: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = COMMANDS.replace("http://127.0.0.1:8545", node_url)
    assert node_url in text
    with forking() as port:
        done = subprocess.run(  # noqa: S603  our own page
            ["bash", "-c", f"set -e\n{SHELL}\n{text}"],  # noqa: S607
            cwd=tmp_path,
            env=spell_environment(port, tmp_path_factory.mktemp("streams")),
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-3_000:]
    verified = "verified: 2 of 2 contests, 6 of 6 ballots"
    assert done.stdout.count(verified) == 3  # two audits, a reconciliation
    assert ": error: " not in done.stdout
    copied = json.loads((tmp_path / "commission-copy/copy.json").read_text())
    assert set(copied["files"]) == {"home.toml", "key.json"}
    for home in ("voter-1", "trustee-2"):
        assert (tmp_path / home).stat().st_mode & 0o777 == 0o700
