"""From cards to the accounts file: who may stand in it, and how it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.shared.errors import InputError, RefusedLinesError
from scripts.shared.files.key_card import Card
from scripts.shared.roles import Role
from scripts.shared.terminal import say

_ONE: Final = (Role.COMMISSION, Role.PORTAL, Role.SMS_GATEWAY, Role.POLLING_STATION)
_MEMBERS: Final = (Role.TRUSTEE, Role.ISSUER)
_MANY: Final = (Role.OBSERVER, *_MEMBERS)

Found = Sequence[tuple[Path, Card]]


@dataclass(frozen=True, slots=True)
class Given:
    """A card, where it came from, and whether the commission appointed its owner."""

    name: str
    card: Card
    is_appointed: bool


def accept_cards(found: Found, appointed: Found) -> tuple[Given, ...]:
    """Accept the cards of an election; raises InputError with all that is wrong."""
    own = {card.address for _, card in appointed}
    every = dict.fromkeys(address for address in (c.address for _, c in found))
    wrong = [
        *_find_strangers(found),
        *_find_missing([card.role for _, card in found]),
        *_find_twice(found),
        *(
            f"{path}: --of-commission is for a trustee or issuer"
            for path, card in appointed
            if card.role not in _MEMBERS
        ),
        *(
            f"{path}: --of-commission names a card that is not among the others"
            for path, card in appointed
            if card.address not in every
        ),
    ]
    if len(wrong) == 1:
        subject, _, fact = wrong[0].partition(": ")
        raise InputError(subject, fact)
    if wrong:
        say(*wrong)
        raise RefusedLinesError("cards", tuple(wrong))
    return tuple(Given(path.name, card, card.address in own) for path, card in found)


def _find_strangers(found: Found) -> Iterator[str]:
    for path, card in found:
        if card.role not in (*_ONE, *_MANY):
            yield f"{path}: a {card.role.value} does not stand in an accounts file"


def _find_missing(roles: Sequence[Role]) -> Iterator[str]:
    for role in (*_ONE, *_MANY):
        count = roles.count(role)
        if not count:
            yield f"{role.value}: no card is of this role"
        elif count > 1 and role in _ONE:
            yield f"{role.value}: {count} cards are of this role, and there is one"


def _find_twice(found: Found) -> Iterator[str]:
    seen: dict[bytes, Path] = {}
    for path, card in found:
        if card.address in seen:
            yield f"{path}: is of the same account as {seen[card.address]}"
        seen.setdefault(card.address, path)


def render_accounts(given: Sequence[Given]) -> str:
    """Write the accounts file, with the name of each card beside its account."""
    lines = ["# Who acts: this file continues a manifest.", "", "[accounts]"]
    for role in _ONE:
        (one,) = (each for each in given if each.card.role is role)
        lines.append(f"{role.value.replace('-', '_')} = {_spell(one)}")
    lines.append("observers = [")
    for each in given:
        if each.card.role is Role.OBSERVER:
            account = f'"0x{each.card.address.hex()}"'
            lines.append(f"    {account},{_comment(each)}")
    lines.append("]")
    for role in _MEMBERS:
        for each in given:
            if each.card.role is role:
                lines += ["", f"[[{role.value}s.members]]"]
                lines.append(f"account = {_spell(each)}")
                lines.append(f"commission = {str(each.is_appointed).lower()}")
    return "\n".join(lines) + "\n"


def _spell(given: Given) -> str:
    return f'"0x{given.card.address.hex()}"{_comment(given)}'


def _comment(given: Given) -> str:
    """Name the card in a comment, unless its name is not one line of plain text."""
    return f"  # {given.name}" if given.name.isprintable() else ""
