"""What one place serves and another does not, and what none may serve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from scripts.booth.announcing import Source
from scripts.booth.fetching import GUISES
from scripts.booth.looking import Place
from scripts.shared.files.booth_files import SERVICES

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def compare_places(places: Sequence[Place], source: Source) -> None:
    """Note at each place what differs from the others', or is of another election."""
    signed = [each for each in places if each.services is not None]
    newest = max((each.services.edition for each in signed if each.services), default=0)
    texts = {
        each.later[SERVICES]
        for each in signed
        if each.services and each.services.edition == newest
    }
    for place in places:
        _judge_way(place)
        if newest and not place.later and SERVICES not in place.unread:
            _note(place, "is missing, and other places have it")
        services = place.services
        if services is None:
            continue
        if services.edition < newest:
            fact = f"is edition {services.edition}, others serve edition {newest}"
            _note(place, fact)
        elif len(texts) > 1:
            fact = f"is one of {len(texts)} of edition {newest}, all of them signed"
            _note(place, fact)
        named = (services.election, services.chain_id)
        if source.address is not None and named != (source.address, source.chain_id):
            _note(place, f"is of the election 0x{services.election.hex()}, another one")


def _judge_way(place: Place) -> None:
    parts = urlsplit(place.url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        fact = "is served without https: whoever is on the way can exchange it"
        for guise in GUISES:
            place.note("/", fact, guise)


def _note(place: Place, fact: str) -> None:
    for guise in GUISES:
        place.note(SERVICES, fact, guise)
