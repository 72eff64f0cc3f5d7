"""A chain of the project's own node inside the test process, driven by web3.

Its clock stands still: a block is one second after the last, unless a test moves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

from eth_account import Account
from eth_account.signers.local import LocalAccount
from typing_extensions import override
from web3 import Web3
from web3.contract import Contract
from web3.contract.contract import ContractFunction
from web3.exceptions import ContractLogicError
from web3.logs import DISCARD
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse, TxParams, TxReceipt, Wei

from election.artifacts import Artifact, read_artifact
from election.client.contract import Contract as View
from election.client.rpc import Connection
from election.crypto.transcript import Address
from election.protocol.abi import ContractName
from node.config import Config
from node.engine.local import LocalEngine
from node.rpc.dispatch import Dispatcher
from tests.open_config import open_config

GAS: Final = 30_000_000


def make_account(role: str) -> LocalAccount:
    """Make an account whose key is a hash of its role."""
    account: LocalAccount = Account.from_key(Web3.keccak(text=f"veche test {role}"))
    return account


class RefusedError(Exception):
    """Report that a transaction failed, and why."""


class _InProcess(JSONBaseProvider):
    """Ask a dispatcher directly, without a socket."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        super().__init__()
        self._dispatcher = dispatcher

    @override
    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        body = self.encode_rpc_request(method, params)
        return self.decode_rpc_response(self._dispatcher.handle(body))


class LocalChain:
    """Deploy contracts, send transactions, move time; config: the devnet's if None."""

    def __init__(self, config: Config | None = None) -> None:
        config = config or open_config()
        start = config.chain.genesis_timestamp
        self.engine = LocalEngine(config, lambda: start)
        dispatcher = Dispatcher(self.engine)
        # its middleware asks for the chain's id at each call, and reads what we know
        self.web3 = Web3(_InProcess(dispatcher), middleware=[])
        self.chain_id = config.chain.id
        self._connection = Connection(
            dispatcher.handle, url="in process", chain_id=self.chain_id
        )
        self.deployer = make_account("deployer")

    @property
    def now(self) -> int:
        """Give the timestamp of the latest block."""
        return self.engine.chain.head.header.timestamp

    def travel_to(self, timestamp: int) -> None:
        """Give the next block, and calls until then, this timestamp."""
        self.engine.set_next_timestamp(timestamp)

    @contextmanager
    def unwound(self) -> Iterator[None]:
        """Undo at the end whatever happens to the chain inside."""
        snapshot = self.engine.snapshot()
        try:
            yield
        finally:
            self.engine.revert(snapshot)

    def contract_at(self, address: str, artifact: Artifact) -> Contract:
        """Speak to a contract by its artifact's ABI."""
        contract: Contract = self.web3.eth.contract(
            address=Web3.to_checksum_address(address), abi=list(artifact.abi)
        )
        return contract

    def view(self, contract: Contract, name: ContractName) -> View:
        """Ask a contract's views, many times: web3 takes longer than the node."""
        address = Address(bytes.fromhex(contract.address[2:]))
        return View(self._connection, name, address)

    def deploy(self, name: str, arguments: Sequence[Any] = ()) -> Contract:
        """Deploy a contract of `contracts/` with its constructor's arguments."""
        artifact = read_artifact(name)
        factory = self.web3.eth.contract(
            abi=list(artifact.abi), bytecode=artifact.initcode
        )
        receipt = self._send_raw(factory.constructor(*arguments).data_in_transaction)
        return self.contract_at(str(receipt["contractAddress"]), artifact)

    def deploy_refusal(self, name: str, arguments: Sequence[Any]) -> str | None:
        """Tell why a constructor refuses its arguments, None if it takes them."""
        artifact = read_artifact(name)
        factory = self.web3.eth.contract(
            abi=list(artifact.abi), bytecode=artifact.initcode
        )
        payload = factory.constructor(*arguments).data_in_transaction
        return self._call({"data": payload, "from": self.deployer.address})

    def deploy_blueprint(self, name: str) -> str:
        """Deploy the ERC-5202 blueprint of a contract; returns its address."""
        initcode = read_artifact(name).blueprint_initcode
        return str(self._send_raw("0x" + initcode.hex())["contractAddress"])

    def send(self, act: ContractFunction, sender: LocalAccount) -> TxReceipt:
        """Send an act as a transaction; raises RefusedError with the reason."""
        payload = str(act._encode_transaction_data())
        return self._send_raw(payload, to=act.address, sender=sender)

    def refusal(self, act: ContractFunction, sender: LocalAccount) -> str | None:
        """Tell the contract's reason to refuse an act, None if it takes it.

        Empty when the compiler's own checks refuse, which give no reason.
        """
        payload = act._encode_transaction_data()
        return self._call({"data": payload, "from": sender.address, "to": act.address})

    def events(
        self, contract: Contract, name: str, receipt: TxReceipt | None = None
    ) -> list[dict[str, Any]]:
        """List a contract's events of one name, all of them or those of an act."""
        event = getattr(contract.events, name)()
        logs = (
            event.get_logs(from_block=0)
            if receipt is None
            else event.process_receipt(receipt, errors=DISCARD)
        )
        return [dict(log["args"]) for log in logs if log["address"] == contract.address]

    def _call(self, transaction: dict[str, Any]) -> str | None:
        try:
            envelope: TxParams = {"gas": GAS, "gasPrice": Wei(0)}
            self.web3.eth.call(envelope | cast("TxParams", transaction))
        except ContractLogicError as error:
            return str(error.message).removeprefix("execution reverted").lstrip(": ")
        return None

    def _send_raw(
        self, payload: str, *, to: str | None = None, sender: LocalAccount | None = None
    ) -> TxReceipt:
        sender = sender or self.deployer
        content: dict[str, Any] = {"data": payload}
        if to is not None:
            content["to"] = to
        envelope = {
            "chainId": self.chain_id,
            "nonce": self.web3.eth.get_transaction_count(sender.address),
            "gas": GAS,
            "gasPrice": 0,
        }
        signed = sender.sign_transaction(content | envelope)
        digest = self.web3.eth.send_raw_transaction(signed.raw_transaction)
        receipt = self.web3.eth.get_transaction_receipt(digest)
        if receipt["status"] != 1:
            raise RefusedError(self._call({**content, "from": sender.address}))
        return receipt
