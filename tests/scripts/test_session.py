"""A password is the first line of its file, whatever program saved it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.errors import InputError
from scripts.session import read_password


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nsecond line\n"])
@pytest.mark.parametrize("password", ["correct horse", " spaces stay ", "пароль"])
def test_password_is_the_first_line(
    password: str, mark: str, end: str, tmp_path: Path
) -> None:
    path = tmp_path / "password"
    path.write_bytes(f"{mark}{password}{end}".encode())
    assert read_password(path) == password


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_password_in_utf_16_is_refused(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes("correct horse\n".encode(encoding))
    with pytest.raises(InputError, match="is text in utf-16: save it as utf-8"):
        read_password(path)


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "\ufeff\r\n", "\nsecond line"])
def test_empty_password_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes(text.encode())
    with pytest.raises(InputError, match="has no password in its first line"):
        read_password(path)
