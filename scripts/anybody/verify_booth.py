"""Compare what booths serve with what the election announced.

Exit code 0: every place serves just that. 3: something differs; it is said what. 5:
nothing that was read differs, and not all could be read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from scripts.booth.announcing import Source, find_announced, read_source
from scripts.booth.looking import Announced, Place, look_at
from scripts.booth.places import compare_places
from scripts.shared.errors import InputError
from scripts.shared.options import AnyRpcUrl, AsJson, accept_sha256, path_option
from scripts.shared.terminal import say, tell, tell_json

EXAMPLE = (
    "veche verify-booth https://booth.example.org https://booth.example.net "
    "--election election.json --rpc-url https://node.example.org"
)
EXIT_DIFFERS, EXIT_UNREAD = 3, 5
_MOST_PLACES: Final = 50
_AT_ONCE: Final = 8  # places


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

    Each file is asked for three times: as a phone's browser, a computer's, and by this
    program. Bytes, headers, what commission and observers signed, and what one place
    serves and another does not: all that differs is said. Nobody is redirected, and an
    answer is given up after 20 s.

    A server may show you another page than it shows a voter. So run it from many
    places, at many times, and let others do the same.

    Exit code 0 if all is as announced, 3 if something differs, 5 if nothing does and
    not all could be read.
    """
    urls = _accept_places(places)
    source = read_source(election, rpc_urls, bundle, booth_hash)
    found = asyncio.run(_look(urls, source))
    if as_json:
        tell_json(_spell(source, found))
    else:
        tell(*_draw(source, found))
    if any(each.facts for each in found):
        raise typer.Exit(EXIT_DIFFERS)
    if any(each.unread for each in found):
        raise typer.Exit(EXIT_UNREAD)


def _accept_places(given: Sequence[str]) -> list[str]:
    """Take addresses in one writing each; raises InputError."""
    urls = []
    for text in given:
        url = text.rstrip("/")
        try:
            parts = urlsplit(url)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
            is_plain = not (parts.query or parts.fragment or parts.username)
            is_address = is_address and is_plain and parts.port != 0
        except ValueError:
            is_address = False
        if not is_address or not url.isascii() or not url.isprintable() or " " in url:
            raise InputError(text, "is no address like https://booth.example.org")
        urls.append(url)
    if len(set(urls)) != len(urls):
        raise InputError("verify-booth", "one place is named twice")
    if len(urls) > _MOST_PLACES:
        raise InputError("verify-booth", f"more than {_MOST_PLACES} places are named")
    return urls


async def _look(urls: Sequence[str], source: Source) -> list[Place]:
    """Look at all places, some at once; each by itself, then beside the others."""
    say(f"looking for the list 0x{source.digest.hex()} ...")
    announced, lists = await find_announced(source, urls)
    if announced is None:
        return lists
    say(
        f"fetching {len(announced.listed.files)} files from each place, three times ..."
    )
    turns = asyncio.Semaphore(_AT_ONCE)

    async def look(url: str, announced: Announced) -> Place:
        async with turns:
            return await look_at(url, announced)

    found = list(await asyncio.gather(*(look(each, announced) for each in urls)))
    compare_places(found, source)
    return found


def _draw(source: Source, found: Sequence[Place]) -> list[str]:
    lines = [f"announced  0x{source.digest.hex()}"]
    for place in found:
        if place.facts:
            lines.append(f"DIFFERS    {place.url}")
        elif place.unread:
            lines.append(f"not read   {place.url}")
        else:
            lines.append(f"same       {place.url}")
        if place.services is not None:
            services = place.services
            lines.append(f"  edition {services.edition}, terms {services.terms_hash}")
        elif not place.facts and not place.unread:
            lines.append("  no hosts and terms yet")
        lines += [f"  {each}" for each in place.tell()]
        lines += [f"  {path}: {why}" for path, why in place.tell_unread()]
    return lines


def _spell(source: Source, found: Sequence[Place]) -> dict[str, Any]:
    return {
        "booth": f"0x{source.digest.hex()}",
        "same": not any(each.facts or each.unread for each in found),
        "places": [
            {
                "url": each.url,
                "same": not each.facts and not each.unread,
                "edition": each.services.edition if each.services else None,
                "terms_hash": each.services.terms_hash if each.services else None,
                "differences": each.tell(),
                "unread": [f"{path}: {why}" for path, why in each.tell_unread()],
            }
            for each in found
        ],
    }
