"""What the registrar serves and does, put together."""

from __future__ import annotations

from services.registrar.booth_api import make_booth_routes
from services.registrar.desks import open_desks
from services.registrar.peer_api import make_peer_routes
from services.registrar.work import Work
from services.shell.service import Context, Parts


def assemble(context: Context) -> Parts:
    """Assemble the registrar from its parts; raises InputError."""
    desks = open_desks(context)
    work = Work(context, desks)
    routes = [
        *make_peer_routes(context, desks),
        *make_booth_routes(context, desks),
    ]
    return Parts(routes, work.jobs(), work.unready)
