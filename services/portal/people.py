"""Who a person is, as the registrar knows them; asked anew for each page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from election.protocol.attestation import LAST_REQUESTS
from election.protocol.voter_list import LeafState
from services.shell.peers import Peer, PeerAwayError, PeerError


def _accept_state(value: Any) -> Any:
    """Accept the state of a leaf by its name or its number on chain."""
    if isinstance(value, str):
        return LeafState.__members__.get(value.upper(), value)
    return LeafState(value) if isinstance(value, int) else value


class _Told(BaseModel):
    """Something the registrar says; what we do not use may be there."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Step(_Told):
    """One line of an application's history."""

    at: int
    state: str
    reason: str | None = None


class Application(_Told):
    """What a person applied for, and where it stands.

    again_from: from when another may be filed, once this one has ended.
    """

    state: str
    since: int
    reason: str | None = None
    history: list[Step] = []
    again_from: int | None = None


class Part(_Told):
    """One election that a person is a voter of; no place until its list is built.

    wanted: whether the application is for it. locked: as the chain has the leaf.
    """

    election: str
    title: str
    test: bool
    phases: dict[str, int] = {}
    contest: int
    contest_title: str | None = None
    index: int | None = None
    leaf: str | None = None
    salt: str | None = None
    leaf_state: Annotated[LeafState | None, BeforeValidator(_accept_state)] = None
    nonce: int | None = None
    place: int | None = None
    wanted: bool = False
    locked: bool = False

    def takes_applications(self, now: int) -> bool:
        """Say whether one may apply or withdraw now, as the registrar has the times."""
        first = self.phases.get("applications_open", 0)
        return first <= now < self.phases.get("applications_close", 2**62)

    @property
    def requests_until(self) -> int | None:
        """Say until when a ballot can be asked for, which the booth says, too."""
        closing = self.phases.get("issue_closing")
        return None if closing is None else closing - LAST_REQUESTS

    def gives_ballots(self, now: int) -> bool:
        """Say whether a ballot can be asked for now."""
        opening = self.phases.get("opening", 2**62)
        return opening <= now < (self.requests_until or 0)

    @property
    def times(self) -> dict[str, int]:
        """Give the times that concern a voter, by the names of words.PHASES."""
        until = self.requests_until
        return self.phases | ({} if until is None else {"requests_until": until})

    @property
    def is_online(self) -> bool:
        """Say whether the chain has this person as voting online."""
        return self.leaf_state is LeafState.ONLINE

    @property
    def is_leaving(self) -> bool:
        """Say whether the chain still has this person as online, who withdrew."""
        return self.is_online and not self.wanted

    @property
    def waits_for_lock(self) -> bool:
        """Say whether a withdrawal waits for the words of the leaf's lock."""
        return self.is_leaving and self.locked


class Person(_Told):
    """A voter, as the register has them."""

    voter_id: str
    name: str
    district: Any = None
    neighbourhood: str | None = None
    application: Application | None = None
    elections: list[Part] = []

    def part(self, election: str) -> Part | None:
        """Find what the person has in an election."""
        return next(
            (each for each in self.elections if each.election == election), None
        )


LIVE: Final = ("filed", "checking", "accepted", "frozen", "issued")
"""States of an application that stands."""

WITHDRAWN_FROM: Final = ("filed", "checking", "accepted")
"""States of an application that can be withdrawn."""


async def read_person(registrar: Peer, account: str, *, language: str) -> Person | None:
    """Ask who an account is; none if it is on no list. Raises PeerError."""
    try:
        told = await registrar.call("GET", person_path(account), language=language)
    except PeerError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return None
        raise
    try:
        return Person.model_validate(told)
    except ValidationError:  # which would quote the person
        raise PeerAwayError(registrar.name) from None


def person_path(account: str, *rest: str) -> str:
    """Spell where the registrar keeps a person; nothing in an account escapes it."""
    return "/".join(["/peer/people", quote(account, safe=""), *rest])
