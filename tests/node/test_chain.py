from __future__ import annotations

from typing import Any

import pytest
import rlp as reference  # type: ignore[import-untyped]
from eth.chains.base import MiningChain
from eth.consensus.noproof import NoProofConsensus
from eth.db.atomic import AtomicDB
from eth.db.backends.memory import MemoryDB
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.blocks import PragueBlock, PragueBlockHeader
from eth_typing import Address
from trie.hexary import HexaryTrie
from typing_extensions import override

from node import rlp
from node.block import Block
from node.config import Config
from node.engine.local import LocalEngine
from node.errors import UnknownBlockError
from node.genesis import make_genesis
from node.hashing import keccak
from node.log_index import LogQuery
from node.store import MemoryStore
from tests.node.bytecode import COUNTER, assemble, deployment
from tests.node.wallet import KINDS, Client, Wallet


class _FreeGasVM(PragueVM):
    """py-evm's own Prague, which would else demand EIP-1559's base fee."""

    consensus_class = NoProofConsensus

    @classmethod
    @override
    def validate_gas(cls, header: Any, parent_header: Any) -> None:
        assert header.base_fee_per_gas == parent_header.base_fee_per_gas == 0


def _fill(client: Client, wallet: Wallet) -> None:
    """Make blocks of every kind: transfer, creation, log, failure, empty, several."""
    client.send(wallet.sign(b"\x22" * 20, value=1, kind="legacy"))
    created = client.send(wallet.sign(data=deployment(COUNTER)))["contractAddress"]
    counter = bytes.fromhex(created[2:])
    for kind in KINDS:
        client.send(wallet.sign(counter, kind=kind))
    client.send(wallet.sign(counter, data=b"\x01"))
    client.send(wallet.sign(data=assemble("CALLER SELFDESTRUCT"), value=3))
    client.ask("evm_mine")
    client.ask("evm_setAutomine", False)
    for price in (0, 5):
        raw = wallet.sign(counter, kind="legacy", gasPrice=price)
        client.ask("eth_sendRawTransaction", "0x" + raw.hex())
    client.ask("evm_mine")


@pytest.mark.filterwarnings("ignore:SELFDESTRUCT opcode:DeprecationWarning")
def test_py_evm_imports_every_block(engine: LocalEngine, client: Client) -> None:
    """State, receipts, bloom, gas and hash of each block by independent code."""
    genesis = engine.chain.head
    nodes = dict(engine.chain._store.nodes)  # only what genesis wrote
    _fill(client, Wallet())
    kind = MiningChain.configure(
        "Oracle",
        vm_configuration=((0, _FreeGasVM),),
        chain_id=engine.chain.config.chain.id,
    )
    database = AtomicDB(MemoryDB(nodes))
    oracle = kind.from_genesis_header(database, _header(genesis))
    assert oracle.get_canonical_head().hash == genesis.hash
    for number in range(1, engine.chain.head.number + 1):
        block = engine.chain.block(number)
        oracle.import_block(_py_evm_block(block), perform_validation=True)
        assert oracle.get_canonical_head().hash == block.hash


def _header(block: Block) -> Any:
    return reference.decode(block.header.encode(), PragueBlockHeader)


def _py_evm_block(block: Block) -> Any:
    builder = PragueBlock.transaction_builder
    transactions = [builder.decode(tx.raw) for tx in block.transactions]
    return PragueBlock(_header(block), transactions, [], [])


def test_the_size_is_the_length_of_the_encoded_block(
    engine: LocalEngine, client: Client
) -> None:
    _fill(client, Wallet())
    for number in range(engine.chain.head.number + 1):
        block = engine.chain.block(number)
        assert block.size == len(reference.encode(_py_evm_block(block)))


def test_genesis_is_the_same_every_time(config: Config) -> None:
    first, second = make_genesis(config), make_genesis(config)
    assert first == second


def test_earlier_states_stay_readable(
    engine: LocalEngine, client: Client, wallet: Wallet, counter: Address
) -> None:
    for _ in range(3):
        client.send(wallet.sign(counter))
    counts = [
        engine.chain.storage(counter, 0, block=engine.chain.block(number))
        for number in range(5)
    ]
    assert counts == [0, 0, 1, 2, 3]


@pytest.mark.parametrize("number", [1, -1, -2, 2**64])
def test_a_block_that_the_chain_does_not_have_is_unknown(
    engine: LocalEngine, number: int
) -> None:
    with pytest.raises(UnknownBlockError):
        engine.chain.block(number)


def test_logs_are_found_in_their_range(
    engine: LocalEngine, client: Client, wallet: Wallet, counter: Address
) -> None:
    for _ in range(4):
        client.send(wallet.sign(counter))
    found = engine.chain.logs(LogQuery((counter,)), first=3, last=4)
    assert [int.from_bytes(p.log.topics[0], "big") for p in found] == [2, 3]


def test_truncated_blocks_are_forgotten(
    engine: LocalEngine, client: Client, wallet: Wallet, counter: Address
) -> None:
    tx = bytes.fromhex(client.send(wallet.sign(counter))["transactionHash"][2:])
    dropped = engine.chain.head
    engine.machine.rewind(1)
    assert engine.chain.head.number == 1
    assert engine.chain.locate(tx) is None  # type: ignore[arg-type]  # a hash
    assert not list(engine.chain.logs(LogQuery((counter,)), first=0, last=9))
    with pytest.raises(UnknownBlockError):
        engine.chain.block_by_hash(dropped.hash)


@pytest.mark.parametrize("slot", [0, 1])
def test_a_proof_leads_from_the_state_root_to_account_and_slot(
    engine: LocalEngine, client: Client, wallet: Wallet, counter: Address, slot: int
) -> None:
    client.send(wallet.sign(counter))
    head = engine.chain.head
    proof = engine.chain.proof(counter, [slot], block=head)
    account: Any = rlp.decode(
        _follow(head.header.state_root, keccak(counter), proof.account_nodes)
    )
    assert account[2] == proof.storage_root
    ((found, value, nodes),) = proof.slots
    proved = _follow(proof.storage_root, keccak(slot.to_bytes(32, "big")), nodes)
    assert (found, value) == (slot, 1 - slot)
    assert proved == (rlp.encode(b"\x01") if value else b"")


def _follow(root: bytes, key: bytes, nodes: tuple[bytes, ...]) -> bytes:
    """Look a key up in a trie of which only these nodes are known."""
    known = {keccak(node): node for node in nodes}
    found: bytes = HexaryTrie(known, root).get(key)
    return found


def test_a_store_without_a_block_has_no_head() -> None:
    with pytest.raises(UnknownBlockError):
        MemoryStore().head()
