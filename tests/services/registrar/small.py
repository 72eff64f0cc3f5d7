"""An election without a chain: lists, times and terms, for tests of one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from typing_extensions import override

from election.crypto.signature import derive_address
from election.crypto.transcript import Address, Hash
from scripts.shared.files.voter_files import build_lists
from services.registrar.desks import Desk
from services.registrar.importing import import_voters
from services.registrar.publishing import keep_lists, open_lists, read_voters
from services.registrar.salts import Salts
from services.registrar.transitions import Times
from services.registrar.voters_csv import Voter
from services.shell.database import Database
from tests.client.stage import PORTAL, SMS_GATEWAY

START: Final = 1_563_915_600  # 2019-07-24T00:00:00+03:00
DAY: Final = 86_400
TIMES: Final = Times(START, START + 40 * DAY, START + 41 * DAY)
CTX: Final = Hash(b"\x07" * 32)
ELECTION_ID: Final = Hash(b"\x01" * 32)
TEST, MAIN = "0x" + "01" * 20, "0x" + "02" * 20
NO_LOCK: Final = Address(bytes(20))


@dataclass
class SmallDesk(Desk):
    """A desk whose contests all have one ctx."""

    @override
    def ctx(self, contest: int) -> Hash:
        del contest
        return CTX


def people(count: int) -> list[Voter]:
    return [
        Voter(n + 2, f"V{n}", f"a{n}", f"Иванов {n}", "1970-01-31", "", 1, "Крюково")
        for n in range(count)
    ]


def open_small(folder: Path, database: Database, *, voters: int = 4) -> dict[str, Desk]:
    """Bring some voters, and open two elections: a test round, and the election."""
    database.run_now(
        import_voters,
        people(voters),
        refuse=lambda _: None,
        keep=True,
        are_different=False,
    )
    salts = Salts(b"\x02" * 32)
    registered = database.run_now(read_voters, salts, ELECTION_ID)
    made = build_lists(registered, election_id=ELECTION_ID)
    published = {contest: each.published for contest, each in made.items()}
    desks: dict[str, Desk] = {}
    for name, is_test in ((TEST, True), (MAIN, False)):
        keep_lists(folder, name, made)
        lists = open_lists(
            folder, name, published, election_id=ELECTION_ID, salts=salts
        )
        common = SimpleNamespace(opening=0, issue_closing=0, cast_closing=0)
        terms: Any = SimpleNamespace(
            title=name,
            test=is_test,
            common=common,
            portal=derive_address(PORTAL),
            sms_gateway=derive_address(SMS_GATEWAY),
        )
        desks[name] = SmallDesk(name, terms, lists, (), 0, TIMES)
    return desks
