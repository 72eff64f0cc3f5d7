"""Bring the voters of a file into a register's database, or only look."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from election.whole_file import write_whole
from scripts.shared.errors import InputError
from scripts.shared.files.failures import name_unwritable
from scripts.shared.terminal import say
from services.registrar.districts import read_districts
from services.registrar.importing import Changes, Refused, import_voters
from services.registrar.settings import RegistrarSettings
from services.registrar.voters_csv import RefusedRow, open_voters
from services.shell.cells import neutralise
from services.shell.database import open_database
from services.shell.home import Home
from services.shell.settings import read_settings

_SHOWN: Final = 20
_PRIVATE: Final = 0o600


def bring_in(
    kept: Home,
    file: Path,
    *,
    dry_run: bool,
    refused: Path | None,
    districts: Path | None,
    different: bool,
) -> Changes:
    """Import the voters of a file; returns what changed, or would.

    Raises InputError for refused rows that no file is given for.
    """
    settings = read_settings(kept.config, RegistrarSettings)
    known = read_districts(districts or kept.path(settings.districts))
    with (
        closing(open_database(settings.database, kept.database)) as database,
        kept.hold(),
        _keep_refused(refused) as keeper,
        open_voters(file, known) as rows,
        database.engine.begin() as connection,
    ):
        made = import_voters(
            connection,
            rows,
            refuse=keeper,
            keep=not dry_run,
            are_different=different,
            tell=say_some,
        )
        if made.refused and refused is None and not dry_run:
            fact = f"has {made.refused} refused rows, as told above"
            hint = "mend them, or give --refused FILE to import the others"
            raise InputError(str(file), fact, hint=hint)
        return made


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


def say_some(lines: tuple[str, ...]) -> None:
    """Say the first of some lines."""
    for line in lines[:_SHOWN]:
        say(line)
    if len(lines) > _SHOWN:
        say(f"and {len(lines) - _SHOWN} more")
