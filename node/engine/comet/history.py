"""Copy, forget and restore the blocks that a node keeps, and never what it signed.

What a validator signed last stands beside the blocks. An older state of it would let
the node sign a second time at a height, so it is in no copy and outlives a reset.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from node.engine.comet.card import read_card
from node.engine.comet.guard import hold_home, hold_key
from node.engine.comet.home import NodeHome, read_signing_key
from node.errors import ConfigError, HomeError, HomeTakenError

_SIGNED: Final = "priv_validator_state.json"
_CHAIN, _ENGINE, _GENESIS = "chain", "engine", "genesis.json"  # within a copy


def back_up(root: Path, destination: Path) -> None:
    """Copy the blocks of a node that does not run; no key is in the copy.

    Raises: HomeError.
    """
    home = _open(root)
    if destination.exists():
        raise HomeTakenError(destination, "is there already; give a new folder")
    with hold_home(root), _named(destination), _made_aside(destination) as aside:
        shutil.copyfile(home.genesis, aside / _GENESIS)
        if home.chain.exists():
            shutil.copytree(home.chain, aside / _CHAIN)
        shutil.copytree(
            home.engine / "data",
            aside / _ENGINE,
            ignore=shutil.ignore_patterns(_SIGNED, "LOCK"),
        )


@contextmanager
def _made_aside(destination: Path) -> Iterator[Path]:
    """Give a folder that takes its place once it is whole: half a copy is none."""
    aside = destination.with_name(f".{destination.name}.{os.getpid()}")
    try:
        aside.mkdir(mode=0o700, parents=True)
        yield aside
        aside.rename(destination)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def require_stopped(root: Path) -> None:
    """Refuse a folder whose node runs. Raises: HomeError, HomeInUseError."""
    _open(root)
    with hold_home(root):
        pass


def reset(root: Path, copy: Path | None = None) -> None:
    """Forget a node's blocks; it takes them from its peers again, or from a copy.

    Keys, and what was signed last, stay. Raises: HomeError.
    """
    home = _open(root)
    if copy is not None:
        _require_copy(home, copy)
    with hold_home(root), hold_key(read_signing_key(home)), _named(root):
        _forget_blocks(home)
        if copy is not None:
            if (copy / _CHAIN).exists():
                shutil.copytree(copy / _CHAIN, home.chain)
            shutil.copytree(copy / _ENGINE, home.engine / "data", dirs_exist_ok=True)


def leave(root: Path, *, dismissed: bool) -> None:
    """Make a folder a node of no network, with its keys.

    dismissed: a validator was let go by the others; without it one is refused, since
    the network would go on to wait for its votes. Raises: HomeError.
    """
    home = _open(root)
    key = read_card(home.card).validator_key
    if key and not dismissed and key in home.genesis.read_text("utf-8"):
        fact = "is a validator's: have the others let it go first, then --dismissed"
        raise HomeError(root, fact)
    with hold_home(root), hold_key(read_signing_key(home)), _named(root):
        _forget_blocks(home)
        home.genesis.unlink()
        home.settings.unlink(missing_ok=True)


def _open(root: Path) -> NodeHome:
    home = NodeHome(root)
    if not home.genesis.exists():
        raise HomeError(root, "is a node of no network; `veche network join` makes it")
    return home


def _require_copy(home: NodeHome, copy: Path) -> None:
    try:
        genesis = (copy / _GENESIS).read_bytes()
    except OSError as error:
        raise ConfigError((str(copy), "is no copy of a node's blocks")) from error
    if genesis != home.genesis.read_bytes():
        raise ConfigError((str(copy), "is of another network"))


def _forget_blocks(home: NodeHome) -> None:
    shutil.rmtree(home.chain, ignore_errors=True)
    for each in (home.engine / "data").iterdir():
        if each.name == _SIGNED:
            continue
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()


@contextmanager
def _named(folder: Path) -> Iterator[None]:
    """Name a folder that the disk refuses."""
    try:
        yield
    except shutil.Error as error:  # of all files that could not be copied
        *_, fact = error.args[0][-1]
        raise HomeError(folder, f"cannot be used: {fact}") from error
    except OSError as error:
        raise HomeError(folder, f"cannot be used: {error.strerror or error}") from error
