"""Answer a consensus engine: one message of ABCI 2.0 in, one out, no socket.

A block of CometBFT without transactions makes no block of the chain: else each would
change the app hash, which is the hash of the chain's head, and a network at rest would
never rest. Nothing reaches the store before `commit`.

Source: CometBFT v0.38, spec/abci.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from eth_typing import Hash32

from node.block import Receipt
from node.engine.comet import abci_pb2 as abci
from node.engine.comet.clock_lead import ClockLead
from node.engine.comet.freshness import Freshness
from node.engine.comet.genesis import is_shared
from node.engine.comet.membership import Membership
from node.engine.comet.misbehaviour import Misbehaviour, Misbehaviours
from node.engine.comet.nonces import EARLY, Nonces
from node.engine.watcher import NOBODY, Watcher
from node.errors import (
    EngineProtocolError,
    ForeignGenesisError,
    HomeLostError,
    NodeError,
    NonceError,
    StoreError,
)
from node.execution import Execution, Proposal

_log = logging.getLogger(__name__)
ACCEPT, REJECT = 1, 2
OK, REVERTED, REFUSED = 0, 1, 2  # codes of a transaction's result
_RANDOM_TAG: Final = b"veche/prev-randao/1"
_RECHECK = 1
_AT_ONCE: Final = tuple(
    bytes([abci.Request.DESCRIPTOR.fields_by_name[name].number << 3 | 2])
    for name in ("query", "flush")
)
"""How messages begin that are answered beside others: each question and its end."""
_PEER_ID: Final = "/p2p/filter/id/"
_PEER_ADDRESS: Final = "/p2p/filter/addr/"
_NO_SNAPSHOT: Final = 2  # abort: a chain is replayed, not copied from a stranger


@dataclass(frozen=True, slots=True)
class _Decided:
    """Hold what a block of the engine became: its height, and a block if any.

    executed: what came of its transactions, None without any. seconds: that this took.
    """

    height: int
    executed: Execution | None
    seconds: float

    @property
    def execution(self) -> Execution | None:
        """Return what becomes a block of the chain, None if nothing was left in."""
        found = self.executed
        return found if found is not None and found.block.transactions else None


class Application:
    """Drive one state machine as a consensus engine says.

    membership: of the machine's chain. genesis: what the network's genesis file must
    say of the chain. on_decided: told of what was executed, block or none, after it is
    kept. watcher: told, too, of what a block's transactions did. now: seconds of a
    clock that nobody sets; it decides when this node proposes, never what a block is.
    """

    def __init__(
        self,
        membership: Membership,
        genesis: bytes,
        misbehaviours: Misbehaviours,
        on_decided: Callable[[Execution], None] = lambda _execution: None,
        watcher: Watcher = NOBODY,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._machine = membership.machine
        self._membership = membership
        self._genesis = genesis
        self._misbehaviours = misbehaviours
        self._on_decided = on_decided
        self._watcher = watcher
        self._freshness = Freshness(now)
        self._nonces = Nonces()
        self.clock = ClockLead(time.time)
        self._decided: _Decided | None = None
        self._answers: dict[str, Callable[[Any], dict[str, Any]]] = {
            "echo": lambda asked: {"echo": asked},
            "flush": lambda _: {"flush": abci.Empty()},
            "info": self._info,
            "init_chain": self._init_chain,
            "query": self._query,
            "check_tx": self._check_tx,
            "prepare_proposal": self._prepare,
            "process_proposal": self._process,
            "finalize_block": self._finalize,
            "commit": self._commit,
            "list_snapshots": lambda _: {"list_snapshots": abci.Empty()},
            "offer_snapshot": lambda _: {
                "offer_snapshot": abci.ResponseVerdict(verdict=_NO_SNAPSHOT)
            },
        }

    def answer_at_once(self, message: bytes) -> bytes | None:
        """Say who may connect, whatever is under way; None if something else is asked.

        The engine gives up on a peer of whom it hears nothing for five seconds, and a
        block may take as long. Raises: as `answer`.
        """
        return self.answer(message) if message.startswith(_AT_ONCE) else None

    def answer(self, message: bytes) -> bytes:
        """Answer one message.

        Raises: EngineProtocolError, ForeignGenesisError, StoreError and what else a
        state machine raises: then this application cannot go on, and must not.
        """
        try:
            request = abci.Request.FromString(message)
        except Exception as error:  # protobuf's own errors have no common root
            raise EngineProtocolError("a message cannot be read") from error
        name = request.WhichOneof("value") or ""
        run = self._answers.get(name)
        if run is None:
            raise EngineProtocolError(f"{name or 'an unknown message'} is not expected")
        return abci.Response(**run(getattr(request, name))).SerializeToString()

    def _info(self, _asked: abci.RequestInfo) -> dict[str, Any]:
        self._nonces.forget()  # an engine that begins holds nothing
        info = self._machine.info()
        return {
            "info": abci.ResponseInfo(
                data="veche",
                app_version=info.app_version,
                last_block_height=info.engine_height,
                last_block_app_hash=info.last_block_app_hash
                if info.engine_height
                else b"",
            )
        }

    def _init_chain(self, asked: abci.RequestInitChain) -> dict[str, Any]:
        if not is_shared(asked.app_state_bytes, self._genesis):
            raise ForeignGenesisError
        powers = {each.pub_key.ed25519: each.power for each in asked.validators}
        self._membership.require_validators(powers)
        head = self._machine.info().last_block_app_hash
        return {"init_chain": abci.ResponseInitChain(app_hash=head)}

    def _query(self, asked: abci.RequestQuery) -> dict[str, Any]:
        """Say who may be a peer: by id, whose holding the engine has proven."""
        path = asked.path
        if path.startswith(_PEER_ADDRESS) or (
            path.startswith(_PEER_ID)
            and self._membership.may_connect(path.removeprefix(_PEER_ID))
        ):
            return {"query": abci.ResponseQuery(code=OK)}
        word = "no node of this network" if path.startswith(_PEER_ID) else "not known"
        return {"query": abci.ResponseQuery(code=REFUSED, log=word)}

    def _check_tx(self, asked: abci.RequestCheckTx) -> dict[str, Any]:
        try:
            checked = (
                self._machine.recheck_tx(asked.tx)
                if asked.type == _RECHECK
                else self._machine.check_tx(asked.tx)
            )
        except NodeError as error:
            return {"check_tx": abci.TxResult(code=REFUSED, log=str(error))}
        try:
            self._nonces.take(checked)
        except NonceError as error:
            return {"check_tx": abci.TxResult(code=EARLY, log=str(error))}
        self._freshness.came()
        gas = checked.transaction.gas
        return {"check_tx": abci.TxResult(code=OK, gas_wanted=gas)}

    def _prepare(self, asked: abci.RequestPrepareProposal) -> dict[str, Any]:
        if asked.txs and self._freshness.is_due():
            return {"prepare_proposal": abci.ResponsePrepareProposal()}
        chosen = self._machine.prepare_raw(asked.txs, max_bytes=asked.max_tx_bytes)
        return {"prepare_proposal": abci.ResponsePrepareProposal(txs=chosen)}

    def _process(self, asked: abci.RequestBlock) -> dict[str, Any]:
        verdict = ACCEPT
        if asked.txs:
            self.clock.compare(asked.time.seconds)
            try:
                self._machine.process(self._proposal(asked))
            except NodeError:
                verdict = REJECT
        return {"process_proposal": abci.ResponseVerdict(verdict=verdict)}

    def _finalize(self, asked: abci.RequestBlock) -> dict[str, Any]:
        executed, begun = None, time.perf_counter()
        if asked.txs:
            executed = self._machine.finalize(self._proposal(asked))
        seconds = time.perf_counter() - begun
        self._decided = _Decided(asked.height, executed, seconds)
        execution = self._decided.execution
        self._tell_misbehaviour(asked)
        updates = self._membership.finalize(execution)
        head = execution.block.hash if execution else self._machine.chain.head.hash
        return {
            "finalize_block": abci.ResponseFinalizeBlock(
                app_hash=head,
                tx_results=_results(asked.txs, execution),
                validator_updates=[
                    abci.ValidatorUpdate(
                        pub_key=abci.PublicKey(ed25519=key), power=power
                    )
                    for key, power in updates
                ],
            )
        }

    def _commit(self, _asked: abci.Empty) -> dict[str, Any]:
        decided = self._decided
        if decided is None:
            raise EngineProtocolError("commit comes before a block is finalized")
        self._decided = None
        self._freshness.agreed()
        self._nonces.forget()
        if decided.execution is None:
            self._machine.pass_height(decided.height)
        else:
            self._keep(decided.execution, decided)
        if decided.executed is not None:
            self._on_decided(decided.executed)
        return {"commit": abci.ResponseCommit()}

    def _keep(self, execution: Execution, decided: _Decided) -> None:
        begun = time.perf_counter()
        try:
            self._machine.commit(engine_height=decided.height)
        except (StoreError, HomeLostError) as error:
            self._watcher.failed(error)
            raise
        self._membership.commit()
        seconds = decided.seconds + time.perf_counter() - begun
        self._watcher.committed(execution, seconds)

    def _tell_misbehaviour(self, asked: abci.RequestBlock) -> None:
        """Name who signed two blocks of one height; the others may have it leave."""
        for each in asked.misbehavior:
            address = bytes(each.validator.address)
            whose = self._membership.organisation_of(address)
            found = Misbehaviour(each.height, address.hex(), whose or "")
            self._misbehaviours.note(found)
            _log.error(
                "the validator %s of %s signed twice at height %d",
                address.hex(),
                whose or "one that has left",
                each.height,
            )

    def _proposal(self, asked: abci.RequestBlock) -> Proposal:
        """Return the chain's next block as the engine's block says it.

        Raises: TransactionRefusedError for bytes that are no transaction.
        """
        head = self._machine.chain.head
        digest = Hash32(asked.hash)
        return Proposal(
            height=head.number + 1,
            timestamp=max(asked.time.seconds, head.header.timestamp),
            transactions=tuple(map(self._machine.accept, asked.txs)),
            prev_randao=Hash32(sha256(_RANDOM_TAG + digest).digest()),
            parent_beacon_root=digest,
            extra_data=asked.height.to_bytes(8, "big"),
        )


def _results(txs: Any, execution: Execution | None) -> list[abci.TxResult]:
    """Return a result for each transaction of the engine's block, in its order."""
    receipts: dict[bytes, Receipt] = {}
    if execution is not None:
        block = execution.block
        pairs = zip(block.transactions, block.receipts, strict=True)
        receipts = {tx.raw: receipt for tx, receipt in pairs}
    return [_result(receipts.get(raw)) for raw in txs]


def _result(receipt: Receipt | None) -> abci.TxResult:
    if receipt is None:
        return abci.TxResult(code=REFUSED)
    code = OK if receipt.succeeded else REVERTED
    return abci.TxResult(code=code, gas_used=receipt.gas_used)
