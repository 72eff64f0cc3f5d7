"""A mistyped account is no account, where its capitals can show it."""

from __future__ import annotations

import pytest

from election.errors import EncodingError
from election.protocol.account import parse_account, spell_account

# of EIP-55
KNOWN = [
    "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "dbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "D1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    "52908400098527886E0F7030069857D2E4169EE7",
    "de709f2102306220921060314715629080e2fb77",
]


@pytest.mark.parametrize("digits", KNOWN)
def test_capitals_are_those_of_eip_55(digits: str) -> None:
    assert spell_account(digits.lower()) == digits


@pytest.mark.parametrize("digits", KNOWN)
def test_account_is_the_same_however_it_is_written(digits: str) -> None:
    account = bytes.fromhex(digits)
    for text in (digits, digits.lower(), digits.upper(), f"0x{digits}"):
        assert parse_account(text) == account


@pytest.mark.parametrize("digits", KNOWN[:4])
def test_account_with_one_digit_mistyped_is_refused(digits: str) -> None:
    for at, digit in enumerate(digits):
        other = digits[:at] + ("0" if digit != "0" else "1") + digits[at + 1 :]
        with pytest.raises(EncodingError, match="one of them is mistyped"):
            parse_account(other)


@pytest.mark.parametrize(
    "text",
    ["", "0x", "12", f"{KNOWN[0]}00", f" {KNOWN[0]}", f"0X{KNOWN[0]}", "0x" + 40 * "g"],
)
def test_text_that_is_no_account_is_refused(text: str) -> None:
    with pytest.raises(EncodingError, match="is not 20 bytes in hex"):
        parse_account(text)


def test_nobody_is_no_account() -> None:
    with pytest.raises(EncodingError, match="zero"):
        parse_account("0x" + 40 * "0")
