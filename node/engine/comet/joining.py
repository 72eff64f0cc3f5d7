"""Make a network from its members' cards, and a node's folder from a network.

Nobody hands out a private key: each organisation makes its own folder, and tells the
others what stands on its card.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from node.config import Config
from node.engine.comet.card import Card, accept_card
from node.engine.comet.genesis import Validator, make_genesis_document, read_shared
from node.engine.comet.home import NodeHome, make_keys, write_settings
from node.errors import ConfigError, HomeError

LEAST_VALIDATORS: Final = 4
_PAUSE: Final = 200  # milliseconds after a block


def make_folder(
    root: Path, engine: Path, *, organisation: str, address: str, validates: bool
) -> Card:
    """Make a node's folder with its own keys; returns its card.

    address: HOST:PORT where peers reach it. Raises: HomeError, EngineError, ConfigError
    for what cannot stand on a card.
    """
    if root.exists() and any(root.iterdir()):
        raise HomeError(root, "is not empty; give a new folder")
    accept_card(asdict(Card(organisation, "0" * 40, address, "")), str(root))
    home = NodeHome(root)
    node_id, key = make_keys(home, engine)
    home.genesis.unlink()  # the engine's own, of a network of one
    card = Card(organisation, node_id, address, key if validates else "")
    home.card.write_bytes(card.encode())
    return card


def agree(config: Config, cards: Sequence[Card]) -> bytes:
    """Return the genesis of a network whose validators have these cards.

    Raises: ConfigError for fewer than four, or an organisation with a third of them.
    """
    validators = [card for card in cards if card.validator_key]
    if len(validators) < LEAST_VALIDATORS:
        fact = f"{len(validators)} validators; a network has at least four"
        raise ConfigError(("validators", fact))
    if len({card.validator_key for card in validators}) != len(validators):
        raise ConfigError(("validators", "two have one key"))
    for name in sorted({card.organisation for card in validators}):
        share = sum(card.organisation == name for card in validators)
        if 3 * share >= len(validators):
            fact = f"{name} would have {share} of {len(validators)}: a third or more"
            raise ConfigError(("validators", fact))
    named = sorted(validators, key=lambda card: (card.organisation, card.node_id))
    document = make_genesis_document(
        config, [Validator(card.organisation, card.validator_key) for card in named]
    )
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def join(root: Path, genesis: bytes, *, listen: str, peers: Sequence[str]) -> str:
    """Make a folder a node of a network; returns the genesis' SHA-256 as hex.

    listen: HOST:PORT for peers; peers: ID@HOST:PORT each. Raises: ConfigError,
    HomeError if the folder has another network's genesis.
    """
    read_shared(genesis.decode("utf-8", errors="replace"))
    home = NodeHome(root)
    if not home.card.exists():
        raise HomeError(root, "holds no node's keys; `veche network card` makes them")
    if home.genesis.exists() and home.genesis.read_bytes() != genesis:
        raise HomeError(root, "is a node of another network")
    home.genesis.write_bytes(genesis)
    write_settings(home, listen=listen, peers=peers, pause=_PAUSE)
    return sha256(genesis).hexdigest()


def make_local_network(
    root: Path, config: Config, engine: Path, *, members: Sequence[str], port: int
) -> list[tuple[str, Path]]:
    """Make a network on this machine, a folder each, on ports from one on.

    members: a name each; one that begins with `observer` does not validate.
    """
    cards: list[tuple[Card, Path]] = []
    for at, name in enumerate(members):
        address = f"127.0.0.1:{port + at}"
        folder = root / name
        card = make_folder(
            folder,
            engine,
            organisation=name,
            address=address,
            validates=not name.startswith("observer"),
        )
        cards.append((card, folder))
    genesis = agree(config, [card for card, _ in cards])
    for card, folder in cards:
        peers = [other.peer for other, _ in cards if other != card]
        join(folder, genesis, listen=card.address, peers=peers)
    return [(card.organisation, folder) for card, folder in cards]


def describe(genesis: bytes) -> dict[str, Any]:
    """Return a network in a few words: chain, validators, hash."""
    document = json.loads(genesis)
    return {
        "chain_id": document["app_state"]["chain"]["id"],
        "network": document["chain_id"],
        "validators": [each["name"] for each in document["validators"]],
        "genesis": sha256(genesis).hexdigest(),
    }
