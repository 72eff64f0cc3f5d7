"""The registrar as a service."""

from __future__ import annotations

from typing import Final

from scripts.shared.errors import InputError
from scripts.shared.roles import Role
from services.registrar.districts import read_districts
from services.registrar.settings import CONFIG, RegistrarSettings
from services.registrar.tables import METADATA
from services.shell.checking import describe, list_missing
from services.shell.service import Context, Parts, Service


def build(context: Context) -> Parts:
    """Assemble what the registrar serves and does."""
    from services.registrar.assembly import assemble

    return assemble(context)


def check(context: Context) -> list[str]:
    """List what is wrong in what a registrar alone needs."""
    wrong = list(list_missing(context, "portal", "gateway"))
    try:
        read_districts(context.home.path(context.settings.districts))
    except InputError as error:
        wrong.append(describe(error))
    return wrong


SERVICE: Final = Service(
    name="registrar",
    summary="The register of voters, and the applications to vote online.",
    role=Role.REGISTRAR,
    port=8710,
    settings=RegistrarSettings,
    config=CONFIG,
    tables=METADATA,
    migrations="services/registrar/migrations",
    build=build,
    check=check,
    is_called=True,
)
