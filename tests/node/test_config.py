from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from node.config import DEFAULT_PATH, accept_config, read_config
from node.errors import ConfigError


@pytest.fixture
def document() -> dict[str, Any]:
    return tomllib.loads(DEFAULT_PATH.read_text("utf-8"))


def test_the_file_gives_the_public_test_accounts() -> None:
    first = read_config().accounts[0]
    assert (
        first.address.hex() == Account.from_key(first.private_key).address[2:].lower()
    )


def test_keys_are_not_shown() -> None:
    """Public here, but another file's need not be."""
    config = read_config()
    assert config.accounts[0].private_key not in repr(config)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("chain", "id", 0),
        ("chain", "id", "1"),
        ("chain", "hard_fork", "london"),
        ("chain", "genesis_timestamp", -1),
        ("mining", "mode", "sometimes"),
        ("mining", "interval", 0),
        ("mining", "interval", -1),
        ("gas", "block_limit", 0),
        ("rpc", "host", ""),
        ("rpc", "port", 65_536),
        ("rpc", "port", "8545"),
        ("rpc", "unknown", 1),
    ],
)
def test_a_wrong_key_is_named(
    document: dict[str, Any], section: str, key: str, value: object
) -> None:
    document[section][key] = value
    with pytest.raises(ConfigError) as refusal:
        accept_config(document)
    assert refusal.value.key == f"{section}.{key}"


@pytest.mark.parametrize("section", ["chain", "mining", "gas", "rpc", "accounts"])
def test_a_missing_section_is_named(document: dict[str, Any], section: str) -> None:
    del document[section]
    with pytest.raises(ConfigError) as refusal:
        accept_config(document)
    assert refusal.value.key == section


@pytest.mark.parametrize("key", ["0x12", "ac" * 32, "0x" + "AC" * 32])
def test_a_malformed_private_key_is_named_but_not_shown(
    document: dict[str, Any], key: str
) -> None:
    document["accounts"][3]["private_key"] = key
    with pytest.raises(ConfigError) as refusal:
        accept_config(document)
    assert refusal.value.key == "accounts.3.private_key"
    assert key not in str(refusal.value)


@pytest.mark.parametrize("key", ["0x" + "00" * 32, "0x" + "ff" * 32])
def test_a_key_outside_the_curve_order_is_named(
    document: dict[str, Any], key: str
) -> None:
    document["accounts"][0]["private_key"] = key
    with pytest.raises(ConfigError) as refusal:
        accept_config(document)
    assert refusal.value.key == "accounts.0.private_key"


def test_a_transaction_limit_above_the_blocks_is_refused(
    document: dict[str, Any],
) -> None:
    document["gas"]["transaction_limit"] = document["gas"]["block_limit"] + 1
    with pytest.raises(ConfigError, match="transaction_limit"):
        accept_config(document)


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "devnet.toml"
    path.write_text("chain =", "utf-8")
    with pytest.raises(ConfigError, match=r"devnet\.toml"):
        read_config(path)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "devnet.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"devnet\.toml"):
        read_config(path)
