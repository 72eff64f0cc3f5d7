"""Say how a node of a network stands: height, peers, who signed, how far behind."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final

from node.engine.comet.clock_lead import ClockLead
from node.engine.comet.engine_rpc import EngineRpc
from node.engine.comet.membership import Membership
from node.engine.comet.misbehaviour import Misbehaviours
from node.engine.comet.registry import address_of
from node.errors import EngineError
from node.json_depth import parse_json

_FOR_BLOCK: Final = 2  # a vote for the block, not for none


class Standing:
    """Ask the engine of one node.

    genesis: the network's, as text. membership: says whose validators are.
    misbehaviours: what is known of any. clock: compares this machine's. stalled: says
    why what waits is not agreed on.
    """

    def __init__(
        self,
        rpc: EngineRpc,
        membership: Membership,
        misbehaviours: Misbehaviours,
        clock: ClockLead,
        genesis: str,
        stalled: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._rpc = rpc
        self._membership = membership
        self._misbehaviours = misbehaviours
        self._clock = clock
        self._stalled = stalled
        self._genesis = sha256(genesis.encode()).hexdigest()
        document = parse_json(genesis.encode())
        self._network = str(document["chain_id"])
        self._named = name_validators(document)

    async def tell(self) -> dict[str, Any]:
        """Return where the node stands; heights are the engine's.

        clock: seconds that this machine's is ahead of the network's, 0 if it is right.
        behind: blocks of the engine that the furthest peer has and this node has not,
        None if no peer tells. signed: whether a vote for the last height is known; more
        than two thirds of them are waited for, and no more. quorum: of this node's own
        reach. stalled: why what waits is not agreed on. engine: what is wrong with it;
        while it does not answer, only what the chain knows is told.
        """
        try:
            return {**self._tell_chain(), **await self._ask_engine()}
        except EngineError as error:
            return {**self._tell_chain(), "engine": str(error)}

    def _tell_chain(self) -> dict[str, Any]:
        machine = self._membership.machine
        head = machine.chain.head
        return {
            "network": self._network,
            "genesis": self._genesis,
            "node_id": "",
            "engine": "",
            "height": machine.info().engine_height,
            "catching_up": True,
            "behind": None,
            "block": {"number": head.number, "hash": "0x" + head.hash.hex()},
            "peers": [],
            "validators": [],
            "validates": False,
            "quorum": None,
            "stalled": self._stalled() or "",
            "clock": self._clock.seconds,
            "misbehaviour": [asdict(each) for each in self._misbehaviours.known],
        }

    async def _ask_engine(self) -> dict[str, Any]:
        status = await self._rpc.status()
        sync, own = status["sync_info"], status["node_info"]
        height = int(sync["latest_block_height"])
        heights = await self._rpc.peer_heights()
        peers = [
            self._tell_peer(each, heights.get(each["node_info"]["id"], 0))
            for each in await self._rpc.peers()
        ]
        there = {own["id"], *(peer["node_id"] for peer in peers)}
        return {
            "node_id": own["id"],
            "height": height,
            "catching_up": bool(sync["catching_up"]),
            "behind": find_behind(height, [peer["height"] for peer in peers]),
            "peers": peers,
            "validators": await self._validators(height, there),
            "validates": own["id"] in self._membership.validating_nodes().values(),
            "quorum": asdict(self._membership.quorum(there)),
        }

    def _tell_peer(self, found: Mapping[str, Any], height: int) -> dict[str, Any]:
        """Return a peer, by its organisation; height: as it says, 0 if it has not."""
        node_id = found["node_info"]["id"]
        return {
            "node_id": node_id,
            "name": self._membership.organisation_of_node(node_id) or "",
            "address": f"{found['remote_ip']}",
            "inbound": not found["is_outbound"],
            "height": height,
        }

    async def _validators(
        self, height: int, there: Collection[str]
    ) -> list[dict[str, Any]]:
        """Return the set of the last height, and of whom a vote for it is known.

        there: ids of the nodes in reach.
        """
        if height == 0:
            return []
        names = {**self._named, **self._membership.names()}
        commit = (await self._rpc.commit(height))["commit"]
        voted = {
            vote["validator_address"]
            for vote in commit["signatures"]
            if vote["block_id_flag"] == _FOR_BLOCK
        }
        nodes = self._membership.validating_nodes()
        return [
            {
                "name": names.get(bytes.fromhex(each["address"]), ""),
                "address": each["address"].lower(),
                "power": int(each["voting_power"]),
                "signed": each["address"] in voted,
                "in_reach": nodes.get(bytes.fromhex(each["address"])) in there,
            }
            for each in await self._rpc.validators(height)
        ]


def find_behind(height: int, peers: Sequence[int]) -> int | None:
    """Return how far the furthest peer is ahead, None if no peer tells.

    peers: the height of each, 0 if it said none.
    """
    told = [each for each in peers if each or not height]
    return max(0, max(told) - height) if told else None


def name_validators(genesis: Mapping[str, Any]) -> dict[bytes, str]:
    """Return the names that a genesis gives to validators, by their address."""
    return {
        address_of(b64decode(each["pub_key"]["value"])): str(each.get("name", ""))
        for each in genesis["validators"]
    }
