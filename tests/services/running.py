"""Services under test: in a thread of their own on a free port, or as a process."""

from __future__ import annotations

import asyncio
import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import httpx2

from scripts.shared.files import key_file
from services.shell.home import Home
from services.shell.opening import init_home, open_context
from services.shell.service import Context, Service
from services.shell.serving import assemble, make_server, open_socket
from tests.forks import Forked
from tests.patience import PATIENCE, wait_until

PASSWORD: Final = "correct horse"  # noqa: S105  of homes that live as long as a test


_WORKERS: Final = ["services.issuer.worker", "services.relay.judging"]


def cheapen_passwords(monkeypatch: Any) -> None:
    """Let key files of a test open at once."""
    monkeypatch.setattr(key_file, "_COST", 2)


def fork_workers(monkeypatch: Any, module: ModuleType) -> None:
    """Let a module's processes be forked by one that has imported what they need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_WORKERS)
    as_before = SimpleNamespace(
        get_context=lambda _: context, parent_process=multiprocessing.parent_process
    )
    monkeypatch.setattr(module, "multiprocessing", as_before)


@dataclass(frozen=True)
class Running:
    """A service that answers; log: its lines."""

    url: str
    context: Context
    client: httpx2.Client
    log: list[str] = field(default_factory=list)


def make_home(service: Service, folder: Path, config: str | None = None) -> Home:
    """Make a home; config: written instead of what `init` would write."""
    home = Home(folder, service.name)
    if config is not None:
        home.make()
        home.config.write_text(config, "utf-8")
        home.config.chmod(0o600)
    init_home(service, home, PASSWORD)
    return home


def describe_peers(**peers: tuple[str, dict[str, str]]) -> str:
    """Write the part of config.toml about other services: url and key of each."""
    lines = []
    for name, (url, key) in peers.items():
        inner = ", ".join(f'{part} = "{value}"' for part, value in key.items())
        lines += [f"[peers.{name}]", f'url = "{url}"', f"key = {{ {inner} }}"]
    return "\n".join(lines) + "\n"


def public_key(service: Service, home: Home) -> dict[str, str]:
    """Give the key that others know a service by; `init` changes nothing else."""
    key: dict[str, str] = init_home(service, home, PASSWORD)["key"]
    return key


def free_port() -> int:
    """Find a port that nobody listens on."""
    with open_socket("127.0.0.1", 0) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def serving(service: Service, home: Home, *, port: int = 0) -> Iterator[Running]:
    """Serve in a thread; what it logs is in `log`."""
    log: list[str] = []
    with (
        open_context(service, home, PASSWORD, write=log.append) as context,
        open_socket("127.0.0.1", port) as listening,
    ):
        server = make_server(assemble(service, context), context)
        failed: list[BaseException] = []

        def run() -> None:
            try:
                asyncio.run(server.serve([listening]))
            except BaseException as error:  # noqa: BLE001  told to the test
                failed.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        wait_until(lambda: server.started or not thread.is_alive())
        assert server.started, failed
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx2.Client(base_url=url, trust_env=False, timeout=PATIENCE) as client:
            try:
                yield Running(url, context, client, log)
            finally:
                server.should_exit = True
                thread.join(PATIENCE)


@contextmanager
def process_of(
    name: str, home: Path, *options: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve as a process of its own; yields it and its URL."""
    password = home.parent / "password"
    password.write_text(PASSWORD, "utf-8")
    with Forked(
        [
            *(sys.executable, "-m", "scripts", name, "serve", "--home", str(home)),
            *("--password-file", str(password), "--port", "0", *options),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise AssertionError(process.communicate()[1])
            yield process, line.split(" at ")[1].strip()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
