from __future__ import annotations

from typing import Any

import pytest
from eth_typing import Address

from node.block import ZERO_ADDRESS
from node.engine.local import LocalEngine
from node.errors import GasLimitError, InsufficientFundsError
from node.evm.execute import Call, Outcome
from tests.node.bytecode import assemble, deployment
from tests.node.wallet import Client, RpcFailureError, Wallet

_RECIPIENT = b"\x22" * 20
_BEACON_ROOTS = "0x000f3df6d732807ef1319fb7b8bb8522d0beac02"
_HISTORY = "0x0000f90827f1c53a10cb7a02335b175320002935"


def _deploy(client: Client, wallet: Wallet, source: str) -> Address:
    receipt = client.send(wallet.sign(data=deployment(assemble(source))))
    assert receipt["status"] == "0x1"
    return Address(bytes.fromhex(receipt["contractAddress"][2:]))


def _balance(client: Client, address: bytes) -> int:
    return int(client.ask("eth_getBalance", "0x" + address.hex()), 16)


def test_a_transfer_moves_the_value(client: Client, wallet: Wallet) -> None:
    before = _balance(client, wallet.address)
    receipt = client.send(wallet.sign(_RECIPIENT, value=7, gas=21_000))
    assert receipt["gasUsed"] == hex(21_000)
    assert _balance(client, _RECIPIENT) == 7
    assert _balance(client, wallet.address) == before - 7


def test_a_price_above_zero_is_paid_to_the_beneficiary(
    client: Client, wallet: Wallet
) -> None:
    before = _balance(client, wallet.address)
    raw = wallet.sign(_RECIPIENT, gas=50_000, maxFeePerGas=9, maxPriorityFeePerGas=2)
    receipt = client.send(raw)
    assert receipt["effectiveGasPrice"] == "0x2"
    assert _balance(client, wallet.address) == before - 42_000
    assert _balance(client, ZERO_ADDRESS) == 42_000


def test_an_account_without_funds_may_act(client: Client, wallet: Wallet) -> None:
    poor, logger = Wallet(key="0x" + "11" * 32), _deploy(client, wallet, "0 0 LOG0")
    assert client.send(poor.sign(logger))["status"] == "0x1"


def test_the_base_fee_stays_zero_after_a_full_block(
    client: Client, wallet: Wallet
) -> None:
    """EIP-1559 would lift it to one."""
    burner = _deploy(client, wallet, "INVALID")
    client.ask("evm_setAutomine", False)
    for _ in range(2):
        raw = wallet.sign(burner, gas=15_000_000)
        client.ask("eth_sendRawTransaction", "0x" + raw.hex())
    client.ask("evm_mine")
    full = client.ask("eth_getBlockByNumber", "latest", False)
    assert full["gasUsed"] == full["gasLimit"] == hex(30_000_000)
    client.ask("evm_mine")
    assert client.ask("eth_getBlockByNumber", "latest", False)["baseFeePerGas"] == "0x0"


def test_a_failed_transaction_is_mined_and_undone(
    client: Client, wallet: Wallet, counter: Address
) -> None:
    receipt = client.send(wallet.sign(counter, data=b"\x01"))
    assert (receipt["status"], receipt["logs"]) == ("0x0", [])
    assert int(client.ask("eth_getStorageAt", "0x" + counter.hex(), "0x0"), 16) == 0


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("INVALID", "call: invalid instruction"),
        ("1 0 JUMP", "call: invalid jump destination"),
        ("POP", "call: insufficient stack"),
        ("JUMPDEST 0 JUMP", "call: out of gas"),
    ],
)
def test_a_call_that_fails_says_why(
    client: Client, wallet: Wallet, source: str, message: str
) -> None:
    address = _deploy(client, wallet, source)
    with pytest.raises(RpcFailureError) as failure:
        client.ask("eth_call", {"to": "0x" + address.hex(), "gas": "0x186a0"})
    assert (failure.value.code, str(failure.value)) == (-32000, message)


def test_the_parents_hash_is_in_the_history_contract(client: Client) -> None:
    """EIP-2935, read through its own code."""
    client.ask("evm_mine")
    client.ask("evm_mine")
    parent = client.ask("eth_getBlockByNumber", "0x1", False)
    asked = {"to": _HISTORY, "data": "0x" + (1).to_bytes(32, "big").hex()}
    assert client.ask("eth_call", asked) == parent["hash"]


def test_the_beacon_root_of_a_timestamp_is_recorded(client: Client) -> None:
    """EIP-4788, read through its own code: zero here, for there is no beacon chain."""
    client.ask("evm_mine")
    block = client.ask("eth_getBlockByNumber", "latest", False)
    asked = {"to": _BEACON_ROOTS, "data": "0x" + block["timestamp"][2:].rjust(64, "0")}
    assert client.ask("eth_call", asked) == block["parentBeaconBlockRoot"]
    unknown = {"to": _BEACON_ROOTS, "data": "0x" + "00" * 31 + "07"}
    with pytest.raises(RpcFailureError, match="execution reverted"):
        client.ask("eth_call", unknown)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("CHAINID", 1447379784),
        ("BASEFEE", 0),
        ("GASPRICE", 0),
        ("COINBASE", 0),
        ("GASLIMIT", 30_000_000),
        ("SELFBALANCE", 0),
        ("NUMBER", 2),
        ("TIMESTAMP", 1_800_000_001),
        ("CALLER", int.from_bytes(Wallet().address)),
    ],
)
def test_a_contract_sees_its_surroundings(
    client: Client, wallet: Wallet, source: str, expected: int
) -> None:
    address = _deploy(client, wallet, f"{source} 0 SSTORE")
    client.send(wallet.sign(address))
    assert (
        int(client.ask("eth_getStorageAt", "0x" + address.hex(), "0x0"), 16) == expected
    )


def test_an_ancestors_hash_is_seen(client: Client, wallet: Wallet) -> None:
    address = _deploy(client, wallet, "1 NUMBER SUB BLOCKHASH 0 SSTORE")
    receipt = client.send(wallet.sign(address))
    block = client.ask("eth_getBlockByHash", receipt["blockHash"], False)
    stored = client.ask("eth_getStorageAt", "0x" + address.hex(), "0x0")
    assert stored == block["parentHash"]


def test_clearing_storage_is_refunded_up_to_a_fifth(
    client: Client, wallet: Wallet
) -> None:
    """21,000 and 2,100 + 2,900 + 6 for the slot; 4,800 back is below a fifth of it."""
    address = _deploy(client, wallet, "CALLDATASIZE 0 SSTORE")
    client.send(wallet.sign(address, data=b"\x01"))
    receipt = client.send(wallet.sign(address))
    assert int(receipt["gasUsed"], 16) == 21_000 + 5_000 + 4 - 4_800


def test_the_floor_is_charged_for_data_that_does_little(
    client: Client, wallet: Wallet
) -> None:
    receipt = client.send(wallet.sign(_RECIPIENT, data=b"\x01" * 100))
    assert int(receipt["gasUsed"], 16) == 21_000 + 40 * 100


def test_a_refund_does_not_undercut_the_floor(client: Client, wallet: Wallet) -> None:
    """What the refund takes off, the floor puts back on (EIP-7623)."""
    source = " ".join(f"CALLVALUE {slot} SSTORE" for slot in range(10))
    address = _deploy(client, wallet, source)
    client.send(wallet.sign(address, value=1))
    data = b"\x01" * 2_000
    receipt = client.send(wallet.sign(address, data=data))
    assert int(receipt["gasUsed"], 16) == 21_000 + 40 * 2_000


def test_code_above_the_limit_is_not_deployed(client: Client, wallet: Wallet) -> None:
    receipt = client.send(wallet.sign(data=assemble("24577 0 RETURN"), gas=10_000_000))
    assert receipt["status"] == "0x0"
    assert receipt["contractAddress"] is None


def test_code_at_the_limit_is_deployed(client: Client, wallet: Wallet) -> None:
    receipt = client.send(wallet.sign(data=assemble("24576 0 RETURN"), gas=10_000_000))
    assert receipt["status"] == "0x1"


def test_a_contract_that_destroys_itself_at_birth_is_gone(
    client: Client, wallet: Wallet
) -> None:
    receipt = client.send(wallet.sign(data=assemble("CALLER SELFDESTRUCT"), value=3))
    assert receipt["status"] == "0x1"
    assert client.ask("eth_getCode", receipt["contractAddress"]) == "0x"
    assert client.ask("eth_getBalance", receipt["contractAddress"]) == "0x0"


def test_transient_storage_ends_with_the_transaction(
    client: Client, wallet: Wallet
) -> None:
    address = _deploy(client, wallet, "0 TLOAD 0 SSTORE 9 0 TSTORE")
    client.ask("evm_setAutomine", False)
    for _ in range(2):
        raw = wallet.sign(address)
        client.ask("eth_sendRawTransaction", "0x" + raw.hex())
    client.ask("evm_mine")
    assert int(client.ask("eth_getStorageAt", "0x" + address.hex(), "0x0"), 16) == 0


def test_calls_nest_to_the_limit_of_the_protocol(
    client: Client, wallet: Wallet
) -> None:
    """Each level counts itself; 63/64 of the gas reaches some 300 deep."""
    address = _deploy(
        client, wallet, "0 SLOAD 1 ADD 0 SSTORE 0 0 0 0 0 ADDRESS GAS CALL"
    )
    receipt = client.send(wallet.sign(address, gas=30_000_000))
    assert receipt["status"] == "0x1"
    depth = int(client.ask("eth_getStorageAt", "0x" + address.hex(), "0x0"), 16)
    assert depth > 250


def test_the_next_transaction_of_a_block_starts_cold(
    client: Client, wallet: Wallet
) -> None:
    """Warm slots and original values are a transaction's own (EIP-2929, EIP-2200)."""
    address = _deploy(client, wallet, "CALLVALUE 0 SSTORE")
    client.ask("evm_setAutomine", False)
    for value in (1, 2):
        raw = wallet.sign(address, value=value)
        client.ask("eth_sendRawTransaction", "0x" + raw.hex())
    client.ask("evm_mine")
    used = [int(r["gasUsed"], 16) for r in client.ask("eth_getBlockReceipts", "latest")]
    assert used == [21_000 + 4 + 22_100, 21_000 + 4 + 5_000]


def test_an_access_list_makes_its_slots_warm(client: Client, wallet: Wallet) -> None:
    address = _deploy(client, wallet, "7 SLOAD")
    cold = client.send(wallet.sign(address))
    listed = [{"address": "0x" + address.hex(), "storageKeys": [7]}]
    from eth_utils.address import to_checksum_address

    listed[0]["address"] = to_checksum_address(address)
    warm = client.send(wallet.sign(address, accessList=listed))
    assert int(cold["gasUsed"], 16) == 21_000 + 3 + 2_100
    assert int(warm["gasUsed"], 16) == 21_000 + 2_400 + 1_900 + 3 + 100


def _call(**fields: Any) -> Call:
    return Call(
        **{
            "sender": Wallet().address,
            "to": Address(_RECIPIENT),
            "value": 0,
            "payload": b"",
            "gas": 100_000,
            "gas_price": 0,
            **fields,
        }
    )


def _call_next(engine: LocalEngine, call: Call) -> Outcome:
    return engine.chain.simulate_next(call, timestamp=engine.next_timestamp())


def test_a_call_leaves_no_trace(engine: LocalEngine) -> None:
    root = engine.chain.head.header.state_root
    _call_next(engine, _call(to=None, payload=deployment(b"\x00"), value=5))
    assert engine.chain.account(Wallet().address, engine.chain.head).nonce == 0
    assert engine.chain.head.header.state_root == root


def test_a_call_beyond_the_senders_funds_is_refused(engine: LocalEngine) -> None:
    with pytest.raises(InsufficientFundsError):
        _call_next(engine, _call(value=10**30))


def test_a_call_below_its_intrinsic_gas_is_refused(engine: LocalEngine) -> None:
    with pytest.raises(GasLimitError):
        _call_next(engine, _call(gas=20_999))
