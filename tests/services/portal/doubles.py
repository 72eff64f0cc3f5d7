"""A registrar and a gateway that do what a test says, behind the real shell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.shell.bodies import answer
from services.shell.peers import require_peer
from services.shell.problems import Problem
from services.shell.service import Context, Parts, Service
from tests.services.desk import make_desk

CODE: Final = "482913"
Body = dict[str, Any]


@dataclass
class Registrar:
    """People by account, and what was brought."""

    people: dict[str, Body] = field(default_factory=dict)
    brought: list[tuple[str, str, Body]] = field(default_factory=list)
    is_broken: bool = False

    def build(self, _: Context) -> Parts:
        async def person(request: Request) -> Response:
            await require_peer(request, "portal")
            return answer(self._find(request))

        async def bring(request: Request) -> Response:
            await require_peer(request, "portal")
            self._find(request)
            if self.is_broken:
                raise RuntimeError
            account = request.path_params["account"]
            act = request.url.path.rpartition("/")[2]
            self.brought.append((account, act, await request.json()))
            return answer({"state": "filed"})

        path = "/peer/people/{account:path}"
        return Parts(
            [
                Route(f"{path}/applications", bring, methods=["POST"]),
                Route(f"{path}/withdrawals", bring, methods=["POST"]),
                Route(path, person),
            ]
        )

    def _find(self, request: Request) -> Body:
        found = self.people.get(request.path_params["account"])
        if found is None:
            raise Problem("unknown_account", "nobody", 404)
        return found

    @property
    def service(self) -> Service:
        return make_desk("registrar", build=self.build)


@dataclass
class Gateway:
    """Consents that were asked for; every code is CODE. odd: answered instead."""

    asked: dict[str, Body] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)
    odd: Response | None = None

    def build(self, _: Context) -> Parts:
        async def ask(request: Request) -> Response:
            await require_peer(request, "portal")
            if self.odd is not None:
                return self.odd
            serial = f"К-{len(self.asked) + 1}-7qk2"
            self.asked[serial] = await request.json()
            return answer({"serial": serial, "resend_after": 60, "expires": 600})

        async def send(request: Request) -> Response:
            await require_peer(request, "portal")
            if request.path_params["serial"] in self.given:
                raise Problem("already_given", "Уже подтверждено.", 409)
            self.sent.append(request.path_params["serial"])
            return answer({})

        async def check(request: Request) -> Response:
            await require_peer(request, "portal")
            if (await request.json())["code"] != CODE:
                raise Problem("wrong_code", "Это не тот код.", 409)
            if self.odd is not None:
                return self.odd
            self._give(request.path_params["serial"])
            return answer({"consented": True})

        return Parts(
            [
                Route("/peer/consents", ask, methods=["POST"]),
                Route("/peer/consents/{serial}/code", send, methods=["POST"]),
                Route("/peer/consents/{serial}/check", check, methods=["POST"]),
            ]
        )

    def _give(self, serial: str) -> None:
        if serial in self.dead:
            raise Problem("expired", "Попытки закончились.", 410)
        self.given.add(serial)

    @property
    def service(self) -> Service:
        return make_desk("gateway", build=self.build)
