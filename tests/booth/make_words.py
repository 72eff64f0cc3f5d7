"""Write the booth's lists of words: those of python-mnemonic, BIP-39, mended.

python -m tests.booth.make_words
"""

from __future__ import annotations

import textwrap
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

export const {upper} = Object.freeze(`
{words}
`.trim().split(/\\s/));
"""


def render(language: str) -> str:
    """Write one list as a module of JavaScript."""
    words = textwrap.wrap(" ".join(list_words(Language[language.upper()])), 99)
    licence = (distribution("mnemonic").read_text("LICENSE") or "").strip()
    return _TEXT.format(
        licence=textwrap.indent(licence, " * ", lambda _: True).replace(
            " * \n", " *\n"
        ),
        name=language.title(),
        upper=language.upper(),
        words="\n".join(words),
    )


if __name__ == "__main__":
    for each in LANGUAGES:
        (BOOTH / f"words_{each}.js").write_text(render(each), encoding="utf-8")
