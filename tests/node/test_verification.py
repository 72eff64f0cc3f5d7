"""Whatever is changed in a folder, executing its blocks anew finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import lmdb
import msgspec
import pytest

from node.config import Config
from node.disk.store import DiskStore
from node.errors import DivergenceError, StoreError
from node.keeping import continue_chain
from node.verification import verify_chain
from tests.node.disk.conftest import home
from tests.node.wallet import Wallet

__all__ = ["home"]

_NUMBER = 3  # the block of a story whose transaction logs
_KEY = _NUMBER.to_bytes(8, "big")
Change = Callable[[lmdb.Transaction, dict[str, Any], DiskStore], object]


def test_an_untouched_chain_is_verified(config: Config, home: Path) -> None:
    verified = verify_chain(config, home)
    with continue_chain(config, home) as store:
        head = store.block(store.height)
        blocks = [store.block(number) for number in range(store.height + 1)]
    assert (verified.blocks, verified.head) == (head.number, head.hash)
    assert verified.state_root == head.header.state_root
    assert verified.transactions == sum(len(block.transactions) for block in blocks)


def _get(txn: lmdb.Transaction, key: bytes, table: Any) -> bytes:
    found = txn.get(key, db=table)
    assert found is not None
    return bytes(found)


def _change_receipts(
    txn: lmdb.Transaction, tables: dict[str, Any], _: DiskStore
) -> None:
    receipts = msgspec.msgpack.decode(_get(txn, _KEY, tables["receipts"]))
    receipts[0]["logs"] = []
    txn.put(_KEY, msgspec.msgpack.encode(receipts), db=tables["receipts"])


def _change_sender(txn: lmdb.Transaction, tables: dict[str, Any], _: DiskStore) -> None:
    pairs = msgspec.msgpack.decode(_get(txn, _KEY, tables["transactions"]))
    pairs[0][0] = bytes(20)
    txn.put(_KEY, msgspec.msgpack.encode(pairs), db=tables["transactions"])


def _change_transaction(
    txn: lmdb.Transaction, tables: dict[str, Any], _: DiskStore
) -> None:
    pairs = msgspec.msgpack.decode(_get(txn, _KEY, tables["transactions"]))
    pairs[0][1] = Wallet(chain_id=5).sign(bytes(20))
    txn.put(_KEY, msgspec.msgpack.encode(pairs), db=tables["transactions"])


def _change_gas_used(
    txn: lmdb.Transaction, tables: dict[str, Any], store: DiskStore
) -> None:
    """Change what nothing but the header says."""
    header = store.header(_NUMBER)
    changed = replace(header, gas_used=header.gas_used + 1)
    txn.put(_KEY, changed.encode(), db=tables["headers"])


def _take_transactions(
    txn: lmdb.Transaction, tables: dict[str, Any], _: DiskStore
) -> None:
    empty = msgspec.msgpack.encode([])
    txn.put(_KEY, empty, db=tables["transactions"])
    txn.put(_KEY, empty, db=tables["receipts"])


def _change_header(txn: lmdb.Transaction, tables: dict[str, Any], _: DiskStore) -> None:
    other = (_NUMBER + 1).to_bytes(8, "big")
    header = _get(txn, other, tables["headers"])
    txn.put(_KEY, header, db=tables["headers"])


def _change_node(
    txn: lmdb.Transaction, tables: dict[str, Any], store: DiskStore
) -> None:
    root = store.header(_NUMBER).state_root
    node = _get(txn, root, tables["nodes"])
    txn.put(root, node[:-1] + bytes([node[-1] ^ 1]), db=tables["nodes"])


def _lose_node(txn: lmdb.Transaction, tables: dict[str, Any], store: DiskStore) -> None:
    txn.delete(store.header(_NUMBER).state_root, db=tables["nodes"])


def _lose_genesis_node(
    txn: lmdb.Transaction, tables: dict[str, Any], store: DiskStore
) -> None:
    txn.delete(store.header(0).state_root, db=tables["nodes"])


def _lose_hash(txn: lmdb.Transaction, tables: dict[str, Any], store: DiskStore) -> None:
    txn.delete(store.block(_NUMBER).hash, db=tables["numbers"])


def _move_place(
    txn: lmdb.Transaction, tables: dict[str, Any], store: DiskStore
) -> None:
    digest = store.block(_NUMBER).transactions[0].hash
    txn.put(digest, bytes(12), db=tables["places"])


def _lose_mark(txn: lmdb.Transaction, tables: dict[str, Any], _: DiskStore) -> None:
    cursor = txn.cursor(tables["marks"])
    assert any(bytes(key).endswith(_KEY) for key in cursor.iternext(values=False))
    cursor.first()
    while not bytes(cursor.key()).endswith(_KEY):
        cursor.next()
    cursor.delete()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_change_receipts, f"block {_NUMBER}: its receipts"),
        (_change_sender, f"block {_NUMBER}: its senders"),
        (_change_transaction, f"block {_NUMBER}: its transactions (?!root)"),
        (_change_gas_used, f"block {_NUMBER}: its gas used"),
        (_take_transactions, f"block {_NUMBER}: its"),
        (_change_header, f"block {_NUMBER}: its"),
        (_change_node, f"block {_NUMBER}: its state"),
        (_lose_node, f"block {_NUMBER}: its state"),
        (_lose_genesis_node, "block 0: its state"),
        (_lose_hash, f"block {_NUMBER}: its index"),
        (_move_place, f"block {_NUMBER}: its index"),
        (_lose_mark, f"block {_NUMBER}: its index"),
    ],
)
def test_what_was_changed_is_found(
    config: Config, home: Path, change: Change, words: str
) -> None:
    with (
        continue_chain(config, home) as store,
        store._environment.begin(write=True) as transaction,
    ):
        change(transaction, dict(store._tables), store)
    with pytest.raises(DivergenceError, match=words):
        verify_chain(config, home)


def test_what_does_not_decode_is_named(config: Config, home: Path) -> None:
    with (
        continue_chain(config, home) as store,
        store._environment.begin(write=True) as transaction,
    ):
        transaction.put(_KEY, b"\xc1", db=store._tables["receipts"])
    with pytest.raises(StoreError, match=f"block {_NUMBER} is damaged"):
        verify_chain(config, home)
