"""The portal as a service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from joserfc.jwk import ECKey
from starlette.routing import Route

from scripts.shared.errors import InputError
from scripts.shared.roles import Role
from services.portal.account_pages import Account, make_missing_route
from services.portal.application_pages import Applications
from services.portal.ballot_pages import Ballots
from services.portal.booth_api import make_booth_routes
from services.portal.client_key import open_client_key, open_client_secret
from services.portal.desk import Desk
from services.portal.filing_desk import FilingDesk
from services.portal.login_pages import (
    DONE_PATH,
    learn_form_targets,
    make_login_routes,
)
from services.portal.pages import Pages
from services.portal.peer_api import make_peer_routes
from services.portal.provider import Provider
from services.portal.sessions import forget_old
from services.portal.settings import CONFIG, PortalSettings
from services.portal.tables import TABLES
from services.shell.checking import WRONG_KEY, describe, list_missing
from services.shell.node_clock import NodeClock
from services.shell.service import Context, Job, Parts, Service

_PEERS: Final = ("registrar", "gateway")


def build(context: Context) -> Parts:
    """Put the portal together."""
    settings: PortalSettings = context.settings
    desk = Desk(
        context,
        settings,
        Provider(
            settings.provider,
            f"{settings.public_url}{DONE_PATH}",
            _open_secret(context),
        ),
        Pages(),
        context.vault.derive("forms"),
    )
    account, filing = Account(desk), FilingDesk(desk)
    node_clock = NodeClock(context)

    async def unready() -> list[str]:
        return [*node_clock.wrong(), *_list_missing(context)]

    async def forget() -> None:
        now = context.clock.now()
        await context.database.run(forget_old, limits=desk.limits, now=now)

    async def learn() -> None:
        await learn_form_targets(desk)

    return Parts(
        routes=[
            Route(desk.pages.style_path, desk.pages.serve_style),
            *make_login_routes(desk),
            *account.make_routes(),
            *Applications(desk, account, filing).make_routes(),
            *Ballots(desk, account).make_routes(),
            *make_booth_routes(context, node_clock),
            *make_peer_routes(context, node_clock),
            make_missing_route(desk),
        ],
        jobs=[
            Job("forget", 60, forget),
            Job("filings", 5, filing.bring_rest),
            Job("form_targets", 60, learn),
            node_clock.job,
        ],
        unready=unready,
    )


def _open_secret(context: Context) -> str | ECKey:
    settings: PortalSettings = context.settings
    if settings.provider.auth_method == "private_key_jwt":
        return open_client_key(context.home, context.vault)
    return open_client_secret(context.home, context.vault)


def _list_missing(context: Context) -> Iterator[str]:
    yield from list_missing(context, *_PEERS)
    if not context.settings.booths:
        yield "config.toml: booths is missing"
    if not context.settings.support_phone:
        yield "config.toml: support_phone is missing: pages name no line to call"


def check(context: Context) -> list[str]:
    """List what is wrong in what a portal alone needs."""
    wrong = list(_list_missing(context))
    account = context.account.account
    wrong += [
        f"{terms.title}: its terms name another portal, 0x{terms.portal.hex()}, than "
        f"0x{account.hex()} of {context.account.path}: {WRONG_KEY}"
        for terms in context.elections.values()
        if terms.portal != account
    ]
    try:
        _open_secret(context)
    except InputError as error:
        wrong.append(describe(error))
    return wrong


SERVICE: Final = Service(
    name="portal",
    summary="Serve the personal account, and attest for who is logged in.",
    role=Role.PORTAL,
    port=8720,
    settings=PortalSettings,
    config=CONFIG,
    tables=TABLES,
    migrations="services/portal/migrations",
    build=build,
    check=check,
    is_called=True,
)
