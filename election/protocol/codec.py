"""From the protocol's values to a contract's calldata, by the committed ABI.

The other direction is `election.protocol.abi`. Fields of a value stand in the ABI's
order; points are their bytes of EIP-2537.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Final

from election.crypto.transcript import hash_bytes
from election.protocol.abi import ContractName, read_abi

_POINTS: Final = {"bytes32[4]": 128, "bytes32[8]": 256}
_WORD: Final = 32


def encode_act(name: ContractName, function: str, *values: Any) -> bytes:
    """Encode a call of a function with values of the protocol."""
    entry = read_function(name, function)
    signature = f"{function}({','.join(map(_type, entry['inputs']))})"
    return hash_bytes(signature.encode())[:4] + _encode(entry["inputs"], values)


def encode_constructor(name: ContractName, *values: Any) -> bytes:
    """Encode a constructor's arguments, which follow the initcode."""
    entry = next(each for each in read_abi(name) if each["type"] == "constructor")
    return _encode(entry["inputs"], values)


@cache
def read_function(name: ContractName, function: str) -> Mapping[str, Any]:
    """Find a function in the committed ABI; there is one of each name."""
    entries = (each for each in read_abi(name) if each["type"] == "function")
    return next(each for each in entries if each["name"] == function)


def _encode(parameters: list[Mapping[str, Any]], values: tuple[Any, ...]) -> bytes:
    from eth_abi.abi import encode

    columns = zip(values, parameters, strict=True)
    plain = [_plain(value, each, each["type"]) for value, each in columns]
    return encode([_type(each) for each in parameters], plain)


def _type(parameter: Mapping[str, Any]) -> str:
    name: str = parameter["type"]
    if not name.startswith("tuple"):
        return name
    inner = ",".join(map(_type, parameter["components"]))
    return f"({inner}){name.removeprefix('tuple')}"


def _plain(value: Any, parameter: Mapping[str, Any], name: str) -> Any:
    if name in _POINTS:
        return _cut(value, _WORD)
    if name.endswith("]"):
        inner = name[: name.rindex("[")]
        if inner in _POINTS and isinstance(value, bytes):
            value = _cut(value, _POINTS[inner])
        return [_plain(each, parameter, inner) for each in value]
    if name == "tuple" and is_dataclass(value):
        parts = [getattr(value, field.name) for field in fields(value)]
        columns = zip(parts, parameter["components"], strict=True)
        return tuple(_plain(part, each, each["type"]) for part, each in columns)
    return value


def _cut(raw: bytes, size: int) -> list[bytes]:
    return [raw[at : at + size] for at in range(0, len(raw), size)]
