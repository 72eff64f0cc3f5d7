"""Describe a network in one file that everybody can hash: chain, rules, validators.

It is a genesis document of CometBFT v0.38 whose `app_state` says what the chain is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from node.config import Config, accept_config
from node.engine.comet.card import ORGANISATION, is_validator_key
from node.errors import ConfigError
from node.json_depth import parse_json
from node.machine import APP_VERSION

# what all nodes of a network must agree on
_SHARED: Final = ("chain", "gas", "contracts")
_RULES: Final = (  # of who may send what: the part that is the chain's
    "anyone_sends",
    "anyone_deploys",
    "deployers",
    "senders",
    "stranger_gas",
    "stranger_size",
    "block_size",
)
_BLOCK_BYTES: Final = 4 * 1024 * 1024
_EVIDENCE_DAYS: Final = 60  # longer than an election: whoever signs twice is found
_NANOSECONDS = 10**9
_POWER: Final = re.compile(r"[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Validator:
    """Name a validator; key: its ed25519 public key as base64."""

    name: str
    key: str
    power: int = 10


def network_config(shared: dict[str, Any], local: Config) -> Config:
    """Return a node's configuration: what the network shares, and the rest as local.

    Raises: ConfigError.
    """
    own = local.model_dump(mode="json", exclude={"accounts"}) | {"accounts": []}
    rules = shared.get("admission")
    if not isinstance(rules, dict) or sorted(rules) != sorted(_RULES):
        fact = f"says {', '.join(_RULES)}, and nothing else"
        raise ConfigError(("genesis.app_state.admission", fact))
    agreed = {key: shared.get(key) for key in _SHARED}
    return accept_config({**own, **agreed, "admission": {**own["admission"], **rules}})


def shared_part(config: Config) -> dict[str, Any]:
    """Return what all nodes of a network must agree on."""
    document = config.model_dump(mode="json")
    rules = {key: document["admission"][key] for key in _RULES}
    return {key: document[key] for key in _SHARED} | {"admission": rules}


def encode_shared(shared: Any) -> bytes:
    """Return the one encoding of a part that is shared."""
    return json.dumps(shared, sort_keys=True, separators=(",", ":")).encode()


def is_shared(document: bytes, expected: bytes) -> bool:
    """Say whether a part of a genesis, however spaced, is what is expected."""
    try:
        return encode_shared(parse_json(document)) == expected
    except ValueError:
        return False


def make_genesis_document(
    config: Config, validators: Sequence[Validator]
) -> dict[str, Any]:
    """Return a network's genesis; the same arguments give the same one."""
    begins = datetime.fromtimestamp(config.chain.genesis_timestamp, UTC)
    return {
        "genesis_time": begins.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "chain_id": f"veche-{config.chain.id}",
        "initial_height": "1",
        "consensus_params": {
            "block": {"max_bytes": str(_BLOCK_BYTES), "max_gas": "-1"},
            "evidence": {
                "max_age_num_blocks": "10000000",
                "max_age_duration": str(_EVIDENCE_DAYS * 86_400 * _NANOSECONDS),
                "max_bytes": "1048576",
            },
            "validator": {"pub_key_types": ["ed25519"]},
            "version": {"app": str(APP_VERSION)},
            "abci": {"vote_extensions_enable_height": "0"},
        },
        "validators": [
            {
                "pub_key": {"type": "tendermint/PubKeyEd25519", "value": each.key},
                "power": str(each.power),
                "name": each.name,
            }
            for each in validators
        ],
        "app_hash": "",
        "app_state": shared_part(config),
    }


def read_shared(document: str) -> dict[str, Any]:
    """Return what a genesis document says of the chain.

    What the engine and a node's status read of it is looked at, too: a file that
    somebody sent is refused before it is in a folder. Raises: ConfigError.
    """
    if document.startswith("\ufeff"):  # that the engine does not take
        raise ConfigError(("genesis", "begins with a byte order mark"))
    try:
        found = parse_json(document.encode("utf-8"))
        shared = found["app_state"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(("genesis", "is no genesis of a network")) from error
    if not isinstance(shared, dict) or not isinstance(shared.get("chain"), dict):
        raise ConfigError(("genesis.app_state", "does not describe a chain"))
    if found.get("chain_id") != f"veche-{shared['chain'].get('id')}":
        raise ConfigError(("genesis.chain_id", "is not that of its chain"))
    validators = found.get("validators")
    if not isinstance(validators, list) or not all(map(_is_validator, validators)):
        raise ConfigError(("genesis.validators", "are not names, keys and powers"))
    return shared


def _is_validator(found: Any) -> bool:
    """Say whether this is a validator as `make_genesis_document` writes one."""
    match found:
        case {"pub_key": {"value": str(key)}, "power": str(power), "name": str(name)}:
            return bool(
                is_validator_key(key)
                and _POWER.fullmatch(power)
                and ORGANISATION.fullmatch(name)
            )
    return False
