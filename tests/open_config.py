"""The shipped chain, with everybody a named sender: contracts are to be tried whole.

What a contract refuses, and what a call changes that changes nothing, is on no block of
the shipped chain when a stranger sends it; see docs/adr/ on admission.
"""

from __future__ import annotations

from node.config import DEFAULT_PATH, Config, read_config

_HELD, _OPEN = "anyone_sends = false", "anyone_sends = true "


def open_config() -> Config:
    """Read the shipped file, opened."""
    config = read_config()
    admission = config.admission.model_copy(update={"anyone_sends": True})
    return config.model_copy(update={"admission": admission})


def open_config_text() -> str:
    """Give the text of the shipped file, opened."""
    text = DEFAULT_PATH.read_text("utf-8")
    assert text.count(_HELD) == 1
    return text.replace(_HELD, _OPEN)
