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
_TEXT: Final = """/**
 * The {name} list of BIP-39, from python-mnemonic: `python -m tests.booth.make_words`.
 *
{licence}
 */

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
    licence = (distribution("mnemonic").read_text("LICENSE") or "").strip()
    return _TEXT.format(
        licence=textwrap.indent(licence, " * ", lambda _: True).replace(
            " * \n", " *\n"
        ),
        name=language.title(),
        upper=language.upper(),
        words="\n".join(words),
    )


def _shorten(words: Sequence[str]) -> str:
    """Write each word as what it does not share with the one before."""
    pairs = zip(["", *words], words, strict=False)
    shared = [(_count_shared(*pair), pair[1]) for pair in pairs]
    return "".join(f"{count}{word[count:]}" for count, word in shared)


def _count_shared(one: str, other: str) -> int:
    return sum(1 for end in range(1, len(one) + 1) if other.startswith(one[:end]))


if __name__ == "__main__":
    for each in LANGUAGES:
        (BOOTH / f"words_{each}.js").write_text(render(each), encoding="utf-8")
