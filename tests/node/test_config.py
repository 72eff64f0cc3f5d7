from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from node.config import DEFAULT_PATH, accept_config, read_config
from node.engine.local import LocalEngine
from node.errors import ConfigError

NOBODY = "0x" + "11" * 20


@pytest.fixture
def document() -> dict[str, Any]:
    return tomllib.loads(DEFAULT_PATH.read_text("utf-8"))


def _keys(error: ConfigError) -> list[str]:
    return [key for key, _ in error.faults]


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
        ("chain", "id", 2**63 - 36),
        ("chain", "id", 2**256),
        ("chain", "id", 1.0),
        ("chain", "id", True),
        ("chain", "genesis_timestamp", -1),
        ("chain", "genesis_timestamp", 2**53),
        ("chain", "genesis_timestamp", 2**64),
        ("mining", "mode", "sometimes"),
        ("mining", "interval", 0),
        ("mining", "interval", -1),
        ("mining", "interval", 86_401),
        ("gas", "block_limit", 0),
        ("gas", "block_limit", 2**63),
        ("gas", "transaction_limit", 20_999),
        ("rpc", "host", ""),
        ("rpc", "host", "a\0b"),
        ("rpc", "max_body", 2**31),
        ("rpc", "max_batch", 2**31),
        ("rpc", "max_logs", 0),
        ("rpc", "max_answer", 2**64),
        ("store", "home", ""),
        ("store", "home", "a\0b"),
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
    assert _keys(refusal.value) == [f"{section}.{key}"]


@pytest.mark.parametrize("section", ["chain", "mining", "gas", "rpc", "accounts"])
def test_a_missing_section_is_named(document: dict[str, Any], section: str) -> None:
    del document[section]
    with pytest.raises(ConfigError) as refusal:
        accept_config(document)
    assert _keys(refusal.value) == [section]


@pytest.mark.parametrize("key", ["0x12", "ac" * 32, "0x" + "AC" * 32])
def test_a_malformed_private_key_is_named_but_not_shown(
    document: dict[str, Any], key: str
) -> None:
    document["accounts"][3]["private_key"] = key
    with pytest.raises(ConfigError) as refusal:
        accept_config(document)
    assert _keys(refusal.value) == ["accounts.3.private_key"]
    assert key not in str(refusal.value)


@pytest.mark.parametrize("key", ["0x" + "00" * 32, "0x" + "ff" * 32])
def test_a_key_outside_the_curve_order_is_named(
    document: dict[str, Any], key: str
) -> None:
    document["accounts"][0]["private_key"] = key
    with pytest.raises(ConfigError) as refusal:
        accept_config(document)
    assert _keys(refusal.value) == ["accounts.0.private_key"]


@pytest.mark.parametrize("balance", [-1, 2**64, 2**256])
def test_a_balance_out_of_bounds_is_named(
    document: dict[str, Any], balance: int
) -> None:
    document["accounts"][1]["balance"] = balance
    with pytest.raises(ConfigError) as refusal:
        accept_config(document)
    assert _keys(refusal.value) == ["accounts.1.balance"]


def test_a_key_of_two_accounts_is_named_but_not_shown(document: dict[str, Any]) -> None:
    key = document["accounts"][1]["private_key"]
    document["accounts"][4]["private_key"] = key
    with pytest.raises(ConfigError, match="accounts: 1 and 4") as refusal:
        accept_config(document)
    assert key not in str(refusal.value) + str(refusal.value.__cause__)


@pytest.mark.parametrize(
    ("other", "names", "fact"),
    [("clerk", {}, "two are named clerk"), ("b", {"clerk": NOBODY}, "names: clerk is")],
)
def test_a_name_stands_for_one_account(
    document: dict[str, Any], other: str, names: dict[str, str], fact: str
) -> None:
    document["accounts"][0]["name"] = "clerk"
    document["accounts"][1]["name"] = other
    document["names"] = names
    with pytest.raises(ConfigError, match=fact):
        accept_config(document)


def test_the_largest_numbers_are_taken(document: dict[str, Any]) -> None:
    document["chain"] |= {"id": 2**63 - 37, "genesis_timestamp": 2**53 - 1}
    document["gas"] |= {"block_limit": 2**63 - 1, "transaction_limit": 2**63 - 1}
    document["mining"]["interval"] = 86_400
    document["rpc"] |= dict.fromkeys(
        ["max_body", "max_batch", "max_logs", "max_answer"], 2**31 - 1
    )
    document["accounts"][0]["balance"] = 2**64 - 1
    engine = LocalEngine(accept_config(document), lambda: 0)
    assert engine.mine().header.timestamp == 2**53


def test_all_wrong_keys_are_named_at_once_with_their_file(tmp_path: Path) -> None:
    path = tmp_path / "devnet.toml"
    text = DEFAULT_PATH.read_text("utf-8")
    for old, new in (
        ("8545", "-1"),
        ("1447379784", "0x1" + "0" * 9_999),
        ("[gas]", ""),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as refusal:
        read_config(path)
    keys = {"chain.id", "mining.block_limit", "mining.transaction_limit"}
    assert set(_keys(refusal.value)) == {*keys, "gas", "rpc.port"}
    assert str(refusal.value).startswith(f"{path}: ")
    assert all(f"{key}: " in str(refusal.value) for key in keys)


def test_a_transaction_limit_above_the_blocks_is_refused(
    document: dict[str, Any],
) -> None:
    document["gas"]["transaction_limit"] = document["gas"]["block_limit"] + 1
    with pytest.raises(ConfigError, match="transaction_limit"):
        accept_config(document)


@pytest.mark.parametrize(
    "text",
    ["chain =", "id = 1" + "0" * 5_000, "id = " + "[" * 20_000],
    ids=["cut", "long", "deep"],
)
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "devnet.toml"
    path.write_text(text, "utf-8")
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
