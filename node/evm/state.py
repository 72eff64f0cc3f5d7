"""Open, read, prove and begin the state of accounts.

A state is named by its root; every root ever committed stays readable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from eth.abc import AccountDatabaseAPI, AtomicDatabaseAPI
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.cancun.constants import (
    BEACON_ROOTS_ADDRESS,
    BEACON_ROOTS_CONTRACT_CODE,
)
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.constants import (
    HISTORY_STORAGE_ADDRESS,
    HISTORY_STORAGE_CONTRACT_CODE,
)
from eth.vm.forks.prague.state import PragueState
from eth_typing import Address, BlockNumber, Hash32
from trie.hexary import HexaryTrie
from typing_extensions import override

from node import rlp
from node.admission import Account
from node.block import BASE_FEE, EMPTY_CODE_HASH, EMPTY_ROOT, ZERO_ADDRESS, ZERO_HASH
from node.evm.accounts import Accounts
from node.evm.interpreter import Computation
from node.evm.momentary import Momentary
from node.hashing import keccak
from node.permissions import (
    LOCK_SLOT,
    PERMISSIONS,
    PERMISSIONS_CODE,
    Rules,
    Standing,
)

Nodes = MutableMapping[bytes, bytes]

# The contracts of EIP-4788 and EIP-2935, and this chain's own.
_SYSTEM = {
    Address(BEACON_ROOTS_ADDRESS): BEACON_ROOTS_CONTRACT_CODE,
    Address(HISTORY_STORAGE_ADDRESS): HISTORY_STORAGE_CONTRACT_CODE,
    PERMISSIONS: PERMISSIONS_CODE,
}


@dataclass(frozen=True, slots=True)
class Environment:
    """Hold what opcodes can see of the block around a transaction.

    timestamp: seconds since 1970. gas_limit: gas.
    ancestors: yields the hashes of earlier blocks, the parent's first.
    base_fee: wei per unit of gas.
    """

    chain_id: int
    number: int
    timestamp: int
    gas_limit: int
    ancestors: Callable[[], Iterable[Hash32]]
    beneficiary: Address = ZERO_ADDRESS
    prev_randao: Hash32 = ZERO_HASH
    parent_hash: Hash32 = ZERO_HASH
    parent_beacon_root: Hash32 = ZERO_HASH
    base_fee: int = BASE_FEE


@dataclass(frozen=True, slots=True)
class Proof:
    """Hold an account, some of its slots and the trie nodes that prove them.

    account_nodes, slots[..][2]: RLP of the nodes from the root down.
    """

    account: Account
    storage_root: Hash32
    account_nodes: tuple[bytes, ...]
    slots: tuple[tuple[int, int, tuple[bytes, ...]], ...]


_ANCESTORS = 256  # blocks whose hashes a contract may see


class State(PragueState):
    """Hold accounts under execution, on our interpreter and our accounts."""

    computation_class: type[PragueComputation] = Computation
    account_db_class = cast("type[AccountDatabaseAPI]", Accounts)
    _account_db: Any  # an `Accounts`

    @override
    def set_system_contracts(self) -> None:
        """Leave them alone: genesis put them there."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.accounts: Accounts = self._account_db
        self.journal = self.accounts.journal
        self.momentary = Momentary(self.journal)
        self._coming = iter(self.execution_context.prev_hashes)
        self._ancestors: list[int] = []  # the parent's hash first

    # Snapshots nest, and the last one ends first; one that is kept needs nothing.

    @override
    def snapshot(self) -> Any:
        return self.journal.point()

    @override
    def revert(self, snapshot: Any) -> None:
        self.journal.undo(snapshot)

    @override
    def commit(self, snapshot: Any) -> None:
        """Keep what changed since: it is undone with what is around it, if at all."""

    @override
    def lock_changes(self) -> None:
        """Begin a transaction."""
        self.accounts.lock_changes()
        self.momentary.begin()

    def ancestor(self, number: int) -> int:
        """Return the hash of one of the last 256 blocks; 0 of any other."""
        back = self.block_number - number - 1
        if not 0 <= back < _ANCESTORS:
            return 0
        for digest in islice(self._coming, max(0, back + 1 - len(self._ancestors))):
            self._ancestors.append(int.from_bytes(digest, "big"))
        return self._ancestors[back] if back < len(self._ancestors) else 0

    # What ends with a transaction

    @override
    def is_address_warm(self, address: Address) -> bool:
        precompiles = self.computation_class.get_precompiles()
        return self.momentary.is_warm(address) or address in precompiles

    @override
    def mark_address_warm(self, address: Address) -> None:
        self.momentary.make_warm(address)

    @override
    def is_storage_warm(self, address: Address, slot: int) -> bool:
        return self.momentary.is_warm((address, slot))

    @override
    def mark_storage_warm(self, address: Address, slot: int) -> None:
        self.momentary.make_warm((address, slot))

    @override
    def clear_transient_storage(self) -> None:
        self.momentary.clear_slots()

    # What makes another program be run

    @override
    def set_code(self, address: Address, code: bytes) -> None:
        self.momentary.forget_callees()
        super().set_code(address, code)

    @override
    def delete_code(self, address: Address) -> None:
        self.momentary.forget_callees()
        super().delete_code(address)

    @override
    def delete_account(self, address: Address) -> None:
        self.momentary.forget_callees()
        super().delete_account(address)


_NOWHERE = Environment(
    chain_id=0, number=0, timestamp=0, gas_limit=0, ancestors=lambda: ()
)


def open_state(
    nodes: Mapping[bytes, bytes], root: Hash32, environment: Environment = _NOWHERE
) -> State:
    """Open the state with this root; writes stay inside until it is persisted.

    nodes: a `Nodes` if it will be.
    """
    context = ExecutionContext(
        coinbase=environment.beneficiary,
        timestamp=environment.timestamp,
        block_number=BlockNumber(environment.number),
        difficulty=0,
        mix_hash=environment.prev_randao,
        gas_limit=environment.gas_limit,
        prev_hashes=environment.ancestors(),
        chain_id=environment.chain_id,
        base_fee_per_gas=environment.base_fee,
        excess_blob_gas=0,
    )
    return State(cast("AtomicDatabaseAPI", nodes), context, root)


def read_account(state: State, address: Address) -> Account:
    """Return an account; one that does not exist is empty."""
    return Account(
        nonce=state.get_nonce(address),
        balance=state.get_balance(address),
        code_hash=state.get_code_hash(address),
    )


def read_standing(state: State, sender: Address, rules: Rules) -> Standing:
    """Return what the state lets a sender do."""
    rights = state.get_storage(PERMISSIONS, int.from_bytes(sender, "big"))
    return Standing(
        rights=rights,
        locked=bool(state.get_storage(PERMISSIONS, LOCK_SLOT)),
        is_stranger=not (rights or rules.anyone_sends),
    )


def reaches_contract(state: State, target: Address | None) -> bool:
    """Say whether an address has code that transactions made."""
    return (
        target is not None
        and target not in _SYSTEM
        and state.get_code_hash(target) != EMPTY_CODE_HASH
    )


def begin_state(
    nodes: Nodes,
    balances: Iterable[tuple[Address, int]],
    rights: Mapping[Address, int],
) -> Hash32:
    """Write the state of genesis and return its root.

    It holds the balances, in wei, what addresses may do, and the system contracts.
    """
    state = open_state(nodes, EMPTY_ROOT)
    for address, balance in balances:
        state.set_balance(address, balance)
    for address, code in _SYSTEM.items():
        state.set_code(address, code)
        state.set_nonce(address, 1)
    for address, bits in rights.items():
        state.set_storage(PERMISSIONS, int.from_bytes(address, "big"), bits)
    state.persist()
    return state.state_root


def prove(
    nodes: Mapping[bytes, bytes],
    root: Hash32,
    *,
    address: Address,
    slots: Iterable[int],
) -> Proof:
    """Collect the Merkle proofs of an account and of storage slots, EIP-1186."""
    known = cast("dict[bytes, bytes]", nodes)  # only ever read
    accounts = HexaryTrie(known, root)
    key = keccak(address)
    encoded = accounts.get(key)
    nonce, balance, storage_root, code_hash = (
        _strings(encoded) if encoded else (b"", b"", EMPTY_ROOT, EMPTY_CODE_HASH)
    )
    storage = HexaryTrie(known, storage_root)
    return Proof(
        account=Account(
            nonce=int.from_bytes(nonce, "big"),
            balance=int.from_bytes(balance, "big"),
            code_hash=code_hash,
        ),
        storage_root=Hash32(storage_root),
        account_nodes=_path(accounts, key),
        slots=tuple(_prove_slot(storage, slot) for slot in slots),
    )


def _prove_slot(storage: HexaryTrie, slot: int) -> tuple[int, int, tuple[bytes, ...]]:
    key = keccak(slot.to_bytes(32, "big"))
    encoded = storage.get(key)
    value = int.from_bytes(cast("bytes", rlp.decode(encoded)), "big") if encoded else 0
    return slot, value, _path(storage, key)


def _strings(encoded: bytes) -> list[bytes]:
    """Decode a list that this node itself wrote: it holds strings only."""
    return cast("list[bytes]", rlp.decode(encoded))


def _path(trie: HexaryTrie, key: bytes) -> tuple[bytes, ...]:
    found: tuple[list[bytes], ...] = trie.get_proof(key)  # type: ignore[no-untyped-call]
    return tuple(rlp.encode(node) for node in found if node)
