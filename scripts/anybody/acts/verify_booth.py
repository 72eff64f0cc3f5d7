"""Compare what booths serve with what the election announced.

Exit code 0: every place serves just that. 3: something differs; it is said what. 14:
nothing that was read differs, and not all could be read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.exit_codes import ExitCode
from scripts.shared.options import AnyRpcUrl, AsJson, accept_sha256, path_option
from scripts.shared.terminal import tell, tell_json

EXAMPLE = (
    "veche verify-booth https://booth.example.org https://booth.example.net "
    "--election election.json --rpc-url https://node.example.org"
)


def command(
    places: Annotated[
        list[str], typer.Argument(help="Where a booth is served.", metavar="URL...")
    ],
    election: Annotated[
        Path | None,
        path_option(help="The file that `veche deploy` wrote, to ask a node."),
    ] = None,
    rpc_urls: AnyRpcUrl = None,
    bundle: Annotated[
        Path | None, path_option(help="Or a record that `veche export` wrote.")
    ] = None,
    booth_hash: Annotated[
        bytes | None,
        typer.Option(
            "--hash",
            help="Or the announced hash, as `veche audit` prints it.",
            parser=accept_sha256,
            metavar="HASH",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch every file of booths, and compare it with what the election announced.

    Each file is asked for three times: as a phone's browser, as a computer's, and as a
    program. Bytes, headers, what commission and observers signed, and what one place
    serves and another does not: all that differs is said. Nobody is redirected, and an
    answer is given up after 20 s.

    A server may show you another page than it shows a voter. So run it from many
    places, at many times, and let others do the same.

    Exit code 0 if all is as announced, 3 if something differs, 14 if nothing does and
    not all could be read.
    """
    from asyncio import run

    from scripts.anybody.verify_booth import (
        accept_places,
        draw_places,
        look_at_all,
        spell_places,
    )
    from scripts.booth.announcing import read_source

    urls = accept_places(places)
    source = read_source(election, rpc_urls, bundle, booth_hash)
    found = run(look_at_all(urls, source))
    if as_json:
        tell_json(spell_places(source, found))
    else:
        tell(*draw_places(source, found))
    if any(each.facts for each in found):
        raise typer.Exit(ExitCode.NOT_SO)
    if any(each.unread for each in found):
        raise typer.Exit(ExitCode.UNKNOWN)
