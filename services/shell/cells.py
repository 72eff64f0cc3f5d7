"""Cells of tables that people open in a spreadsheet, where = begins a formula."""

from __future__ import annotations

from typing import Final

_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def neutralise(cell: str) -> str:
    """Write a cell so that no spreadsheet runs it: with an apostrophe before it.

    OWASP's list of what begins a formula; also after blanks, which some programs skip.
    """
    begins = cell.startswith(_BEGINS_FORMULA) or cell.lstrip().startswith(
        _BEGINS_FORMULA
    )
    return f"'{cell}" if begins else cell
