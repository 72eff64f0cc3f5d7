"""Bring a list of voters into the register."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from election.whole_file import write_whole
from scripts.shared.errors import InputError
from scripts.shared.files.failures import name_unwritable
from scripts.shared.options import AsJson, path_argument, path_option
from scripts.shared.terminal import say, show
from services.registrar.cells import neutralise
from services.registrar.districts import read_districts
from services.registrar.importing import Changes, Refused, import_voters
from services.registrar.service import SERVICE
from services.registrar.settings import RegistrarSettings
from services.registrar.voters_csv import RefusedRow, open_voters
from services.shell.command import HomeFolder, home_of
from services.shell.database import open_database
from services.shell.settings import read_settings

_SHOWN: Final = 20
_PRIVATE: Final = 0o600


class _DryRunError(Exception):
    """Undo what was compared."""


def import_list(
    file: Annotated[Path, path_argument(help="CSV of all voters: see below.")],
    home: HomeFolder = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; change nothing.")
    ] = False,
    refused: Annotated[
        Path | None,
        path_option(help="Write refused rows here, and import the others."),
    ] = None,
    districts: Annotated[
        Path | None,
        path_option(help="Neighbourhoods of each contest, instead of config.toml's."),
    ] = None,
    different: Annotated[
        bool, typer.Option("--different", help="Voters that look alike are different.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the whole list of voters into the register.

    Columns, in any order, by comma or semicolon, UTF-8: voter_id, name, birth_date, and
    address or neighbourhood; district and account if there are any. account is who
    logs in at the portal; left out, it is the voter_id. Who is not on the list is
    marked as gone; an application of theirs stays. The same file again changes
    nothing. One refused row stops it, unless --refused names a file for them: then
    the others are imported, and nobody is marked as gone.
    """
    kept = home_of(SERVICE, home)
    kept.require()
    settings = read_settings(kept.config, RegistrarSettings)
    known = read_districts(districts or kept.path(settings.districts))
    database = open_database(settings.database, kept.database)
    made: Changes | None = None
    try:
        with (
            kept.hold(),
            _keep_refused(refused) as keeper,
            open_voters(file, known) as rows,
        ):

            def run(connection: Any) -> None:
                nonlocal made
                made = import_voters(
                    connection,
                    rows,
                    refuse=keeper,
                    keep=not dry_run,
                    are_different=different,
                    tell=_say_alike,
                )
                if dry_run:
                    raise _DryRunError
                if made.refused and refused is None:
                    fact = f"has {made.refused} refused rows, as told above"
                    hint = "mend them, or give --refused FILE to import the others"
                    raise InputError(str(file), fact, hint=hint)

            try:
                with database.engine.begin() as connection:
                    run(connection)
            except _DryRunError:
                pass
    finally:
        database.close()
    if made is not None:
        _tell(made, dry_run=dry_run, as_json=as_json)


@contextmanager
def _keep_refused(path: Path | None) -> Iterator[Refused]:
    """Write refused rows whole into a file, or say the first of them."""
    if path is None:
        said = 0

        def tell(row: RefusedRow) -> None:
            nonlocal said
            said += 1
            if said <= _SHOWN:
                say(f"line {row.line}: {row.reason}")

        yield tell
        return
    with (
        name_unwritable(path),
        write_whole(path, replacing=True, mode=_PRIVATE) as file,
    ):
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("line", "reason", "row"))

        def keep(row: RefusedRow) -> None:
            cells = map(neutralise, (row.reason, *row.cells))
            writer.writerow((row.line, *cells))

        yield keep
        text.flush()
        text.detach()


def _say_alike(lines: tuple[str, ...]) -> None:
    for line in lines[:_SHOWN]:
        say(line)
    if len(lines) > _SHOWN:
        say(f"and {len(lines) - _SHOWN} more")


def _tell(made: Changes, *, dry_run: bool, as_json: bool) -> None:
    if dry_run:
        _say_alike(made.samples)
    result = {
        "rows": made.rows,
        "refused": made.refused,
        "new": made.new,
        "changed": made.changed,
        "gone": made.gone,
        "look_alike": len(made.alike),
        "twins": len(made.twins),
        "dry_run": dry_run,
    }
    if made.refused and not dry_run:
        say("nobody was marked as gone, since they may be in a refused row")
    show(result, as_json=as_json)
