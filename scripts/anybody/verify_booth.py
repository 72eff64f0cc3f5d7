"""Look at the places that serve a booth, and write what they serve."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from scripts.booth.announcing import Source, find_announced
from scripts.booth.looking import Announced, Place, look_at
from scripts.booth.places import compare_places
from scripts.shared.errors import UsageError
from scripts.shared.terminal import say

_MOST_PLACES: Final = 50
_AT_ONCE: Final = 8  # places
_PAGE: Final = re.compile(r"/\w+\.html$")


def accept_places(given: Sequence[str]) -> list[str]:
    """Take addresses in one writing each, of a booth or a page; raises InputError."""
    urls = []
    for text in given:
        url = _PAGE.sub("", text).rstrip("/")
        try:
            parts = urlsplit(url)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
            is_plain = not (parts.query or parts.fragment or parts.username)
            is_address = is_address and is_plain and parts.port != 0
        except ValueError:
            is_address = False
        if not is_address or not url.isascii() or not url.isprintable() or " " in url:
            raise UsageError(text, "is no address like https://booth.example.org")
        urls.append(url)
    if len(set(urls)) != len(urls):
        raise UsageError("verify-booth", "one place is named twice")
    if len(urls) > _MOST_PLACES:
        raise UsageError("verify-booth", f"more than {_MOST_PLACES} places are named")
    return urls


async def look_at_all(urls: Sequence[str], source: Source) -> list[Place]:
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


def draw_places(source: Source, found: Sequence[Place]) -> list[str]:
    """Write what each place serves, in lines to read."""
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


def spell_places(source: Source, found: Sequence[Place]) -> dict[str, Any]:
    """Give what JSON holds."""
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
