"""Someone who sends transactions to a node, one after another, whatever befalls it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

from tests.network.nodes import Node
from tests.node.wallet import Wallet

_RECIPIENT = b"\x22" * 20
_LOOK = 0.1  # seconds between looks
_PAUSE = 3.0  # seconds until the next one, while nobody waits for a block


class Load:
    """Send to one node with an account of its own, and keep what it saw mined.

    A node that is gone is waited for; what it was sent may be lost with it, since it
    was not mined. hurries: set while somebody waits for blocks.
    """

    def __init__(self, node: Node, key: str) -> None:
        self._node = node
        self._wallet = Wallet(key)
        self._mined: dict[str, str] = {}  # hash of transaction, of its block
        self._ends = threading.Event()
        self._is_believed = True
        self.hurries = threading.Event()
        self._told: BaseException | None = None

    def mined(self) -> list[tuple[str, str]]:
        """Return each transaction that was seen mined, and its block."""
        return list(self._mined.items())

    def require_well(self) -> None:
        """Raise what a node should never have answered."""
        if self._told is not None:
            raise self._told

    @contextmanager
    def unbelieved(self) -> Iterator[None]:
        """Keep nothing that the node says meanwhile: it lies, also to whoever sends."""
        self._is_believed = False
        yield
        self._is_believed = True

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send meanwhile."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ends.set()
            self.hurries.set()
            thread.join()

    def _run(self) -> None:
        try:
            while not self._ends.wait(_LOOK):
                self._send_one()
                self.hurries.wait(_PAUSE)
        except BaseException as error:  # noqa: BLE001  the test tells it
            self._told = error

    def _send_one(self) -> None:
        """Send one, and see it mined, unless the node goes."""
        try:
            owner = "0x" + self._wallet.address.hex()
            nonce = self._node.ask("eth_getTransactionCount", owner, "pending")
            raw = self._wallet.sign(_RECIPIENT, nonce=int(nonce, 16))
            sent = self._node.answer("eth_sendRawTransaction", "0x" + raw.hex())
            if "nonce too low" in str(sent.get("error")):
                return  # the node executes again what it had lost, this one's like too
            assert "error" not in sent, sent
            digest = sent["result"]
            while not self._ends.wait(_LOOK):
                receipt = self._node.ask("eth_getTransactionReceipt", digest)
                if receipt is not None:
                    if self._is_believed:
                        self._mined[digest] = receipt["blockHash"]
                    return
                if int(self._count(owner), 16) <= int(nonce, 16):
                    return  # the node began anew, and does not know it
        except (OSError, HTTPException, ValueError):
            return

    def _count(self, owner: str) -> str:
        return str(self._node.ask("eth_getTransactionCount", owner, "pending"))
