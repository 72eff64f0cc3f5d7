"""What a device goes by before it asks anybody: the booth's signed files.

docs/booth.md. The hash of the booth's list is announced by the election and printed on
leaflets. What is listed names who signs for the hosts; they name the hash of the terms.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from election.crypto.transcript import Hash
from election.protocol.booth_list import (
    LARGEST_FILE,
    LARGEST_LIST,
    NAME,
    decode_list,
    digest_list,
    list_file,
)
from election.protocol.terms import ElectionTerms
from scripts.booth.fetching import (
    GUISES,
    NoAnswerError,
    TooLongError,
    fetch,
    open_session,
)
from scripts.booth.folder import accept_later, read_booth
from scripts.shared.errors import InputError, ServiceAwayError, UntrueError
from scripts.shared.files.booth_files import (
    ELECTION,
    LATER,
    SERVICES,
    TERMS,
    BoothServices,
    parse_election,
)
from scripts.shared.files.json_file import decode_text
from scripts.shared.files.terms_file import parse_terms

_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Pinned:
    """Whom to ask, as signed, and the terms that they go by."""

    services: BoothServices
    terms: ElectionTerms


def gather(place: str, digest: Hash) -> Pinned:
    """Read the signed files of a booth: a folder of it, or where one is served.

    digest: of its list, as the election announced it. Raises InputError, UntrueError
    for what is served and does not hold, ServiceAwayError.
    """
    if urlsplit(place).scheme not in ("http", "https"):
        return _read_folder(Path(place), digest)
    raw = asyncio.run(_fetch_all(place.rstrip("/"), digest))
    try:
        election = parse_election(raw[ELECTION])
        services = accept_later(election, raw)
        return Pinned(services, _read_terms(raw[TERMS]))
    except UntrueError:
        raise
    except Exception as error:
        if not hasattr(error, "fact"):
            raise
        raise UntrueError(place, str(error)) from error


def _read_folder(folder: Path, digest: Hash) -> Pinned:
    booth = read_booth(folder)
    if booth.digest != digest:
        hint = "compare --booth-hash with the leaflet, or take another booth's files"
        fact = f"has not the hash 0x{digest.hex()}"
        raise InputError(str(folder / NAME), fact, hint=hint)
    if booth.services is None:
        fact = "is missing: the booth is not complete yet"
        raise InputError(str(folder / SERVICES), fact)
    return Pinned(booth.services, _read_terms(booth.raw[TERMS]))


def _read_terms(raw: bytes) -> ElectionTerms:
    return parse_terms(decode_text(raw, name=TERMS), name=TERMS)


async def _fetch_all(url: str, digest: Hash) -> dict[str, bytes]:
    """Fetch the files that pages begin with; only what the list pins is believed."""
    async with open_session() as session:

        async def ask(name: str, most: int) -> bytes:
            try:
                answer = await fetch(
                    session, f"{url}/{name}", guise=GUISES[-1], most=most
                )
            except NoAnswerError as error:
                raise ServiceAwayError(url, str(error)) from None
            except TooLongError:
                raise UntrueError(url, f"{name}: is too large") from None
            if answer.status != _OK:
                raise ServiceAwayError(url, f"{name} is not served there")
            return answer.body

        text = await ask(NAME, LARGEST_LIST)
        if digest_list(text) != digest:
            fact = f"serves another list than that of --booth-hash 0x{digest.hex()}"
            raise UntrueError(url, fact)
        listed = {each.path: each for each in decode_list(text).files}
        raw = {name: await ask(name, LARGEST_FILE) for name in (ELECTION, *LATER)}
        if listed.get(ELECTION) != list_file(ELECTION, raw[ELECTION]):
            raise UntrueError(url, f"{ELECTION}: is not as listed")
        return raw
