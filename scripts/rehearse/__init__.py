"""An election of a city's size, rehearsed on this machine from lists to audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from scripts.shared.exit_codes import ExitCode
from scripts.shared.options import AsJson, path_option

EXAMPLE: Final = "veche rehearse --voters 20000"
_FEWEST: Final = 60  # listed: fewer give some district no ten ballots
_MOST: Final = 1_000_000


def command(
    *,
    voters: Annotated[
        int,
        typer.Option(
            min=_FEWEST, max=_MOST, help="How many stand on the lists; 503,890 in 2019."
        ),
    ] = 20_000,
    online: Annotated[
        int | None,
        typer.Option(
            min=_FEWEST,
            help="How many of them vote online; all, or 100,000 of more.",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        path_option(help="Folder of the rehearsal; rehearsal-VOTERS here."),
    ] = None,
    benchmarks: Annotated[
        bool,
        typer.Option(
            "--benchmarks", help="Put table and plot into docs/benchmarks.md, too."
        ),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Rehearse the Moscow election of 2019 with as many voters as you like.

    Lists of all voters, key ceremonies, registration, the day of the polls as it went
    in 2019 but faster, the count and the audit, on a node of its own that keeps its
    chain in the folder. What made-up voters compute on their devices runs in processes
    of its own and is counted apart. At the end: what a ballot cost, memory and disk
    over the run, as a table and a plot in the folder.

    Killed at any moment it goes on where it was: run it again with the same folder. The
    folder may be deleted afterwards; its keys are worth nothing. Exit code 3 if the
    audit does not hold, or the counts are not what was chosen.
    """
    from scripts.rehearse.running import rehearse

    place = folder or Path(f"rehearsal-{voters}")
    held = rehearse(place, voters, online, benchmarks=benchmarks, as_json=as_json)
    return 0 if held else ExitCode.NOT_SO
