"""Bring a list of voters into the register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.exit_codes import ExitCode
from scripts.shared.options import AsJson, path_argument, path_option
from scripts.shared.terminal import say, show
from services.shell.command import HomeFolder, home_of


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
    the others are imported, nobody is marked as gone, and it ends with 15. A dry run
    ends as the import would. In Russian the columns are идентификатор, фио,
    дата_рождения, адрес, район, округ, учётная_запись.
    """
    from services.registrar.bringing_in import bring_in, say_some
    from services.registrar.service import SERVICE

    kept = home_of(SERVICE.name, home)
    kept.require()
    made = bring_in(
        kept,
        file,
        dry_run=dry_run,
        refused=refused,
        districts=districts,
        different=different,
    )
    if dry_run:
        say_some(made.samples)
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
    stops = []
    if made.refused and refused is None:
        stops.append("refused rows: mend them, or give --refused FILE")
    if made.alike and not different:
        stops.append("voters that look alike: leave one out, or give --different")
    if stops:  # only a dry run comes here with any
        say(f"an import would be stopped by {'; by '.join(stops)}")
    show(result, as_json=as_json)
    if stops:
        raise typer.Exit(ExitCode.INPUT)
    if made.refused:
        raise typer.Exit(ExitCode.IN_PART)
