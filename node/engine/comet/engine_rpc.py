"""Ask the consensus engine over its own RPC, on a unix socket that is ours alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from node.errors import EngineError

_PAGE = 100  # validators in one answer, the engine's most
_PATIENCE = aiohttp.ClientTimeout(total=10)  # seconds an answer


class EngineRpc:
    """Speak to one engine, from within one loop.

    path: of its socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of its connections."""
        if self._session is not None:
            await self._session.close()

    async def broadcast(self, raw: bytes) -> tuple[int, str]:
        """Give a transaction to the engine; returns the application's code and word.

        Raises: EngineError if the engine took it not in, and could later.
        """
        text = b64encode(raw).decode()
        result = await self._call("broadcast_tx_sync", tx=text)
        return int(result["code"]), str(result["log"])

    async def status(self) -> dict[str, Any]:
        """Return the engine's height, its own key and whether it catches up."""
        return await self._call("status")

    async def peers(self) -> list[dict[str, Any]]:
        """Return the peers that it is connected to."""
        found = await self._call("net_info")
        return list(found["peers"])

    async def peer_heights(self) -> dict[str, int]:
        """Return the height that each peer works on, by its id. Raises: EngineError."""
        found = await self._call("dump_consensus_state")
        return {
            each["node_address"].partition("@")[0]: _height_of(each["peer_state"])
            for each in found["peers"] or ()
        }

    async def dial(self, peers: Sequence[str]) -> None:
        """Have the engine call peers, ID@HOST:PORT each. Raises: EngineError."""
        await self._call("dial_peers", peers=list(peers))

    async def commit(self, height: int) -> dict[str, Any]:
        """Return the header at a height with the votes for it. Raises: EngineError."""
        found = await self._call("commit", height=str(height))
        return dict(found["signed_header"])

    async def validators(self, height: int) -> list[dict[str, Any]]:
        """Return the set that signs a height. Raises: EngineError."""
        found: list[dict[str, Any]] = []
        while True:
            page = str(len(found) // _PAGE + 1)
            part = await self._call(
                "validators", height=str(height), page=page, per_page=str(_PAGE)
            )
            found += part["validators"]
            if len(found) >= int(part["total"]) or not part["validators"]:
                return found

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.UnixConnector(str(self._path))
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=_PATIENCE
            )
        return self._session

    async def _call(self, method: str, **params: Any) -> dict[str, Any]:
        session = self._open()
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        try:
            async with session.post("http://engine/", json=body) as answer:
                found = await answer.json(content_type=None)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise EngineError("it does not answer") from error
        if not isinstance(found, dict) or "result" not in found:
            told = found.get("error", {}) if isinstance(found, dict) else {}
            fact = str(told.get("data") or told.get("message") or "no answer")
            raise EngineError(fact[:200])
        return dict(found["result"])


def _height_of(state: dict[str, Any]) -> int:
    """Return the last height that a peer has agreed on; it works on the next one."""
    return max(0, int(state["round_state"]["height"]) - 1)
