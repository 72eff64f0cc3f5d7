"""Read the chain's description from one file into one frozen value."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from eth_typing import Address
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from node.bounds import (
    MAX_CHAIN_ID,
    MAX_CONNECTIONS,
    MAX_GAS,
    MAX_INTERVAL,
    MAX_LOG_FILES,
    MAX_PORT,
    MAX_READERS,
    MAX_SET_TIMESTAMP,
    MAX_SIZE,
    MIN_GAS,
    MIN_LOG_SIZE,
    MIN_READER_MEMORY,
)
from node.errors import ConfigError

DEFAULT_PATH = Path(__file__).resolve().parent.parent / "hardhat-free-devnet.toml"
_KEY_PATTERN = r"^0x[0-9a-f]{64}$"
_ADDRESS_PATTERN = r"^0x[0-9a-f]{40}$"
_CODE_PATTERN = r"^0x([0-9a-f]{2})+$"
_MAX_CODE = 2 + 2 * 49_152  # characters, EIP-3860

_CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def _check_key(key: str) -> str:
    if not 0 < int(key, 16) < _CURVE_ORDER:
        raise ValueError("is not a private key of secp256k1")
    return key


PrivateKey = Annotated[
    str, Field(pattern=_KEY_PATTERN, repr=False), AfterValidator(_check_key)
]
Gas = Annotated[int, Field(ge=MIN_GAS, le=MAX_GAS)]
Size = Annotated[int, Field(gt=0, le=MAX_SIZE)]
AddressText = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")]
# TOML has arrays, not tuples: this one step of leniency is the array's alone.
Addresses = Annotated[tuple[AddressText, ...], Field(strict=False)]
Name = Annotated[str, Field(pattern=r"^[^\x00]+$")]
AccountName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
MiningMode = Literal["at_once", "interval", "by_call"]


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True
    )


class ChainConfig(_Section):
    """Fix the chain's identity; genesis_timestamp in seconds since 1970."""

    id: Annotated[int, Field(gt=0, le=MAX_CHAIN_ID)]
    hard_fork: Literal["prague"]
    genesis_timestamp: Annotated[int, Field(ge=0, le=MAX_SET_TIMESTAMP)]


class MiningConfig(_Section):
    """Say when blocks are made.

    mode: a block per transaction, at once; one every `interval` seconds; or only when
    evm_mine is called.
    """

    mode: MiningMode
    interval: Annotated[int, Field(gt=0, le=MAX_INTERVAL)]


class GasConfig(_Section):
    """Bound work, in gas."""

    block_limit: Gas
    transaction_limit: Gas

    @model_validator(mode="after")
    def _fits(self) -> GasConfig:
        if self.transaction_limit > self.block_limit:
            raise ValueError("transaction_limit exceeds block_limit")
        return self


class AdmissionConfig(_Section):
    """Say who may send what, and how much of it may wait.

    The keys down to block_size are rules of the chain, which genesis commits to. The
    others bound what one node holds. Sizes in bytes; waiting_gas: gas used.
    """

    anyone_sends: bool
    anyone_deploys: bool
    deployers: Addresses
    senders: Addresses
    stranger_gas: Gas
    stranger_size: Size
    block_size: Size
    waiting: Size
    waiting_size: Size
    waiting_gas: Gas
    sender_quota: Size
    contract_quota: Size

    @property
    def deployer_addresses(self) -> tuple[Address, ...]:
        """Return who may make contracts."""
        return tuple(Address(bytes.fromhex(each[2:])) for each in self.deployers)

    @property
    def sender_addresses(self) -> tuple[Address, ...]:
        """Return who else may send what strangers may not."""
        return tuple(Address(bytes.fromhex(each[2:])) for each in self.senders)


class RpcConfig(_Section):
    """Say where JSON-RPC listens; port 0 takes any free one. Sizes in bytes.

    connections: how many at once; idle, transfer: seconds, without a request, and for
    a body or an answer; batch_seconds: after which no more of a batch is begun.
    bodies: of all large bodies under way. hosts: names of this node, beside addresses
    and localhost; origins: of web pages that may ask it; trusted_proxies: addresses
    that say for whom they ask, in X-Forwarded-For.
    """

    host: Name
    port: Annotated[int, Field(ge=0, le=MAX_PORT)]
    max_body: Size
    max_batch: Size
    max_logs: Size
    max_answer: Size
    connections: Annotated[int, Field(gt=0, le=MAX_CONNECTIONS)]
    idle: Annotated[int, Field(gt=0, le=MAX_INTERVAL)]
    transfer: Annotated[int, Field(gt=0, le=MAX_INTERVAL)]
    batch_seconds: Annotated[int, Field(gt=0, le=MAX_INTERVAL)] = 60
    bodies: Size = 64_000_000
    hosts: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    origins: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    trusted_proxies: Annotated[tuple[Name, ...], Field(strict=False)] = ()


class ReadsConfig(_Section):
    """Bound what runs beside the chain for clients: calls, estimates, logs, proofs.

    processes: how many at once; waiting: how many more may wait. seconds, memory in
    bytes: of one request.
    """

    processes: Annotated[int, Field(gt=0, le=MAX_READERS)]
    seconds: Annotated[int, Field(gt=0, le=MAX_INTERVAL)]
    memory: Annotated[int, Field(ge=MIN_READER_MEMORY, le=MAX_SIZE)]
    waiting: Size


class StoreConfig(_Section):
    """Say where the chain is kept; home: a folder, None keeps it in memory."""

    home: Name | None = None


class LogConfig(_Section):
    """Say what the node's lines are read with and where they go, beside the screen.

    abi: folder of ABI files, None takes the program's own. file: None writes none;
    file_size: bytes of one; files: how many older ones are kept.
    """

    abi: Name | None = None
    file: Name | None = None
    file_size: Annotated[int, Field(ge=MIN_LOG_SIZE, le=MAX_SIZE)]
    files: Annotated[int, Field(gt=0, le=MAX_LOG_FILES)]


class ClockConfig(_Section):
    """Say from how many seconds on a clock that is wrong is warned of."""

    warn: Annotated[int, Field(gt=0, le=MAX_INTERVAL)]


class FundedAccount(_Section):
    """Name an account of genesis by its public development key; balance in ether.

    name: what lines and banner call it.
    """

    name: AccountName | None = None
    private_key: PrivateKey
    balance: Annotated[int, Field(ge=0, lt=2**64)]

    @property
    def address(self) -> Address:
        """Return the address of the key."""
        from coincurve import PublicKey  # late: the file is read before the curve

        from node.hashing import keccak

        point = PublicKey.from_secret(bytes.fromhex(self.private_key[2:]))
        return Address(keccak(point.format(compressed=False)[1:])[-20:])


class PlacedContract(_Section):
    """Name a contract of genesis: where it stands, and the code that makes it."""

    address: Annotated[str, Field(pattern=_ADDRESS_PATTERN)]
    initcode: Annotated[str, Field(pattern=_CODE_PATTERN, max_length=_MAX_CODE)]


def _check_accounts(
    accounts: tuple[FundedAccount, ...],
) -> tuple[FundedAccount, ...]:
    first: dict[str, int] = {}
    for at, account in enumerate(accounts):
        earlier = first.setdefault(account.private_key, at)
        if earlier != at:
            raise ValueError(f"{earlier} and {at} have one private key")
    named = [account.name for account in accounts if account.name is not None]
    if twice := [name for at, name in enumerate(named) if name in named[:at]]:
        raise ValueError(f"two are named {twice[0]}")
    return accounts


class Config(_Section):
    """Hold the whole file."""

    chain: ChainConfig
    mining: MiningConfig
    gas: GasConfig
    admission: AdmissionConfig
    rpc: RpcConfig
    reads: ReadsConfig
    store: StoreConfig = StoreConfig()
    log: LogConfig
    clock: ClockConfig
    names: dict[AccountName, AddressText] = {}
    contracts: Annotated[tuple[PlacedContract, ...], Field(strict=False)] = ()
    # TOML has arrays, not tuples: this one step of leniency is the array's alone.
    accounts: Annotated[
        tuple[FundedAccount, ...], Field(strict=False), AfterValidator(_check_accounts)
    ]

    @model_validator(mode="after")
    def _names_differ(self) -> Config:
        taken = {account.name for account in self.accounts} & {*self.names}
        if taken:
            raise ValueError(f"names: {min(map(str, taken))} is an account's name, too")
        return self


def read_config(path: Path = DEFAULT_PATH) -> Config:
    """Read a configuration file.

    Raises: ConfigError, naming the file and every wrong key.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise ConfigError((str(path), "there is no such file")) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((str(path), "cannot be read as text")) from error
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers too long, lists too deep
        raise ConfigError((str(path), f"is not TOML: {error}")) from error
    return accept_config(document, str(path))


def home_of(config: Config, path: Path) -> Path | None:
    """Return the folder that keeps the chain of the configuration file at a path."""
    return beside(path, config.store.home)


def abi_folder(config: Config, path: Path) -> Path | None:
    """Return the folder of ABI files: the configuration's, else the program's own."""
    own = DEFAULT_PATH.parent / "abi"
    return beside(path, config.log.abi) or (own if own.is_dir() else None)


def beside(path: Path, name: str | None) -> Path | None:
    """Return the place that the configuration file at a path names, if it does."""
    return None if name is None else path.resolve().parent / name


def accept_config(document: dict[str, Any], file: str = "") -> Config:
    """Check a parsed file, key by key; file: where it was read.

    Raises: ConfigError, naming every wrong key.
    """
    try:
        return Config.model_validate(document)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        raise ConfigError(*map(_spell_fault, faults), file=file) from error


def _spell_fault(fault: ErrorDetails) -> tuple[str, str]:
    key = ".".join(str(part) for part in fault["loc"]) or "file"
    fact = fault["msg"].removeprefix("Value error, ")
    return key, fact[:1].lower() + fact[1:]
