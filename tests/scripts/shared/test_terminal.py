"""What `veche` writes, as a process of its own, on every kind of stream."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from election.artifacts import ROOT
from election.errors import ManifestError
from election.protocol.board import Board
from election.protocol.events import ContestListed, ElectionDeployed
from scripts.shared import terminal
from scripts.shared.errors import OutputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.bundle_file import write_bundle
from scripts.shared.screen import measure
from scripts.shared.terminal import hint_for, lay_out, show
from tests.audit.conftest import board, told
from tests.audit.tampering import change, find

__all__ = ["board", "told"]

HOSTILE: Final = "C4 rules\r\x1b[2K\x1b[1Aheld\nC5 \u202ekeys :100: [red]\u200b\x7f"
HELD: Final = "verified: 4 of 4 contests, 7 of 7 ballots"
UTF8: Final = {"PYTHONIOENCODING": "utf-8"}

Done = subprocess.CompletedProcess[bytes]


def veche(*arguments: str | bytes | Path, **options: Any) -> Done:
    """Run an act in a process of its own; options: as of subprocess."""
    environment = {**os.environ, **UTF8, **options.pop("env", {})}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(  # noqa: S603  our own interpreter and words
        [sys.executable, "-m", "scripts", *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def bundle(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("honest") / "election.jsonl"
    write_bundle(path, board)
    return path


@pytest.fixture(scope="module")
def hostile(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a record whose election and candidates try to rule the screen."""
    deployed = find(board, ElectionDeployed)
    rules = replace(deployed.event.rules, title=HOSTILE)
    board = change(board, deployed, rules=rules)
    listed = find(board, ContestListed)
    names = ("Same", "Same", f"\x1b[1A{HOSTILE}")
    board = change(board, listed, title=HOSTILE, candidates=names)
    path = tmp_path_factory.mktemp("hostile") / "election.jsonl"
    write_bundle(path, board)
    return path


def test_hostile_names_are_spelt_and_hide_no_count(hostile: Path) -> None:
    done = veche("audit", hostile)
    assert done.returncode == 3
    text = done.stdout.decode()
    assert all(line.isprintable() for line in text.split("\n"))
    assert "\\u{1b}[2K" in text
    assert ":100: [red]" in text
    assert "       1  1. Same\n       1  2. Same\n" in text
    (rules,) = [line for line in text.split("\n") if line.startswith("C4 ")]
    assert rules.endswith("FAILED")


def test_json_gives_hostile_names_as_they_are(hostile: Path) -> None:
    done = veche("audit", hostile, "--json", env={"PYTHONIOENCODING": "ascii"})
    assert done.stdout.strip().decode("ascii").isprintable()
    report = json.loads(done.stdout)
    assert report["title"] == HOSTILE
    first = report["contests"][0]["counts"]
    assert [each["name"] for each in first] == ["Same", "Same", f"\x1b[1A{HOSTILE}"]
    assert [each["count"] for each in first] == [1, 1, 2]
    assert [each["slot"] for each in first] == [1, 2, 3]


@pytest.mark.parametrize("charset", ["latin-1", "koi8-r"])
def test_audit_is_shown_in_a_charset_that_lacks_letters(
    bundle: Path, charset: str
) -> None:
    done = veche("audit", bundle, env={"PYTHONIOENCODING": charset})
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode(charset)
    assert text.endswith(f"{HELD}\n")
    assert ("1. Первый" if charset == "koi8-r" else "1. \\u{41f}\\u{435}") in text


@contextmanager
def closed_pipe() -> Iterator[int]:
    """Give the end of a pipe whose reader went away."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def test_closed_pipe_changes_no_verdict(bundle: Path, hostile: Path) -> None:
    with closed_pipe() as writer:
        held = veche("audit", bundle, stdout=writer)
        failed = veche("audit", hostile, "--json", stdout=writer)
    assert (held.returncode, failed.returncode) == (0, 3)
    talk = (held.stderr + failed.stderr).decode().splitlines()
    ran = [line for line in talk if line.startswith("C")]
    follows = ("next: compare the hash with", "`veche reconcile` draws whom")
    assert all(line.startswith(follows) for line in talk if line not in ran)


def test_stream_that_is_not_there_changes_no_verdict(bundle: Path) -> None:
    def close() -> None:
        for number in (0, 1, 2):
            os.close(number)

    assert veche("audit", bundle, preexec_fn=close).returncode == 0
    refused = veche("audit", preexec_fn=lambda: os.close(1))
    assert refused.returncode == 2
    assert refused.stderr.startswith(b"veche audit: error: audit: give a bundle")
    shown = veche("--help", preexec_fn=lambda: os.close(2))
    assert shown.returncode == 0
    assert shown.stdout.startswith(b"Hold verifiable elections")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_file_gets_the_number_of_a_stream_that_is_not_there(number: int) -> None:
    program = (
        "import os, sys; from scripts.shared.terminal import open_streams;"
        "open_streams();"
        "sys.exit(os.open(os.devnull, os.O_RDONLY))"
    )
    done = subprocess.run(  # noqa: S603  our own interpreter and words
        [sys.executable, "-c", program],
        cwd=ROOT,
        check=False,
        stdin=subprocess.DEVNULL,
        preexec_fn=lambda: os.close(number),
    )
    assert done.returncode == 3


@pytest.mark.parametrize("arguments", [["--help"], ["cast", "--help"], ["audit"]])
def test_result_that_stdout_does_not_take_is_an_error(
    arguments: list[str], bundle: Path
) -> None:
    more = [str(bundle)] if arguments == ["audit"] else []
    with Path("/dev/full").open("wb") as full:
        done = veche(*arguments, *more, stdout=full)
    assert done.returncode == 4
    *_, error, hint = done.stderr.decode().splitlines()
    assert error.endswith("error: stdout: takes no result: no space left on device")
    assert "what was done stands" in hint
    assert "Traceback" not in done.stderr.decode()


def test_talk_that_stderr_does_not_take_is_dropped() -> None:
    with Path("/dev/full").open("wb") as full:
        assert veche("audit", stderr=full).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((b"audit", b"a\x1b[2J\xff\xe2\x80\xae.jsonl"), ExitCode.INPUT),
        ((b"audit", b"--a\x1b[2J\xe2\x80\xae"), ExitCode.USAGE),
        ((b"status", b"--election", b"a\x1b[2J\nb\xe2\x80\xae"), ExitCode.INPUT),
        ((b"\x1b[2J\xe2\x80\xae",), ExitCode.USAGE),
    ],
)
def test_arguments_that_an_error_repeats_are_spelt(
    arguments: tuple[bytes], code: ExitCode
) -> None:
    done = veche(*arguments)
    assert done.returncode == code
    error, *hints = done.stderr.decode().splitlines()
    assert all(line.isprintable() for line in (error, *hints))
    assert "\\u{202e}" in error
    assert not done.stdout


def on_screen(columns: int, run: Callable[[int], Done]) -> str:
    """Run something whose output is a terminal of so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    held = run(slave)
    assert held.returncode in {0, 3}
    os.close(slave)
    raw = b""
    while True:
        try:
            chunk = os.read(master, 65_536)
        except OSError:  # that is how a terminal ends
            break
        raw += chunk
    os.close(master)
    return raw.decode()


@pytest.mark.parametrize("columns", [20, 80])
def test_screen_of_any_width_shows_every_row_whole(hostile: Path, columns: int) -> None:
    shown = on_screen(columns, lambda out: veche("audit", hostile, stdout=out))
    rows = shown.split("\r\n")
    assert all(measure(row) <= columns for row in rows if len(row.split()) > 1)
    assert all(row.isprintable() for row in rows)
    first = [row.split()[0] for row in rows if row and not row.startswith(" ")]
    assert first.count("C4") == 1  # of the check; titles and names begin no row


@pytest.mark.parametrize("arguments", [["--help"], ["cast", "--help"]])
def test_help_is_shown_on_a_narrow_screen(arguments: list[str]) -> None:
    shown = on_screen(20, lambda out: veche(*arguments, stdout=out))
    rows = shown.split("\r\n")
    assert all(measure(row) <= 20 for row in rows if len(row.split()) > 1)


def test_result_has_a_line_for_each_entry() -> None:
    counts = [{"slot": 1, "count": 2, "name": "A, B: 9"}, {"slot": 2, "count": 0}]
    result = {
        "title": "T",
        "test": True,
        "contests": {"7": {"voters": None, "counts": counts}},
    }
    assert list(lay_out(result)) == [
        "title     T",
        "test      yes",
        "contests",
        "  7",
        "    voters  none",
        "    counts",
        "      slot 1  count 2  name A, B: 9",
        "      slot 2  count 0",
    ]


def test_folded_result_fits_80_columns_in_a_pipe_and_others_stay_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = {"next": {"veche cast": "relays: " + "until then " * 12}}
    show(result, as_json=False)
    assert max(map(len, capsys.readouterr().out.splitlines())) > 80
    show(result, as_json=False, is_folded=True)
    rows = capsys.readouterr().out.splitlines()
    assert max(map(len, rows)) <= 80
    assert " ".join(" ".join(rows).split()).endswith("until then")


@pytest.mark.parametrize(
    ("key", "is_of_accounts"),
    [
        ("accounts.commission", True),
        ("accounts", True),
        ("trustees.members", True),
        ("issuers.members.0.account", True),
        ("trustees.threshold", False),
        ("times.keys", False),
    ],
)
def test_key_of_who_acts_is_looked_up_in_the_accounts_file(
    key: str, is_of_accounts: bool
) -> None:
    hint = hint_for(ManifestError(key, "is missing")) or ""
    assert ("--accounts?" in hint) == is_of_accounts
    assert ("mgd-2019.toml" in hint) != is_of_accounts


@pytest.mark.parametrize("fault", [OSError(28, "No space left"), ValueError("closed")])
def test_stream_that_takes_nothing_is_told_of(fault: Exception) -> None:
    def refuse(_: str) -> None:
        raise fault

    stream: Any = SimpleNamespace(encoding="utf-8", write=refuse, flush=None)
    with pytest.raises(OutputError, match="takes no result"):
        terminal._write(stream, "text")


def test_only_letters_that_a_charset_lacks_are_spelt() -> None:
    with pytest.raises(UnicodeDecodeError):
        terminal._spell_rest(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no text"))
