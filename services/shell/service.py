"""What a service is to the shell that runs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry
from sqlalchemy import MetaData
from starlette.routing import BaseRoute

from election.protocol.terms import ElectionTerms
from scripts.shared.files.key_file import KeyFile
from scripts.shared.roles import Role
from services.shell.clock import Clock
from services.shell.database import Database
from services.shell.home import Home
from services.shell.peers import Peers
from services.shell.settings import Settings
from services.shell.vault import Vault


@dataclass(frozen=True)
class Context:
    """What a service is given to work with, once its home is open.

    settings: of the service's own type. account: its opened key file, which signs on
    chain. elections: terms by address, `0x` and lower case. log: of structlog.
    """

    home: Home
    settings: Any
    database: Database
    account: KeyFile = field(repr=False)
    vault: Vault = field(repr=False)
    elections: Mapping[str, ElectionTerms]
    clock: Clock
    peers: Peers
    meter: CollectorRegistry
    log: Any


@dataclass(frozen=True)
class Job:
    """Something done again and again.

    every: seconds from the end of one run to the next. A run that fails is logged and
    counted, and tried again after a pause that grows; never two at once.
    """

    name: str
    every: float
    run: Callable[[], Awaitable[None]]


async def ready() -> list[str]:
    """Have nothing to wait for."""
    return []


@dataclass(frozen=True)
class Parts:
    """What a service adds: routes, jobs, and what keeps it from being of use now."""

    routes: Sequence[BaseRoute]
    jobs: Sequence[Job] = ()
    unready: Callable[[], Awaitable[list[str]]] = ready


@dataclass(frozen=True)
class Service:
    """A service: its name, what it is told, what it keeps, and how it is built.

    name: the command and the stem of files in its home. summary: one line for help.
    role: who holds its key file. settings: the type of config.toml. config: the text
    that `init` writes, after the common part. migrations: a folder from the root of the
    source tree, with the steps of Alembic. port: where it listens unless told. check:
    what is wrong that only this service can find, before it serves. is_called: other
    services call it, or are called by it, and name it in their config.toml.
    after_restore: what whoever restored a home has to know.
    """

    name: str
    summary: str
    role: Role
    port: int
    settings: type[Settings]
    config: str
    tables: MetaData
    migrations: str
    build: Callable[[Context], Parts]
    check: Callable[[Context], Sequence[str]] = lambda _: ()
    is_called: bool = False
    after_restore: str = ""
