"""Put contracts into the first state: their own code runs, at an address that is given.

So a chain can begin with a contract that its nodes know, as its constructor made it.
"""

from __future__ import annotations

from collections.abc import Iterable

from eth.constants import CREATE_CONTRACT_ADDRESS
from eth.vm.message import Message
from eth_typing import Address, Hash32

from node.block import ZERO_ADDRESS
from node.config import PlacedContract
from node.errors import ConfigError
from node.evm.interpreter import Computation
from node.evm.state import Environment, Nodes, State, open_state
from node.rpc.revert import revert_message


def place_contracts(
    nodes: Nodes,
    root: Hash32,
    environment: Environment,
    contracts: Iterable[PlacedContract],
) -> Hash32:
    """Make each contract where it shall stand; returns the root of the state after.

    Nobody is the sender. Raises: ConfigError with the reason of the one that refuses.
    """
    state = open_state(nodes, root, environment)
    for each in contracts:
        address = Address(bytes.fromhex(each.address[2:]))
        _place(state, address, bytes.fromhex(each.initcode[2:]), environment.gas_limit)
    state.persist()
    return state.state_root


def _place(state: State, address: Address, initcode: bytes, gas: int) -> None:
    subject = f"contract 0x{address.hex()}"
    if state.has_code_or_nonce(address):
        raise ConfigError((subject, "stands where another one does"))
    state.lock_changes()
    state.mark_address_warm(address)
    message = Message(
        gas=gas,
        to=CREATE_CONTRACT_ADDRESS,
        sender=ZERO_ADDRESS,
        value=0,
        data=b"",
        code=initcode,
        create_address=address,
    )
    context = state.get_transaction_context_class()(gas_price=0, origin=ZERO_ADDRESS)
    computation = Computation.apply_create_message(state, message, context)
    if computation.is_error:
        fact = f"cannot be made: {revert_message(computation.output)}"
        raise ConfigError((subject, fact))
    state.clear_transient_storage()
