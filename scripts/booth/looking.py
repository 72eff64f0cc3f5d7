"""Look at one place that serves a booth: every file, in every guise."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import aiohttp

from election.errors import ElectionError
from election.protocol.booth_list import (
    HOSTS,
    JSON_TYPE,
    LARGEST_FILE,
    LARGEST_LIST,
    LIST_TYPE,
    NAME,
    BoothList,
    ListedFile,
    digest_list,
    fill_headers,
)
from scripts.booth.comparing import Expected, find_differences
from scripts.booth.fetching import (
    GUISES,
    Answer,
    Guise,
    NoAnswerError,
    TooLongError,
    fetch,
    open_session,
)
from scripts.booth.folder import accept_later
from scripts.shared.files.booth_files import (
    LATER,
    SERVICES,
    BoothElection,
    BoothServices,
)

LONGEST: Final = 300.0
"""Seconds for everything of one place."""

_LARGEST_ERROR: Final = 10_000
_NAMED: Final = 3  # of paths that have the same fact
_INDEX: Final = "index.html"
_ADDED: Final = ("sw.js", "service-worker.js", "manifest.webmanifest", "favicon.ico")
"""What a browser may ask a server for by itself, or a page could have it keep."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What is announced: the list, the pinned election, and bytes that are known.

    own: bytes by path, as far as this release has the same.
    """

    listed: BoothList
    raw: bytes
    election: BoothElection
    own: Mapping[str, bytes]


@dataclass(slots=True)
class Place:
    """What was found at a place.

    facts: by fact the paths, and by path in which guises. unread: why, by path. later:
    the signed files that are there; services: what they say, if they hold.
    """

    url: str
    facts: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    later: dict[str, bytes] = field(default_factory=dict)
    services: BoothServices | None = None

    def note(self, path: str, fact: str, guise: Guise) -> None:
        """Keep a fact about a path."""
        paths = self.facts.setdefault(fact, {})
        paths.setdefault(path or "/", set()).add(guise.name)

    def tell(self) -> list[str]:
        """Tell all facts, a sentence each: which files, and shown to whom."""
        return [_spell_fact(fact, paths) for fact, paths in self.facts.items()]

    def tell_unread(self) -> list[tuple[str, str]]:
        """Tell what could not be read, each reason once: paths, and why."""
        paths: dict[str, list[str]] = {}
        for path, why in self.unread.items():
            paths.setdefault(why, []).append(path)
        return [(_name_paths(each), why) for why, each in paths.items()]


def _spell_fact(fact: str, paths: Mapping[str, set[str]]) -> str:
    guises = set().union(*paths.values())
    told = f"{_name_paths(paths)}: {fact}"
    if len(guises) < len(GUISES):
        asked = " and ".join(f"as {each}" for each in sorted(guises))
        told += f"; only when asked {asked}"
    return told


def _name_paths(paths: Iterable[str]) -> str:
    """Name paths: some in full, of many how many there are."""
    *names, last = sorted(paths)
    if len(names) < _NAMED:
        return f"{', '.join(names)} and {last}" if names else last
    return f"{len(names) + 1} names, {', '.join(names[: _NAMED - 1])} among them"


async def fetch_one(url: str, path: str) -> bytes | None:
    """Fetch one file of a place; none if it gives none."""
    async with open_session() as session:
        try:
            answer = await fetch(
                session, f"{url}/{path}", guise=GUISES[-1], most=LARGEST_LIST
            )
        except (NoAnswerError, TooLongError):
            return None
        return answer.body if answer.status == HTTPStatus.OK else None


async def look_at(url: str, announced: Announced) -> Place:
    """Fetch and compare everything that a place serves."""
    place = Place(url)
    async with open_session() as session:
        looking = _Looking(session, place, announced)
        try:
            async with asyncio.timeout(LONGEST):
                for guise in GUISES:
                    await looking.look(guise)
        except TimeoutError:
            place.unread["/"] = f"was not looked through within {LONGEST:g} s"
    return place


class _Looking:
    """Looks at one place."""

    def __init__(
        self, session: aiohttp.ClientSession, place: Place, announced: Announced
    ) -> None:
        self._session, self._place, self._announced = session, place, announced

    async def look(self, guise: Guise) -> None:
        """Look once at all files; signed ones first, since headers name their hosts."""
        answers = await asyncio.gather(
            *(self._fetch(name, LARGEST_FILE, guise) for name in LATER)
        )
        later = {
            name: each
            for name, each in zip(LATER, answers, strict=True)
            if each is not None and each.status != HTTPStatus.NOT_FOUND
        }
        self._take_later({name: each.body for name, each in later.items()}, guise)
        headers = self._fill_headers()
        for name, answer in later.items():
            self._compare(answer, Expected(name, JSON_TYPE), headers, guise)
        await asyncio.gather(
            *(self._look_at(each, headers, guise) for each in self._list_expected())
        )

    def _take_later(self, raw: Mapping[str, bytes], guise: Guise) -> None:
        place, election = self._place, self._announced.election
        if guise is not GUISES[0]:
            for name in sorted(raw.keys() | place.later.keys()):
                if raw.get(name) != place.later.get(name) and name not in place.unread:
                    place.note(name, "changes from one answer to the next", guise)
            return
        place.later = dict(raw)
        if not raw:
            return
        try:
            place.services = accept_later(election, place.later)
        except KeyError as error:
            place.note(str(error.args[0]), "is missing, the others are there", guise)
        except ElectionError as error:
            named = error.subject in LATER
            place.note(
                error.subject if named else SERVICES,
                error.fact if named else str(error),
                guise,
            )

    def _fill_headers(self) -> dict[str, str]:
        """Give the headers of every answer; no policy where no hosts are known."""
        place, listed = self._place, self._announced.listed
        origins = place.services.origins() if place.services else ()
        headers = fill_headers(listed, origins)
        if place.later and place.services is None:
            for name, value in listed.headers:
                if HOSTS in value:
                    del headers[name]
        return headers

    def _list_expected(self) -> Iterator[Expected]:
        announced = self._announced
        listed = {each.path: each for each in announced.listed.files}
        for path, each in (listed | _find_index(listed)).items():
            own = announced.own.get(each.path)
            is_own = own is not None and hashlib.sha256(own).digest() == each.sha256
            yield Expected(
                path,
                each.media_type,
                each.sha256,
                each.size,
                own=own if is_own else None,
            )
        digest, size = digest_list(announced.raw), len(announced.raw)
        yield Expected(NAME, LIST_TYPE, digest, size, own=announced.raw)
        for path in (*_ADDED, f"{secrets.token_hex(8)}.js"):
            if path not in listed:
                yield Expected(path, None, status=HTTPStatus.NOT_FOUND)

    async def _look_at(
        self, expected: Expected, headers: Mapping[str, str], guise: Guise
    ) -> None:
        most = max(expected.size or 0, _LARGEST_ERROR)
        answer = await self._fetch(expected.path, most, guise)
        if answer is not None:
            self._compare(answer, expected, headers, guise)

    def _compare(
        self,
        answer: Answer,
        expected: Expected,
        headers: Mapping[str, str],
        guise: Guise,
    ) -> None:
        for fact in find_differences(answer, expected, headers):
            is_random = expected.status == HTTPStatus.NOT_FOUND
            name = (
                "a name that was made up"
                if is_random and expected.path not in _ADDED
                else None
            )
            self._place.note(name or expected.path, fact, guise)

    async def _fetch(self, path: str, most: int, guise: Guise) -> Answer | None:
        """Fetch; none, and a note of why, if there is no answer to compare."""
        url = f"{self._place.url}/{path}"
        try:
            return await fetch(self._session, url, guise=guise, most=most)
        except TooLongError:
            self._place.note(path, f"has more than {most} bytes", guise)
        except NoAnswerError as error:
            self._place.unread[path or "/"] = str(error)
        return None


def _find_index(listed: Mapping[str, ListedFile]) -> dict[str, ListedFile]:
    return {"": listed[_INDEX]} if _INDEX in listed else {}
