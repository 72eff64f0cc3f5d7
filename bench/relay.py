"""Measure a relay: the processor time of one ballot, from its bytes to its promise."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from typing_extensions import override

from bench.stopping import run_stoppable
from election.crypto.transcript import Address, Hash
from election.protocol.context import Box
from election.protocol.terms import PublishedContest
from services.relay import judging
from services.relay.judging import Judges, Verdict
from services.relay.polls import Contest
from services.relay.tables import METADATA
from services.relay.taking import Desk
from services.shell.clock import Clock
from services.shell.database import Database, sqlite_url
from tests import honest

BALLOTS: Final = 50
_KEY: Final = honest.issue(1, ctx_box=honest.box()).ballot_key
_TARGET: Final = 50.0  # ms


class _Here(Judges):
    """Verify in this process, whose time is measured."""

    @override
    async def judge(self, context: Hash, raw: bytes) -> Verdict:
        return judging._judge(context, raw)  # noqa: SLF001


def _make_desk(folder: Path, box: Box) -> Desk:
    database = Database(sqlite_url(folder / "relay.sqlite"))
    database.run_now(METADATA.create_all)
    published = PublishedContest(honest.contest_terms(), Hash(bytes(32)), 1, ())
    contest = Contest(Address(bytes(20)), published, box)
    judging._begin([judging._spell(box)])  # noqa: SLF001
    return Desk(
        {box.ctx: contest},
        closing_of=lambda _: int(time.time()) + 100_000,
        database=database,
        judges=_Here([box], processes=1),
        clock=Clock(),
        key=_KEY,
    )


async def _take(desk: Desk, box: Box, records: list[bytes]) -> float:
    begun = time.process_time()
    for record in records:
        contest = desk.find_contest(f"0x{box.ctx.hex()}", len(record))
        await desk.take(contest, record)
    return (time.process_time() - begun) / len(records) * 1e3


def main() -> None:
    """Print what a ballot takes, and what the same bytes take once more."""
    box = honest.box()
    records = [honest.ballot(1 + n % 3, n + 1) for n in range(BALLOTS)]
    with TemporaryDirectory() as name:
        desk = _make_desk(Path(name), box)
        first = asyncio.run(_take(desk, box, records))
        again = asyncio.run(_take(desk, box, records))
    print(f"a ballot that a relay takes    {first:6.2f} ms, at most {_TARGET:.0f}")
    print(f"the same bytes again           {again:6.2f} ms")


if __name__ == "__main__":
    run_stoppable(main)
