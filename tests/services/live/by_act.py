"""A voter who votes by the act `veche vote`, and whose program is killed on the way."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from election.protocol.booth_list import NAME, digest_list
from scripts.__main__ import run
from scripts.shared.files.deployment_file import read_deployment
from services.live.layout import Layout
from services.live.people import Person
from services.live.robot import open_robot
from tests.patience import PATIENCE

PASSWORD: Final = "eight letters"  # noqa: S105  of a file that lives as long as a test
_MESSAGE: Final = re.compile(r"message ([A-Z]-[0-9]{2})\b")
_PROMISED: Final = re.compile(r"2 relays promised")


@dataclass(frozen=True)
class ByAct:
    """A person with a home; choice: what is chosen there."""

    layout: Layout
    person: Person
    choice: int = 2

    @property
    def home(self) -> Path:
        """Give the voter's home, outside the folder of the services."""
        return self.layout.folder.parent / "voter"

    def begin(self) -> None:
        """Vote up to two promises; then the program is killed."""
        self._make_home()
        with open_robot(self.layout, self.person) as robot:
            election = read_deployment(self.layout.record).election
            link = robot.get_link(election)
            with self._start(link, "--now") as program:
                assert program.stdin is not None
                assert program.stderr is not None
                number = _await(program.stderr, _MESSAGE)
                code = robot.read_code(number)
                program.stdin.write(f"{code}\n{self.choice}\n")
                program.stdin.flush()
                _await(program.stderr, _PROMISED)
                program.kill()

    def finish(self) -> dict[str, Any]:
        """Run it again, without the link; give what it says at its end."""
        with self._start("--json") as program:
            said, told = program.communicate(timeout=PATIENCE)
        assert program.returncode == 0, told
        shown: dict[str, Any] = json.loads(said)
        return shown

    def _make_home(self) -> None:
        password = self.layout.folder.parent / "voter-password"
        password.write_text(PASSWORD)
        digest = digest_list((self.layout.site / NAME).read_bytes())
        made = run(
            [
                *("home", "init", "voter", "--home", str(self.home)),
                *("--password-file", str(password)),
                *("--booth", self.layout.url("booth")),
                *("--booth-hash", f"0x{digest.hex()}"),
            ]
        )
        assert made == 0

    def _start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "scripts", "vote", *words, "--home", str(self.home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def _await(stream: IO[str], pattern: re.Pattern[str]) -> str:
    """Read on to a line; give what was found in it."""
    read = []
    for line in stream:
        read.append(line)
        found = pattern.search(line)
        if found is not None:
            return found[found.lastindex or 0]
    raise AssertionError("".join(read))
