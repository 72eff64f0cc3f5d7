"""A network's registry in the hands of its organisations: whom a test has act."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field

from eth_typing import Address

from election.artifacts import read_artifact
from node.config import Config, read_config
from node.engine.comet.card import Card
from node.engine.comet.genesis import network_config, read_shared
from node.engine.comet.joining import agree
from node.engine.comet.possession import NodeKeys, Possession, prove_possession
from node.engine.comet.proposals import approve
from node.engine.comet.registry import ADDRESS
from tests.node.wallet import CHAIN_ID, Wallet

NAMES = ("commission", "university", "press", "party", "society")
_GAS = 3_000_000


def keys_of(seed: int, *, validates: bool = True) -> NodeKeys:
    """Return a node's keys that follow from a number below 128."""
    secret = bytes([seed]) * 32
    return NodeKeys(secret, bytes([seed + 128]) * 32 if validates else None)


def prove(keys: NodeKeys, organisation: Address) -> Possession:
    """Return a proof for the chain of tests."""
    return prove_possession(keys, chain_id=CHAIN_ID, organisation=organisation)


@dataclass
class Council:
    """Hold the organisations' accounts, in order of NAMES."""

    wallets: list[Wallet] = field(
        default_factory=lambda: [
            Wallet(each.private_key) for each in read_config().accounts[: len(NAMES)]
        ]
    )

    def act(self, who: int, call: bytes) -> bytes:
        """Return a transaction by which an organisation acts on the registry."""
        return self.wallets[who].sign(ADDRESS, data=call, gas=_GAS)

    def approve(self, proposal: int, *whose: int) -> list[bytes]:
        """Return transactions that approve of a proposal."""
        return [self.act(who, approve(proposal)) for who in whose]


def make_cards(council: Council) -> list[Card]:
    """Return a card for each organisation's one validator, and one of an observer."""
    cards = []
    for at, name in enumerate(NAMES):
        account = council.wallets[at].address
        keys = keys_of(at + 1)
        key = b64encode(prove(keys, account).validator_key).decode()
        place = f"127.0.0.1:{26_000 + at}"
        cards.append(Card(name, f"0x{account.hex()}", keys.node_id.hex(), place, key))
    looks_on = keys_of(100, validates=False).node_id.hex()
    first = cards[0]
    return [*cards, Card(NAMES[0], first.account, looks_on, "127.0.0.1:1", "")]


def make_genesis_text(config: Config, council: Council) -> str:
    """Return the genesis of a network of all organisations."""
    initcode = read_artifact("ObserverRegistry").initcode
    return agree(config, make_cards(council), initcode).decode()


def make_network_config(config: Config, council: Council) -> Config:
    """Return the configuration of a node of that network."""
    return network_config(read_shared(make_genesis_text(config, council)), config)
