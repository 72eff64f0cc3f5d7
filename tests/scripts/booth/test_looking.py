"""What is expected of a place is what was announced, whatever this release has."""

from __future__ import annotations

from typing import Any, Final

import pytest

from election.protocol.booth_list import encode_list, list_file, make_list
from scripts.booth.looking import Announced, Place, _Looking
from tests.booth import made

CODE: Final = b"announced"
LISTED: Final = make_list([list_file("a.js", CODE)])
NOBODY: Final[Any] = None


@pytest.mark.parametrize(("own", "shown"), [(CODE, CODE), (b"another", None)])
def test_bytes_of_another_release_are_not_shown_as_announced(
    own: bytes, shown: bytes | None
) -> None:
    announced = Announced(
        LISTED, encode_list(LISTED), made.make_election(), {"a.js": own}
    )
    looking = _Looking(NOBODY, Place("https://a.example.org"), announced)
    (expected,) = (each for each in looking._list_expected() if each.path == "a.js")
    assert expected.own == shown
