"""What time it is for a service, in Unix seconds."""

from __future__ import annotations

import time


class Clock:
    """Tell the time of this machine, or of a TEST's chain whose clock was moved.

    ahead: seconds that the chain is ahead of this machine; a job keeps it, and only
    where config.toml says so and every election is a TEST.
    """

    def __init__(self) -> None:
        self.ahead = 0

    def now(self) -> int:
        """Tell the time, Unix seconds."""
        return int(time.time()) + self.ahead

    def follow(self, chain_time: int) -> None:
        """Go by a chain's clock from now on."""
        self.ahead = chain_time - int(time.time())
