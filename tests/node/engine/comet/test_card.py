"""A card is taken only as it was written."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pytest

from node.engine.comet.card import Card, accept_card, read_card
from node.errors import ConfigError

CARD: Final = Card("party", "0x" + "ab" * 20, "cd" * 20, "127.0.0.1:26656", "")
KEY: Final = b64encode(bytes(32)).decode()
NO_ENGINE: Final = Path("/no/engine")


def test_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(CARD.encode())
    assert read_card(path) == CARD


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 3_000], ids=len)
def test_file_that_is_no_json_is_no_card(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(raw)
    with pytest.raises(ConfigError, match="is no card of a node"):
        read_card(path)


@pytest.mark.parametrize(
    "found", [None, [], "card", {}, {**asdict(CARD), "more": ""}, sorted(asdict(CARD))]
)
def test_card_has_its_keys_and_no_others(found: Any) -> None:
    with pytest.raises(ConfigError, match="is no card of a node, which has"):
        accept_card(found, "card.json")


@pytest.mark.parametrize(
    "key", [KEY[:-1], "*" + KEY, b64encode(bytes(31)).decode(), "я", "=" * 44]
)
def test_key_on_a_card_is_32_bytes(key: str) -> None:
    accept_card({**asdict(CARD), "validator_key": KEY}, "card.json")
    with pytest.raises(ConfigError, match="32 bytes as base64"):
        accept_card({**asdict(CARD), "validator_key": key}, "card.json")
