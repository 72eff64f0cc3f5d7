"""What an account signed on a machine without a network, in one file to carry back.

docs/bundle.md. It holds no secret: all of it is public once it was sent. An act that
another one before it may make needless is signed for each number that it may then get.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, with_config

from election.client.delivering import Transaction, accept_transaction
from election.client.wire import Act
from election.crypto.transcript import Address
from election.errors import EncodingError, SignatureError
from election.protocol.abi import ContractName, decode_act
from election.protocol.origin import derive_parts
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import (
    CLOSED,
    Hex,
    Hex20,
    decode_text,
    naming_kind,
    parse_json,
    read_raw,
    render_json,
)

FORMAT: Final = "veche-signed/1"
_MOST_ACTS: Final = 65  # 64 contests; or 64 slots that are derived, and a confirmation
_LONGEST: Final = 131_072  # bytes of a transaction
_DIGITS: Final = 20  # of a fingerprint: 80 bits
_Raw = Annotated[Hex, Field(min_length=1, max_length=_LONGEST)]


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _File:
    """The file. acts: in their order, each as transactions that differ in number."""

    format: Literal["veche-signed/1"]
    chain_id: Annotated[int, Field(ge=1, lt=2**63)]
    election: Hex20
    account: Hex20
    acts: Annotated[
        tuple[
            Annotated[tuple[_Raw, ...], Field(min_length=1, max_length=_MOST_ACTS)], ...
        ],
        Field(min_length=1, max_length=_MOST_ACTS),
    ]


@dataclass(frozen=True)
class SignedAct:
    """One act of an account, as transactions that differ in their number alone.

    function, values: what it asks of which contract, as its bytes say.
    """

    choices: tuple[Transaction, ...]
    part: str
    function: str
    values: tuple[Any, ...]

    @property
    def act(self) -> Act:
        """Give the act."""
        return self.choices[0].act

    @cached_property
    def numbers(self) -> dict[int, Transaction]:
        """Give the transactions by their numbers."""
        return {each.nonce: each for each in self.choices}


@dataclass(frozen=True, slots=True)
class SignedActs:
    """What a file holds: acts of one account in one election, in their order."""

    chain_id: int
    election: Address
    account: Address
    acts: tuple[SignedAct, ...]
    fingerprint: str


def render_signed(
    chain_id: int, election: Address, account: Address, acts: list[list[str]]
) -> str:
    """Render the text of a file. acts: the transactions of each, in hexadecimal."""
    raws = tuple(tuple(bytes.fromhex(raw[2:]) for raw in each) for each in acts)
    return render_json(_File(FORMAT, chain_id, election, account, raws))


def spell_fingerprint(text: bytes) -> str:
    """Spell 80 bits of a file's hash in groups, for people to compare."""
    digits = hashlib.sha256(text).hexdigest()[:_DIGITS]
    return " ".join(digits[at : at + 4] for at in range(0, _DIGITS, 4))


def read_signed(path: Path) -> SignedActs:
    """Read a file, all of whose transactions are its account's acts as a member.

    Raises InputError, which names the act at fault, from 1.
    """
    raw = read_raw(path)
    with naming_kind("file of signed acts", made_by="veche share --bundle FILE"):
        file = parse_json(decode_text(raw, name=str(path)), _File, name=str(path))
    parts = _list_parts(Address(file.election))
    acts = []
    for number, raws in enumerate(file.acts, 1):
        try:
            acts.append(_accept(file, raws, parts))
        except (EncodingError, SignatureError) as error:
            raise InputError(f"{path} act {number}", error.fact) from error
    return SignedActs(
        file.chain_id,
        Address(file.election),
        Address(file.account),
        tuple(acts),
        spell_fingerprint(raw),
    )


def _list_parts(election: Address) -> dict[Address, tuple[str, ContractName]]:
    """Name the contracts that members act on: their places follow from the address."""
    trustees, issuers, _, tally = derive_parts(election)
    return {
        trustees: ("trustees", ContractName.KEY_CEREMONY),
        issuers: ("issuers", ContractName.KEY_CEREMONY),
        tally: ("tally", ContractName.TALLY),
    }


_OF_MEMBERS: Final = {
    *("enroll", "commit", "reveal", "derive", "deal", "confirm", "complain"),
    "submit_share",
}


def _accept(
    file: _File,
    raws: tuple[bytes, ...],
    parts: dict[Address, tuple[str, ContractName]],
) -> SignedAct:
    choices = tuple(map(accept_transaction, raws))
    _require_one_act(file, choices)
    act = choices[0].act
    if act.to is None or act.to not in parts:
        raise EncodingError("act", "is of no contract on which members act")
    part, name = parts[act.to]
    function, values = decode_act(name, act.payload)
    if function not in _OF_MEMBERS:
        raise EncodingError("act", f"is no act of a member: {function}")
    return SignedAct(choices, part, function, values)


def _require_one_act(file: _File, choices: tuple[Transaction, ...]) -> None:
    """Raise EncodingError unless all are one act of the account, by its numbers."""
    for each in choices:
        if each.sender != file.account:
            fact = f"is signed by 0x{each.sender.hex()}, not by the file's account"
            raise EncodingError("transaction", fact)
        if each.chain_id != file.chain_id:
            fact = f"is of chain {each.chain_id}, the file of {file.chain_id}"
            raise EncodingError("transaction", fact)
    if len({each.act for each in choices}) != 1:
        raise EncodingError("act", "is another one under another number")
    if any(after.nonce != one.nonce + 1 for one, after in pairwise(choices)):
        raise EncodingError("act", "is signed for numbers that do not follow")
