"""What support sees, for tests."""

from __future__ import annotations

from typing import Any

from services.gateway.support import look_up
from tests.services.gateway.stage import Stage


def view(stage: Stage, asked: str) -> dict[str, Any]:
    context = stage.running.context
    return context.database.run_now(look_up, asked, now=context.clock.now())


def states_of(stage: Stage, asked: str) -> list[str]:
    """List the states of messages, the newest first."""
    return [each["state"] for each in view(stage, asked)["messages"]]
