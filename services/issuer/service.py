"""The issuer: answers by leaf what was issued, on a record that it verified itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, Final

from prometheus_client import Gauge
from pydantic import Field
from sqlalchemy import MetaData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from election.client.deployment import Deployment
from election.client.errors import ClientError
from election.crypto.group import encode_g2
from election.crypto.transcript import ZERO_HASH, Hash
from election.protocol.terms import ElectionTerms
from scripts.members.answering import place_answers
from scripts.shared.errors import FileError
from scripts.shared.files.answered_file import find_answer, find_record_fault
from scripts.shared.roles import Role
from services.issuer.sight import Sight
from services.issuer.worker import PassError, Worker
from services.shell.bodies import answer
from services.shell.booth_route import BoothRoute
from services.shell.checking import list_missing
from services.shell.elections import nodes_of, reach
from services.shell.problems import NOT_FOUND, Problem
from services.shell.service import Context, Job, Parts, Service
from services.shell.settings import Settings
from services.shell.text import _

_CONFIG: Final = """\
# Seconds between two looks at the chain; what is new is verified and answered then.
look_every = 3
"""


class IssuerSettings(Settings):
    """What an issuer is told; look_every: seconds."""

    look_every: Annotated[int, Field(ge=1, le=60)] = 3


@dataclass
class Followed:
    """An election that is followed.

    sight: what a node shows as issued. block: up to which the record is verified; -1
    before the first pass. fault: why the last pass failed.
    """

    name: str
    terms: ElectionTerms
    nodes: list[str]
    sight: Sight = field(init=False)
    block: int = -1
    issuer: int = 0
    fault: str = ""

    def __post_init__(self) -> None:
        """Look at the election's list of voters."""
        self.sight = Sight(self.terms.common.voter_list)

    @property
    def deployment(self) -> Deployment:
        """Say where the election stands, as the acts are told."""
        named = (("Election", self.terms.election),)
        return Deployment(self.terms.common.chain_id, ZERO_HASH, 0, 0, named)


@dataclass
class Follower:
    """Look at the chain, and have what is new verified and answered."""

    followed: tuple[Followed, ...]
    worker: Worker
    log: Any
    verified: Gauge

    async def run(self) -> None:
        """Look once at every election; one that fails stops no other."""
        failed: Exception | None = None
        for each in self.followed:
            try:
                await self._follow(each)
            except (PassError, ClientError) as error:
                each.fault = _spell_fault(error)
                self.log.error("pass_failed", of=each.name, fact=each.fault)  # noqa: TRY400
                failed = error
        if failed is not None:
            raise failed

    async def _follow(self, each: Followed) -> None:
        if each.block >= 0:
            await asyncio.to_thread(_look, each)
        if each.block >= 0 and not each.sight.waiting and not each.fault:
            return
        done = await self.worker.advance(each.name)
        each.block, each.issuer, each.fault = done.block, done.issuer, ""
        self.verified.labels(each.name).set(done.block)
        for line in done.warnings:
            self.log.warning("borne", of=each.name, fact=line)
        if done.answered:
            self.log.info("answered", of=each.name, requests=done.answered)


def _spell_fault(error: PassError | ClientError) -> str:
    return error.text if isinstance(error, PassError) else str(error)


def _look(each: Followed) -> None:
    """Read what one node shows as issued since the last pass."""
    each.sight.look(reach(each.terms, each.nodes[0]), verified=each.block)


def build(context: Context) -> Parts:
    """Put an issuer together."""
    nodes = nodes_of(context.settings, context.elections)
    followed = tuple(
        Followed(name, terms, nodes[name]) for name, terms in context.elections.items()
    )
    told = {each.name: (each.deployment, each.nodes) for each in followed}
    worker = Worker(told, context.account)
    verified = Gauge(
        "veche_issuer_block",
        "Block up to which a record is verified",
        ["election"],
        registry=context.meter,
    )
    follower = Follower(followed, worker, context.log, verified)

    async def unready() -> list[str]:
        begun = (f"{each.name}: is not verified yet" for each in followed)
        pairs = zip(followed, begun, strict=True)
        told = [e.fault or text for e, text in pairs if e.fault or e.block < 0]
        return [*list_missing(context), *told]

    pause = context.settings.look_every
    job = Job("follow", pause, follower.run)
    return Parts(_make_routes(context, followed, pause), [job], unready)


def _make_routes(
    context: Context, followed: tuple[Followed, ...], pause: int
) -> list[BaseRoute]:
    by_name = {each.name: each for each in followed}
    record = place_answers(context.account.path)

    async def give(request: Request) -> Response:
        own = by_name.get(request.path_params["election"])
        contest = request.path_params["contest"]
        leaf = _read_leaf(request.path_params["leaf"])
        if own is None or leaf is None or contest not in own.terms.contests:
            raise NOT_FOUND
        ctx = own.terms.contest(contest).box.ctx
        try:
            found = await asyncio.to_thread(find_answer, record, ctx, leaf)
        except FileError as error:
            raise _refuse_record() from error
        if found is None:
            raise _refuse(own, contest, leaf, pause)
        blinded, made = found
        return answer({"blinded": f"0x{blinded.hex()}", "answer": f"0x{made.hex()}"})

    async def keys(_: Request) -> Response:
        return answer({each.name: _spell_keys(each) for each in followed})

    return [
        BoothRoute("/answers/{election}/{contest:int}/{leaf}", give, methods=["GET"]),
        BoothRoute("/keys", keys, methods=["GET"]),
    ]


def _spell_keys(each: Followed) -> dict[str, Any]:
    """Spell the issuer's number and PK_i of each contest, once they are verified."""
    keys = {
        str(number): f"0x{encode_g2(contest.issuer_keys[each.issuer - 1]).hex()}"
        for number, contest in each.terms.contests.items()
        if each.issuer
    }
    return {"issuer": each.issuer or None, "keys": keys}


def _refuse(own: Followed, contest: int, leaf: Hash, pause: int) -> Problem:
    """Say why there is no answer: too early, which is no fault, or never asked."""
    if (contest, leaf) in own.sight.waiting or own.block < 0:
        return Problem(
            "not_final",
            _("The request is being verified: ask again %(wait)s."),
            HTTPStatus.TOO_EARLY,
            retry_after=2 * pause,
            wait=2 * pause,
        )
    return Problem(
        "not_issued",
        _("No ballot was asked for on this line of the list."),
        HTTPStatus.NOT_FOUND,
        retry_after=2 * pause,
    )


def _refuse_record() -> Problem:
    return Problem(
        "cannot_read",
        _("The answers cannot be read now: ask again, or another organisation."),
        HTTPStatus.SERVICE_UNAVAILABLE,
        retry_after=5,
    )


def _read_leaf(text: str) -> Hash | None:
    digits = text.removeprefix("0x")
    try:
        raw = bytes.fromhex(digits) if len(digits) == 64 else b""
    except ValueError:
        return None
    return Hash(raw) if raw else None


def check(context: Context) -> list[str]:
    """List what keeps an issuer from answering before it begins."""
    wrong = list(list_missing(context))
    kept = context.account.secrets
    if not any(part.share for part in kept.parts.values()) and kept.share is None:
        hint = f"veche issuer --key {context.account.path} takes part in the ceremony"
        wrong.append(f"{context.account.path}: has no key share yet; {hint}")
    record = place_answers(context.account.path)
    try:
        fault = find_record_fault(record, kept.record)
    except FileError as error:
        wrong.append(str(error))
    else:
        if fault:
            wrong.append(f"{record}: {fault}: it answers nothing; {_WITHOUT_RECORD}")
    return wrong


_WITHOUT_RECORD: Final = (
    "the other issuers go on. If the home that this one replaces is never used again, "
    "put its record here"
)
SERVICE: Final = Service(
    name="issuer",
    summary="Answer requests for credentials, on a record that it verifies itself.",
    role=Role.ISSUER,
    port=8741,
    settings=IssuerSettings,
    config=_CONFIG,
    tables=MetaData(),
    migrations="services/issuer/migrations",
    build=build,
    check=check,
    after_restore="the record of answers is in no copy: a key that has answered before "
    f"answers nothing from here; {_WITHOUT_RECORD}",
)
