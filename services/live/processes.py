"""The parts of `veche live` as processes, started in turn and stopped together."""

from __future__ import annotations

import ctypes
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from election.artifacts import ROOT
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import write_new
from services.live.layout import SERVED, Layout
from services.live.people import draw_people
from services.live.preparing import secret_of

_PROVIDER: Final = Path(__file__).with_name("identity_provider.py")
_CONFIG: Final = ROOT / "hardhat-free-devnet.toml"
_PATIENCE: Final = 20  # seconds that a part gets to stop


_PRCTL: Final = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_PARENT_DIED: Final = 1  # PR_SET_PDEATHSIG


def _end_with_us() -> None:
    """Have the kernel end a part with us, also by kill -9: a port is held by one."""
    if _PRCTL is not None:
        _PRCTL(_PARENT_DIED, int(signal.SIGKILL))


Begun = tuple[str, subprocess.Popen[str]]


@contextmanager
def _started(layout: Layout, name: str, command: Sequence[str]) -> Iterator[Begun]:
    """Start a part, and stop it at the end."""
    with (
        layout.log(name).open("a", encoding="utf-8") as log,
        subprocess.Popen(  # noqa: S603  our own programs
            command,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # Ctrl-C is for us alone: we stop them in turn
            preexec_fn=_end_with_us,  # noqa: PLW1509  a system call, and nothing else
        ) as process,
    ):
        try:
            yield name, process
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def await_answer(layout: Layout, begun: Begun) -> None:
    """Wait for the line by which a part says that it answers.

    Raises InputError with the last line of its log if it ends before.
    """
    name, process = begun
    if process.stdout and process.stdout.readline():
        return
    process.wait(_PATIENCE)
    said = layout.log(name).read_text("utf-8").strip().splitlines()[-1:]
    hint = f"{layout.log(name)} says more"
    raise InputError(name, f"did not start: {' '.join(said)}", hint=hint)


def start_chain(layout: Layout, stack: ExitStack) -> None:
    """Start the development chain, which keeps what it has in the folder."""
    config = layout.folder / "chain.toml"
    ours = _CONFIG.read_text("utf-8")
    asked = f'origins = ["{layout.url("booth")}"]'
    config.write_text(ours.replace("origins = []", asked, 1), "utf-8")
    words = (sys.executable, "-m", "node", "--port", str(layout.ports["chain"]))
    more = (
        "--config",
        str(config),
        "--home",
        str(layout.folder / "chain"),
        "--json",
        "--quiet",
    )
    begun = stack.enter_context(_started(layout, "chain", (*words, *more)))
    await_answer(layout, begun)


def start_provider(layout: Layout, stack: ExitStack) -> Begun:
    """Start the identity provider; what it keeps is made anew each time."""
    folder = layout.folder / "provider"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    client = {
        "client_id": "veche-portal",
        "client_secret": secret_of(layout, "portal"),
        "redirect_uri": f"{layout.url('portal')}/login/done",
        "post_logout_redirect_uri": f"{layout.url('portal')}/",
        "people": [each.login for each in draw_people(layout.voters)],
    }
    secret = folder / "client.json"  # a command line is seen by others
    write_new(secret, json.dumps(client), mode=0o600)
    told = (str(folder), str(layout.ports["provider"]), str(secret))
    words = (sys.executable, str(_PROVIDER), *told)
    return stack.enter_context(_started(layout, "provider", words))


def start_service(layout: Layout, name: str, stack: ExitStack) -> Begun:
    """Start a service in its home."""
    service = (sys.executable, "-m", "scripts", SERVED[name].name, "serve")
    home = ("--home", str(layout.folder / name))
    password = ("--password-file", str(layout.password))
    command = (*service, *home, *password)
    return stack.enter_context(_started(layout, name, command))


def start_booth(layout: Layout, stack: ExitStack) -> Begun:
    """Start the booth, at an origin of its own."""
    serve = (sys.executable, "-m", "scripts", "booth", "serve", str(layout.site))
    command = (*serve, "--port", str(layout.ports["booth"]))
    return stack.enter_context(_started(layout, "booth", command))
