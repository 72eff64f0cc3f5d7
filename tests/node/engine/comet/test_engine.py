"""What a network's node admits between blocks."""

from __future__ import annotations

import pytest

from node.engine.comet.engine import CometEngine
from node.errors import TransactionRefusedError
from tests.node.engine.comet.conftest import Driver
from tests.node.wallet import Wallet

_EARLY = 1_900_000_050
# It reverts before second 1,900,000,100, and logs from then on.
_INITCODE = bytes.fromhex(
    "6016600c60003960166000f363713fb364421060105760006000a0005b60006000fd"
)
_ANY_TIME = bytes.fromhex("6005600c60003960056000f360006000a0")  # it logs


def test_what_was_refused_at_rest_does_not_stop_the_clock(
    driver: Driver, wallet: Wallet
) -> None:
    """Else whoever comes too early has all others refused until the next block."""
    clock = [_EARLY]
    engine = CometEngine(driver.machine, lambda: clock[0])
    driver.grow(1, wallet.sign(data=_INITCODE))
    contract = driver.machine.chain.head.receipts[0].created
    assert contract is not None
    early = Wallet("0x" + "7" * 64).sign(contract)
    with pytest.raises(TransactionRefusedError):
        engine.send_raw(early)
    clock[0] += 3_600
    engine.send_raw(early)


def test_a_stranger_goes_on_after_an_empty_block_of_the_engine(
    driver: Driver, wallet: Wallet
) -> None:
    """The first act after a rest waits for one, and more acts follow it meanwhile."""
    engine = CometEngine(driver.machine, lambda: _EARLY)
    driver.grow(1, wallet.sign(data=_ANY_TIME))
    contract = driver.machine.chain.head.receipts[0].created
    assert contract is not None
    stranger = Wallet("0x" + "8" * 64)
    first, second, third = (stranger.sign(contract) for _ in range(3))
    engine.send_raw(first)
    engine.send_raw(second)
    driver.grow(2)
    engine.send_raw(third)
    assert len(engine.pending) == 3
