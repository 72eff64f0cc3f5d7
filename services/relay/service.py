"""The relay: ballots from anybody, promised, mixed, and brought into the box."""

from __future__ import annotations

from typing import Annotated, Final

from prometheus_client import Counter
from pydantic import Field

from scripts.shared.roles import Role
from services.relay.alarms import Alarms
from services.relay.casting import Sender
from services.relay.judging import Judges
from services.relay.nodes import Nodes
from services.relay.polls import list_contests
from services.relay.routes import make_routes
from services.relay.tables import METADATA
from services.relay.taking import Desk
from services.relay.watching import Polls, Watch
from services.shell.checking import list_missing
from services.shell.elections import nodes_of
from services.shell.service import Context, Job, Parts, Service
from services.shell.settings import Settings

_CONFIG: Final = """\
# Processes that verify ballots; one does some hundred a second.
verifiers = 1
# Seconds between two looks at the chain, and between two looks at what is due.
look_every = 3
send_every = 2
"""


class RelaySettings(Settings):
    """What a relay is told; look_every, send_every: seconds."""

    verifiers: Annotated[int, Field(ge=1, le=64)] = 1
    look_every: Annotated[int, Field(ge=1, le=60)] = 3
    send_every: Annotated[int, Field(ge=1, le=60)] = 2


def build(context: Context) -> Parts:
    """Put a relay together."""
    settings: RelaySettings = context.settings
    nodes = nodes_of(settings, context.elections)
    polls = tuple(
        Polls(name, terms, list_contests(terms), Nodes(terms, nodes[name]))
        for name, terms in context.elections.items()
    )
    by_context = {
        contest.context: (contest, each) for each in polls for contest in each.contests
    }
    judges = Judges(
        (contest.box for contest, _ in by_context.values()),
        processes=settings.verifiers,
    )
    alarms = Alarms(context.log, context.meter)
    desk = Desk(
        {ctx: contest for ctx, (contest, _) in by_context.items()},
        closing_of=lambda contest: by_context[contest.context][1].closing,
        database=context.database,
        judges=judges,
        clock=context.clock,
        key=context.account.key,
    )
    watch = Watch(polls, context.database, judges, context.clock, alarms, context.log)
    sender = Sender(
        polls,
        context.database,
        judges,
        context.clock,
        context.account.key,
        alarms,
        Counter("veche_relay_batches", "Batches sent", registry=context.meter),
        context.log,
    )
    contexts = {each.name: [c.context for c in each.contests] for each in polls}

    async def unready() -> list[str]:
        unseen = [
            f"{each.name}: no node has answered yet"
            for each in polls
            if each.seen is None
        ]
        return [*list_missing(context), *unseen, *alarms.list_facts()]

    return Parts(
        make_routes(desk, context.database, contexts, context.meter),
        [
            Job("watch", settings.look_every, watch.run),
            Job("send", settings.send_every, sender.run),
        ],
        unready,
    )


SERVICE: Final = Service(
    name="relay",
    summary="Take ballots from anybody and bring them into the box.",
    role=Role.RELAY,
    port=8751,
    settings=RelaySettings,
    config=_CONFIG,
    tables=METADATA,
    migrations="services/relay/migrations",
    build=build,
    check=lambda context: [*list_missing(context)],
)
