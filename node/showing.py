"""Show a configuration as it is in force, without the keys that it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from node.chain import Chain
from node.config import Config, abi_folder, beside, home_of
from node.disk.home import is_new, read_home
from node.keeping import identify

HIDDEN = "hidden"
_LONG = 100_000  # a number from here on is read in groups


def show_config(config: Config, path: Path) -> dict[str, Any]:
    """Return every key with its value; an account's private key becomes its address.

    Folders and files are whole paths. admission.lock: as the folder has it.
    Raises: HomeError, StoreError. genesis: the hash of the first block.
    """
    shown = config.model_dump(mode="json")
    shown["accounts"] = [
        {
            "name": account.name,
            "address": "0x" + account.address.hex(),
            "private_key": HIDDEN,
            "balance": account.balance,
        }
        for account in config.accounts
    ]
    shown["store"]["home"] = _spell(home_of(config, path))
    shown["log"]["abi"] = _spell(abi_folder(config, path))
    shown["log"]["file"] = _spell(beside(path, config.log.file))
    shown["admission"]["lock"] = _find_lock(config, home_of(config, path))
    genesis = "0x" + identify(config).genesis.hex()
    return {"file": str(path), "genesis": genesis, **shown}


def _find_lock(config: Config, home: Path | None) -> str | None:
    """Return how the lock of deployments stands in the folder, if one is there."""
    if home is None or is_new(home):
        return None
    with read_home(home, identify(config)) as store:
        return "closed for good" if Chain(config, store).is_locked() else "open"


def lay_out_config(shown: dict[str, Any]) -> Iterator[str]:
    """Yield lines that read like the file: a section, then its keys."""
    sections = {k: v for k, v in shown.items() if isinstance(v, dict | list)}
    yield from _lay_out_keys({k: v for k, v in shown.items() if k not in sections})
    for name, section in sections.items():
        for each in section if isinstance(section, list) else [section]:
            yield ""
            yield f"[[{name}]]" if isinstance(section, list) else f"[{name}]"
            yield from _lay_out_keys(each)


def _lay_out_keys(section: dict[str, Any]) -> Iterator[str]:
    for key, value in section.items():
        match value:
            case None:
                yield f"# {key} is not set"
            case bool():
                yield f"{key} = {str(value).lower()}"
            case int():
                yield f"{key} = {value:_}" if value >= _LONG else f"{key} = {value}"
            case list():
                yield f"{key} = [{', '.join(map(_quote, value))}]"
            case _:
                yield f"{key} = {_quote(value)}"


def _quote(value: object) -> str:
    return f'"{value}"'


def _spell(path: Path | None) -> str | None:
    return None if path is None else str(path)
