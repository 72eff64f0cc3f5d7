"""Where a service answers is written in one way."""

from __future__ import annotations

import pytest

from scripts.shared.files.booth_files import _accept_base


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
