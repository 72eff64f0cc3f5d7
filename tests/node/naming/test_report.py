from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_typing import Address, Hash32

from node.block import Log
from node.config import DEFAULT_PATH, Config
from node.engine.local import LocalEngine
from node.errors import ConfigError, NodeError, TransactionRefusedError
from node.execution import Execution
from node.naming.dictionary import read_dictionary
from node.naming.report import Reporter
from tests.node.bytecode import COUNTER, assemble, deployment
from tests.node.wallet import Wallet

ABI = [
    {
        "type": "event",
        "name": "Moved",
        "inputs": [
            {"name": "who", "type": "address", "indexed": True},
            {"name": "by", "type": "uint256", "indexed": False},
        ],
    },
    {"type": "function", "name": "move", "inputs": [{"name": "by", "type": "uint8"}]},
]


class Listener:
    """Keep the lines that a reporter makes of what an engine tells."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self.facts: list[dict[str, Any]] = []

    @property
    def lines(self) -> list[str]:
        return [str(fact["line"]) for fact in self.facts]

    def committed(self, execution: Execution, seconds: float) -> None:
        self.facts += map(dict, self.reporter.tell_block(execution, seconds))

    def refused(self, raw: bytes, error: TransactionRefusedError) -> None:
        self.facts += map(dict, self.reporter.tell_refusal(raw, error))

    def failed(self, error: NodeError) -> None:
        raise AssertionError(error)


@pytest.fixture
def abi(tmp_path: Path) -> Path:
    (tmp_path / "Mover.json").write_text(json.dumps(ABI), "utf-8")
    return tmp_path


@pytest.fixture
def listen(config: Config, engine: LocalEngine, abi: Path) -> Callable[[], Listener]:
    def begin() -> Listener:
        listener = Listener(Reporter.of(config, read_dictionary(abi), config.chain.id))
        engine.watcher = listener
        return listener

    return begin


# Logs Moved(caller, 7).
_LOGS = "CALLER 0x{topic} 32 0 LOG2 STOP"


def test_a_call_and_its_event_are_named(
    engine: LocalEngine, wallet: Wallet, listen: Callable[[], Listener], abi: Path
) -> None:
    dictionary = read_dictionary(abi)
    (topic,), (selector,) = dictionary.events, dictionary.functions
    code = assemble("7 0 MSTORE " + _LOGS.format(topic=topic.hex()))
    engine.send_raw(wallet.sign(data=deployment(code)))
    address = engine.chain.head.receipts[0].created
    assert address
    listener = listen()
    payload = selector + (5).to_bytes(32, "big")
    engine.send_raw(wallet.sign(to=address, data=payload))
    block, call, event = listener.lines
    short = f"0x{address.hex()[:8]}...{address.hex()[-4:]}"
    assert block.startswith("block 2: 1 transaction, ")
    assert call.startswith(f"  commission to {short} Mover.move(by=5), ")
    assert event == f"    {short} Mover.Moved(who=commission, by=7)"


def test_a_deployment_and_a_failure_are_told_with_the_reason(
    engine: LocalEngine, wallet: Wallet, listen: Callable[[], Listener]
) -> None:
    listener = listen()
    engine.send_raw(wallet.sign(data=deployment(COUNTER)))
    address = engine.chain.head.receipts[0].created
    assert address
    engine.send_raw(wallet.sign(to=address, data=b"\x01"))
    assert listener.lines[1].startswith(
        f"  commission makes a contract at 0x{address.hex()}, "
    )
    assert listener.lines[-1].endswith(" gas, failed: counter: closed")
    assert listener.facts[-1]["reason"] == "counter: closed"


def test_a_refusal_names_the_sender_and_the_reason(
    engine: LocalEngine, wallet: Wallet, listen: Callable[[], Listener]
) -> None:
    listener = listen()
    raw = wallet.sign(to=b"\x22" * 20)
    engine.send_raw(raw)
    for refused in (raw, b"\xc1"):
        with pytest.raises(TransactionRefusedError):
            engine.send_raw(refused)
    known, unreadable = listener.lines[2:]
    assert known.startswith("refused: commission to 0x22222222...2222 0 wei: nonce too")
    assert unreadable.startswith("refused: ")
    assert listener.facts[-1]["error"] == "MalformedTransactionError"


def test_what_no_file_names_stays_hex(
    engine: LocalEngine, wallet: Wallet, listen: Callable[[], Listener]
) -> None:
    engine.send_raw(wallet.sign(data=deployment(COUNTER)))
    address = engine.chain.head.receipts[0].created
    assert address
    listener = listen()
    engine.send_raw(wallet.sign(to=address))
    topic = engine.chain.head.receipts[0].logs[0].topics[0]
    assert listener.lines[-1].endswith(f"event 0x{topic.hex()}")


def test_a_name_that_several_files_share_goes_without_a_contract(abi: Path) -> None:
    (abi / "Other.json").write_text(json.dumps(ABI), "utf-8")
    dictionary = read_dictionary(abi)
    (selector,) = dictionary.functions
    told = dictionary.spell_call(selector + bytes(32), lambda _: "")
    assert told == "move(by=0)"
    assert dictionary.spell_call(selector, lambda _: "") == "move(unreadable)"


def test_every_call_and_event_of_the_projects_contracts_is_known() -> None:
    folder = DEFAULT_PATH.parent / "abi"
    entries = [
        entry
        for path in folder.glob("*.json")
        for entry in json.loads(path.read_text("utf-8"))
        if entry["type"] in ("function", "event")
    ]
    dictionary = read_dictionary(folder)
    found = [
        named.entry
        for table in (dictionary.functions, dictionary.events)
        for entries_of_one in table.values()
        for named in entries_of_one
    ]
    assert len(found) == len(entries) > 50


def test_an_event_of_too_few_topics_is_not_named(abi: Path) -> None:
    dictionary = read_dictionary(abi)
    (topic,) = dictionary.events
    log = Log(Address(bytes(20)), (Hash32(topic),), (7).to_bytes(32, "big"))
    assert dictionary.spell_event(log, lambda _: "") is None


def _with_inputs(inputs: str) -> str:
    return f'[{{"type": "event", "name": "E", "inputs": {inputs}}}]'


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "7",
        "[7]",
        '[{"type": "event"}]',
        '[{"type": "event", "name": "E"}]',
        '[{"type": "event", "name": 7, "inputs": []}]',
        _with_inputs("{}"),
        _with_inputs("[7]"),
        _with_inputs('[{"type": []}]'),
        _with_inputs('[{"type": "tuple"}]'),
        _with_inputs(f'[{{"type": "uint8{"[]" * 50}"}}]'),
        "[" * 100_000,
    ],
)
def test_a_file_that_is_no_abi_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "Bad.json").write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=r"log\.abi: .*Bad\.json is not an ABI file"):
        read_dictionary(tmp_path)


def test_a_folder_that_is_missing_is_named_with_file_and_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"mine\.toml: log\.abi: .*no such file"):
        read_dictionary(tmp_path / "none", "mine.toml")
