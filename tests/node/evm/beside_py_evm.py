"""Run code by our interpreter and by py-evm's own loop, and compare what they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

from eth.db.account import AccountDB
from eth.db.atomic import AtomicDB
from eth.db.backends.memory import MemoryDB
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.opcodes import PRAGUE_OPCODES
from eth.vm.forks.prague.state import PragueState
from eth.vm.message import Message
from eth.vm.opcode_values import SELFDESTRUCT
from eth_typing import Address, Hash32
from eth_utils.encoding import int_to_big_endian

from node.block import EMPTY_ROOT
from node.evm.execute import _clear
from node.evm.interpreter import Computation
from node.evm.state import Environment, State, open_state
from node.hashing import keccak
from tests.node.bytecode import assemble
from tests.node.evm.drawn_programs import Call

CODE = Address(b"\xc0" * 20)
CALLEE = Address(b"\xca" * 20)
SENDER = Address(b"\x5e" * 20)
DATA = bytes(range(1, 101))


class _Reference(PragueComputation):
    """py-evm's interpreter; the precompiles have their own tests."""

    _precompiles = Computation._precompiles
    touched: frozenset[Address] = frozenset()  # it keeps all messages instead
    touched_ripemd = False
    opcodes = PRAGUE_OPCODES | {SELFDESTRUCT: Computation.opcodes[SELFDESTRUCT]}


@dataclass(frozen=True)
class Effects:
    """Hold all that a message can leave; warm: accounts, and slots of each."""

    failed: bool
    gas: int
    output: bytes
    refund: int
    logs: Any
    warm: frozenset[bytes]
    root: bytes


class _Theirs(PragueState):
    """py-evm's state, whose own opcodes for slots run on its own accounts."""

    computation_class = _Reference
    account_db_class = AccountDB
    set_system_contracts = State.set_system_contracts


def py_evms_state(nodes: dict[bytes, bytes], block: Any) -> PragueState:
    """Return an empty state as py-evm holds it; block: its context of execution."""
    return _Theirs(AtomicDB(MemoryDB(nodes)), block, EMPTY_ROOT)


def run(
    kind: type[PragueComputation],
    code: bytes,
    gas: int,
    others: Mapping[Address, bytes] = MappingProxyType({}),
) -> Effects:
    """Run code, beside other contracts, to its end and look at all it left."""
    state = _empty(kind)
    state.set_code(CODE, code)
    # Answers with its own input, reversed in roles: caller first.
    state.set_code(
        CALLEE, assemble("CALLER 0 MSTORE CALLDATASIZE 32 MSTORE 64 0 RETURN")
    )
    for address, other in others.items():
        state.set_code(address, other)
        state.set_storage(address, 1, 5)
    for address in (CODE, SENDER, *others):
        state.set_balance(address, 10**18)
    state.set_storage(CODE, 1, 5)
    state.persist()
    return _send(kind, state, Message(gas, CODE, SENDER, 9, DATA, code))


def _empty(kind: type[PragueComputation]) -> Any:
    """Return a state without accounts, ours or py-evm's."""
    environment = Environment(
        chain_id=7,
        number=300,
        timestamp=1_700_000_000,
        gas_limit=60_000_000,
        ancestors=lambda: [keccak(bytes([n])) for n in range(256)],
        beneficiary=Address(b"\xbe" * 20),
        prev_randao=Hash32(b"\x77" * 32),
    )
    nodes: dict[bytes, bytes] = {}
    state = open_state(nodes, EMPTY_ROOT, environment)
    if kind is _Reference:
        return py_evms_state(nodes, state.execution_context)
    return state


def _send(kind: type[PragueComputation], state: Any, message: Message) -> Effects:
    """Run a message as the only one of a transaction."""
    state.lock_changes()
    state.mark_address_warm(message.to)
    context = state.get_transaction_context_class()(gas_price=3, origin=SENDER)
    done = kind.apply_message(state, message, context)
    warm = _warm(state)
    _clear(state, cast("Computation", done))
    return Effects(
        failed=done.is_error,
        gas=done.get_gas_remaining(),
        output=done.output,
        refund=done.get_gas_refund(),
        logs=done.get_log_entries(),
        warm=warm,
        root=state.make_state_root(),
    )


def _send_all(
    kind: type[PragueComputation], codes: Mapping[Address, bytes], calls: Sequence[Call]
) -> list[Effects]:
    """Send messages to contracts, one after the other, on one state."""
    state = _empty(kind)
    for address, code in codes.items():
        state.set_code(address, code)
        state.set_storage(address, 1, 5)
    state.persist()
    return [
        _send(
            kind,
            state,
            Message(call.gas, call.target, SENDER, 0, call.payload, codes[call.target]),
        )
        for call in calls
    ]


def _warm(state: Any) -> frozenset[bytes]:
    """Return what is warm as py-evm notes it."""
    if isinstance(state, State):
        return frozenset(
            each if isinstance(each, bytes) else each[0] + int_to_big_endian(each[1])
            for each in state.momentary.warm()
        )
    journal = cast("Any", state._account_db)._journal_accessed_state
    return frozenset(journal.diff().pending_keys())


def compare(
    code: bytes,
    gas: int = 200_000,
    others: Mapping[Address, bytes] = MappingProxyType({}),
) -> Effects:
    """Require that ours and py-evm's leave the same; returns it."""
    ours = run(Computation, code, gas, others)
    assert ours == _run_theirs(code, gas, frozenset(others.items()))
    return ours


@lru_cache(maxsize=4_096)  # ours is compared twice: compiled, and not
def _run_theirs(
    code: bytes, gas: int, others: frozenset[tuple[Address, bytes]]
) -> Effects:
    return run(_Reference, code, gas, dict(others))


def compare_all(codes: Mapping[Address, bytes], calls: Sequence[Call]) -> list[Effects]:
    """Require that ours and py-evm's leave the same after each message; returns it."""
    ours, theirs = (_send_all(k, codes, calls) for k in (Computation, _Reference))
    assert ours == theirs
    return ours
