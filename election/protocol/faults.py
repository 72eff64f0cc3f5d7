"""What is wrong with a file, in words of our own: which key, and the fact.

The libraries that read files speak to whoever wrote the program; whoever wrote the file
is told what to change. No value is repeated, since it may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from pydantic_core import ErrorDetails

from election.protocol.text import spell_number

OURS: Final = "ours"
"""The type of a fact that a reader of ours wrote; it is shown as it is."""

_LARGE: Final = 2**64  # from here on a power of two is spelt as one

_FACTS: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "bool_type": "is neither true nor false",
    "string_type": "is not a text in quotes",
    "tuple_type": "is not a list",
    "list_type": "is not a list",
    "dict_type": "is not a table of keys",
    "dataclass_type": "is not a table of keys",
    "dataclass_exact_type": "is not a table of keys",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_parsing_size": "is not a whole number of this size",
    "int_from_float": "is not a whole number",
    "string_unicode": "is not text",
    "json_invalid": "is not json",
}

_BOUNDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "greater_than_equal": lambda of: f"is below {_spell(of['ge'])}",
    "greater_than": lambda of: f"is not above {_spell(of['gt'])}",
    "less_than_equal": lambda of: f"is above {_spell(of['le'])}",
    "less_than": lambda of: f"is not below {_spell(of['lt'])}",
    "literal_error": lambda of: f"is not {of['expected'].replace(chr(39), '')}",
    "enum": lambda of: f"is not {of['expected'].replace(chr(39), '')}",
    "bytes_too_short": lambda of: (
        f"is shorter than {spell_number(of['min_length'], 'byte')}"
    ),
    "bytes_too_long": lambda of: (
        f"is longer than {spell_number(of['max_length'], 'byte')}"
    ),
    "too_short": lambda of: f"has fewer entries than {of['min_length']}",
    "too_long": lambda of: f"has more entries than {of['max_length']}",
}

_OF_LINE: Final = (
    (re.compile("malformed|truncated|invalid utf-8", re.IGNORECASE), "is not json"),
    (re.compile("unknown field `([^`]*)`"), "{0}: unknown key"),
    (re.compile("missing required field `([^`]*)`"), "{0}: is missing"),
    (re.compile(r"at `\$\.?([^`]*)`"), "{0}: is not what belongs there"),
)


def spell_fault(found: ErrorDetails, kind: Any) -> tuple[str, str]:
    """Spell a fault that pydantic found in a file of this kind: the key, and the fact.

    The key is empty for the file as a whole.
    """
    where = found["loc"]
    return ".".join(map(str, where)), _spell_fact(found, kind)


def spell_line_fault(error: Exception) -> str:
    """Spell what msgspec says of a line of JSON."""
    text = str(error)
    for pattern, fact in _OF_LINE:
        if match := pattern.search(text):
            return fact.format(*match.groups())
    return "is not what belongs there"


def _spell_fact(found: ErrorDetails, kind: Any) -> str:
    name, of = found["type"], found.get("ctx", {})
    if name == OURS:
        return found["msg"]
    if name == "value_error":
        return str(of["error"])
    if name == "unexpected_keyword_argument":
        return _spell_unknown(found["loc"], kind)
    if name in _BOUNDS:
        return _BOUNDS[name](of)
    return _FACTS.get(name, "is not what belongs there")


def _spell_unknown(where: tuple[int | str, ...], kind: Any) -> str:
    *path, key = where
    near = get_close_matches(str(key), _list_keys(kind, path), n=1)
    return f"unknown key; did you mean {near[0]}?" if near else "unknown key"


def _list_keys(kind: Any, path: list[int | str]) -> list[str]:
    """List the keys of the table at a path in a file of this kind."""
    for step in path:
        kind = _strip(kind)
        if is_dataclass(kind):
            kind = get_type_hints(kind, include_extras=True).get(str(step))
        else:
            inner = [each for each in get_args(kind) if each is not ...]
            kind = inner[-1] if inner else None
    kind = _strip(kind)
    return [each.name for each in fields(kind)] if is_dataclass(kind) else []


def _strip(kind: Any) -> Any:
    """Take off what only bounds a type, and the None beside it."""
    if get_origin(kind) is Annotated:
        return _strip(get_args(kind)[0])
    tables = [each for each in get_args(kind) if is_dataclass(each)]
    is_either = type(None) in get_args(kind)
    return tables[0] if is_either and tables else kind


def _spell(number: int) -> str:
    power = number.bit_length() - 1
    return f"2^{power}" if number >= _LARGE and number == 2**power else str(number)
