"""The net_ and web3_ methods: who is answering."""

from __future__ import annotations

import platform
from importlib.metadata import version

from node.hashing import keccak
from node.rpc.backend import Backend
from node.rpc.encode import hexed
from node.rpc.parameters import Bytes


def net_version(backend: Backend) -> str:
    """Return the chain id in decimal."""
    return str(backend.chain.config.chain.id)


def net_listening(_backend: Backend) -> bool:
    """Return false: a devnet has no peers to listen to."""
    return False


def net_peer_count(_backend: Backend) -> str:
    """Return zero: a devnet has no peers."""
    return "0x0"


def web3_client_version(_backend: Backend) -> str:
    """Name this software and the EVM inside it."""
    python = platform.python_version()
    return f"veche-devnet/{version('veche')}/py-evm-{version('py-evm')}/python{python}"


def web3_sha3(_backend: Backend, payload: Bytes) -> str:
    """Return the keccak-256 of bytes."""
    return hexed(keccak(payload))
