"""Keep a chain in a folder: begin it, continue it, copy it, bring blocks over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from node.block_encoding import decode_block
from node.block_file import read_blocks
from node.config import Config
from node.disk.home import (
    Identity,
    copy_home,
    is_new,
    make_home,
    read_home,
    write_home,
)
from node.disk.store import DiskStore
from node.errors import (
    BlockFileError,
    DivergenceError,
    HeightError,
    RlpError,
    TimestampError,
    TransactionRefusedError,
)
from node.execution import Proposal
from node.genesis import make_genesis
from node.machine import StateMachine

_GAS_PER_BYTE = 10  # of a transaction, at least: EIP-7623's floor for a zero
_HEADER_SIZE = 1_024  # bytes, with what holds a block together
_OTHER_CHAIN: Final = (
    "block 0 is of another chain than this configuration's; "
    "a network's blocks are taken by its nodes alone, from each other"
)
_REFUSALS = (
    RlpError,
    TransactionRefusedError,
    HeightError,
    TimestampError,
    DivergenceError,
)


def identify(config: Config) -> Identity:
    """Return which chain a configuration describes."""
    return Identity(config.chain.id, make_genesis(config)[0].hash)


def begin_chain(config: Config, home: Path) -> None:
    """Make a folder with the first block. Raises: HomeError, StoreError."""
    make_home(home, config.chain.id, *make_genesis(config))


@contextmanager
def continue_chain(
    config: Config, home: Path, *, begin: bool = False, passing: bool = False
) -> Iterator[DiskStore]:
    """Open a folder to write to it.

    begin: make it first if there is none. passing: it goes with the node.
    Raises: HomeError, StoreError.
    """
    if begin and is_new(home):
        begin_chain(config, home)
    with write_home(home, identify(config), passing=passing) as store:
        yield store


def back_up_chain(config: Config, home: Path, destination: Path) -> int:
    """Copy a folder, live or not; returns the height. Raises: HomeError, StoreError."""
    return copy_home(home, destination, identify(config))


def export_chain(
    config: Config, home: Path, each: Callable[[range], Iterable[int]] = iter
) -> Iterator[bytes]:
    """Yield the encoded blocks of a folder, from genesis to its head of now.

    each: gives the numbers of blocks, and may count them. Raises: HomeError,
    StoreError.
    """
    with read_home(home, identify(config)) as store:
        for number in each(range(store.height + 1)):
            yield store.block(number).encode()


def import_chain(
    config: Config, home: Path, path: Path, done: Callable[[int], object] = int
) -> int:
    """Execute the blocks of a file and keep them, each when it came out the same.

    The folder is made if there is none; blocks that it has must be the file's. done:
    told of so many more bytes of the file. Returns the height. Raises: HomeError,
    StoreError, BlockFileError.
    """
    with continue_chain(config, home, begin=True) as store:
        machine = StateMachine(config, store)
        largest = config.gas.block_limit // _GAS_PER_BYTE + _HEADER_SIZE
        try:
            for encoded in read_blocks(path, largest):
                _import_block(machine, encoded)
                done(len(encoded))
        except BlockFileError as error:
            raise BlockFileError(path, error.fact, kept=store.height) from error
        except _REFUSALS as error:
            raise BlockFileError(path, str(error), kept=store.height) from error
        return store.height


def _import_block(machine: StateMachine, encoded: bytes) -> None:
    chain = machine.chain
    header, transactions = decode_block(encoded, chain.config.chain.id)
    number = header.number
    known = number <= chain.head.number
    if known:
        ours = chain.block(number)
    else:
        ours = machine.finalize(Proposal.of(header, transactions)).block
    if ours.encode() != encoded:
        if not number:
            raise BlockFileError(Path(), _OTHER_CHAIN)
        raise DivergenceError(number, "encoding")
    if not known:
        machine.commit(clock=machine.info().clock)
