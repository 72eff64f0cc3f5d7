"""Read and write small JSON files: every key required, others refused."""

from __future__ import annotations

import io
import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
)

from election.errors import EncodingError
from election.protocol.account import check_capitals
from election.protocol.faults import spell_fault
from election.protocol.nesting import check_nesting
from election.protocol.text import name_one
from election.protocol.toml_text import TOO_LONG
from election.whole_file import write_whole
from scripts.shared.errors import InputError
from scripts.shared.files.failures import name_unreadable, name_unwritable

CLOSED = ConfigDict(extra="forbid", strict=True)
LARGEST = 100_000_000  # bytes of any file read whole

Kind = TypeVar("Kind")
_ADAPTERS: Final[dict[Any, TypeAdapter[Any]]] = {}
"""By kind: to make one takes as long as to read fifty small files with it."""

_HEX = re.compile("0x[0-9a-fA-F]*")  # bytes.fromhex takes spaces, too


def _unhex(value: object) -> bytes:
    message = "is not hex after 0x"
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise ValueError(message)
    try:
        return bytes.fromhex(value[2:])
    except ValueError:  # which repeats a part of what may be a secret
        raise ValueError(message) from None


def _unhex_account(value: object) -> bytes:
    raw = _unhex(value)
    try:
        check_capitals(str(value)[2:])
    except EncodingError as error:
        raise ValueError(error.fact) from None
    return raw


Hex = Annotated[
    bytes, BeforeValidator(_unhex), PlainSerializer(lambda raw: "0x" + raw.hex())
]
Hex20 = Annotated[
    bytes,
    BeforeValidator(_unhex_account),
    Field(min_length=20, max_length=20),
    PlainSerializer(lambda raw: "0x" + raw.hex()),
]
Hex32 = Annotated[Hex, Field(min_length=32, max_length=32)]
Point = Annotated[Hex, Field(min_length=128, max_length=128)]
Word = Annotated[int, Field(ge=0, lt=2**256)]


def read_raw(path: Path) -> bytes:
    """Read a file whole; raises InputError."""
    with name_unreadable(path), path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise InputError(str(path), "is too large")
    return raw


def read_text(path: Path) -> str:
    """Read a file of UTF-8, without the mark that some programs put before it.

    Lines may end as they do on any system. Raises InputError.
    """
    return decode_text(read_raw(path), name=str(path))


def decode_text(raw: bytes, *, name: str) -> str:
    """Decode what `read_text` reads; raises InputError about the file of this name."""
    if is_utf16(raw):
        raise InputError(name, "is text in utf-16: save it as utf-8")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(name, "is not text in utf-8") from error
    return io.StringIO(text, newline=None).read()


def is_utf16(raw: bytes) -> bool:
    """Tell text as some programs save it from UTF-8, in which no such bytes begin."""
    return raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\x00" in raw[:4]


def read_json(path: Path, into: type[Kind]) -> Kind:
    """Read a file of this kind; raises InputError, which names the key at fault."""
    return parse_json(read_text(path), into, name=str(path))


def _take_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object of its pairs; raises EncodingError for a key that is there twice.

    Else a person could read the one value, and a program take the other.
    """
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    keys = [key for key, _ in pairs]
    twice = next(key for key in keys if keys.count(key) > 1)
    raise EncodingError("text", f"has the key {twice} twice")


def adapter_of(kind: type[Kind]) -> TypeAdapter[Kind]:
    """Give what reads and writes values of a kind."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    adapter: TypeAdapter[Kind] = _ADAPTERS[kind]
    return adapter


def parse_json(text: str, into: type[Kind], *, name: str) -> Kind:
    """Parse the text of a file; raises InputError about the file of this name."""
    try:
        check_nesting(text.encode())
        raw = json.loads(text, object_pairs_hook=_take_once)
        return adapter_of(into).validate_json(json.dumps(raw))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key, fact = spell_fault(first, into)
        raise InputError(name, f"{key}: {fact}" if key else fact) from None
    except EncodingError as error:
        raise InputError(name, error.fact) from error
    except json.JSONDecodeError as error:
        raise InputError(name, "is not json") from error
    except ValueError as error:
        raise InputError(name, TOO_LONG) from error


@contextmanager
def naming_kind(kind: str, *, made_by: str) -> Iterator[None]:
    """Say of a file that is no such thing what it has to be, and which act makes it."""
    try:
        yield
    except InputError as error:
        if not isinstance(error.__cause__, OSError):
            error.add_note(f"it has to be {name_one(kind)}, which `{made_by}` writes")
        raise


def render_json(value: Any) -> str:
    """Render a value as the text of its file."""
    raw = adapter_of(type(value)).dump_json(value, indent=2)
    return raw.decode() + "\n"


def write_new(path: Path, text: str | bytes, *, mode: int = 0o644) -> None:
    """Write a file that is not there yet; raises FileError if it is."""
    with name_unwritable(path), write_whole(path, replacing=False, mode=mode) as file:
        file.write(text if isinstance(text, bytes) else text.encode())


def write_same(path: Path, text: str | bytes, *, mode: int = 0o644) -> None:
    """Write a file unless it is there with this text; raises InputError for another."""
    raw = text if isinstance(text, bytes) else text.encode()
    if not path.exists() or read_raw(path) != raw:
        write_new(path, raw, mode=mode)


def replace_file(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file, over the one that is there; raises FileError."""
    replace_lines(path, (text.encode(),), mode=mode)


def replace_lines(path: Path, lines: Iterable[bytes], *, mode: int = 0o644) -> None:
    """Write a file as its lines come, over the one that is there; raises FileError."""
    with name_unwritable(path), write_whole(path, replacing=True, mode=mode) as file:
        file.writelines(lines)
