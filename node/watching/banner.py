"""Announce a node that answers: to a person, or as one line of JSON."""

from __future__ import annotations

from pathlib import Path

import msgspec

from node.config import Config


def announce(config: Config, url: str, home: Path | None) -> list[str]:
    """Return the lines for a person."""
    lines = [
        "",
        "  A DEVNET, NOT A NETWORK: one process, nobody checks its blocks,",
        "  and the keys below are known to the whole world.",
        "",
        f"  chain     {home or 'in a folder for now, forgotten when it stops'}",
        f"  JSON-RPC  {url}",
        f"  probes    {url}/health  /ready  /metrics",
        f"  chain id  {config.chain.id}",
        f"  rules     {config.chain.hard_fork}, gas price 0",
        "",
        "  accounts, each with its private key",
    ]
    for account in config.accounts:
        lines += [
            f"  0x{account.address.hex()}  {account.name or ''}".rstrip(),
            f"    {account.private_key}",
        ]
    return [*lines, "", "  Ctrl-C stops it. A line follows for each block.", ""]


def announce_json(config: Config, url: str, home: Path | None) -> list[str]:
    """Return the line for a program, which may send from then on."""
    line = {
        "url": url,
        "home": None if home is None else str(home),
        "chain_id": config.chain.id,
        "accounts": [
            {
                "name": a.name,
                "address": "0x" + a.address.hex(),
                "private_key": a.private_key,
            }
            for a in config.accounts
        ],
    }
    return [msgspec.json.encode(line).decode()]
