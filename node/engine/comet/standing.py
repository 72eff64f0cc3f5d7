"""Say how a node of a network stands: height, peers, who signed, how far behind."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final

from node.engine.comet.clock_lead import ClockLead
from node.engine.comet.engine_rpc import EngineRpc
from node.engine.comet.membership import Membership
from node.engine.comet.misbehaviour import Misbehaviours
from node.errors import EngineError
from node.json_depth import parse_json

_FOR_BLOCK: Final = 2  # a vote for the block, not for none
_ADDRESS: Final = 20  # bytes of a hash that name a key


class Standing:
    """Ask the engine of one node.

    genesis: the network's, as text. membership: says whose validators are.
    misbehaviours: what is known of any. clock: compares this machine's.
    """

    def __init__(
        self,
        rpc: EngineRpc,
        membership: Membership,
        misbehaviours: Misbehaviours,
        clock: ClockLead,
        genesis: str,
    ) -> None:
        self._rpc = rpc
        self._membership = membership
        self._misbehaviours = misbehaviours
        self._clock = clock
        self._genesis = sha256(genesis.encode()).hexdigest()
        document = parse_json(genesis.encode())
        self._network = str(document["chain_id"])
        self._named = name_validators(document)

    async def tell(self) -> dict[str, Any]:
        """Return where the node stands; heights are the engine's.

        clock: seconds that this machine's is ahead of the network's, 0 if it is right.
        behind: blocks of the engine that the furthest peer has and this node has not.
        signed: of the last height that has all of its votes. engine: what is wrong with
        it; while it does not answer, only what the chain knows is told.
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
            "behind": 0,
            "block": {"number": head.number, "hash": "0x" + head.hash.hex()},
            "peers": [],
            "validators": [],
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
        return {
            "node_id": own["id"],
            "height": height,
            "catching_up": bool(sync["catching_up"]),
            "behind": max([0, *(peer["height"] - height for peer in peers)]),
            "peers": peers,
            "validators": await self._validators(height),
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

    async def _validators(self, height: int) -> list[dict[str, Any]]:
        """Return the set of the last height, and of whom a vote for it is known."""
        if height == 0:
            return []
        names = {**self._named, **self._membership.names()}
        commit = (await self._rpc.commit(height))["commit"]
        voted = {
            vote["validator_address"]
            for vote in commit["signatures"]
            if vote["block_id_flag"] == _FOR_BLOCK
        }
        return [
            {
                "name": names.get(bytes.fromhex(each["address"]), ""),
                "address": each["address"].lower(),
                "power": int(each["voting_power"]),
                "signed": each["address"] in voted,
            }
            for each in await self._rpc.validators(height)
        ]


def name_validators(genesis: Mapping[str, Any]) -> dict[bytes, str]:
    """Return the names that a genesis gives to validators, by their address."""
    return {
        _address(each["pub_key"]["value"]): str(each.get("name", ""))
        for each in genesis["validators"]
    }


def _address(key: str) -> bytes:
    return sha256(b64decode(key)).digest()[:_ADDRESS]
