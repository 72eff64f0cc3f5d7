"""See that a network let a validator go, before its folder forgets the network."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Final

from scripts.nodes.registry import open_registry
from scripts.shared.errors import InputError
from scripts.shared.session import Nodes

_HINT: Final = (
    "start it until its log says that it was let go, or ask another organisation's "
    "node: --rpc-url"
)


def require_let_go(home: Path, nodes: Nodes) -> None:
    """Refuse while a network still waits for a validator's votes.

    nodes: who is asked; if none is named, the folder's own chain, which may have missed
    it. Raises: InputError, NodeError.
    """
    from node.engine.comet.card import read_card
    from node.engine.comet.home import NodeHome

    place = NodeHome(home)
    key = b64decode(read_card(place.card).validator_key)
    if not key:
        return  # an observer's
    if nodes:
        from node.engine.comet.registry import read_members

        where, found = "the network", read_members(open_registry(home, nodes).ask)
        waits = key in found.validators
    else:
        where, waits = "its own chain", _waits_for(home, key)
    if waits:
        fact = f"{where} has it as a validator still: the others have not let it go"
        raise InputError(str(home), fact, hint=_HINT)


def _waits_for(home: Path, key: bytes) -> bool:
    """Ask the folder's own chain; one that has no block yet does not know."""
    from node.config import read_config
    from node.engine.comet.home import NodeHome
    from node.engine.comet.membership import Membership
    from node.engine.comet.service import read_described
    from node.keeping import continue_chain
    from node.machine import StateMachine

    config, _ = read_described(home, read_config())
    with continue_chain(config, NodeHome(home).chain, begin=True) as store:
        return Membership(StateMachine(config, store)).has_validator(key)
