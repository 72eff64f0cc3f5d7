"""Execute one message on state, as a transaction or a call, by the rules of Prague.

In: a `Call`. Out: an `Outcome`. The sender is charged, what is warm from the start is
marked, the message runs (interpreter.py), and gas, logs and touched accounts are
settled. block_run.py does so for the transactions of a block.

Results are a function of the arguments alone: time, randomness and parents come in
with the `Environment`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from eth.abc import ComputationAPI
from eth.constants import CREATE_CONTRACT_ADDRESS
from eth.exceptions import ContractCreationCollision, Revert
from eth.vm.forks.spurious_dragon._utils import collect_touched_accounts
from eth.vm.message import Message
from eth_typing import Address, Hash32

from node import rlp
from node.admission import (
    AccessList,
    check_initcode,
    floor_gas,
    intrinsic_gas,
)
from node.block import Log
from node.errors import (
    GasLimitError,
    InsufficientFundsError,
)
from node.evm.failing import Trace, failure_words, trace
from node.evm.interpreter import RIPEMD160, Computation
from node.evm.state import (
    Environment,
    State,
    open_state,
)
from node.hashing import keccak
from node.rlp import encode_integer

_REFUND_QUOTIENT = 5  # EIP-3529


@dataclass(frozen=True, slots=True)
class Call:
    """Hold a message to run as a transaction would.

    gas_price: wei per unit of gas, what GASPRICE answers.
    """

    sender: Address
    to: Address | None
    value: int
    payload: bytes
    gas: int
    gas_price: int
    access_list: AccessList = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold what a message did.

    gas_used: after refunds, at least the EIP-7623 floor; gas_limit_used: before
    refunds, the least limit under which it could have run.
    output: return data, revert data or nothing.
    failure: why it failed, None on success. creations: contracts that it tried to make.
    trace: if all of it failed, the way to the message inside whose failure was the
    cause; None if there was none inside.
    """

    succeeded: bool
    reverted: bool
    output: bytes
    gas_used: int
    gas_limit_used: int
    logs: tuple[Log, ...]
    created: Address | None
    failure: str | None
    creations: int
    trace: Trace | None = None


def simulate(
    nodes: Mapping[bytes, bytes], root: Hash32, environment: Environment, call: Call
) -> Outcome:
    """Run a call on the state after a block; gas is free whatever its price.

    Raises: GasLimitError, InsufficientFundsError.
    """
    return run_free(open_state(nodes, root, environment), call)


def run_free(state: State, call: Call) -> Outcome:
    """Run a call on a state, for no gas; raises as `simulate` does."""
    balance = state.get_balance(call.sender)
    if balance < call.value:
        raise InsufficientFundsError(needed=call.value, found=balance)
    check_initcode(call.payload, creates=call.to is None)
    needed = max(_intrinsic(call), floor_gas(call.payload))
    if call.gas < needed:
        raise GasLimitError(f"intrinsic gas too low: has {call.gas}, needs {needed}")
    return run_call(state, call, fee=0, tip=0)


def _intrinsic(call: Call) -> int:
    return intrinsic_gas(
        call.payload, creates=call.to is None, access_list=call.access_list
    )


def run_call(state: State, call: Call, *, fee: int, tip: int) -> Outcome:
    """Charge the sender, run the message, settle.

    fee: what the sender pays, tip: what of it the beneficiary gets, wei per gas.
    """
    state.delta_balance(call.sender, -call.gas * fee)
    nonce = state.get_nonce(call.sender)
    state.increment_nonce(call.sender)
    message = _message(state, call, nonce)
    _warm(state, call, message)
    computation = _compute(state, call, message)
    outcome = _settle(call, message, computation)
    state.delta_balance(call.sender, (call.gas - outcome.gas_used) * fee)
    if tip:
        state.delta_balance(state.coinbase, outcome.gas_used * tip)
    _clear(state, computation)
    return outcome


def _message(state: State, call: Call, nonce: int) -> Message:
    gas = call.gas - _intrinsic(call)
    if call.to is not None:
        return Message(
            gas=gas,
            to=call.to,
            sender=call.sender,
            value=call.value,
            data=call.payload,
            code=state.get_code(call.to),
        )
    return Message(
        gas=gas,
        to=CREATE_CONTRACT_ADDRESS,
        sender=call.sender,
        value=call.value,
        data=b"",
        code=call.payload,
        create_address=created_address(call.sender, nonce),
    )


def created_address(sender: Address, nonce: int) -> Address:
    """Return the address of the contract that a transaction creates."""
    return Address(keccak(rlp.encode([sender, encode_integer(nonce)]))[-20:])


def _warm(state: State, call: Call, message: Message) -> None:
    """Mark what EIP-2929 and EIP-2930 make cheap from the start.

    Not here: precompiles, which are so always (`State.is_address_warm`), and who gets
    the fees (EIP-3651), whom py-evm marks where it makes a computation.
    """
    state.mark_address_warm(call.sender)
    state.mark_address_warm(message.storage_address)
    for address, slots in call.access_list:
        state.mark_address_warm(address)
        for slot in slots:
            state.mark_storage_warm(address, slot)


def _compute(state: State, call: Call, message: Message) -> Computation:
    context = state.get_transaction_context_class()(
        gas_price=call.gas_price, origin=call.sender
    )
    if not message.is_create:
        return _ours(Computation.apply_message(state, message, context))
    if state.has_code_or_nonce(message.storage_address):
        collided = Computation(state, message, context)
        collided.error = ContractCreationCollision("address is taken")
        return collided
    return _ours(Computation.apply_create_message(state, message, context))


def _ours(computation: ComputationAPI) -> Computation:
    """Say what py-evm's types do not: computations are of the class that is asked."""
    return cast("Computation", computation)


def _settle(call: Call, message: Message, computation: ComputationAPI) -> Outcome:
    spent = call.gas - computation.get_gas_remaining()
    refund = min(computation.get_gas_refund(), spent // _REFUND_QUOTIENT)
    floor = floor_gas(call.payload)
    error = computation.error if computation.is_error else None
    return Outcome(
        succeeded=error is None,
        reverted=isinstance(error, Revert),
        output=computation.output,
        gas_used=max(spent - refund, floor),
        gas_limit_used=max(spent, floor),
        logs=tuple(
            Log(
                Address(address),
                tuple(Hash32(t.to_bytes(32, "big")) for t in topics),
                payload,
            )
            for address, topics, payload in computation.get_log_entries()
        ),
        created=message.storage_address if call.to is None and not error else None,
        failure=None if error is None else failure_words(error),
        creations=len(computation.contracts_created),
        trace=trace(computation),
    )


def _clear(state: State, computation: Computation) -> None:
    """Remove destructed and touched empty accounts (EIP-161), end the transaction."""
    for address in computation.get_accounts_for_deletion():
        state.delete_account(address)
    touched = collect_touched_accounts(computation) | computation.touched
    if computation.touched_ripemd:
        touched |= {RIPEMD160}
    for address in touched:
        if state.account_exists(address) and state.account_is_empty(address):
            state.delete_account(address)
    state.clear_transient_storage()
