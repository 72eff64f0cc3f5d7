"""Text of TOML as values, with what is wrong with it in a sentence."""

from __future__ import annotations

import tomllib
from typing import Any, Final

from election.errors import EncodingError

TOO_LONG: Final = "has a number of thousands of digits in it"
"""What no decimal number of ours is; Python refuses to read one."""


def parse_toml(text: str) -> dict[str, Any]:
    """Parse a document; raises EncodingError, whose fact says what is wrong."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EncodingError("text", f"is not toml: {error}") from None
    except ValueError:
        raise EncodingError("text", TOO_LONG) from None
    except RecursionError:
        raise EncodingError("text", "nests too deeply") from None
