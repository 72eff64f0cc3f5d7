"""Every way in which a node refuses, as one tree.

NodeError
├── ConfigError                 the configuration is wrong: names every key
├── PortUnavailableError        nothing of ours can listen there
│   └── PortInUseError          another process does
│       └── PeersPortInUseError  at the port for peers
├── TransactionRefusedError     a transaction was not accepted; nothing changed
│   ├── MalformedTransactionError
│   ├── WrongChainError
│   ├── BadSignatureError
│   ├── OversizedError
│   ├── GasLimitError           above the limit, or below the intrinsic cost
│   ├── FeeError
│   ├── NonceError
│   ├── InsufficientFundsError
│   ├── AlreadyKnownError
│   ├── NotPermittedError       its sender may not do this: names the rule
│   ├── WouldFailError          a stranger's fails, with the contract's data
│   ├── TracelessError          a stranger's would change nothing that anyone sees
│   ├── BlockFullError          it does not fit into this block, and may into a later
│   ├── QuotaError              too much of this waits already: names the quota
│   └── PoolFullError
├── CallFailedError             a simulated call ran out of gas or hit a bad opcode
│   └── CallRevertedError       it reverted, with the contract's data
├── RlpError                    bytes are not one canonical RLP item
├── PrecompileError             a precompile rejects its input; the call's gas burns
├── UnknownBlockError
├── UnknownSnapshotError
├── SnapshotsFullError          too many snapshots are held
├── TimestampError              time would not move forward, or move too far
├── HeightError                 a proposed block is not the next one
├── NothingFinalizedError       an engine commits before it finalizes
├── PermanentError              what is on disk is never taken back
├── HomeError                   a folder cannot be used: names the folder
│   ├── HomeTakenError          it was to be new, and holds something
│   ├── HomeInUseError          another node writes to it
│   ├── HomeDamagedError        what it holds is not whole any more
│   └── HomeLostError           it is not there any more as a node opened it
├── StoreError                  the disk fails; what was kept before is still there
├── DivergenceError             a block is not what executing it gives
├── BlockFileError              a file of blocks cannot be used
├── EngineProtocolError         a consensus engine says what it never should
├── EngineError                 a consensus engine cannot be found, begun or reached
├── OutvotedError               the network signed another result than this node's
├── NotFinalError               a block whose proof the network has not signed yet
├── RegistryError               what says who takes part in a network does not
├── KeyInUseError               another node of this machine signs with its key
├── ForeignGenesisError         a network's genesis is of another chain than ours
└── RpcError                    an answer with a JSON-RPC code: rpc/errors.py
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from node.evm.failing import Trace


class NodeError(Exception):
    """Root of the tree; the message reads `subject: fact`."""


class ConfigError(NodeError):
    """Report all that is wrong with a configuration.

    faults: a dotted key and a fact each. file: where the keys are, if in a file. facts:
    a line for each fault, with the file.
    """

    def __init__(self, *faults: tuple[str, str], file: str = "") -> None:
        told = "; ".join(f"{key}: {fact}" for key, fact in faults)
        super().__init__(f"{file}: {told}" if file else told)
        self.faults = faults
        self.file = file
        where = f"{file}: " if file else ""
        self.facts = tuple(f"{where}{key}: {fact}" for key, fact in faults)


class PortUnavailableError(NodeError):
    """Report an address that cannot be listened on."""

    def __init__(self, host: str, port: int, fact: str) -> None:
        super().__init__(f"port: {host}:{port} {fact}")
        self.host = host
        self.port = port


class PortInUseError(PortUnavailableError):
    """Report a port that another process listens on."""


class PeersPortInUseError(PortInUseError):
    """Report a port for peers that another process listens on."""


class TransactionRefusedError(NodeError):
    """Root of what is wrong with a transaction."""

    def __init__(self, fact: str) -> None:
        super().__init__(f"transaction: {fact}")
        self.fact = fact


class MalformedTransactionError(TransactionRefusedError):
    """Report bytes that are not a canonical transaction of a known type."""


class WrongChainError(TransactionRefusedError):
    """Report a transaction signed for another chain, or for any."""

    def __init__(self, *, expected: int, found: int | None) -> None:
        signed_for = "every chain" if found is None else f"chain {found}"
        super().__init__(f"invalid chain id: signed for {signed_for}, not {expected}")
        self.expected = expected
        self.found = found


class BadSignatureError(TransactionRefusedError):
    """Report a signature that is out of range, malleable or recovers no key."""


class OversizedError(TransactionRefusedError):
    """Report a transaction or an initcode above its size limit."""

    def __init__(self, subject: str, *, limit: int, found: int) -> None:
        super().__init__(f"{subject} is {found} bytes, the limit is {limit}")
        self.limit = limit
        self.found = found


class GasLimitError(TransactionRefusedError):
    """Report a gas limit that is too high for a block or too low to start."""


class FeeError(TransactionRefusedError):
    """Report a priority fee above the maximum fee."""


class NonceError(TransactionRefusedError):
    """Report a nonce that was used, or is too far ahead to wait for."""

    def __init__(
        self, relation: str, *, expected: int, found: int, word: str = "next is"
    ) -> None:
        super().__init__(f"nonce {relation}: {word} {expected}, got {found}")
        self.expected = expected
        self.found = found


class InsufficientFundsError(TransactionRefusedError):
    """Report a sender who cannot pay gas limit times price plus value, in wei."""

    def __init__(self, *, needed: int, found: int) -> None:
        super().__init__(
            f"insufficient funds for gas * price + value: has {found}, needs {needed}"
        )
        self.needed = needed
        self.found = found


class AlreadyKnownError(TransactionRefusedError):
    """Report a transaction that is waiting or mined, or whose nonce is taken."""


class NotPermittedError(TransactionRefusedError):
    """Report what a sender may not do; rule: a key of [admission], or the lock."""

    def __init__(self, rule: str, fact: str) -> None:
        super().__init__(f"admission.{rule}: {fact}")
        self.rule = rule


class WouldFailError(TransactionRefusedError):
    """Report a stranger's transaction that fails; output: revert data, or nothing."""

    def __init__(self, failure: str, output: bytes) -> None:
        super().__init__(f"it would fail: {failure}")
        self.failure = failure
        self.output = output
        self.trace: Trace | None = None  # through which calls, if there were any


class TracelessError(TransactionRefusedError):
    """Report a stranger's transaction that succeeds and leaves no log."""

    def __init__(self) -> None:
        super().__init__("it would leave no log; only admission.senders may do so")


class BlockFullError(TransactionRefusedError):
    """Report a transaction for which this block has no room, and a later one may."""


class QuotaError(TransactionRefusedError):
    """Report that too much of one kind waits already; quota: a key of [admission]."""

    def __init__(self, quota: str, limit: int, fact: str) -> None:
        super().__init__(f"admission.{quota}: {fact}, the limit is {limit}")
        self.quota = quota
        self.limit = limit


class PoolFullError(TransactionRefusedError):
    """Report that too many transactions wait already."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"pool is full: {limit} transactions are waiting")
        self.limit = limit


class CallFailedError(NodeError):
    """Report a simulated call that failed without data, such as out of gas."""

    def __init__(self, fact: str) -> None:
        super().__init__(f"call: {fact}")
        self.fact = fact


class CallRevertedError(CallFailedError):
    """Report a simulated call that reverted.

    output: the contract's revert data, possibly empty.
    """

    def __init__(self, output: bytes) -> None:
        super().__init__("execution reverted")
        self.output = output


class RlpError(NodeError):
    """Report bytes that are not one canonical item."""

    def __init__(self, fact: str) -> None:
        super().__init__(f"rlp: {fact}")


class PrecompileError(NodeError):
    """Report input that a precompile rejects; the EVM burns the call's gas."""


class UnknownBlockError(NodeError):
    """Report a block that this chain does not have."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"block: {reference} not found")
        self.reference = reference


class UnknownSnapshotError(NodeError):
    """Report a snapshot that was never taken or was reverted past."""

    def __init__(self, number: int) -> None:
        super().__init__(f"snapshot: {number} not found")
        self.number = number


class SnapshotsFullError(NodeError):
    """Report that more snapshots are held than one chain keeps."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"snapshot: {limit} are held; going back to one lets go of it and all later"
        )
        self.limit = limit


class TimestampError(NodeError):
    """Report a time, in seconds, that is not after the latest block's or too far on."""

    def __init__(
        self, *, latest: int, most: int, found: int, subject: str = "timestamp"
    ) -> None:
        super().__init__(
            f"{subject}: {found} is not after {latest}, the latest block's, "
            f"and at most {most}"
        )
        self.latest = latest
        self.most = most
        self.found = found


class HeightError(NodeError):
    """Report a proposed block that does not follow the latest one."""

    def __init__(self, *, latest: int, found: int) -> None:
        super().__init__(f"height: {found} does not follow {latest}, the latest block")
        self.latest = latest
        self.found = found


class NothingFinalizedError(NodeError):
    """Report an engine that commits what it did not finalize."""

    def __init__(self) -> None:
        super().__init__("commit: nothing was finalized")


class PermanentError(NodeError):
    """Report that a chain on disk was asked to go back to an earlier height."""

    def __init__(self, height: int) -> None:
        super().__init__(
            f"chain: it is kept on disk, and nothing takes it back to block {height}"
        )
        self.height = height


class HomeError(NodeError):
    """Report a folder that holds no chain, a damaged one, or not this one."""

    def __init__(self, home: Path, fact: str) -> None:
        super().__init__(f"{home}: {fact}")
        self.home = home
        self.fact = fact


class HomeTakenError(HomeError):
    """Report a folder that was to be new and holds something."""


class HomeInUseError(HomeError):
    """Report a folder that another process has."""


class KeyInUseError(NodeError):
    """Report a validator's key that another node of this machine signs with."""

    def __init__(self) -> None:
        super().__init__(
            "validator: another node of this machine signs with its key; two of them "
            "would be shown to all as a cheat"
        )


class HomeDamagedError(HomeError):
    """Report a folder whose chain is not whole; a copy can take its place."""


class HomeLostError(HomeError):
    """Report a folder that was removed, replaced or closed under a running node.

    What was written last may be where nobody finds it: nothing of it is acknowledged.
    """


class StoreError(NodeError):
    """Report a disk that is full or fails; nothing of the last write was kept."""

    def __init__(self, fact: str) -> None:
        super().__init__(f"store: {fact}")
        self.fact = fact


class BlockFileError(NodeError):
    """Report a file of blocks that cannot be used, or a block in it.

    kept: the height of the folder, if blocks before that one may be in it by then.
    """

    def __init__(self, path: Path, fact: str, *, kept: int | None = None) -> None:
        told = "" if kept is None else f"; blocks 0 to {kept} are kept"
        super().__init__(f"{path}: {fact}{told}")
        self.path = path
        self.fact = fact


class DivergenceError(NodeError):
    """Report a block of which something is not what executing it gives.

    what: the name of that part.
    """

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"block {number}: its {what} is not what executing it gives")
        self.number = number
        self.what = what


class EngineProtocolError(NodeError):
    """Report a message that a consensus engine never sends here."""

    def __init__(self, fact: str) -> None:
        super().__init__(f"engine: {fact}")


class EngineError(NodeError):
    """Report a consensus engine that cannot be found, begun or reached."""

    def __init__(self, fact: str) -> None:
        super().__init__(f"engine: {fact}")


class OutvotedError(NodeError):
    """Report a result that more than two thirds of a network signed, and not we.

    what: the field of the engine's header. ours, theirs: its value, as hex.
    """

    def __init__(self, what: str, ours: str, theirs: str) -> None:
        super().__init__(
            "execution: more than two thirds of the validators signed another result "
            f"than this node's: {what} {theirs[:16]}..., here {ours[:16]}...; it stops"
        )
        self.what = what
        self.ours = ours
        self.theirs = theirs


class RegistryError(NodeError):
    """Report a registry of a network that is none, or that its genesis contradicts."""

    def __init__(self, fact: str) -> None:
        super().__init__(f"registry: {fact}")


class ForeignGenesisError(NodeError):
    """Report a genesis file that describes another chain than this folder's."""

    def __init__(self) -> None:
        super().__init__("genesis: it describes another chain than this folder keeps")


class NotFinalError(NodeError):
    """Report a block that no header of the network names yet."""

    def __init__(self, number: int) -> None:
        fact = "no signed header names it yet; ask again in a moment"
        super().__init__(f"block {number}: {fact}")
