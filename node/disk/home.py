"""Make, open and copy the folder that holds a chain.

A folder is made aside and moved to its place when it is whole. One node writes to it at
a time; whoever opens it while nobody does checks every page of the file first, since
the database itself stops the process where a page is not what it should be. Readers
need no permission of the writer.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import lmdb
from eth_typing import Hash32
from lmdb.verify import VerifyError, verify

from node.block import Block
from node.disk.ground import DATA, LOCK, Ground, data_inode
from node.disk.passing import PassingStore
from node.disk.store import TABLES, DiskStore, reading, writing
from node.errors import (
    HomeDamagedError,
    HomeError,
    HomeInUseError,
    HomeLostError,
    HomeTakenError,
    NodeError,
    StoreError,
)

SCHEMA: Final = 2  # rises when the tables or what stands in them change
_MAP_SIZE = 2**40  # bytes of addresses, not of disk; no chain here comes near it
_SCHEMA_KEY, _SCHEMA_TEXT = b"schema", b"veche-node %d"
_CHAIN_KEY = b"chain"


@dataclass(frozen=True, slots=True)
class Identity:
    """Say which chain a folder must hold; genesis: the hash of its first block."""

    chain_id: int
    genesis: Hash32


def is_new(home: Path) -> bool:
    """Say whether a chain can be made here. Raises: HomeError."""
    try:
        return not home.exists() or (home.is_dir() and not any(home.iterdir()))
    except OSError as error:
        raise _unusable(home, error) from error


def make_home(
    home: Path, chain_id: int, genesis: Block, nodes: Mapping[bytes, bytes]
) -> None:
    """Make a folder that holds the first block.

    Raises: HomeError, StoreError; then the folder is as it was.
    """
    if not is_new(home):
        raise HomeTakenError(home, "is not empty; give a new folder")
    with _made_aside(home) as aside, _opened(aside, writable=True) as environment:
        with writing(environment) as transaction:
            tables = {
                name: environment.open_db(name.encode(), txn=transaction)
                for name in TABLES
            }
            text = _SCHEMA_TEXT % SCHEMA
            transaction.put(_SCHEMA_KEY, text, db=tables["meta"])
            transaction.put(_CHAIN_KEY, b"%d" % chain_id, db=tables["meta"])
        DiskStore(environment, tables).append(genesis, nodes, clock=0)


@contextmanager
def write_home(
    home: Path, identity: Identity, *, passing: bool = False
) -> Iterator[DiskStore]:
    """Open a folder to write to it, alone.

    passing: the folder goes with the node, so that nothing waits for the disk and
    blocks can be taken back. Raises: HomeError, StoreError.
    """
    _require_chain(home)
    with _locked(home, fcntl.LOCK_EX) as alone:
        if not alone:
            fact = "another node is using it, or a check of its file is under way"
            raise HomeInUseError(home, fact)
        inode = data_inode(home)
        _check_pages(home)
        with _opened(home, writable=True, synced=not passing) as environment:
            kind = PassingStore if passing else DiskStore
            store = _accept(home, environment, identity, kind)
            store.stand_on(Ground(home, inode))
            yield store


@contextmanager
def read_home(home: Path, identity: Identity) -> Iterator[DiskStore]:
    """Open a folder to read it, while a node writes to it or not.

    Raises: HomeError, StoreError.
    """
    _require_chain(home)
    with _locked(home, fcntl.LOCK_SH) as unwritten:
        if unwritten:  # else the node that writes to it has checked
            _check_pages(home)
    inode = data_inode(home)
    with _opened(home, writable=False) as environment:
        store = _accept(home, environment, identity)
        if inode != data_inode(home):
            raise HomeLostError(home, f"{DATA} was replaced while it was opened")
        store.inode = inode
        yield store


def copy_home(home: Path, destination: Path, identity: Identity) -> int:
    """Copy a folder as it is at this instant, while a node writes to it or not.

    Returns the height that the copy has. Raises: HomeError, StoreError; then there is
    no copy.
    """
    if not is_new(destination):
        raise HomeTakenError(destination, "is not empty; give a new folder")
    with read_home(home, identity):
        pass
    with _opened(home, writable=False) as environment, _made_aside(destination) as to:
        _copy(environment, to)
        with _opened(to, writable=False) as copied:
            return _accept(destination, copied, identity).height


def _copy(environment: lmdb.Environment, to: Path) -> None:
    try:
        environment.copy(str(to), compact=True)
    except lmdb.Error as error:
        fact = f"no copy was made, is the disk full? {error}"
        raise StoreError(fact) from error


def _unusable(home: Path, error: OSError) -> HomeError:
    return HomeError(home, f"cannot be used: {error.strerror or error}")


@contextmanager
def _made_aside(home: Path) -> Iterator[Path]:
    """Give a folder to fill, which takes its place when it is filled."""
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent))
    except OSError as error:
        raise _unusable(home, error) from error
    try:
        yield aside
        _sync(aside / DATA)
        (aside / "lock.mdb").unlink(missing_ok=True)
        aside.chmod(0o755)
        aside.rename(home)  # takes the place of nothing but an empty folder
        _sync(home.parent)
    except OSError as error:
        raise _unusable(home, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_chain(home: Path) -> None:
    if is_new(home):
        raise HomeError(home, "holds no chain; `veche node init` makes one")
    if not (home / DATA).is_file():
        raise HomeError(home, "holds something else than a chain")


@contextmanager
def _locked(home: Path, right: int) -> Iterator[bool]:
    """Take the one right to write, or share in keeping others from it.

    right: LOCK_EX or LOCK_SH. Says whether nobody has it; the system ends it with us.
    """
    try:
        descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise _unusable(home, error) from error
    try:
        free = False
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, right | fcntl.LOCK_NB)
            free = True
        yield free
    finally:
        os.close(descriptor)


def _check_pages(home: Path) -> None:
    """Read the file without the database, which would trust it. Raises: HomeError."""
    try:
        faults: list[str] = verify(str(home))  # type: ignore[no-untyped-call]
    except VerifyError as error:
        raise HomeDamagedError(
            home, f"{DATA} is not a chain's file: {error}"
        ) from error
    except OSError as error:
        raise _unusable(home, error) from error
    if faults:
        raise HomeDamagedError(home, f"{DATA} is damaged, restore a copy: {faults[0]}")


@contextmanager
def _opened(
    home: Path, *, writable: bool, synced: bool = True
) -> Iterator[lmdb.Environment]:
    try:
        environment = lmdb.open(
            str(home),
            map_size=_MAP_SIZE,
            max_dbs=len(TABLES),
            readonly=not writable,
            create=writable,
            readahead=False,
            sync=synced,
        )
        environment.reader_check()  # forgets readers that were killed
    except lmdb.Error as error:
        raise HomeError(home, f"cannot be opened: {error}") from error
    try:
        yield environment
    finally:
        environment.close()


def _accept(
    home: Path,
    environment: lmdb.Environment,
    wanted: Identity,
    kind: type[DiskStore] = DiskStore,
) -> DiskStore:
    """Check that this is a chain of ours, the wanted one, whole at its head."""
    _check_schema(home, environment)
    tables = {name: _open_table(home, environment, name) for name in TABLES}
    store = kind(environment, tables)
    try:
        found = Identity(store.chain_id, store.block(0).hash)
        head = store.block(store.height)
        whole = head.header.state_root in store.nodes
    except NodeError as error:
        raise HomeDamagedError(home, f"is damaged, restore a copy: {error}") from error
    if found != wanted:
        raise HomeError(
            home,
            f"holds another chain, {_spell(found)}; "
            f"the configuration describes {_spell(wanted)}: give the --config that "
            "it was made by",
        )
    if not whole:
        raise HomeDamagedError(
            home, "is damaged, restore a copy: its last state is missing"
        )
    return store


def _spell(identity: Identity) -> str:
    return f"id {identity.chain_id} of genesis 0x{identity.genesis.hex()}"


def _check_schema(home: Path, environment: lmdb.Environment) -> None:
    """Refuse tables of another layout: blocks as RLP are the way between layouts."""
    meta = _open_table(home, environment, "meta")
    with reading(environment) as transaction:
        found = bytes(transaction.get(_SCHEMA_KEY, db=meta) or b"nothing")
    if found != _SCHEMA_TEXT % SCHEMA:
        raise HomeError(
            home,
            f"was written as {found.decode('ascii', 'replace')}, and this is "
            f"{(_SCHEMA_TEXT % SCHEMA).decode()}; `veche node export` of the program "
            "that wrote it and `veche node import` here bring its blocks over",
        )


def _open_table(home: Path, environment: lmdb.Environment, name: str) -> Any:
    try:
        return environment.open_db(name.encode(), create=False)
    except lmdb.Error as error:
        raise HomeError(home, "holds a database of something else") from error
