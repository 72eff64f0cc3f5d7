"""The link by which the personal account leads to a booth: contest, leaf and ticket."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from election.crypto.transcript import Hash
from scripts.shared.errors import InputError
from scripts.voters.device.texts import spell_one

_FORM: Final = re.compile(
    r"contest=(0|[1-9][0-9]{0,8})&leaf=0x([0-9a-f]{64})"
    r"&ticket=([A-Za-z0-9_-]{43})(&lock=1)?"
)


@dataclass(frozen=True, slots=True)
class Link:
    """What the account hands over. ticket: a secret until it is used."""

    contest: int
    leaf: Hash
    ticket: str = field(repr=False)


def read_link(text: str) -> Link:
    """Read a link, whole or from its # on; raises InputError, which quotes nothing.

    Whether a leaf is locked stands on the chain, so what the link says of it is passed
    over. docs/booth.md.
    """
    found = _FORM.fullmatch(text.strip().rpartition("#")[2])
    if found is None:
        hint = spell_one("copy link")
        raise InputError("LINK", spell_one("no link"), hint=hint)
    return Link(int(found[1]), Hash(bytes.fromhex(found[2])), found[3])
