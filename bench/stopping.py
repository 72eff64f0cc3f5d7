"""A measurement that is told to stop ends what it began, and says no more than that."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from scripts.shared.exit_codes import ExitCode
from scripts.shared.stopping import obey_sigterm


def run_stoppable(measure: Callable[..., Any], *given: Any) -> None:
    """Measure until it is done, or told to stop by Ctrl-C or SIGTERM."""
    obey_sigterm()
    try:
        measure(*given)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(ExitCode.INTERRUPTED)
