"""Tell what a node refuses: all that is wrong, the next step, and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scripts.shared.errors import InputError, NodeActError
from scripts.shared.exit_codes import ExitCode

HINTS: Final = {
    "ConfigError": "hardhat-free-devnet.toml shows every key; "
    "`veche node config show` what is in force",
    "PortInUseError": "stop what listens there, or take a free port with --port 0",
    "PeersPortInUseError": "stop what listens there, or run `veche network join` again "
    "with a free port in --listen, and tell the others the new address",
    "HomeInUseError": "stop the other node, or give another folder with --home",
    "HomeDamagedError": "give a copy that `veche node backup` made with --home; this "
    "folder stays as it is",
    "KeyInUseError": "stop the other node: a key signs in one place",
    "HomeLostError": "put the folder back in its place, or give a copy that "
    "`veche node backup` made with --home",
    "DivergenceError": "keep the folder to find out why, and tell who gave it to you",
    "OutvotedError": "keep a copy of the folder to find out why, see that the program "
    "is the network's, then `veche network reset`",
    "StoreError": "make room on the disk and start again: nothing accepted is lost",
}


@contextmanager
def node_refusals() -> Iterator[None]:
    """Turn what a node refuses into the error of an act."""
    from node.errors import BlockFileError, ConfigError, HomeTakenError, NodeError
    from node.exit_codes import exit_code

    try:
        yield
    except NodeError as error:
        facts = error.facts if isinstance(error, ConfigError) else (str(error),)
        is_option = isinstance(error, ConfigError) and not error.file  # or a card
        hint = None if is_option else HINTS.get(type(error).__name__)
        is_input = isinstance(error, BlockFileError | HomeTakenError)
        code = ExitCode.INPUT if is_input else exit_code(error)
        raise NodeActError(*facts, hint=hint, code=code) from error


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file of which a node says that it is not what it has to be."""
    from node.errors import ConfigError

    try:
        yield
    except ConfigError as error:
        name, fact = error.faults[0]
        place = name.removeprefix(str(path)).removeprefix("genesis").lstrip(":. ")
        raise InputError(str(path), f"{place}: {fact}" if place else fact) from error
