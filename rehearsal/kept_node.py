"""A devnet that ends with the program that started it, however that one ends.

`python -m rehearsal.kept_node` takes what `python -m node` does. Whoever started it
holds the other end of its stdin, which the system closes for a program that is killed.
"""

from __future__ import annotations

import os
import signal
import sys
from threading import Thread

from node.__main__ import main


def _follow() -> None:
    while os.read(sys.stdin.fileno(), 1_024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    Thread(target=_follow, daemon=True).start()
    sys.exit(main())
