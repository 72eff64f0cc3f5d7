"""The `veche` command: Ctrl-C ends it without a traceback from its first line on.

All else is imported within `main`, where somebody looks after an interruption.
"""

from __future__ import annotations

import sys

_INTERRUPTED = 130  # scripts.shared.exit_codes, which may not be there yet


def main() -> None:
    """Run the act that the command line names, until SIGTERM or Ctrl-C."""
    try:
        import gc

        from scripts.shared.stopping import obey_lost, obey_sigterm, stop_at_once
        from scripts.shared.terminal import open_streams

        open_streams()
        obey_sigterm()
        obey_lost()
        code = run(sys.argv[1:])
        stop_at_once()
        gc.freeze()  # else all memory is looked through once more: a second for a node
    except KeyboardInterrupt:  # before an act was there to be interrupted
        code = _INTERRUPTED
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run an act, by its name and what follows it; returns the exit code."""
    from scripts.dispatch import run as run_named

    return run_named(arguments)


if __name__ == "__main__":
    main()
