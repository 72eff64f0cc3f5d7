"""Blocks go out of one folder and into another, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from node import rlp
from node.block_file import read_blocks
from node.config import Config
from node.engine.local import LocalEngine
from node.errors import BlockFileError
from node.keeping import continue_chain, export_chain, import_chain
from tests.node.conftest import Clock
from tests.node.disk.conftest import everything, grow, home
from tests.node.wallet import Wallet

__all__ = ["home"]


_RECIPIENT = b"\x22" * 20
_LARGEST = 3_001_024  # bytes: the devnet's block of 30,000,000 gas, full of zeros


@pytest.fixture
def blocks(config: Config, home: Path) -> Path:
    """Export a folder's blocks."""
    return _write(home.parent / "blocks.rlp", list(export_chain(config, home)))


def _write(path: Path, items: list[bytes]) -> Path:
    path.write_bytes(b"".join(items))
    return path


def test_exported_blocks_make_the_same_chain(
    config: Config, home: Path, blocks: Path
) -> None:
    other = home.parent / "other"
    with continue_chain(config, home) as store:
        height, (kept, nodes, _clock) = store.height, everything(store)
    assert import_chain(config, other, blocks) == height
    assert import_chain(config, other, blocks) == height  # again: all is there
    with continue_chain(config, other) as store:
        assert everything(store) == [kept, nodes, 0]
    assert b"".join(export_chain(config, other)) == blocks.read_bytes()


def test_an_interrupted_import_goes_on(
    config: Config, home: Path, blocks: Path
) -> None:
    encoded = list(read_blocks(blocks, _LARGEST))
    other = home.parent / "other"
    part = _write(home.parent / "part.rlp", encoded[:4])
    assert import_chain(config, other, part) == 3
    assert import_chain(config, other, blocks) == len(encoded) - 1


def test_import_keeps_the_clock(
    config: Config, home: Path, blocks: Path, clock: Clock
) -> None:
    other = home.parent / "other"
    grow(config, other, clock, lambda engine: _move(engine.increase_time))
    import_chain(config, other, blocks)
    with continue_chain(config, other) as store:
        assert store.clock == 500


def _move(increase: Callable[[int], int]) -> None:
    increase(500)


def _decode(encoded: bytes) -> Any:
    return rlp.decode(encoded)


def _field(encoded: bytes, place: int, value: bytes) -> bytes:
    """Put another value into a block's header."""
    block = _decode(encoded)
    block[0][place] = value
    return rlp.encode(block)


def _body(encoded: bytes, bodies: Any) -> bytes:
    return rlp.encode([_decode(encoded)[0], bodies, [], []])


_CHANGES: dict[str, tuple[Callable[[list[bytes]], bytes], str]] = {
    "state root": (lambda e: _field(e[3], 3, bytes(32)), "block 3: its encoding"),
    "receipts": (lambda e: _field(e[3], 5, bytes(32)), "block 3: its encoding"),
    "beneficiary": (lambda e: _field(e[3], 2, bytes(20)[1:] + b"\1"), "block 3"),
    "base fee": (lambda e: _field(e[3], 15, b"\1"), "cannot have here"),
    "a short header": (
        lambda e: rlp.encode([_decode(e[3])[0][:-1], *_decode(e[3])[1:]]),
        "a header has .* strings",
    ),
    "parent": (lambda e: _field(e[3], 0, bytes(32)), "block 3: its encoding"),
    "height": (lambda e: e[4], "height: 4 does not follow 2"),
    "time": (lambda e: _field(e[3], 11, b"\1"), "timestamp: 1 is not after"),
    "no transaction": (lambda e: _body(e[3], []), "block 3: its encoding"),
    "another's": (lambda e: _body(e[3], _decode(e[4])[1]), "block 3: its encoding"),
    "nonsense": (lambda e: _body(e[3], [b"\2\1"]), "not canonical|fields"),
    "an uncle": (
        lambda e: rlp.encode([*_decode(e[3])[:2], [b""], []]),
        "two empty lists",
    ),
    "a string": (lambda _: b"\x83abc", "two empty lists"),
    "cut short": (lambda e: e[3][:-1], "item 3 is cut short"),
    "nearly nothing": (lambda e: e[3][:1], "item 3 is no block"),
    "huge": (
        lambda _: b"\xff" + b"\xff" * 8,
        "item 3 has .* bytes, a block has at",
    ),
}


@pytest.mark.parametrize("change", _CHANGES)
def test_a_block_that_is_not_the_chains_is_refused_and_those_before_stay(
    config: Config, home: Path, blocks: Path, change: str
) -> None:
    encoded = list(read_blocks(blocks, _LARGEST))
    alter, words = _CHANGES[change]
    altered = _write(home.parent / "altered.rlp", [*encoded[:3], alter(encoded)])
    other = home.parent / "other"
    with pytest.raises(BlockFileError, match=words) as refusal:
        import_chain(config, other, altered)
    assert str(refusal.value).startswith(f"{altered}: ")
    with continue_chain(config, other) as store:
        assert store.height == 2
    assert import_chain(config, other, blocks) == len(encoded) - 1


def test_a_block_that_differs_from_the_one_that_is_kept_is_refused(
    config: Config, home: Path, blocks: Path
) -> None:
    encoded = list(read_blocks(blocks, _LARGEST))
    altered = _write(home.parent / "altered.rlp", [_field(encoded[0], 11, b"\1")])
    with pytest.raises(BlockFileError, match="block 0 is of another chain"):
        import_chain(config, home, altered)


def test_the_largest_block_is_brought_over(
    config: Config, clock: Clock, tmp_path: Path
) -> None:
    """Nothing fills a block with more bytes for its gas than zeros do."""

    def fill(engine: LocalEngine) -> None:
        engine.set_automine(False)
        wallet = Wallet()
        for _ in range(25):
            raw = wallet.sign(_RECIPIENT, data=bytes(117_900), gas=1_200_000)
            engine.send_raw(raw)
        assert len(engine.mine().transactions) == 25

    grow(config, tmp_path / "full", clock, fill)
    encoded = list(export_chain(config, tmp_path / "full"))
    assert len(encoded[1]) > 0.98 * _LARGEST
    path = _write(tmp_path / "blocks.rlp", encoded)
    assert import_chain(config, tmp_path / "other", path) == 1


def test_a_file_that_is_missing_is_named(config: Config, home: Path) -> None:
    with pytest.raises(BlockFileError, match="nowhere: there is no such file"):
        import_chain(config, home, home.parent / "nowhere")
