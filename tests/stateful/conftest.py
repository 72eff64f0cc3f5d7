"""Stories of acts that nobody wrote down, told to the contracts and to models."""

from __future__ import annotations

from tests.stateful.pace import register_long

register_long()
