"""What is in a home: the settings, and what became of what they name."""

from __future__ import annotations

import shlex
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from election.protocol.abi import ContractName
from scripts.shared.files.deployment_file import read_deployment
from scripts.shared.files.key_file import read_public_part
from scripts.shared.files.terms_file import read_terms
from scripts.shared.homes.home import FILE, LOCK, Home
from scripts.shared.homes.settings import Settings
from scripts.shared.roles import Role


def describe_home(home: Home) -> dict[str, Any]:
    """Describe a home without its password; raises InputError for a spoilt file."""
    settings, kept = home.settings, home.password_file
    return {
        "home": str(home.folder),
        "format": settings.format,
        "role": settings.role.value,
        "key": _describe(home.key, _read_key),
        "election": _describe(home.election, _read_election),
        "terms": _describe(home.terms, lambda path: _read_terms(path, home)),
        "nodes": list(settings.nodes),
        "genesis_hash": settings.genesis_hash,
        **_describe_booth(settings),
        "offline": settings.offline,
        "password_file": None if kept is None else str(kept),
        "other_files": [path.name for path in _list_others(home)],
    }


def _describe_booth(settings: Settings) -> dict[str, Any]:
    """Describe what only a voter's home has."""
    if settings.role is not Role.VOTER:
        return {}
    return {"booth": settings.booth, "booth_hash": settings.booth_hash}


def list_dangers(home: Home) -> list[str]:
    """Say what in a home others may read, and what is not there."""
    found = [
        f"{path}: others may read it: chmod {mode} {shlex.quote(str(path))}"
        for path, mode in ((home.folder, "700"), *((p, "600") for p in _list(home)))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    kept = home.password_file
    if kept is not None and kept.exists():
        if stat.S_IMODE(kept.stat().st_mode) & 0o077:
            way = shlex.quote(str(kept))
            found.append(f"{kept}: others may read the password: chmod 600 {way}")
        if kept.is_relative_to(home.folder):
            found.append(f"{kept}: whoever copies the folder has the password, too")
    return found


def _list(home: Home) -> Iterator[Path]:
    """List what only the owner may read: all but what is public."""
    public = (home.election, home.terms)
    for path in sorted(home.folder.iterdir()):
        if path.is_file() and path not in public and _is_secret(path):
            yield path


def _is_secret(path: Path) -> bool:
    kinds = ("credential", "voting")
    return path.name == FILE or "key" in path.name or path.name.startswith(kinds)


def _list_others(home: Home) -> Iterator[Path]:
    named = {home.key, home.election, home.terms, home.folder / FILE}
    for path in sorted(home.folder.iterdir()):
        if path not in named and path.name != LOCK and not path.name.startswith("."):
            yield path


def _describe(path: Path, read: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    found = {"file": str(path), "is_there": path.exists()}
    return found | read(path) if found["is_there"] else found


def _read_key(path: Path) -> dict[str, Any]:
    return {"address": f"0x{read_public_part(path).address.hex()}"}


def _read_election(path: Path) -> dict[str, Any]:
    deployment = read_deployment(path)
    address = dict(deployment.contracts).get(ContractName.ELECTION.value)
    shown = None if address is None else f"0x{address.hex()}"
    return {"chain": deployment.chain_id, "address": shown}


def _read_terms(path: Path, home: Home) -> dict[str, Any]:
    """Read the title of terms that are pinned; others are not used, and say nothing."""
    pinned = home.settings.terms_hash
    if pinned is None:
        return {"hash": None}
    return {"hash": pinned, "title": read_terms(path, pinned=pinned).title}
