"""The schema of a database, from version to version (Alembic)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

_ROOT: Final = Path(__file__).resolve().parents[2]
_ENVIRONMENT: Final = Path(__file__).with_name("migrating")


def _configure(steps: str, tables: MetaData, connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("version_locations", str(_ROOT / steps))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(connection=connection, tables=tables)
    return config


def upgrade_schema(
    connection: Connection, steps: str, tables: MetaData, *, to: str = "head"
) -> None:
    """Bring a database to a version, the newest unless told, step by step."""
    command.upgrade(_configure(steps, tables, connection), to)


def read_version(connection: Connection) -> str | None:
    """Read which step a database is at; none if it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_version(steps: str, tables: MetaData) -> str | None:
    """Name the newest step that there is."""
    script = ScriptDirectory.from_config(_configure(steps, tables, None))
    return script.get_current_head()


def compare_schema(connection: Connection, tables: MetaData) -> list[Any]:
    """List in what a database differs from the tables of the code."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, tables))
