"""The contracts' own code at any address, called from any account at any time.

A scene is a value: an act that succeeds makes another one, and nothing is undone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from eth_abi.abi import decode
from eth_typing import Address, Hash32

from node.block import EMPTY_ROOT
from node.evm.execute import Call, Outcome, run_call
from node.evm.state import Environment, Nodes, State, open_state
from tests.contracts.chain import GAS, RefusedError
from tests.honest import CHAIN_ID

_ERROR: Final = bytes.fromhex("08c379a0")  # Error(string)
NOBODY: Final = bytes(20)


@dataclass(frozen=True, slots=True)
class Scene:
    """All accounts at a moment; now: Unix seconds."""

    root: Hash32 = EMPTY_ROOT
    now: int = 1
    nodes: Nodes = field(default_factory=dict, repr=False, compare=False)

    def place(self, address: bytes, code: bytes) -> Scene:
        """Put code at an address, whose storage stays."""
        state = self._open()
        state.set_code(Address(address), code)
        return self._keep(state)

    def store(self, address: bytes, values: dict[int, int]) -> Scene:
        """Write slots of a contract's storage."""
        state = self._open()
        for slot, value in values.items():
            state.set_storage(Address(address), slot, value)
        return self._keep(state)

    def create(self, address: bytes, initcode: bytes, *, maker: bytes) -> Scene:
        """Let a contract's constructor run as the code of where it shall stand."""
        placed = self.place(address, initcode)
        code, made = placed._send(address, b"", sender=maker)
        return made.place(address, code)

    def act(self, address: bytes, payload: bytes, *, sender: bytes = NOBODY) -> Scene:
        """Call a contract and keep what that changed; raises RefusedError."""
        return self._send(address, payload, sender=sender)[1]

    def ask(self, address: bytes, payload: bytes, *, sender: bytes = NOBODY) -> bytes:
        """Call a contract and forget what that changed; raises RefusedError."""
        return _call(self._open(), address, payload, sender=sender)

    def at(self, now: int) -> Scene:
        """Give the same accounts at another time."""
        return replace(self, now=now)

    def _send(
        self, address: bytes, payload: bytes, *, sender: bytes
    ) -> tuple[bytes, Scene]:
        state = self._open()
        output = _call(state, address, payload, sender=sender)
        return output, self._keep(state)

    def _open(self) -> State:
        environment = Environment(
            chain_id=CHAIN_ID,
            number=1,
            timestamp=self.now,
            gas_limit=GAS,
            ancestors=lambda: (),
        )
        return open_state(self.nodes, self.root, environment)

    def _keep(self, state: State) -> Scene:
        state.persist()
        return replace(self, root=state.state_root)


def _call(state: State, address: bytes, payload: bytes, *, sender: bytes) -> bytes:
    call = Call(Address(sender), Address(address), 0, payload, GAS, 0)
    state.lock_changes()
    return _accept(run_call(state, call, fee=0, tip=0))


def _accept(outcome: Outcome) -> bytes:
    """Give what was returned; raises RefusedError for a reason of the contract's own.

    Whatever else ends a call, lack of gas or calldata of another form, proves nothing.
    """
    if outcome.succeeded:
        return outcome.output
    assert outcome.output[:4] == _ERROR, outcome.failure
    raise RefusedError(*decode(["string"], outcome.output[4:]))
