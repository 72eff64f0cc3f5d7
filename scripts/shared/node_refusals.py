"""Tell what a node refuses: all that is wrong, the next step, and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from scripts.shared.errors import NodeActError

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
_ELSE: Final = "--help shows an example"


@contextmanager
def node_refusals() -> Iterator[None]:
    """Turn what a node refuses into the error of an act."""
    from node.errors import ConfigError, NodeError
    from node.exit_codes import exit_code

    try:
        yield
    except NodeError as error:
        facts = error.facts if isinstance(error, ConfigError) else (str(error),)
        is_option = isinstance(error, ConfigError) and not error.file  # or a card
        hint = _ELSE if is_option else HINTS.get(type(error).__name__, _ELSE)
        raise NodeActError(*facts, hint=hint, code=exit_code(error)) from error
