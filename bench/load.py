"""Ballots to measure nodes with: some in batches, some alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bench.polls import Travel, open_polls
from election.client.rpc import Connection
from election.client.wire import Act
from election.crypto.signature import SigningKey

BATCH: Final = 32
SLOTS: Final = 5
WARM: Final = 10  # batches until a node has compiled all code that a ballot runs
SINGLE: Final = 5  # ballots that are cast one by one


@dataclass(frozen=True, slots=True)
class Load:
    """Ballots that an account casts."""

    relay: SigningKey
    batches: list[Act]
    alone: list[Act]


def prepare(
    connection: Connection, batches: int, travel: Travel, pace: float = 1.0
) -> Load:
    """Open the polls, and cast the first batches: they cost more than all others.

    batches: how many are left to cast. travel, pace: see `bench.polls`.
    """
    count = (WARM + batches) * BATCH + SINGLE
    box, relay, records = open_polls(
        connection, slots=SLOTS, ballots=count, travel=travel, pace=pace
    )
    alone = [box.handle.cast([each]) for each in records[:SINGLE]]
    rest = records[SINGLE:]
    acts = [box.handle.cast(rest[at : at + BATCH]) for at in range(0, len(rest), BATCH)]
    for act in acts[:WARM]:
        connection.send_all([act], key=relay)
    return Load(relay, acts[WARM:], alone)
