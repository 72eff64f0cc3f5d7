"""Follow who takes part in a network, block by block.

What the registry says after a block, less what it said before, is what the engine is
told. Nothing else is remembered: a block that is executed again gives the same.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Final

from node.block import ZERO_ADDRESS
from node.engine.comet.quorum import Quorum, count_quorum
from node.engine.comet.registry import (
    ADDRESS,
    VALIDATORS_CHANGED,
    Members,
    address_of,
    has_been,
    is_touched,
    read_members,
    updates_between,
)
from node.errors import RegistryError
from node.evm.execute import Call, Outcome
from node.execution import Execution
from node.log_index import LogQuery
from node.machine import StateMachine

_log = logging.getLogger(__name__)
_LET_GO: Final = (
    "this node was let go by the others: its key never comes back to this network, "
    "and `veche network leave` is next"
)
_CHANGES: Final = LogQuery(addresses=(ADDRESS,), topics=((VALIDATORS_CHANGED,),))
_GAS: Final = 30_000_000  # for one question; a full registry takes a part of it
_NOBODY: Final = Members(())


class Membership:
    """Read the registry of one chain; without one, everybody may connect.

    peers: ids of those that the operator named. While this node is behind, it may know
    of them only from there; one that has left is refused all the same. own: this node's
    id, whose operator is told when it is let go; nobody's if empty.
    """

    def __init__(
        self, machine: StateMachine, peers: Collection[str] = (), own: str = ""
    ) -> None:
        self.machine = machine
        self._own = own
        self._peers = frozenset(peers)
        contracts = machine.chain.config.contracts
        self._exists = any(each.address == "0x" + ADDRESS.hex() for each in contracts)
        self._finalized: Members | None = None
        self._members = _NOBODY
        self._allowed: frozenset[str] = frozenset()
        self._names: dict[bytes, str] = {}
        if self._exists:
            self._take(read_members(self._ask_head))
            if own and own not in self._members.node_ids and self._was_let_go():
                _log.error(_LET_GO)

    def require_validators(self, powers: Mapping[bytes, int]) -> None:
        """Refuse a genesis whose validators are not the registry's.

        powers: by key. Raises: RegistryError.
        """
        if self._exists and powers != dict(updates_between(_NOBODY, self._members)):
            raise RegistryError("the genesis names other validators")

    def finalize(self, execution: Execution | None) -> list[tuple[bytes, int]]:
        """Return whose power changes by a block that is executed: key, new power."""
        self._finalized = None
        if not self._exists or execution is None or not is_touched(execution.block):
            return []
        chain = self.machine.chain
        after = read_members(
            lambda question: _answer(
                chain.simulate_after(_question(question), execution)
            )
        )
        self._finalized = after
        return updates_between(self._members, after)

    def commit(self) -> None:
        """Take what was finalized for what is, once the chain has it."""
        if self._finalized is not None:
            self._take(self._finalized)
            self._finalized = None

    def may_connect(self, node_id: str) -> bool:
        """Say whether a node with this id may be a peer."""
        return not self._exists or node_id in self._allowed

    def quorum(self, node_ids: Collection[str]) -> Quorum:
        """Count the validators among nodes with these ids, and how many are needed."""
        there = [each in node_ids for each in self.validating_nodes().values()]
        return count_quorum(sum(there), len(there))

    def validating_nodes(self) -> dict[bytes, str]:
        """Return the node's id of each validator's address of 20 bytes."""
        return {
            address_of(each.validator_key): each.node_id
            for each in self._members.nodes
            if any(each.validator_key)
        }

    def has_validator(self, key: bytes) -> bool:
        """Say whether the network waits for votes of this key, of 32 bytes."""
        return key in self._members.validators

    def organisation_of(self, address: bytes) -> str | None:
        """Return whose validator has this address of 20 bytes."""
        return self._names.get(address)

    def organisation_of_node(self, node_id: str) -> str | None:
        """Return whose node has this id among peers, in hex; what it says counts not.

        None for one that has left, or that came later than this node knows.
        """
        return next(
            (
                each.organisation
                for each in self._members.nodes
                if each.node_id == node_id
            ),
            None,
        )

    def names(self) -> dict[bytes, str]:
        """Return the organisation of each validator's address, of those that left, too.

        As far as this node saw them since it began: one that leaves signs some heights.
        """
        return self._names

    def changes(self) -> list[int]:
        """Return the engine's heights whose headers name another set for the next."""
        chain = self.machine.chain
        placed = chain.logs(_CHANGES, first=1, last=chain.head.number)
        heights = {
            int.from_bytes(each.block.header.extra_data, "big") for each in placed
        }
        return sorted(height + 1 for height in heights)

    def _ask_head(self, question: bytes) -> bytes:
        chain = self.machine.chain
        return _answer(chain.simulate(_question(question), chain.head))

    def _take(self, members: Members) -> None:
        self._tell_own(self._members, members)
        self._members = members
        self._names = {**self._names, **members.by_address}
        ids = members.node_ids
        newcomers = {
            peer for peer in self._peers - ids if not has_been(self._ask_head, peer)
        }
        self._allowed = ids | newcomers

    def _was_let_go(self) -> bool:
        return has_been(self._ask_head, self._own)

    def _tell_own(self, before: Members, after: Members) -> None:
        """Tell the operator in words what becomes of this node."""
        if self._own in before.node_ids - after.node_ids:
            _log.error(_LET_GO)
        elif self._own in before.validating_ids - after.validating_ids:
            _log.error("this node's validator was let go: from now on it looks on")


def _question(payload: bytes) -> Call:
    return Call(ZERO_ADDRESS, ADDRESS, 0, payload, _GAS, 0)


def _answer(outcome: Outcome) -> bytes:
    if not outcome.succeeded:
        raise RegistryError(f"it does not answer: {outcome.failure}")
    return outcome.output
