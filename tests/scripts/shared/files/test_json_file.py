"""A small file is read in its one form, or refused by an error that names it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import with_config

from scripts.shared.errors import InputError
from scripts.shared.files import json_file
from scripts.shared.files.json_file import (
    CLOSED,
    Hex,
    Hex20,
    read_json,
    read_text,
    render_json,
    replace_file,
)
from scripts.shared.files.lock import lock_file


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class Holder:
    """A file with one value."""

    value: Hex


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class Named:
    """A file with an account."""

    address: Hex20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.json"


def test_file_is_read_as_it_was_rendered(path: Path) -> None:
    path.write_text(render_json(Holder(b"\0\xff")))
    assert read_json(path, Holder) == Holder(b"\0\xff")


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        (5, "not hex after 0x"),
        (None, "not hex after 0x"),
        (["0x"], "not hex after 0x"),
        ("0011", "not hex after 0x"),
        ("0xzz", "not hex after 0x"),
    ],
)
def test_value_that_is_no_hex_is_refused(path: Path, value: Any, fact: str) -> None:
    path.write_text(json.dumps({"value": value}))
    with pytest.raises(InputError, match=rf"file\.json: value: .*{fact}"):
        read_json(path, Holder)


def test_account_with_a_mistyped_digit_is_refused(path: Path) -> None:
    right = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    for text in (right, right.lower()):
        path.write_text(json.dumps({"address": text}))
        assert read_json(path, Named).address == bytes.fromhex(right[2:])
    path.write_text(json.dumps({"address": right.replace("5aA", "5aB")}))
    with pytest.raises(InputError, match=r"address: .*one of them is mistyped"):
        read_json(path, Named)


def test_file_above_the_largest_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("x" * 11)
    monkeypatch.setattr(json_file, "LARGEST", 11)
    assert read_text(path) == "x" * 11
    monkeypatch.setattr(json_file, "LARGEST", 10)
    with pytest.raises(InputError, match="is too large"):
        read_text(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_text_is_the_same_whatever_system_saved_it(
    path: Path, encoding: str, newline: str
) -> None:
    path.write_bytes(f"один{newline}два{newline}".encode(encoding))
    assert read_text(path) == "один\nдва\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("text", "utf-16-le"),
        ("text", "utf-16-be"),
        ("текст", "utf-16"),  # with its mark alone to be known by
    ],
)
def test_text_in_utf_16_is_called_so(path: Path, text: str, encoding: str) -> None:
    path.write_bytes(text.encode(encoding))
    with pytest.raises(InputError, match="is text in utf-16: save it as utf-8"):
        read_text(path)


@pytest.mark.parametrize(
    ("raw", "fact"),
    [
        (b"text\xff", "is not text in utf-8"),
        (b"{", "is not json"),
        (b"1" * 5_000, "has a number of thousands of digits"),
    ],
)
def test_file_that_is_no_text_or_no_json_is_called_so(
    path: Path, raw: bytes, fact: str
) -> None:
    path.write_bytes(raw)
    with pytest.raises(InputError, match=fact):
        read_json(path, Holder)


def test_json_that_nests_too_deeply_is_refused(path: Path) -> None:
    path.write_text('{"value": ' + "[" * 100 + "]" * 100 + "}")
    with pytest.raises(InputError, match="nests deeper than 64 brackets"):
        read_json(path, Holder)


@pytest.mark.parametrize(
    "text",
    ['{"value": "0x01", "value": "0x02"}', '{"value": {"a": 1, "b": 2, "a": 1}}'],
)
def test_key_that_is_there_twice_is_refused(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(InputError, match=r"has the key (value|a) twice"):
        read_json(path, Holder)


def test_folder_is_not_replaced_by_a_file(path: Path) -> None:
    path.mkdir()
    with pytest.raises(InputError, match=r"file\.json: is a directory"):
        replace_file(path, "text")
    assert [*path.parent.iterdir()] == [path]
    assert path.is_dir()


def test_lock_makes_its_folder(path: Path) -> None:
    with lock_file(path / "file.json"):
        assert path.is_dir()


@pytest.mark.parametrize(
    "value", ["0x 12", "0x12 34", "0x12 ", "0x12\\n", "0x1", "0X12"]
)
def test_hex_has_digits_only(tmp_path: Path, value: str) -> None:
    path = tmp_path / "file"
    path.write_text(f'{{"value": "{value}"}}')
    with pytest.raises(InputError, match="is not hex after 0x"):
        read_json(path, Holder)
