"""Which call failed first, and through which, as the reporter tells it."""

from __future__ import annotations

import pytest

from node.config import Config
from node.engine.local import LocalEngine
from node.errors import WouldFailError
from node.evm.execute import Call, Outcome
from node.evm.failing import Trace
from node.naming.dictionary import Dictionary
from node.naming.path import PathSpeller
from tests.node.bytecode import COUNTER, assemble, deployment
from tests.node.strict import deploy, stranger, strict_engine
from tests.node.wallet import Wallet

_NAMES = PathSpeller(Dictionary({}, {}, {}), lambda at: "ABCDEFGH"[at[-1] % 8])
# Calls what its input names with the rest of it, and hands on a failure with its words.
_PASS_ON = assemble(
    "32 CALLDATASIZE SUB 32 0 CALLDATACOPY"
    " 0 0 32 CALLDATASIZE SUB 0 0 0 CALLDATALOAD GAS CALL 30 JUMPI"
    " RETURNDATASIZE 0 0 RETURNDATACOPY RETURNDATASIZE 0 REVERT JUMPDEST"
)
# Calls itself with one byte less, and fails when none is left or the call comes back.
_ITSELF = assemble(
    "CALLDATASIZE ISZERO 25 JUMPI"
    " 0 0 1 CALLDATASIZE SUB 0 0 ADDRESS GAS CALL POP 0 0 REVERT"
    " INVALID INVALID INVALID INVALID INVALID JUMPDEST INVALID"
)


def _run(engine: LocalEngine, wallet: Wallet, source: bytes, data: bytes) -> Outcome:
    """Call a contract of this code."""
    at = deploy(engine, deployment(source), wallet)
    call = Call(wallet.address, at, 0, data, 5_000_000, 0)  # type: ignore[arg-type]
    return engine.chain.simulate(call, engine.chain.head)


def _spell(outcome: Outcome) -> str:
    return _NAMES.spell_failure(outcome.failure or "", outcome.output, outcome.trace)


def _call(target: int, gas: str = "GAS", size: int = 0, after: str = "") -> bytes:
    return assemble(f"0 0 {size} 0 0 {target:#x} {gas} CALL {after}")


_REVERT = "0 0 REVERT"
_PAIRING = "precompile pairing"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (_call(0x0F, "9", 384, _REVERT), f" -> {_PAIRING}: out of gas"),
        (_call(0x0F, after=_REVERT), f" -> {_PAIRING}: input: wrong length"),
        (_call(0x08, "GAS", 7, _REVERT), " -> precompile bn254 pairing: "),
        (_call(0x03, "9", after=_REVERT), " -> precompile ripemd160: out of gas"),
        (_call(0x0A, after="INVALID"), "invalid instruction, after "),
        (assemble("0xfe 0 MSTORE8 1 0 0 CREATE 0 0 REVERT"), " -> new contract."),
    ],
)
def test_what_failed_inside_is_told(
    engine: LocalEngine, wallet: Wallet, source: bytes, expected: str
) -> None:
    assert expected in _spell(_run(engine, wallet, source, b""))


@pytest.mark.parametrize(
    "source",
    [
        _call(0x0F, after="STOP"),  # it put up with it
        _call(0x04, after=_REVERT),  # nothing failed inside
        assemble("0x0f SELFBALANCE 0 0 REVERT"),
        assemble("STOP"),
    ],
)
def test_what_succeeds_or_fails_by_itself_has_no_path(
    engine: LocalEngine, wallet: Wallet, source: bytes
) -> None:
    assert _run(engine, wallet, source, b"").trace is None


def test_the_innermost_reason_is_told_at_the_end_of_the_path(
    engine: LocalEngine, wallet: Wallet
) -> None:
    at = [deploy(engine, deployment(code), wallet) for code in (_PASS_ON, COUNTER)]
    data = b"".join(bytes(12) + one for one in at) + b"\x01"
    spelt = _spell(_run(engine, wallet, _PASS_ON, data))
    path, _, reason = spelt.partition(": ")
    assert path.count(" -> ") == 2
    assert reason == "counter: closed"


def test_a_path_of_many_calls_keeps_both_ends(
    engine: LocalEngine, wallet: Wallet
) -> None:
    trace = _run(engine, wallet, _ITSELF, bytes(60)).trace
    assert trace is not None
    assert len(trace.steps) == 8
    assert trace.failure == "invalid instruction"
    assert trace.skipped == 61 - 8
    assert " -> (53 more) -> " in _NAMES.spell_failure("", b"", trace)


def test_what_a_contract_says_is_kept_up_to_a_bound(
    engine: LocalEngine, wallet: Wallet
) -> None:
    at = deploy(engine, deployment(assemble("100000 0 REVERT")), wallet)
    outcome = _run(engine, wallet, _PASS_ON, bytes(12) + at)
    assert len(outcome.output) == 100_000
    assert outcome.trace is not None
    assert len(outcome.trace.output) == 4_096


def test_a_refusal_of_what_would_fail_has_the_path(
    config: Config,
) -> None:
    engine = strict_engine(config)
    at = deploy(engine, deployment(_call(0x0F, after=_REVERT)), Wallet())
    with pytest.raises(WouldFailError) as refusal:
        engine.send_raw(stranger().sign(to=at, gas=500_000))
    assert isinstance(refusal.value.trace, Trace)
