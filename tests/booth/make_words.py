"""Write the booth's lists of words: those of python-mnemonic, BIP-39, mended.

python -m tests.booth.make_words
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from importlib.metadata import distribution
from typing import Final

from scripts.shared.languages import Language
from scripts.shared.recovery_words import list_words
from tests.booth.node_js import BOOTH

LANGUAGES: Final = ("english", "russian")
_TEXT: Final = """/*! BIP-39 ({name}), python-mnemonic - MIT {holder}: LICENSE-words */

let word = '';
/** Each word is written after how many letters it begins with of the word before it. */
export const {upper} = Object.freeze(`
{words}
`.replaceAll('\\n', '').split(/(?=\\d)/)
  .map((part) => (word = word.slice(0, Number(part[0])) + part.slice(1))));
"""


def render(language: str) -> str:
    """Write one list as a module of JavaScript."""
    words = textwrap.wrap(_shorten(list_words(Language[language.upper()])), 99)
    return _TEXT.format(
        holder=_read_licence().splitlines()[2].removeprefix("Copyright "),
        name=language.title(),
        upper=language.upper(),
        words="\n".join(words),
    )


def _read_licence() -> str:
    return distribution("mnemonic").read_text("LICENSE") or ""


def _shorten(words: Sequence[str]) -> str:
    """Write each word as what it does not share with the one before."""
    pairs = zip(["", *words], words, strict=False)
    shared = [(_count_shared(*pair), pair[1]) for pair in pairs]
    return "".join(f"{count}{word[count:]}" for count, word in shared)


def _count_shared(one: str, other: str) -> int:
    return sum(1 for end in range(1, len(one) + 1) if other.startswith(one[:end]))


if __name__ == "__main__":
    (BOOTH / "LICENSE-words").write_text(_read_licence(), encoding="utf-8")
    for each in LANGUAGES:
        (BOOTH / f"words_{each}.js").write_text(render(each), encoding="utf-8")
