"""Measure how much of the processor a gas of each kind buys, by the worst use of it.

Each row is a contract that does one thing until its gas is gone. What is slowest says
how long the fullest block may take, and so what the limits of gas must be.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.stopping import run_stoppable
from node.config import read_config
from node.engine.local import LocalEngine
from node.evm.compiler.programs import read_program
from node.evm.execute import Call, created_address
from tests.node.bytecode import assemble, deployment
from tests.node.wallet import Wallet

_GAS = 3_000_000
_TIMES = 3
_CROWD = 100  # contracts, of 2,300 gas each
_P = 2**255 - 19
_COPIED = 1_024  # bytes, which the compiler still takes for a constant


@dataclass(frozen=True, slots=True)
class Waste:
    """Name a use of gas; runtime: the contract; payload: what it is called with.

    others: the contracts at the addresses that `_other` names.
    """

    name: str
    runtime: bytes
    payload: bytes = b""
    others: tuple[bytes, ...] = ()


def _loop(body: str, before: str = "") -> bytes:
    """Repeat until the gas is gone; the body leaves the stack as it was."""
    head = assemble(before)
    start = len(head)
    jump = b"\x61" + start.to_bytes(2, "big") + assemble("JUMP")
    return head + assemble("JUMPDEST") + assemble(body) + jump


def _many(body: str, before: str = "", times: int = 50) -> bytes:
    return _loop(" ".join([body] * times), before)


def _precompile(number: int, size: int) -> bytes:
    """Call a precompile with the call's own input, over and over."""
    once = f"0 0 {size} 0 {number} GAS STATICCALL POP"
    return _many(once, "CALLDATASIZE 0 0 CALLDATACOPY", times=20)


def modexp_input(base: int, exponent: int, modulus: int) -> bytes:
    """Return numbers of so many bytes, the dearest ones, for the precompile."""
    lengths = b"".join(n.to_bytes(32, "big") for n in (base, exponent, modulus))
    return lengths + b"\xfe" * base + b"\xff" * exponent + b"\xfd" * modulus


def _other(number: int) -> str:
    """Return the address of the contract that is deployed so many before."""
    return f"0x{created_address(Wallet().address, number).hex()}"


def wastes() -> Iterator[Waste]:
    """Yield what is measured."""
    yield from _computing()
    yield from _state()
    yield from _messages()
    yield from _crowds()
    yield from _precompiles()


def _crossing(body: str, places: int = 64) -> bytes:
    """Jump to many places in turn, each of which goes on to the same long row.

    From each of them a path begins that is worth compiling, and holds all of the row.
    """
    row = assemble(" ".join([body] * (400 // len(body.split()))))
    head = assemble("0 4 JUMP")
    size, begin = 5, len(head)
    end = begin + size * places
    place = b"\x5b\x61" + end.to_bytes(2, "big") + b"\x56"
    turn = f"{size} ADD {size * places} SWAP1 MOD DUP1 {begin} ADD JUMP"
    return head + place * places + b"\x5b" + row + assemble(turn)


def _cut_short(places: int = 2_000) -> Waste:
    """Have a path compiled from each of many places, and no gas to run any.

    The other contract goes to where it is told, along a row of copies of its own code:
    six times from the beginning, then with little gas to one place after another.
    """
    head = assemble("0 CALLDATALOAD JUMP")
    copies = (assemble(f"{_COPIED} {at} 0 CODECOPY") for at in range(300, 300 + places))
    row = [b"\x5b" + copy for copy in copies]
    call = f"0 0 32 0 0 {_other(0)}"
    begin = f"{len(head)} 0 MSTORE"
    warm = " ".join([begin, *[f"{call} GAS CALL POP"] * 6, begin])
    step = f"0 MLOAD {len(row[0])} ADD 0 MSTORE {call} 150 CALL POP"
    others = (head + b"".join(row) + b"\0",)
    return Waste("paths that are cut short", _loop(step, warm), others=others)


def _computing() -> Iterator[Waste]:
    yield Waste("paths that cross: PC", _crossing("PC POP"))
    yield Waste("paths that cross: GAS", _crossing("GAS POP"))
    yield Waste("paths that cross: JUMPI", _crossing("CALLDATASIZE 0 JUMPI"))
    copies = " ".join(f"{_COPIED} {at} 0 CODECOPY" for at in range(100))
    yield Waste("paths that cross: CODECOPY", _crossing(copies))
    yield _cut_short()
    yield Waste("a loop", _loop("1 POP"))
    yield Waste("JUMPDEST", assemble("JUMPDEST " * 20_000 + "0 JUMP"))
    yield Waste("GAS", _many("GAS POP"))
    yield Waste("ADDMOD", _many(f"{_P} {_P - 2} {_P - 4} ADDMOD POP"))
    yield Waste("MULMOD", _many(f"{_P} {_P - 2} {_P - 4} MULMOD POP"))
    yield Waste("SDIV", _many(f"{_P} {2**256 - 5} SDIV POP"))
    yield Waste("EXP of 32 bytes", _many(f"{2**256 - 1} {2**256 - 3} EXP POP"))
    yield Waste("EXP of 1 byte", _many("255 3 EXP POP"))
    yield Waste("KECCAK256 of nothing", _many("0 0 SHA3 POP"))
    yield Waste("KECCAK256 of 300 kB", _many("300_000 0 SHA3 POP"))
    yield Waste("MSTORE", _many("7 0 MSTORE"))
    yield Waste("MCOPY of 300 kB", _many("300_000 32 0 MCOPY"))
    yield Waste("CALLDATACOPY of 300 kB", _many("300_000 0 0 CALLDATACOPY"))
    yield Waste("CODECOPY of 300 kB", _many("300_000 0 0 CODECOPY"))
    yield Waste("EXTCODECOPY of 24 kB", _many("24_000 0 0 ADDRESS EXTCODECOPY"))
    yield Waste("EXTCODECOPY of nothing", _many("0 0 0 ADDRESS EXTCODECOPY"))
    yield Waste("BLOCKHASH", _many("0 BLOCKHASH POP"))
    yield Waste("BLOCKHASH of nothing", _many("GAS BLOCKHASH POP"))
    for name in (
        "COINBASE",
        "PREVRANDAO",
        "GASLIMIT",
        "BASEFEE",
        "BLOBBASEFEE",
        "SELFBALANCE",
        "ADDRESS",
        "CALLER",
        "TIMESTAMP",
    ):
        yield Waste(name, _many(f"{name} POP"))
    yield Waste("BLOBHASH", _many("0 BLOBHASH POP"))


def _state() -> Iterator[Waste]:
    yield Waste("SLOAD, warm", _many("0 SLOAD POP"))
    yield Waste("SLOAD, cold", _many("DUP1 SLOAD POP 1 ADD", "0"))
    yield Waste("SSTORE, warm", _many("GAS 0 SSTORE"))
    yield Waste("SSTORE, cold", _many("1 DUP2 SSTORE 1 ADD", "0"))
    yield Waste("TLOAD", _many("0 TLOAD POP"))
    yield Waste("TSTORE", _many("GAS 0 TSTORE"))
    yield Waste("BALANCE, warm", _many("ADDRESS BALANCE POP"))
    yield Waste("BALANCE, cold", _many("DUP1 BALANCE POP 1 ADD", "999"))
    yield Waste("EXTCODEHASH", _many("ADDRESS EXTCODEHASH POP"))
    yield Waste("EXTCODESIZE", _many("ADDRESS EXTCODESIZE POP"))
    yield Waste("LOG0", _many("0 0 LOG0"))
    yield Waste("LOG4", _many("1 2 3 4 0 0 LOG4"))
    yield Waste("LOG0 of 30 kB", _many("30_000 0 LOG0"))


def _messages() -> Iterator[Waste]:
    yield Waste("CALL of itself", _loop("0 0 0 0 0 ADDRESS GAS CALL POP"))
    yield Waste("DELEGATECALL of itself", _loop("0 0 0 0 ADDRESS GAS DELEGATECALL POP"))
    yield Waste("STATICCALL of itself", _loop("0 0 0 0 ADDRESS GAS STATICCALL POP"))
    yield Waste("CALL of nobody", _many("0 0 0 0 0 99 GAS CALL POP"))
    yield Waste("CALL with value", _many("0 0 0 0 1 99 GAS CALL POP"))
    yield Waste(
        "CALL of itself after SSTORE",
        _loop("GAS 0 SSTORE 0 0 0 0 0 ADDRESS GAS CALL POP"),
    )
    yield Waste("LOG0 at depth", _loop("0 0 LOG0 0 0 0 0 0 ADDRESS GAS CALL POP"))
    yield Waste("CREATE of nothing", _many("0 0 0 CREATE POP"))
    init = "0x5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b00"
    yield Waste(
        "CREATE of 49 kB",
        _many(
            "GAS 0 MSTORE 49_152 0 0 CREATE POP",
            f"{init} 64 MSTORE 49_000 96 64 MCOPY",
            5,
        ),
    )


def _crowds() -> Iterator[Waste]:
    """Yield what makes others' accounts part of each message or of each revert."""
    crowd = (assemble("0 0 SSTORE"),) * _CROWD
    asked = " ".join(f"0 0 0 0 0 {_other(n)} GAS CALL POP" for n in range(_CROWD))
    one = f"0 0 0 0 0 {_other(_CROWD)} GAS CALL POP"
    for name, end in (("kept", ""), ("undone", "0 0 REVERT")):
        others = (*crowd, assemble(f"GAS 0 TSTORE {end}"))
        yield Waste(
            f"a message, {name}, after {_CROWD} SSTORE",
            _many(one, asked, 20),
            others=others,
        )
    undone = assemble("0 0 SSTORE 0 0 REVERT")
    balances = " ".join(f"{_other(n)} BALANCE POP" for n in range(_CROWD))
    slots = " ".join(f"{n} SLOAD POP" for n in range(_CROWD))
    at_home = one.replace("0 0 0 0 0", "0 0 0 0").replace(" CALL", " DELEGATECALL")
    others = (*crowd, undone)
    yield Waste(f"{_CROWD} BALANCE, undone", _loop(f"{one} {balances}"), others=others)
    yield Waste(f"{_CROWD} SLOAD, undone", _loop(f"{at_home} {slots}"), others=others)
    yield Waste(f"{_CROWD} CALL, undone", _loop(f"{one} {asked}"), others=others)


def _precompiles() -> Iterator[Waste]:
    g = BN_G1
    yield Waste("ecrecover", _precompile(1, 128), _signature())
    yield Waste("sha256 of nothing", _precompile(2, 0))
    yield Waste("sha256 of 100 kB", _precompile(2, 100_000))
    yield Waste("ripemd160 of nothing", _precompile(3, 0))
    yield Waste("ripemd160 of 100 kB", _precompile(3, 100_000))
    yield Waste("identity of 100 kB", _precompile(4, 100_000))
    for sizes in (
        (1, 32, 1),
        (8, 4_000, 8),
        (16, 4_000, 16),
        (32, 32, 32),
        (64, 900, 64),
        (256, 256, 256),
        (1_024, 3, 1_024),
        (4_000, 1, 4_000),
        (4_000, 0, 1),
        (1, 4_000, 0),
    ):
        body = modexp_input(*sizes)
        yield Waste(f"modexp {sizes}", _precompile(5, len(body)), body)
    yield Waste("bn254 addition", _precompile(6, 128), g + g)
    yield Waste("bn254 multiplication", _precompile(7, 96), g + b"\xff" * 32)
    yield Waste("bn254 pairing", _precompile(8, 192), g + BN_G2)
    yield Waste(
        "blake2f",
        _precompile(9, 213),
        (500_000).to_bytes(4, "big") + bytes(208) + b"\1",
    )
    yield Waste("blake2f, no round", _precompile(9, 213), bytes(212) + b"\1")


BN_G1 = (1).to_bytes(32, "big") + (2).to_bytes(32, "big")
BN_G2 = bytes.fromhex(
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"
)


def _signature() -> bytes:
    from coincurve import PrivateKey

    digest = b"\x11" * 32
    signed = PrivateKey(b"\x01" * 32).sign_recoverable(digest, hasher=None)
    return digest + (27 + signed[64]).to_bytes(32, "big") + signed[:64]


def measure(waste: Waste) -> float:
    """Return the CPU that a million gas takes, in ms: the least of some times.

    What else the machine does makes it longer, never shorter.
    """
    return min(_measure_once(waste) for _ in range(_TIMES))


def _measure_once(waste: Waste) -> float:
    read_program.cache_clear()  # compiling is part of it
    engine = LocalEngine(read_config(), lambda: 1_800_000_000)
    wallet = Wallet()
    for runtime in (*waste.others, waste.runtime):
        engine.send_raw(wallet.sign(data=deployment(runtime), gas=10_000_000))
    receipt = engine.chain.head.receipts[0]
    if receipt.created is None:
        raise RuntimeError(f"{waste.name}: not deployed")
    call = Call(wallet.address, receipt.created, 0, waste.payload, _GAS, 0)
    begun = time.thread_time()
    outcome = engine.chain.simulate_next(call, timestamp=1_900_000_000)
    return (time.thread_time() - begun) * 1e9 / outcome.gas_used


def main(wanted: Sequence[str]) -> None:
    """Print every use whose name has one of the words; all if there are none."""
    for waste in wastes():
        if wanted and not any(word in waste.name for word in wanted):
            continue
        print(f"{waste.name:35} {measure(waste):9,.0f} ms CPU a million gas")


if __name__ == "__main__":
    run_stoppable(main, sys.argv[1:])
