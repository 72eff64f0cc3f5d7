"""A genesis holds the rules of a chain and nothing that a decoder follows too far."""

from __future__ import annotations

from typing import Any

import pytest

from node.config import Config
from node.engine.comet.genesis import (
    is_shared,
    network_config,
    read_shared,
    shared_part,
)
from node.errors import ConfigError


def test_genesis_that_nests_deeper_than_the_stack_is_refused() -> None:
    """A file that somebody sends; py-evm lets decoders follow it until they crash."""
    with pytest.raises(ConfigError, match="no genesis of a network"):
        read_shared("[" * 1_000_000)


def test_genesis_has_the_rules_of_a_chain_and_no_others(config: Config) -> None:
    shared = shared_part(config)
    assert shared_part(network_config(shared, config)) == shared
    wrong: tuple[Any, ...] = (None, [], {}, {**shared["admission"], "more": 1})
    for rules in wrong:
        with pytest.raises(ConfigError, match="nothing else"):
            network_config({**shared, "admission": rules}, config)


@pytest.mark.parametrize("document", [b"", b"{", b"\xff", b"[" * 100_000], ids=len)
def test_genesis_that_is_no_json_is_not_shared(document: bytes) -> None:
    assert is_shared(document, b"expected") is False
