"""Make and open the home of a service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry

from election.crypto.signature import derive_address
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import write_new
from scripts.shared.files.key_file import KeyFile, create_key_file, open_key_file
from scripts.shared.terminal import say
from services.shell.clock import Clock
from services.shell.database import Database, naming_damage, open_database
from services.shell.elections import read_elections
from services.shell.home import Home
from services.shell.logs import Say, make_log
from services.shell.peers import Peers
from services.shell.schema import newest_version, read_version, upgrade_schema
from services.shell.service import Context, Service
from services.shell.settings import COMMON_CONFIG, Settings, read_settings
from services.shell.vault import Vault, make_peer_key, open_peer_key, spell_public

_PRIVATE = 0o600


def init_home(service: Service, home: Home, password: str) -> dict[str, Any]:
    """Make what is missing in a home, and change nothing that is there.

    Returns what others need: the account's address and the key for other services.
    Raises InputError.
    """
    home.make()
    if not home.config.exists():
        common = COMMON_CONFIG.format(name=service.name, port=service.port)
        write_new(home.config, common + service.config, mode=_PRIVATE)
    settings = read_settings(home.config, service.settings)
    account = _open_account(service, home, settings, password, make=True)
    vault = Vault(account.secrets.account)
    make_peer_key(home, vault)
    with home.hold(), _opened(home, settings) as database:
        database.run_now(upgrade_schema, service.migrations, service.tables)
    return {
        "home": str(home.folder),
        "address": f"0x{derive_address(account.key).hex()}",
        "key": spell_public(open_peer_key(home, vault)),
    }


def _open_account(
    service: Service, home: Home, settings: Settings, password: str, *, make: bool
) -> KeyFile:
    path = home.path(settings.key) if settings.key else home.key
    if not path.exists():
        if not make or settings.key:
            fact = "is not there"
            hint = f"veche {service.name} init --home {home.folder} makes one"
            raise InputError(str(path), fact, hint=None if settings.key else hint)
        return create_key_file(path, service.role, password=password)
    found = open_key_file(path, password=password)
    if found.sealed.role is not service.role:
        fact = f"is of the {found.sealed.role.value}, not of the {service.role.value}"
        raise InputError(str(path), fact)
    return found


def open_vault(service: Service, home: Home, password: str) -> Vault:
    """Open what only the key file's secret opens; raises InputError."""
    home.require()
    settings = read_settings(home.config, service.settings)
    account = _open_account(service, home, settings, password, make=False)
    return Vault(account.secrets.account)


@contextmanager
def open_context(
    service: Service, home: Home, password: str, *, write: Say = say
) -> Iterator[Context]:
    """Open a home for work; raises InputError. write: takes lines of the log."""
    home.require()
    settings = read_settings(home.config, service.settings)
    account = _open_account(service, home, settings, password, make=False)
    vault = Vault(account.secrets.account)
    elections = read_elections(settings, home)
    with _opened(home, settings) as database:
        _require_version(service, database, home)
        yield Context(
            home=home,
            settings=settings,
            database=database,
            account=account,
            vault=vault,
            elections=elections,
            clock=Clock(),
            peers=Peers(service.name, open_peer_key(home, vault), settings.peers),
            meter=CollectorRegistry(),
            log=make_log(service.name, write),
        )


@contextmanager
def _opened(home: Home, settings: Settings) -> Iterator[Database]:
    database = open_database(settings.database, home.database)
    try:
        with naming_damage(database):
            yield database
    finally:
        database.close()


def _require_version(service: Service, database: Database, home: Home) -> None:
    found = database.run_now(read_version)
    newest = newest_version(service.migrations, service.tables)
    if found != newest:
        fact = f"is of version {found}, this program of {newest}"
        hint = f"veche {service.name} init --home {home.folder} brings it up to date"
        raise InputError("database", fact, hint=hint)
