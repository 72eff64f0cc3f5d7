"""Measure the processor time of the SMS gateway for a code: request, sending, check.

The gateway is a process of its own, with SQLite on this disk; its centre is that of
`veche live`, in this process.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import httpx2
from sqlalchemy import insert

from bench.stopping import run_stoppable
from election.crypto.signature import encode_signature
from election.crypto.transcript import Hash
from election.protocol.attestation import Action, Request, Role, attest
from election.protocol.voter_list import derive_leaf, hash_voter
from services.gateway.service import SERVICE
from services.gateway.tables import phones
from services.shell.opening import open_context
from tests import honest
from tests.services.gateway.centre_thread import RunningCentre, running_centre
from tests.services.gateway.stage import (
    CONTEST,
    H_REQ,
    PORTAL,
    SALT,
    SMPP_CENTRE,
    make_gateway,
)
from tests.services.running import PASSWORD, process_of

VOTERS: Final = 60
PROMISED: Final = 20
"""Codes a second on two cores, with all other services beside it."""
_TICKS: Final = os.sysconf("SC_CLK_TCK")


def read_processor(pid: int) -> float:
    """Read the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def make_body(terms: Any, number: int) -> dict[str, Any]:
    """Make a booth's request, attested by the portal."""
    voter = f"V-{number}"
    leaf = derive_leaf(
        honest.ELECTION_ID, CONTEST, index=number, voter=hash_voter(voter, SALT)
    )
    ctx = terms.contest(CONTEST).box.ctx
    asked = Request(ctx, Action.ISSUE, Hash(leaf), 1, H_REQ)
    until = int(time.time()) + 800
    signed = attest(asked, PORTAL, role=Role.PORTAL, expiry=until).signature
    return {
        "election": f"0x{terms.election.hex()}",
        "contest": CONTEST,
        "index": number,
        "leaf": f"0x{leaf.hex()}",
        "voter_id": voter,
        "salt": f"0x{SALT.hex()}",
        "nonce": 1,
        "h_req": f"0x{H_REQ.hex()}",
        "expiry": until,
        "attestation": {
            "expiry": until,
            "signature": f"0x{encode_signature(signed).hex()}",
        },
    }


def read_code(centre: RunningCentre, number: int) -> str:
    """Read the code that arrived at a voter's phone."""
    found = re.search("[0-9]{6}", centre.wait_for(1, name_phone(number))[0].text)
    return found.group() if found else ""


def name_phone(number: int) -> str:
    """Name a voter's phone."""
    return f"+7916{number:07d}"


def main() -> None:
    """Print the processor time of one code, and how many that is a second."""
    with tempfile.TemporaryDirectory() as folder, running_centre() as centre:
        described = SMPP_CENTRE.format(port=centre.port)
        home, terms, _ = make_gateway(Path(folder) / "gateway", centre=described)
        rows = [
            {"voter_id": f"V-{n}", "phone": name_phone(n), "changed_at": 0}
            for n in range(VOTERS)
        ]
        with open_context(SERVICE, home, PASSWORD) as context:
            context.database.run_now(lambda each: each.execute(insert(phones), rows))
        with (
            process_of("gateway", home.folder) as (process, url),
            httpx2.Client(base_url=url, trust_env=False, timeout=60) as client,
        ):
            client.get("/ready")
            begun = read_processor(process.pid)
            bodies = [make_body(terms, number) for number in range(VOTERS)]
            opened = [client.post("/issues", json=each).json() for each in bodies]
            for number, issue in enumerate(opened):
                given = {"code": read_code(centre, number), "h_req": f"0x{H_REQ.hex()}"}
                path = f"/issues/{issue['serial']}/check"
                client.post(path, json=given).raise_for_status()
            taken = (read_processor(process.pid) - begun) / VOTERS
    print(
        f"SMS gateway, {VOTERS} codes: request, sending by SMPP, receipt, check\n"
        f"{1000 * taken:>10.1f} ms of processor time each\n"
        f"{1 / taken:>10.0f} a second on one core  (at least {PROMISED})"
    )


if __name__ == "__main__":
    run_stoppable(main)
