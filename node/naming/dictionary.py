"""Name calls and events after the ABI files of a folder, whatever contracts they are.

A chain does not say which contract stands at an address: what has one selector or one
topic in several files goes by its own name alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from node.block import Log
from node.errors import ConfigError
from node.hashing import keccak
from node.naming.values import Entry, Name, Reader, UnreadableError
from node.rpc.errors import RpcError
from node.rpc.json_body import parse_body

_SELECTOR = 4
_LONGEST = 100  # letters of a type; each array in an array is a recursion


@dataclass(frozen=True, slots=True)
class Named:
    """Hold a function or an event of one file."""

    contract: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Hold functions by selector, events by topic, and each contract's selectors."""

    functions: Mapping[bytes, tuple[Named, ...]]
    events: Mapping[bytes, tuple[Named, ...]]
    contracts: Mapping[str, frozenset[bytes]]

    def spell_call(self, payload: bytes, name: Name) -> str | None:
        """Return a call as `Contract.function(...)`; None if no file names it."""
        found = self.functions.get(payload[:_SELECTOR], ())
        for each in found:
            try:
                values = Reader(name).spell_all(
                    each.entry["inputs"], payload[_SELECTOR:]
                )
            except UnreadableError:
                continue
            return f"{_title(found, each)}({values})"
        return f"{_title(found, found[0])}(unreadable)" if found else None

    def title_function(self, selector: bytes) -> str | None:
        """Return `Contract.function`; None if no file names it."""
        found = self.functions.get(selector, ())
        return _title(found, found[0]) if found else None

    def title_initcode(self, code: bytes) -> str | None:
        """Return the contract that a code makes, as it seems; None if no file tells.

        It is the one with most functions among those whose every selector is in the
        code.
        """
        found: list[tuple[int, str]] = []
        for name, selectors in self.contracts.items():
            if len(selectors) > 1 and all(each in code for each in selectors):
                found.append((len(selectors), name))
        return max(found)[1] if found else None

    def spell_event(self, log: Log, name: Name) -> str | None:
        """Return an event as `Contract.Event(...)`; None if no file names it."""
        found = self.events.get(log.topics[0], ()) if log.topics else ()
        for each in found:
            try:
                return f"{_title(found, each)}({_spell_fields(each.entry, log, name)})"
            except UnreadableError:
                continue
        return None


def read_dictionary(folder: Path | None, file: str = "") -> Dictionary:
    """Read every ABI file of a folder.

    file: the configuration that names it. Raises: ConfigError.
    """
    functions: dict[bytes, tuple[Named, ...]] = {}
    events: dict[bytes, tuple[Named, ...]] = {}
    for named in [] if folder is None else _read_folder(folder, file):
        kind = named.entry["type"]
        digest = keccak(_signature(named.entry).encode())
        if kind == "function":
            functions[digest[:4]] = (*functions.get(digest[:4], ()), named)
        elif kind == "event" and not named.entry.get("anonymous"):
            events[digest] = (*events.get(digest, ()), named)
    return Dictionary(functions, events, _by_contract(functions))


def _by_contract(
    functions: Mapping[bytes, tuple[Named, ...]],
) -> dict[str, frozenset[bytes]]:
    pairs = [(one.contract, at) for at, found in functions.items() for one in found]
    return {
        name: frozenset(at for owner, at in pairs if owner == name)
        for name in {owner for owner, _ in pairs}
    }


def _read_folder(folder: Path, file: str) -> Iterable[Named]:
    try:
        paths = sorted(each for each in folder.iterdir() if each.suffix == ".json")
    except OSError as error:
        fact = f"{folder} cannot be read: {(error.strerror or str(error)).lower()}"
        raise ConfigError(("log.abi", fact), file=file) from error
    for path in paths:
        try:
            entries = parse_body(path.read_bytes())
            named = [Named(path.stem, entry) for entry in entries if _is_named(entry)]
        except (OSError, RpcError, TypeError) as error:
            fact = f"{path} is not an ABI file"
            raise ConfigError(("log.abi", fact), file=file) from error
        yield from named


def _is_named(entry: Any) -> bool:
    """Say whether an entry has a name and types; raises TypeError if it is none."""
    if not isinstance(entry, dict):
        raise TypeError
    if entry.get("type") not in ("function", "event"):
        return False
    if not isinstance(entry.get("name"), str):
        raise TypeError
    _check_inputs(entry.get("inputs"))
    return True


def _check_inputs(inputs: Any) -> None:
    if not isinstance(inputs, list):
        raise TypeError
    for each in inputs:
        if not isinstance(each, dict) or not isinstance(each.get("type"), str):
            raise TypeError
        if len(each["type"]) > _LONGEST:
            raise TypeError
        if each["type"].startswith("tuple"):
            _check_inputs(each.get("components"))


def _signature(entry: Entry) -> str:
    return f"{entry['name']}({','.join(map(_canonical, entry['inputs']))})"


def _canonical(entry: Entry) -> str:
    kind = str(entry["type"])
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(map(_canonical, entry["components"]))
    return f"({inner}){kind.removeprefix('tuple')}"


def _title(found: tuple[Named, ...], shown: Named) -> str:
    own = str(shown.entry["name"])
    return f"{shown.contract}.{own}" if len(found) == 1 else own


def _spell_fields(entry: Entry, log: Log, name: Name) -> str:
    """Return an event's values: those in topics, then the others."""
    topics = iter(log.topics[1:])
    reader, spelt = Reader(name), []
    inputs = entry["inputs"]
    for each in (one for one in inputs if one.get("indexed")):
        topic = next(topics, None)
        if topic is None:
            raise UnreadableError
        spelt.append(f"{each.get('name', '')}={reader.spell_topic(each, topic)}")
    others = [each for each in inputs if not each.get("indexed")]
    body = reader.spell_all(others, log.payload)
    return ", ".join([*spelt, *([body] if body else [])])
