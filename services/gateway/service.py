"""The SMS gateway as a service."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from scripts.shared.errors import InputError
from scripts.shared.roles import Role
from services.gateway.booth import make_booth_routes
from services.gateway.centre_file import read_centre_password
from services.gateway.centre_reach import find_unreached
from services.gateway.desk import Desk
from services.gateway.nodes import EVERY, Nodes, list_wrong_keys
from services.gateway.outbox import Outbox
from services.gateway.peer_routes import make_peer_routes
from services.gateway.senders.kannel import KannelSender, read_report
from services.gateway.senders.reports import Sender
from services.gateway.senders.smpp import Centre, SmppSender
from services.gateway.settings import CONFIG, GatewaySettings, SmppSettings
from services.gateway.tables import TABLES
from services.gateway.texts import TextError, list_texts
from services.gateway.wrong_tries import WrongTries
from services.shell.checking import describe, list_missing
from services.shell.problems import NOT_FOUND
from services.shell.service import Context, Job, Parts, Service

_SEND_EVERY: Final = 0.2  # seconds between two looks at what waits
_SETTLE_EVERY: Final = 10


def build(context: Context) -> Parts:
    """Build the gateway: booth and peers in front, outbox and centre behind."""
    nodes = Nodes(context)
    key = context.vault.derive("codes")
    alarms = Counter(
        "veche_sms_alarms",
        "What support has to look at",
        ["what"],
        registry=context.meter,
    )
    tries = WrongTries(context.settings.most_wrong)
    desk = Desk(context, nodes, tries, key, alarms)
    sender = make_sender(context)
    shorts = context.settings.shorts(context.elections)
    outbox = Outbox(context, sender, key=key, shorts=shorts)
    routes: list[BaseRoute] = [*make_booth_routes(desk), *make_peer_routes(desk)]
    if isinstance(sender, KannelSender):
        routes.append(make_receipt_route(context, outbox))

    async def unready() -> list[str]:
        wrong = [] if sender.room() else ["centre: out of reach, or its window is full"]
        if isinstance(sender, KannelSender):  # it has no link whose end would show
            away = await asyncio.to_thread(find_unreached, context.settings.centre)
            wrong += [away] if away else []
        return wrong + [f"{each}: a node's clock differs" for each in nodes.apart]

    return Parts(
        routes,
        jobs=[
            Job("centre", 1, outbox.keep_sender),
            Job("send", _SEND_EVERY, outbox.send_waiting),
            Job("settle", _SETTLE_EVERY, outbox.settle),
            Job("nodes", EVERY, nodes.look),
        ],
        unready=unready,
    )


def make_sender(context: Context) -> Sender:
    """Make the sender that config.toml describes."""
    centre = context.settings.centre
    password = read_centre_password(context.home, context.vault)
    if isinstance(centre, SmppSettings):
        return SmppSender(
            Centre(
                centre.host, centre.port, centre.system_id, centre.sender, centre.tls
            ),
            password,
            log=context.log,
        )
    return KannelSender(
        centre.url,
        username=centre.username,
        password=password,
        sender=centre.sender,
        receipts=centre.receipts,
        secret=context.vault.derive("receipts"),
    )


def make_receipt_route(context: Context, outbox: Outbox) -> BaseRoute:
    """Make the route to which a gateway by HTTP reports, with a secret for each."""
    secret = context.vault.derive("receipts")

    async def take(request: Request) -> Response:
        number = int(request.path_params["number"])
        kind = request.query_params.get("type", "")
        token = request.path_params["token"]
        report = read_report(secret, number, token=token, kind=kind)
        if report is None:
            raise NOT_FOUND
        await outbox.keep(report)
        return Response(status_code=204)

    return Route("/receipts/{number:int}/{token}", take)


def check(context: Context) -> Sequence[str]:
    """Say what is wrong that only the gateway can find."""
    wrong = list(list_missing(context, "portal", "registrar"))
    wrong += list_wrong_keys(context.elections, context.account.account)
    if not context.settings.support_line:
        wrong.append("config.toml: support_line is missing: refusals name none to call")
    shorts = context.settings.shorts(context.elections)
    for name, terms in context.elections.items():
        try:
            tuple(list_texts(terms.contests, shorts[name]))
        except TextError as error:
            wrong.append(f"{name}: {error}")
    try:
        read_centre_password(context.home, context.vault)
    except InputError as error:
        wrong.append(describe(error))
    away = find_unreached(context.settings.centre)
    return [*wrong, away] if away else wrong


SERVICE: Final = Service(
    name="gateway",
    summary="The SMS gateway: sends codes, and attests who typed them.",
    role=Role.SMS_GATEWAY,
    port=8730,
    settings=GatewaySettings,
    config=CONFIG,
    tables=TABLES,
    migrations="services/gateway/migrations",
    build=build,
    check=check,
    is_called=True,
)
