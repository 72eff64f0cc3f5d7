"""What would hold Python's lock for long is done elsewhere, and comes out the same."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import gmpy2  # type: ignore[import-untyped]
import pytest

from node import bn254, helper, modexp
from node.errors import PrecompileError
from node.evm.interpreter import Computation
from node.helper import HOLDING, Helper, helped, serve_help
from node.readers.spawner import Spawner
from tests.node.bytecode import assemble, deployment
from tests.node.evm.beside_py_evm import run
from tests.node.running import Line, running, write_config
from tests.node.wallet import Wallet
from tests.patience import wait_until

_PAIRS = 14  # of points at infinity: 521,000 gas
_ONE = (1).to_bytes(32, "big")
_ROUNDS = 28  # where memory has 600,000 in four bytes, and zeros after it
_ZEROS = 64


class _Forks:
    """Fork processes that help, as the node does, and keep our ends of their lines."""

    def __init__(self, spawner: Spawner) -> None:
        self._spawner = spawner
        self.channels: list[socket.socket] = []

    def __call__(self) -> socket.socket:
        self.channels.append(self._spawner.fork())
        return self.channels[-1]


@pytest.fixture
def fork() -> Iterator[_Forks]:
    spawner = Spawner(serve_help)
    try:
        yield _Forks(spawner)
    finally:
        spawner.close()


def _asks(number: int, start: int, size: int, opcode: str = "CALL") -> bytes:
    """Call a precompile with so much memory from a start on, and keep the output."""
    value = "0" if opcode == "CALL" else ""
    return assemble(
        f"600_000 0 MSTORE 32 0 {size} {start} {value} {number}"
        f" GAS {opcode} POP 0 MLOAD 7 SSTORE 32 0 RETURN"
    )


def _nobody(_payload: bytes) -> bytes:
    raise AssertionError("done here")


@pytest.mark.parametrize("opcode", ["CALL", "STATICCALL"])
@pytest.mark.parametrize(
    ("number", "start", "size"), [(8, _ZEROS, 192 * _PAIRS), (9, _ROUNDS, 213)]
)
def test_much_gas_is_computed_elsewhere(
    fork: _Forks,
    monkeypatch: pytest.MonkeyPatch,
    opcode: str,
    number: int,
    start: int,
    size: int,
) -> None:
    code = _asks(number, start, size, opcode)
    here = run(Computation, code, 2_000_000)
    monkeypatch.setitem(HOLDING, number, _nobody)
    with helped(fork):
        assert run(Computation, code, 2_000_000) == here
    assert len(fork.channels) == 1
    assert any(here.output)


def test_little_gas_is_computed_here() -> None:
    def none() -> socket.socket:
        raise AssertionError("asked")

    with helped(none):
        small = helper.unlocking(8, bn254.pairing_gas)(bytes(192 * 13))
    assert small == _ONE


def test_what_is_refused_elsewhere_is_refused(
    fork: _Forks,
) -> None:
    one = Helper(fork)
    try:
        with pytest.raises(PrecompileError, match="not points of the curve"):
            one.run(8, b"\1" * 192)
        assert one.run(8, bytes(192)) == _ONE
        assert len(fork.channels) == 1
    finally:
        one.close()


def test_what_nobody_helps_with_is_done_here(
    fork: _Forks,
) -> None:
    """A helper that died is replaced, too."""
    one = Helper(fork)
    try:
        assert one.run(8, bytes(192)) == _ONE
        fork.channels[0].shutdown(socket.SHUT_RDWR)
        assert one.run(8, bytes(192)) == _ONE
        assert len(fork.channels) == 1
        assert one.run(8, bytes(192)) == _ONE
        assert len(fork.channels) == 2
    finally:
        one.close()


def test_nobody_to_fork_means_done_here() -> None:
    def none() -> socket.socket:
        raise BrokenPipeError

    assert Helper(none).run(8, bytes(192)) == _ONE


def test_others_are_answered_while_a_pairing_goes_on(tmp_path: Path) -> None:
    """The process that helps stands still, and so does the writer, and nobody else."""
    code = deployment(_asks(8, _ZEROS, 192 * _PAIRS))
    with (
        running("--config", str(write_config(tmp_path))) as (process, announced),
        Line(announced["url"]) as canary,
        Line(announced["url"]) as busy,
    ):
        wallet = Wallet()
        deployed = wallet.sign(data=code).hex()
        digest = canary.result("eth_sendRawTransaction", f"0x{deployed}")
        made = canary.result("eth_getTransactionReceipt", digest)["contractAddress"]
        to = bytes.fromhex(made[2:])
        first, second = (wallet.sign(to, gas=900_000).hex() for _ in range(2))
        canary.result("eth_sendRawTransaction", f"0x{first}")
        assert canary.result("eth_getStorageAt", made, "0x7", "latest")[-1:] == "1"
        (one,) = _forked(process.pid)  # nobody asked for a reader
        os.kill(one, signal.SIGSTOP)
        busy.ask("eth_sendRawTransaction", f"0x{second}")
        assert canary.result("eth_blockNumber") == "0x2"
        busy.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            busy.socket.recv(1)
        os.kill(one, signal.SIGKILL)  # and then it is done here
        wait_until(lambda: canary.result("eth_blockNumber") == "0x3")
        assert canary.result("eth_getStorageAt", made, "0x7", "latest")[-1:] == "1"


def _forked(node: int) -> list[int]:
    """Return what the process that forks has forked; Linux only."""
    (spawner,) = _children(node)
    return _children(spawner)


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    return [int(child) for child in found.split()]


def test_power_gives_the_lock_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """gmpy2 does so for its own numbers alone, and where its context says so."""
    seen = []

    def powmod(*numbers: object) -> object:
        releases = gmpy2.get_context().allow_release_gil
        seen.append((releases, {*map(type, numbers)}))
        return gmpy2.powmod(*numbers)

    monkeypatch.setattr(modexp, "powmod", powmod)
    lengths = b"".join(n.to_bytes(32, "big") for n in (1, 9, 1))
    assert modexp.modexp(lengths + bytes([3, *bytes(8), 4, 50])) == bytes([31])
    assert seen == [(True, {type(gmpy2.mpz())})]
