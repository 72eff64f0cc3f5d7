"""What a device keeps on the way, in a file of its owner's: how far the voter is.

Never the choice or randomness. It links the person with the ballot, so that once the
ballot is in the box nothing is left of the signed one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, with_config

from election.whole_file import write_whole
from scripts.shared.errors import InputError
from scripts.shared.files.failures import name_unwritable
from scripts.shared.files.json_file import (
    CLOSED,
    Hex,
    Hex20,
    Hex32,
    Point,
    Word,
    naming_kind,
    read_json,
    render_json,
)

_Time = Annotated[int, Field(ge=0, lt=2**53)]


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class KeptPromise:
    """Until when a relay of an organisation promised the ballot."""

    organisation: str
    deadline: _Time


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class Kept:
    """How far a voter is in one contest.

    credential: of whose key file it is. ticket: until it is used. until: when what was
    attested is void, once the registrar has it. moments: drawn for the sending. first:
    from which block on the box is looked through. block: of the ballot in the box,
    signed by so many signers; 0 on a chain that nobody signs.
    """

    format: Literal["veche-voting/1"]
    election: Hex20
    contest: Word
    leaf: Hex32
    credential: Hex20
    ticket: Annotated[str, Field(max_length=64)] | None = field(
        default=None, repr=False
    )
    is_written: bool = False
    is_asked: bool = False
    until: _Time | None = None
    sigma: Point | None = None
    record: Annotated[Hex, Field(max_length=100_000)] | None = field(
        default=None, repr=False
    )
    control_word: Annotated[str, Field(max_length=100)] | None = None
    moments: tuple[_Time, _Time] | None = None
    first: _Time | None = None
    promised: tuple[KeptPromise, ...] = ()
    tracking_code: Hex32 | None = None
    block: _Time | None = None
    signers: _Time = 0


@dataclass(slots=True)
class Keeper:
    """The file, and what stands in it now."""

    path: Path
    now: Kept

    def keep(self, **more: Any) -> None:
        """Write what came; raises FileError, and the file stays as it was."""
        self.now = replace(self.now, **more)
        with (
            name_unwritable(self.path),
            write_whole(self.path, replacing=True, mode=0o600) as file,
        ):
            file.write(render_json(self.now).encode())


def read_kept(path: Path) -> Kept | None:
    """Read how far a voter is; None for who begins. Raises InputError."""
    if not path.exists():
        return None
    with naming_kind("voting", made_by="veche vote"):
        return read_json(path, Kept)


def require_own(path: Path, kept: Kept, fresh: Kept) -> None:
    """Raise InputError for what another voter, key or election left in the file."""
    for name in ("election", "contest", "leaf", "credential"):
        if getattr(kept, name) != getattr(fresh, name):
            what = "key file" if name == "credential" else name
            hint = "give the one that it was begun with, or another --folder"
            raise InputError(str(path), f"was begun with another {what}", hint=hint)
