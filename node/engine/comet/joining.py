"""Make a network from its members' cards, and a node's folder from a network.

Nobody hands out a private key: each organisation makes its own folder, and tells the
others what stands on its card.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from eth_typing import Address

from node.config import Config
from node.engine.comet.addresses import WORDS, is_address, is_peer
from node.engine.comet.card import Card, accept_card, read_card
from node.engine.comet.genesis import Validator, make_genesis_document, read_shared
from node.engine.comet.home import (
    NodeHome,
    keep,
    make_keys,
    read_listen,
    read_own_key,
    read_peers,
    read_signer,
    write_settings,
)
from node.engine.comet.registry import place_registry
from node.errors import ConfigError, HomeError, HomeTakenError
from node.json_depth import parse_json

LEAST_VALIDATORS: Final = 4
_SOCKET: Final = re.compile(r"unix:///[^\"\\\s]{1,100}")
_LISTEN: Final = "127.0.0.1:26656"
_PAUSE: Final = 100  # milliseconds after a block


def make_folder(root: Path, engine: Path, said: Card, *, validates: bool) -> Card:
    """Make a node's folder with its own keys; returns its card.

    said: what the organisation says of it. Its node's id comes of the new keys, and so
    does a validator's key, unless one is said, which then signs elsewhere. Raises:
    HomeError, EngineError, ConfigError for what cannot stand on a card.
    """
    accept_card(asdict(replace(said, node_id="0" * 40)), str(root))
    try:
        is_taken = root.exists() and (not root.is_dir() or any(root.iterdir()))
    except OSError as error:
        raise HomeError(root, f"cannot be used: {error.strerror}") from error
    if is_taken:
        raise HomeTakenError(
            root, "is not a new folder, nor an empty one; give another"
        )
    home = NodeHome(root)
    node_id, key = make_keys(home, engine)
    home.genesis.unlink()  # the engine's own, of a network of one
    if said.validator_key:
        home.key.unlink()  # whoever finds it could think that it is in force
    votes = said.validator_key or (key if validates else "")
    card = replace(said, node_id=node_id, validator_key=votes)
    keep(home.card, card.encode())
    return card


def agree(config: Config, cards: Sequence[Card], registry: bytes) -> bytes:
    """Return the genesis of a network whose nodes have these cards.

    registry: the code that makes what says from then on who takes part. Raises:
    ConfigError for fewer than four validators, an organisation with a third of them, or
    cards that contradict each other.
    """
    validators = [card for card in cards if card.validator_key]
    _require_own("node_id", cards)
    _require_own("validator_key", validators)
    accounts = _accounts(cards)
    _require_shares([card.organisation for card in validators])
    named = sorted(cards, key=lambda card: (card.organisation, card.node_id))
    placed = place_registry(
        registry,
        [(account, name) for name, account in sorted(accounts.items())],
        [
            (
                accounts[card.organisation],
                bytes.fromhex(card.node_id),
                b64decode(card.validator_key) or bytes(32),
            )
            for card in named
        ],
    )
    document = make_genesis_document(
        config.model_copy(update={"contracts": (placed,)}),
        [
            Validator(card.organisation, card.validator_key)
            for card in named
            if card.validator_key
        ],
    )
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def _require_shares(organisations: Sequence[str]) -> None:
    """Refuse validators, by the organisation of each, that one of them could stop."""
    count = len(organisations)
    if count < LEAST_VALIDATORS:
        fact = f"{count} validators; a network has at least four"
        raise ConfigError(("validators", fact))
    for name in sorted(set(organisations)):
        share = organisations.count(name)
        if 3 * share >= count:
            fact = f"{name} would have {share} of {count}: a third or more"
            raise ConfigError(("validators", fact))


def _require_own(name: str, cards: Sequence[Card]) -> None:
    """Refuse cards two of which name the same key."""
    for value, count in Counter(getattr(card, name) for card in cards).items():
        if count > 1:
            raise ConfigError((f"cards: {name}", f"two have one, {value}"))


def _accounts(cards: Sequence[Card]) -> dict[str, Address]:
    """Return who acts for each organisation, which is one account and its alone."""
    pairs = {(card.organisation, card.account) for card in cards}
    for index, fact in ((0, "has two accounts"), (1, "acts for two organisations")):
        for value, count in Counter(pair[index] for pair in pairs).items():
            if count > 1:
                raise ConfigError((f"cards: {value}", fact))
    return {name: Address(bytes.fromhex(account[2:])) for name, account in pairs}


def join(
    root: Path,
    genesis: bytes,
    *,
    listen: str = "",
    peers: Sequence[str] | None = None,
    signer: str = "",
) -> str:
    """Make a folder a node of a network; returns the genesis' SHA-256 as hex.

    listen: HOST:PORT for peers; peers: ID@HOST:PORT each; signer: as `write_settings`
    has it. What is not given, listen "" and peers None, stays as an earlier joining set
    it.
    Raises: ConfigError, HomeError if the folder has another network's genesis.
    """
    home = NodeHome(root)
    joined = home.genesis.exists() and home.genesis.read_bytes() == genesis
    if joined:
        listen = listen or read_listen(home)
        peers = read_peers(home) if peers is None else peers
    listen, peers = listen or _LISTEN, peers or ()
    _check_addresses(listen, peers, signer)
    read_shared(genesis.decode("utf-8", errors="replace"))
    if not home.card.exists():
        raise HomeError(root, "holds no node's keys; `veche network card` makes them")
    if not joined and home.genesis.exists():
        raise HomeError(root, "is a node of another network")
    if bool(signer) != _signs_elsewhere(home):
        fact = "its card was made with --signer-key, so --signer is needed, and only so"
        raise ConfigError(("signer", fact))
    keep(home.genesis, genesis)
    write_settings(home, listen=listen, peers=peers, pause=_PAUSE, signer=signer)
    return sha256(genesis).hexdigest()


def count_peers(root: Path) -> tuple[int, int]:
    """Count a node's peers, and the validators that its network began with.

    Its own is not counted. Raises: HomeError, ConfigError.
    """
    home = NodeHome(root)
    own = read_card(home.card).validator_key
    keys = [
        each["pub_key"]["value"]
        for each in parse_json(home.genesis.read_bytes())["validators"]
    ]
    return len(read_peers(home)), len(keys) - keys.count(own)


def make_local_network(
    root: Path,
    config: Config,
    engine: Path,
    *,
    members: Sequence[str],
    port: int,
    registry: bytes,
) -> list[tuple[str, Path]]:
    """Make a network on this machine, a folder each, on ports from one on.

    members: a name each; one that begins with `observer` does not validate. registry:
    the code that makes one. The accounts of the configuration act for them, in order.
    """
    accounts = config.accounts
    if len(members) > len(accounts):
        fact = f"{len(members)}, but the configuration has {len(accounts)} accounts"
        raise ConfigError(("members", fact))
    cards: list[tuple[Card, Path]] = []
    for at, name in enumerate(members):
        address = f"127.0.0.1:{port + at}"
        folder = root / name
        account = "0x" + accounts[at].address.hex()
        card = make_folder(
            folder,
            engine,
            Card(name, account, "", address, ""),
            validates=not name.startswith("observer"),
        )
        cards.append((card, folder))
    genesis = agree(config, [card for card, _ in cards], registry)
    for card, folder in cards:
        peers = [other.peer for other, _ in cards if other != card]
        join(folder, genesis, listen=card.address, peers=peers)
    return [(card.organisation, folder) for card, folder in cards]


def describe(genesis: bytes) -> dict[str, Any]:
    """Return a network in a few words: chain, validators, hash."""
    document = parse_json(genesis)
    return {
        "chain_id": document["app_state"]["chain"]["id"],
        "network": document["chain_id"],
        "validators": [each["name"] for each in document["validators"]],
        "genesis": sha256(genesis).hexdigest(),
    }


def _check_addresses(listen: str, peers: Sequence[str], signer: str) -> None:
    """Refuse what the engine's file of settings could not hold. Raises: ConfigError."""
    if not is_address(listen):
        raise ConfigError(("listen", f"is not {WORDS}"))
    for peer in peers:
        if not is_peer(peer):
            raise ConfigError(("peer", f"is not ID@{WORDS}"))
    if signer and not _is_signer(signer):
        raise ConfigError(("signer", f"is not tcp://{WORDS}, nor unix:///PATH"))


def _is_signer(text: str) -> bool:
    """Say whether a text is where an engine can await what signs."""
    kind, _, place = text.partition("://")
    return is_address(place) if kind == "tcp" else bool(_SOCKET.fullmatch(text))


def _signs_elsewhere(home: NodeHome) -> bool:
    """Say whether the key on the card is another program's.

    An engine that finds no key makes one, even where it awaits a signer: a key in the
    folder that is not the card's signs nothing while its settings name a signer.
    """
    named = read_card(home.card).validator_key
    if not named or not home.key.exists():
        return bool(named)
    return bool(read_signer(home)) and read_own_key(home) != named
