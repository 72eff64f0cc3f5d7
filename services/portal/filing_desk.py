"""What is filed goes to the gateway, for the person's agreement, and to the registrar.

Noted here first: what a person agreed to is brought to the registrar, if need be by a
job, however long the registrar is away.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from services.portal.desk import Desk
from services.portal.filings import (
    APPLY,
    NO_LOCK,
    FiledPart,
    Filing,
    Wish,
    find_filing,
    list_untold,
    note_agreed,
    note_asked,
    note_filing,
    note_told,
)
from services.portal.people import Person, person_path
from services.portal.sessions import Session
from services.shell.peers import PeerAwayError, PeerError
from services.shell.problems import Problem
from services.shell.text import _

_SERIAL: Final = re.compile("[0-9A-Za-zА-Яа-яЁё._-]{1,64}")


_DEAD: Final = ("expired", "too_many", "unknown_serial")
"""Refusals of the gateway after which no code of a filing is valid."""


class FilingDesk:
    """Bring filings where they go."""

    def __init__(self, desk: Desk) -> None:
        self._context = desk.context

    async def ask(self, wish: Wish, person: Person, *, language: str) -> None:
        """Have the gateway ask the person by a code; raises PeerError."""
        body = {
            "action": wish.action,
            "voter_id": wish.voter_id,
            "elections": [_spell_covered(each, person) for each in wish.covered],
            "language": language,
        }
        gateway = self._context.peers["gateway"]
        told = await gateway.call("POST", "/peer/consents", body, language=language)
        now = self._context.clock.now()
        serial = _read_serial(told)
        await self._context.database.run(note_filing, serial, wish, now=now)

    async def agree(
        self, session: Session, serial: str, code: str, *, language: str
    ) -> None:
        """Have the gateway check a code, and bring the filing to the registrar."""
        filing = await self._require_own(session, serial)
        if filing.agreed is None:
            path = _consent_path(serial, "check")
            gateway = self._context.peers["gateway"]
            try:
                told = await gateway.call(
                    "POST", path, {"code": code}, language=language
                )
            except PeerError as error:
                if error.code in _DEAD:
                    await self._note_asked(serial, 0)
                raise
            if told != {"consented": True}:
                raise PeerAwayError("gateway")
        await self._note_agreed(filing, language=language)

    async def _note_agreed(self, filing: Filing, *, language: str) -> None:
        """Note what the gateway has, and bring it to the registrar, now or later."""
        if filing.agreed is None:
            await self._context.database.run(
                note_agreed, serial=filing.serial, now=self._context.clock.now()
            )
        try:
            await self._tell_registrar(filing, language=language)
        except PeerError as error:
            if not error.may_pass:
                raise
            # it is noted, and the job brings it when the registrar is back

    async def send_again(self, session: Session, serial: str, *, language: str) -> None:
        """Have one more code sent; raises PeerError.

        None is needed where the gateway took one before we were killed and knew of it.
        """
        filing = await self._require_own(session, serial)
        path = _consent_path(serial, "code")
        gateway = self._context.peers["gateway"]
        try:
            await gateway.call("POST", path, {"language": language}, language=language)
        except PeerError as error:
            if error.code in _DEAD:
                await self._note_asked(serial, 0)
            if error.code != "already_given":
                raise
            await self._note_agreed(filing, language=language)
        else:
            await self._note_asked(serial, self._context.clock.now())

    async def bring_rest(self) -> None:
        """Bring what the registrar has not yet."""
        for filing in await self._context.database.run(list_untold):
            try:
                await self._tell_registrar(filing, language="ru")
            except PeerError as error:
                if error.may_pass:
                    return
                self._context.log.warning("filing_refused", code=error.code)

    async def _tell_registrar(self, filing: Filing, *, language: str) -> None:
        elections = [each.election for each in filing.parts]
        if filing.action == APPLY:
            path = person_path(filing.account, "applications")
            locks = {each.election: each.lock or NO_LOCK for each in filing.parts}
            body: dict[str, object] = {"consent": filing.serial, "locks": locks}
        else:
            path = person_path(filing.account, "withdrawals")
            body = {"consent": filing.serial, "elections": elections}
        now = self._context.clock.now()
        try:
            registrar = self._context.peers["registrar"]
            await registrar.call("POST", path, body, language=language)
        except PeerError as error:
            if not error.may_pass:  # it is answered, and would be again
                await self._note_told(filing, now)
            raise
        await self._note_told(filing, now)

    async def _note_asked(self, serial: str, now: int) -> None:
        await self._context.database.run(note_asked, serial=serial, now=now)

    async def _note_told(self, filing: Filing, now: int) -> None:
        await self._context.database.run(note_told, serial=filing.serial, now=now)

    async def _require_own(self, session: Session, serial: str) -> Filing:
        filing = await self._context.database.run(
            find_filing, serial=serial, account=session.account
        )
        if filing is None:
            raise Problem(
                "unknown_filing",
                _("You have filed nothing under this number."),
                HTTPStatus.NOT_FOUND,
            )
        return filing


def _read_serial(told: object) -> str:
    """Read the number of a message; raises PeerError for what is none."""
    serial = told.get("serial") if isinstance(told, dict) else None
    if not isinstance(serial, str) or not _SERIAL.fullmatch(serial):
        raise PeerAwayError("gateway")
    return serial


def _consent_path(serial: str, act: str) -> str:
    return f"/peer/consents/{quote(serial, safe='')}/{act}"


def _spell_covered(part: FiledPart, person: Person) -> dict[str, object]:
    known = person.part(part.election)
    spelt: dict[str, object] = {
        "election": part.election,
        "contest": part.contest,
        "lock": part.lock,
    }
    if known is not None and known.index is not None and known.salt is not None:
        spelt |= {"index": known.index, "salt": known.salt}
    return spelt
