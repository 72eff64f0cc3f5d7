"""To whom `veche status` speaks: the role of a home, and its account."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from election.client.open_election import OpenElection
from election.crypto.transcript import Address
from election.protocol.replay import Part
from scripts.anybody.ceremony_standing import Attendance
from scripts.shared.files.key_card import read_card
from scripts.shared.files.key_file import read_public_part
from scripts.shared.homes.here import find_here
from scripts.shared.roles import Role

PARTS = {Role.TRUSTEE: Part.TRUSTEES, Role.ISSUER: Part.ISSUERS}


@dataclass(frozen=True, slots=True)
class Viewer:
    """A role, and the account that its key file says it is of; None without a key.

    is_apart: its machine has no network, so that it acts by files. card: as it is typed
    where a node is.
    """

    role: Role
    account: Address | None
    is_apart: bool = False
    card: str = "CARD.json"


def find_viewer(card: Path | None = None) -> Viewer | None:
    """Find to whom a status is shown: the role of the home that it is asked in.

    card: of a member whose home is elsewhere, on a machine without a network.
    """
    if card is not None:
        known = read_card(card)
        by = Address(known.address)
        return Viewer(known.role, by, is_apart=True, card=shlex.quote(str(card)))
    home = find_here()
    if home is None:
        return None
    has_key = home.key.exists()
    account = Address(read_public_part(home.key).address) if has_key else None
    return Viewer(home.settings.role, account, is_apart=home.settings.offline)


def name_place(
    viewer: Viewer, opened: OpenElection, attended: Mapping[Part, Attendance]
) -> str | None:
    """Say what the viewer is in this election; None for a role that it does not name.

    The rules name accounts, so that a key file of another election is noticed here.
    """
    named = _list_named(opened)
    if viewer.account is None or viewer.role not in (*named, *PARTS):
        return None
    part = PARTS.get(viewer.role)
    if part is None:
        is_named = viewer.account in named[viewer.role]
        return "named by the election" if is_named else "NOT named by this election"
    seat = attended[part].seat(viewer.account)
    if seat:
        return f"seat {seat}"
    if viewer.account in attended[part].excluded:
        return "excluded"
    deployed = opened.deployed
    roster = deployed.trustees if part is Part.TRUSTEES else deployed.issuers
    is_member = viewer.account in {each.account for each in roster.members}
    return "a reserve without a seat" if is_member else "NOT in this election's roster"


def _list_named(opened: OpenElection) -> Mapping[Role, tuple[Address, ...]]:
    rules = opened.rules
    return {
        Role.COMMISSION: (rules.commission,),
        Role.PORTAL: (rules.portal,),
        Role.SMS_GATEWAY: (rules.sms_gateway,),
        Role.POLLING_STATION: (rules.polling_station,),
        Role.OBSERVER: rules.observers,
    }


def list_done(
    viewer: Viewer, status: Mapping[str, Any], attended: Mapping[Part, Attendance]
) -> Iterator[str]:
    """List commands that this very member carried out, and others may still have to."""
    part = PARTS.get(viewer.role)
    if part is None or viewer.account is None:
        return
    seat = attended[part].seat(viewer.account)
    if not seat or seat in attended[part].acted:
        yield f"veche {viewer.role.value} --wait"
    for contest, each in status["contests"].items():
        if viewer.role is Role.TRUSTEE and (
            not seat or (each["shares"] and seat in each["shares"]["given"])
        ):
            yield f"veche share --compare --contest {contest}"
