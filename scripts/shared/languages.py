"""Whose list of words a recovery secret is spelt in."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """Whose list it is."""

    ENGLISH = "en"
    RUSSIAN = "ru"
