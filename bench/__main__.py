"""Print every measurement."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from bench import (
    anvil,
    belenios,
    booth,
    canary,
    casting,
    crypto,
    curve,
    disk,
    gas_time,
    network,
    opening,
    registering,
    relay,
    scale,
    services,
    signed,
    sms,
    start,
)
from bench.stopping import run_stoppable

_ALL: Final[tuple[Callable[[], object], ...]] = (
    crypto.main,
    curve.main,
    casting.main,
    partial(gas_time.main, []),
    disk.main,
    anvil.main,
    belenios.main,
    start.main,
    partial(canary.main, []),
    partial(scale.main, []),
    sms.main,
    booth.main,
    relay.main,
    partial(opening.main, []),
    partial(registering.main, ["--applications", "300"]),
    partial(services.main, []),
    partial(signed.main, []),
    partial(network.main, []),
)


def main() -> None:
    """Print all of them, one after another."""
    for place, measure in enumerate(_ALL):
        if place:
            print()
        measure()


if __name__ == "__main__":
    run_stoppable(main)
