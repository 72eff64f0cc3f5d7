"""Lay out the folder of a network's node.

HOME/chain/                        the chain, as executed here
HOME/engine/config/genesis.json    the network
HOME/engine/config/*_key.json      the node's own secrets, never to be copied
HOME/engine/data/                  the engine's blocks, and what it has signed
HOME/engine.log                    what the engine says; older ones are set aside
HOME/misbehaviour.jsonl            who signed twice, as the network's blocks have it
"""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.engine.comet.addresses import WORDS, is_address, is_peer
from node.engine.comet.card import read_card
from node.errors import EngineError, HomeError
from node.json_depth import parse_json

_PATIENCE = 60  # seconds for the engine to make its keys
_SETTINGS: Final = """\
# Written by `veche node`: what is not said here is CometBFT v0.38's own default.
# Its own RPC is for this node alone, on a unix socket that the command line names.

# Told to peers, who go by ids: without it, the name of this machine.
moniker = "veche"
db_backend = "goleveldb"
# The application says who may be a peer: nodes that are in the network's registry.
filter_peers = true
log_format = "json"
log_level = "info"
priv_validator_laddr = "{signer}"

[p2p]
laddr = "tcp://{listen}"
persistent_peers = "{peers}"
private_peer_ids = "{ids}"
pex = false
addr_book_strict = false
# Votes go on at once: a block is four of these waits, of 100 ms each by default.
flush_throttle_timeout = "10ms"
allow_duplicate_ip = true
# Who has connected and not yet said who it is takes a place, too, for three seconds:
# with 40, by default, whoever connects again and again would keep out all members.
max_num_inbound_peers = 1000

[mempool]
size = 20000
max_txs_bytes = 268435456
max_tx_bytes = 262144

[consensus]
create_empty_blocks = false
timeout_commit = "{pause}ms"
# Whoever has all votes waits for none: the pause is for those that come later.
skip_timeout_commit = true
# A peer is looked at for what it misses at each step of a block, of 100 ms by default.
peer_gossip_sleep_duration = "20ms"

[tx_index]
indexer = "null"

[rpc]
max_request_batch_size = 100
"""


@dataclass(frozen=True, slots=True)
class NodeHome:
    """Name the files of a node's folder."""

    root: Path

    @property
    def chain(self) -> Path:
        """Return the folder of the chain."""
        return self.root / "chain"

    @property
    def engine(self) -> Path:
        """Return the folder of the engine."""
        return self.root / "engine"

    @property
    def genesis(self) -> Path:
        """Return the file that describes the network."""
        return self.engine / "config" / "genesis.json"

    @property
    def card(self) -> Path:
        """Return the file that tells others of this node."""
        return self.root / "card.json"

    @property
    def key(self) -> Path:
        """Return the file of the validator's private key."""
        return self.engine / "config" / "priv_validator_key.json"

    @property
    def log(self) -> Path:
        """Return the file of what the engine says."""
        return self.root / "engine.log"

    @property
    def misbehaviour(self) -> Path:
        """Return the file of who signed twice."""
        return self.root / "misbehaviour.jsonl"

    @property
    def settings(self) -> Path:
        """Return the engine's file of settings."""
        return self.engine / "config" / "config.toml"


def make_keys(home: NodeHome, engine: Path) -> tuple[str, str]:
    """Make a node's keys; returns its id among peers and its validator's public key.

    The key is ed25519, as base64. Raises: HomeError, EngineError.
    """
    try:
        home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(home.root, f"cannot be used: {error.strerror}") from error
    _ask(engine, "init", "validator", "--home", str(home.engine))
    home.engine.chmod(0o700)
    node_id = _ask(engine, "show-node-id", "--home", str(home.engine))
    key = json.loads(_ask(engine, "show-validator", "--home", str(home.engine)))
    return node_id, str(key["value"])


def keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises: HomeError."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise HomeError(path, f"cannot be written: {error.strerror}") from error


def write_settings(
    home: NodeHome, *, listen: str, peers: Sequence[str], pause: int, signer: str
) -> None:
    """Write the engine's settings; listen: HOST:PORT; peers: ID@HOST:PORT each.

    pause: milliseconds to wait after a block, for more transactions to come. signer:
    where a program of its own that holds the validator's key calls, as tcp://HOST:PORT
    or unix://PATH; empty where the key stands in the folder.
    """
    ids = ",".join(peer.partition("@")[0] for peer in peers)
    text = _SETTINGS.format(
        listen=listen, peers=",".join(peers), ids=ids, pause=pause, signer=signer
    )
    keep(home.settings, text.encode())


def read_peers(home: NodeHome) -> list[str]:
    """Return the peers that the settings name, ID@HOST:PORT each. Raises: HomeError."""
    peers = [peer for peer in _read_p2p(home, "persistent_peers").split(",") if peer]
    if not all(map(is_peer, peers)):
        raise HomeError(home.root, f"names a peer that is not ID@{WORDS}")
    return peers


def read_listen(home: NodeHome) -> str:
    """Return where settings have it listen, HOST:PORT. Raises: HomeError."""
    listen = _read_p2p(home, "laddr").removeprefix("tcp://")
    if not is_address(listen):
        raise HomeError(home.root, f"listens on what is not {WORDS}")
    return listen


def _read_p2p(home: NodeHome, key: str) -> str:
    try:
        settings = tomllib.loads(home.settings.read_text("utf-8"))
        found = settings["p2p"][key]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HomeError(home.root, "has no settings of an engine") from error
    if not isinstance(found, str):
        raise HomeError(home.root, "has no settings of an engine")
    return found


def _ask(engine: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  found and checked by `find_engine`
            [engine, *arguments], capture_output=True, timeout=_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(f"`cometbft {arguments[0]}` failed") from error
    return done.stdout.decode().strip()


def read_signer(home: NodeHome) -> str:
    """Return where the settings await a program that signs, empty if nowhere."""
    try:
        settings = tomllib.loads(home.settings.read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    return str(settings.get("priv_validator_laddr", ""))


def read_signing_key(home: NodeHome) -> str:
    """Return the public key that votes of this node are signed with, as base64.

    An observer has one, too: it may come to vote. Raises: HomeError, ConfigError.
    """
    if read_signer(home) or not home.key.exists():
        return read_card(home.card).validator_key
    return read_own_key(home)


def read_own_key(home: NodeHome) -> str:
    """Return the public key of the folder's own, as base64. Raises: HomeError."""
    try:
        return str(parse_json(home.key.read_bytes())["pub_key"]["value"])
    except (OSError, ValueError, KeyError, TypeError):  # whose text holds the key
        raise HomeError(home.root, "its validator's key cannot be read") from None
