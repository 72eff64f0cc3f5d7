"""Where a service answers is written in one way, and each is named once."""

from __future__ import annotations

from typing import Any, Final

import pytest

from scripts.shared.errors import InputError
from scripts.shared.files.booth_files import _accept_base, parse_services
from tests import honest
from tests.booth import made

HOST: Final = {"organisation": "Somebody", "url": "https://a.example.org"}


@pytest.mark.parametrize(
    "text", ["https://relay.example", "http://127.0.0.1:8000", "https://a.example/path"]
)
def test_address_of_a_service_is_taken(text: str) -> None:
    assert _accept_base(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "ftp://relay.example",
        "relay.example",
        "https://",
        "https:relay.example",
        "https://:8000",
        "https://Relay.example",
        "https://реле.example",
        "https://relay.example/\x01",
        "https://relay.example/;a",
        "https://relay.example/ a",
        "https://relay.example,b",
        "https://relay.example/'",
        'https://relay.example/"',
        "https://user@relay.example",
        "https://relay.example?a",
        "https://relay.example#a",
        "https://relay.example/",
    ],
)
def test_address_with_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is an? |is not an |ends with)"):
        _accept_base(text)


@pytest.mark.parametrize(
    ("key", "named", "fact"),
    [
        ("issuers", {"number": 1}, "issuers: names one twice"),
        (
            "relays",
            {"account": f"0x{honest.account(30).hex()}"},
            "relays: names one account twice",
        ),
    ],
)
def test_service_that_is_named_twice_is_refused(
    key: str, named: dict[str, Any], fact: str
) -> None:
    hosts = [HOST | named, HOST | named | {"organisation": "Another"}]
    parse_services(made.spell_services(b"terms", **{key: hosts[:1]}))
    with pytest.raises(InputError, match=fact):
        parse_services(made.spell_services(b"terms", **{key: hosts}))
