"""The elections that config.toml names: their terms, and nodes of their chains."""

from __future__ import annotations

from collections.abc import Mapping

from election.client.rpc import Connection, connect
from election.protocol.terms import ElectionTerms
from scripts.shared.errors import InputError
from scripts.shared.files.terms_file import read_terms
from services.shell.home import Home
from services.shell.settings import ElectionSettings, Settings


def name_election(terms: ElectionTerms) -> str:
    """Name an election as all bodies do: its contract's address, lower case."""
    return f"0x{terms.election.hex()}"


def read_elections(settings: Settings, home: Home) -> dict[str, ElectionTerms]:
    """Read the terms of all elections, by name; raises InputError."""
    found: dict[str, ElectionTerms] = {}
    for each in settings.elections:
        terms = read_election(each, home)
        if name_election(terms) in found:
            raise InputError("config.toml", f"elections: {each.terms} is there twice")
        if settings.clock == "chain" and not terms.test:
            fact = 'clock: "chain" is for TEST elections alone'
            raise InputError("config.toml", fact)
        found[name_election(terms)] = terms
    return found


def read_election(setting: ElectionSettings, home: Home) -> ElectionTerms:
    """Read the terms of one election; raises InputError."""
    pinned = setting.terms_hash.lower().removeprefix("0x")
    return read_terms(home.path(setting.terms), pinned=pinned)


def nodes_of(
    settings: Settings, elections: Mapping[str, ElectionTerms]
) -> dict[str, list[str]]:
    """List the nodes of each election; both come in the order of config.toml."""
    pairs = zip(elections, settings.elections, strict=True)
    return {name: list(each.nodes) for name, each in pairs}


def reach(terms: ElectionTerms, url: str) -> Connection:
    """Reach a node of an election's chain; raises ClientError."""
    return connect(url, chain_id=terms.common.chain_id)
