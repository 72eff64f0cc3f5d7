"""Read and write small JSON files: every key required, others refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
)

from election.errors import EncodingError
from election.protocol.nesting import check_nesting
from scripts.errors import InputError

CLOSED = ConfigDict(extra="forbid", strict=True)
LARGEST = 100_000_000  # bytes of any file read whole

Kind = TypeVar("Kind")


def _unhex(value: object) -> bytes:
    if not isinstance(value, str) or not value.startswith("0x"):
        message = "not hex after 0x"
        raise ValueError(message)
    return bytes.fromhex(value[2:])


Hex = Annotated[
    bytes, BeforeValidator(_unhex), PlainSerializer(lambda raw: "0x" + raw.hex())
]
Hex20 = Annotated[Hex, Field(min_length=20, max_length=20)]
Hex32 = Annotated[Hex, Field(min_length=32, max_length=32)]
Word = Annotated[int, Field(ge=0, lt=2**256)]


def read_text(path: Path) -> str:
    """Read a file of UTF-8; raises InputError."""
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(str(path), "is too large")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(str(path), "is not text in utf-8") from error
    except OSError as error:
        raise InputError(str(path), spell_reason(error)) from error


def read_json(path: Path, into: type[Kind]) -> Kind:
    """Read a file of this kind; raises InputError, which names the key at fault."""
    text = read_text(path)
    try:
        check_nesting(text.encode())
        raw = json.loads(text)
        return TypeAdapter(into).validate_json(json.dumps(raw))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(str(path), f"{key}: {first['msg'].lower()}") from None
    except EncodingError as error:
        raise InputError(str(path), error.fact) from error
    except ValueError as error:
        raise InputError(str(path), "is not json") from error


def render_json(value: Any) -> str:
    """Render a value as the text of its file."""
    raw = TypeAdapter(type(value)).dump_json(value, indent=2)
    return raw.decode() + "\n"


def write_new(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file that is not there yet; raises InputError if it is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(path, flags, mode), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputError(str(path), spell_reason(error)) from error


def write_same(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file unless it is there with this text; raises InputError for another."""
    if not path.exists() or read_text(path) != text:
        write_new(path, text, mode=mode)


def replace_file(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file over itself so that a crash leaves the old one or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    write_new(beside, text, mode=mode)
    try:
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(str(path), spell_reason(error)) from error


def spell_reason(error: OSError) -> str:
    """Say why the system does not let a file be used."""
    return (error.strerror or "cannot be used").lower()
