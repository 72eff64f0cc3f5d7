"""Execute transactions and calls on state, by the rules of Prague.

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
from eth.vm.forks.cancun.constants import BEACON_ROOTS_ADDRESS, HISTORY_BUFFER_LENGTH
from eth.vm.forks.prague.constants import HISTORY_SERVE_WINDOW, HISTORY_STORAGE_ADDRESS
from eth.vm.forks.spurious_dragon._utils import collect_touched_accounts
from eth.vm.message import Message
from eth_typing import Address, Hash32

from node import rlp
from node.admission import (
    AccessList,
    check_account,
    check_initcode,
    check_limits,
    floor_gas,
    intrinsic_gas,
)
from node.block import Log, Transaction
from node.errors import (
    BlockFullError,
    FeeError,
    GasLimitError,
    InsufficientFundsError,
    NonceError,
    TransactionRefusedError,
    WouldFailError,
)
from node.evm.failing import Trace, failure_words, trace
from node.evm.interpreter import RIPEMD160, Computation
from node.evm.state import (
    Environment,
    State,
    open_state,
    reaches_contract,
    read_account,
    read_standing,
)
from node.hashing import keccak
from node.permissions import Effect, Rules, check_after, check_before
from node.precompiles import foresee
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
    trace: the way to the message inside that failed first, if one did and so did all.
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


class BlockRun:
    """Execute one block: the system hooks, then transaction by transaction.

    nodes: a `Nodes` if it will be committed; nothing reaches it before.
    rules: what else than Prague's a chain demands. bounded: whether a block's bounds on
    all of it count.
    """

    def __init__(
        self,
        nodes: Mapping[bytes, bytes],
        root: Hash32,
        environment: Environment,
        rules: Rules | None = None,
        *,
        bounded: bool = True,
    ) -> None:
        self._state = open_state(nodes, root, environment)
        self._rules = rules
        self._bounded = bounded
        self._gas_left = environment.gas_limit
        self._size_left = rules.block_size if rules else 0
        # What is refused after it was run takes no gas of the block, and is bounded by
        # as much again: else a proposer would keep every other node busy for nothing.
        self._waste_left = environment.gas_limit
        self._base_fee = environment.base_fee
        self._record_parents(environment)

    def _record_parents(self, environment: Environment) -> None:
        """Write the beacon root (EIP-4788) and the parent's hash (EIP-2935)."""
        slot = environment.timestamp % HISTORY_BUFFER_LENGTH
        beacon_root = int.from_bytes(environment.parent_beacon_root, "big")
        state = self._state
        state.set_storage(BEACON_ROOTS_ADDRESS, slot, environment.timestamp)
        state.set_storage(
            BEACON_ROOTS_ADDRESS, slot + HISTORY_BUFFER_LENGTH, beacon_root
        )
        state.set_storage(
            HISTORY_STORAGE_ADDRESS,
            (environment.number - 1) % HISTORY_SERVE_WINDOW,
            int.from_bytes(environment.parent_hash, "big"),
        )

    def apply(self, tx: Transaction) -> Outcome:
        """Execute a transaction.

        Raises: TransactionRefusedError if it cannot be in this block here; then
        nothing changed.
        """
        self._check_room(tx)
        limit = self._rules.transaction_gas if self._rules else tx.gas
        check_limits(tx, gas_limit=limit)  # whoever proposed it need not have
        if tx.max_fee < self._base_fee:
            raise FeeError(f"maximum fee is below the base fee, {self._base_fee}")
        sender = read_account(self._state, tx.sender)
        check_account(tx, sender)
        if tx.nonce != sender.nonce:
            raise NonceError("too high", expected=sender.nonce, found=tx.nonce)
        self._state.lock_changes()  # before any snapshot: it forgets what is warm
        if self._rules is None:
            outcome = self._run(tx)
        else:
            outcome = self._run_by(self._rules, tx)
        self._gas_left -= outcome.gas_used
        self._size_left -= len(tx.raw)
        return outcome

    def nonce(self, sender: Address) -> int:
        """Return an account's nonce as it is by now."""
        return self._state.get_nonce(sender)

    def _check_room(self, tx: Transaction) -> None:
        if not self._bounded:
            return
        if tx.gas > self._gas_left:
            raise BlockFullError(f"block has {self._gas_left} gas left, asks {tx.gas}")
        if self._rules and len(tx.raw) > self._size_left:
            fact = f"block has {self._size_left} bytes left, it takes {len(tx.raw)}"
            raise BlockFullError(fact)
        if self._waste_left < 0:
            raise BlockFullError("block has been refused as much as it may hold")

    def _run_by(self, rules: Rules, tx: Transaction) -> Outcome:
        """Run what its sender may send, and undo it if its effect may not stay."""
        state = self._state
        standing = read_standing(state, tx.sender, rules)
        reaches = reaches_contract(state, tx.to)
        check_before(tx, standing, rules, reaches_contract=reaches)
        before = state.snapshot()
        outcome = self._run(tx)
        effect = Effect(
            outcome.failure, outcome.output, outcome.creations, len(outcome.logs)
        )
        try:
            check_after(standing, rules, effect)
        except TransactionRefusedError as error:
            state.revert(before)
            self._waste_left -= outcome.gas_used
            if isinstance(error, WouldFailError):
                error.trace = outcome.trace
            raise
        state.commit(before)
        return outcome

    def _run(self, tx: Transaction) -> Outcome:
        foresee(tx.payload)  # once it may run: whoever may not has paid for nothing
        call = Call(
            sender=tx.sender,
            to=tx.to,
            value=tx.value,
            payload=tx.payload,
            gas=tx.gas,
            gas_price=min(tx.max_fee, self._base_fee + tx.priority_fee),
            access_list=tx.access_list,
        )
        return _run(
            self._state, call, fee=call.gas_price, tip=call.gas_price - self._base_fee
        )

    def simulate(self, call: Call) -> Outcome:
        """Run a call as a transaction would run here; gas is free whatever its price.

        Raises: GasLimitError, InsufficientFundsError, OversizedError.
        """
        return _simulate(self._state, call)

    def commit(self) -> Hash32:
        """Write the new state to `nodes` and return its root."""
        self._state.persist()
        return self._state.state_root


def simulate(
    nodes: Mapping[bytes, bytes], root: Hash32, environment: Environment, call: Call
) -> Outcome:
    """Run a call on the state after a block; gas is free whatever its price.

    Raises: GasLimitError, InsufficientFundsError.
    """
    return _simulate(open_state(nodes, root, environment), call)


def _simulate(state: State, call: Call) -> Outcome:
    balance = state.get_balance(call.sender)
    if balance < call.value:
        raise InsufficientFundsError(needed=call.value, found=balance)
    check_initcode(call.payload, creates=call.to is None)
    needed = max(_intrinsic(call), floor_gas(call.payload))
    if call.gas < needed:
        raise GasLimitError(f"intrinsic gas too low: has {call.gas}, needs {needed}")
    return _run(state, call, fee=0, tip=0)


def _intrinsic(call: Call) -> int:
    return intrinsic_gas(
        call.payload, creates=call.to is None, access_list=call.access_list
    )


def _run(state: State, call: Call, *, fee: int, tip: int) -> Outcome:
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
    """Mark what EIP-2929 and EIP-2930 make cheap from the start."""
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
