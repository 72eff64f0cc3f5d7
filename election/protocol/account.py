"""An account as people write it: 20 bytes in hex, whose capitals are a checksum."""

from __future__ import annotations

import re
from typing import Final

from election.crypto.transcript import Address, decode_address, hash_bytes
from election.errors import EncodingError

_HEX: Final = re.compile("(?:0x)?([0-9a-fA-F]{40})")


def parse_account(text: str) -> Address:
    """Parse an account, other than zero, with or without 0x; raises EncodingError.

    Letters that are neither all small nor all capital are those of EIP-55, which
    notices nearly every slip of a finger.
    """
    found = _HEX.fullmatch(text)
    if found is None:
        raise EncodingError("account", "is not 20 bytes in hex")
    check_capitals(found[1])
    return decode_address(bytes.fromhex(found[1]))


def check_capitals(digits: str) -> None:
    """Raise EncodingError if the capitals of an account are those of another."""
    if digits not in (digits.lower(), digits.upper(), spell_account(digits)):
        fact = "capitals do not fit its digits: one of them is mistyped"
        raise EncodingError("account", fact)


def spell_account(digits: str) -> str:
    """Spell the 40 digits of an account with the capitals of EIP-55."""
    small = digits.lower()
    nibbles = hash_bytes(small.encode()).hex()
    return "".join(
        digit.upper() if int(nibble, 16) >= 8 else digit
        for digit, nibble in zip(small, nibbles, strict=False)
    )
