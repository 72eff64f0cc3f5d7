"""A shell's `veche` without its start: a process that has all forks for each call.

The shell sends over a socket of this machine where the streams are, its folder, and
what of the environment acts look at, then the words; the child sends back the code.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from election.artifacts import ROOT

VARIABLES = (
    "HOME",
    "VECHE_HOME",
    "VECHE_PASSWORD_FILE",
    "VECHE_ELECTION",
    "VECHE_RPC_URL",
    "VECHE_TERMS",
    "VECHE_TERMS_HASH",
)
_NOT_ACTS = ("scripts.demo", "scripts.rehearse", "scripts.__main__")
SHELL = rf"""
veche() {{
    local code own="$FORKING_FOLDER/$BASHPID"
    if [ -p /dev/stdin ]; then cat > "$own.0"; else : > "$own.0"; fi
    exec 9<>"/dev/tcp/127.0.0.1/$FORKING_PORT"
    printf '%s\0' "$own" "$PWD" {" ".join(f'"${{{v}-}}"' for v in VARIABLES)} \
        "$#" "$@" >&9
    read -r code <&9
    exec 9>&-
    cat "$own.1"
    cat "$own.2" >&2
    return "$code"
}}
"""


def read_words(link: socket.socket) -> list[str]:
    """Read what the shell sent: all but the words, and their number, come first."""
    head = 3 + len(VARIABLES)
    raw = b""
    while True:
        words = raw.split(b"\0")[:-1]
        if len(words) >= head and len(words) == head + int(words[head - 1]):
            return [word.decode() for word in words]
        received = link.recv(65_536)
        if not received:
            raise SystemExit(1)
        raw += received


def act(link: socket.socket) -> int:
    """Become the program that the shell called; returns the exit code."""
    own, folder, *rest = read_words(link)
    told, words = rest[: len(VARIABLES)], rest[len(VARIABLES) + 1 :]
    os.chdir(folder)
    os.environ.update(zip(VARIABLES, told, strict=True))
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, flags in ((0, os.O_RDONLY), (1, write), (2, write)):
        stream = os.open(f"{own}.{number}", flags, 0o600)
        os.dup2(stream, number)
        os.close(stream)
    from scripts.__main__ import run

    return run(words)


@contextmanager
def forking() -> Iterator[str]:
    """Run a process that becomes `veche` for each call; gives its port."""
    command = [sys.executable, "-m", "tests.scripts.forking"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as made:  # noqa: S603
        assert made.stdout is not None
        yield made.stdout.readline().strip()
        made.kill()


def spell_environment(port: str, streams: Path, **more: str) -> dict[str, str]:
    """Spell the environment of a shell whose `veche` is that process."""
    told = {"FORKING_PORT": port, "FORKING_FOLDER": str(streams)}
    return {"PATH": os.environ["PATH"], **told, **more}


def main() -> None:
    """Serve until it is killed; prints the port."""
    from importlib import import_module
    from pkgutil import walk_packages

    import scripts
    from scripts.shared.files import key_file

    key_file._COST = 2  # type: ignore[misc]
    for each in walk_packages(scripts.__path__, "scripts."):
        if not each.name.startswith(_NOT_ACTS):
            import_module(each.name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)  # noqa: T201
        while True:
            link, _ = listening.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                code = 1
                with suppress(SystemExit):
                    code = act(link)
                sys.stdout.flush()
                sys.stderr.flush()
                link.sendall(b"%d\n" % code)
                os._exit(code)
            link.close()


if __name__ == "__main__":
    main()
