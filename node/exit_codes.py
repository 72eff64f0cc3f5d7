"""With which code a node ends, by what stopped it, as docs/running-a-node.md has it."""

from __future__ import annotations

from enum import IntEnum

from node.errors import (
    DivergenceError,
    HomeDamagedError,
    HomeInUseError,
    HomeLostError,
    KeyInUseError,
    NodeError,
    OutvotedError,
    PortInUseError,
    StoreError,
)


class ExitCode(IntEnum):
    """Tell a supervisor what to do: some of these are not mended by starting again."""

    DONE = 0
    FAULT = 1
    REFUSED = 2
    NOT_SO = 3
    UNWRITTEN = 4
    PORT = 5
    IN_USE = 6
    DAMAGED = 7
    DISK = 8
    INTERRUPTED = 130


def exit_code(error: NodeError) -> ExitCode:
    """Return the code for a refusal."""
    match error:
        case PortInUseError():
            return ExitCode.PORT
        case HomeInUseError() | KeyInUseError():
            return ExitCode.IN_USE
        case HomeDamagedError() | HomeLostError() | DivergenceError() | OutvotedError():
            return ExitCode.DAMAGED
        case StoreError():
            return ExitCode.DISK
        case _:
            return ExitCode.REFUSED
