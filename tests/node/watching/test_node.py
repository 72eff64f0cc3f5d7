"""What a node tells people, programs and supervisors of itself."""

from __future__ import annotations

import json
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from requests.exceptions import RequestException
from web3 import Web3
from web3.middleware import SignAndSendRawMiddlewareBuilder

from bench.processor import spent
from node.config import Config
from node.engine.local import LocalEngine
from node.errors import StoreError
from node.naming.dictionary import read_dictionary
from node.service import Talk, open_journal, watch_engine
from tests.node.bytecode import assemble, deployment
from tests.node.conftest import Clock
from tests.node.running import running, write_config
from tests.node.wallet import Wallet
from tests.patience import PATIENCE, wait_until

_BUSY = 300  # ms of the processor


@pytest.fixture(scope="module")
def announced() -> Iterator[dict[str, Any]]:
    with running() as (_process, announcement):
        yield announcement


def _connect(announced: dict[str, Any]) -> Web3:
    """Return a client that signs as the first account."""
    client = Web3(Web3.HTTPProvider(announced["url"], {"timeout": PATIENCE}))
    account = client.eth.account.from_key(announced["accounts"][0]["private_key"])
    signer = SignAndSendRawMiddlewareBuilder.build(account)
    client.middleware_onion.inject(signer, layer=0)
    client.eth.default_account = account.address
    return client


def _get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:  # noqa: S310
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_probes_tell_how_the_node_is(announced: dict[str, Any]) -> None:
    status, health = _get(announced["url"] + "/health")
    assert (status, json.loads(health)["healthy"]) == (200, True)
    status, ready = _get(announced["url"] + "/ready")
    told = json.loads(ready)
    assert (status, told["ready"], told["reasons"]) == (200, True, [])
    assert told["locked"] is False
    status, figures = _get(announced["url"] + "/metrics")
    families = {each.name: each for each in text_string_to_metric_families(
        figures.decode())}  # fmt: skip
    assert families["node_height"].samples[0].value == told["height"]
    counted = {
        (each.labels["path"], each.labels["status"])
        for each in families["node_http_requests"].samples
    }
    assert ("/ready", "200") in counted
    assert "process_cpu_seconds" in families


def test_no_path_of_a_stranger_becomes_a_figure(announced: dict[str, Any]) -> None:
    """Each would stay in memory for good."""
    assert _get(announced["url"] + "/no/such/place")[0] == 404
    assert b"such" not in _get(announced["url"] + "/metrics")[1]


def test_a_block_that_cannot_be_kept_makes_a_node_not_ready(
    config: Config, clock: Clock, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalEngine(config, clock)
    shown: list[str] = []
    with open_journal(Talk(print, shown.append), None) as journal:
        watch = watch_engine(engine, journal, read_dictionary(None), Path())
        kept = engine.machine.commit

        def fail(**_: int) -> Any:
            raise StoreError("full")

        monkeypatch.setattr(engine.machine, "commit", fail)
        raw = wallet.sign(to=b"\x22" * 20)
        with pytest.raises(StoreError):
            engine.send_raw(raw)
        reasons = watch.status()["reasons"]
        assert reasons == ["the last block was not kept: store: full"]
        assert watch.meter.failures == 1
        monkeypatch.setattr(engine.machine, "commit", kept)
        engine.send_raw(raw)
        assert watch.status()["ready"]
        assert b'node_transactions_total{result="succeeded"} 1.0' in watch.metrics()
        assert b"node_blocks_failed_total 1.0" in watch.metrics()
    assert "error: no block was made: store: full" in shown[0]


def test_a_block_of_interval_that_does_not_come_makes_a_node_not_ready(
    config: Config, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalEngine(config, clock)
    with open_journal(Talk(print, print), None) as journal:
        watch = watch_engine(engine, journal, read_dictionary(None), Path())
        monkeypatch.setattr(watch, "_committed", -1e9)
        assert watch.status()["ready"]
        engine.mode = "interval"
        assert watch.status()["reasons"][0].startswith("no block for ")


def test_a_network_that_cannot_agree_makes_a_node_not_ready(
    config: Config, clock: Clock
) -> None:
    engine = LocalEngine(config, clock)
    with open_journal(Talk(print, print), None) as journal:
        watch = watch_engine(engine, journal, read_dictionary(None), Path())
        watch.stalled = lambda: "nothing is agreed on: 3 of 4 validators are needed"
        assert not watch.status()["ready"]
        assert watch.status()["reasons"] == [watch.stalled()]


def test_foreign_text_in_a_line_is_spelt() -> None:
    """A contract's reason that clears the screen, and writes something else there."""
    reason = b"\x1b[2Jfine\n\xe2\x80\xae"
    word = int.from_bytes(reason.ljust(32, b"\0"), "big")
    code = (
        f"0x08c379a0 224 SHL 0 MSTORE 32 4 MSTORE {len(reason)} 36 MSTORE"
        f" {word:#x} 68 MSTORE 100 0 REVERT"
    )
    with running(quiet=False) as (process, announced):
        web3 = _connect(announced)
        data = deployment(assemble(code))
        made = web3.eth.wait_for_transaction_receipt(
            web3.eth.send_transaction({"data": data})
        )
        call: Any = {"to": made["contractAddress"], "gas": 100_000}
        web3.eth.send_transaction(call)
        assert process.stderr is not None
        while ", failed" not in (line := process.stderr.readline()):
            assert line
    assert line.endswith(", failed: \\u{1b}[2Jfine\\u{a}\\u{202e}\n")


def _send(web3: Web3, call: Any) -> None:
    with suppress(RequestException):  # it is gone before it answers
        web3.eth.send_transaction(call)


def test_a_node_that_is_busy_stops_all_the_same(tmp_path: Path) -> None:
    """In the middle of a block, which nobody is told of and the disk never sees."""
    spins = deployment(assemble("JUMPDEST 0 JUMP"))
    home = ("--home", str(tmp_path / "chain"))
    config = write_config(tmp_path, block_limit=2**62, transaction_limit=2**62)
    with running(*home, "--config", str(config)) as (process, announced):
        web3 = _connect(announced)
        made = web3.eth.wait_for_transaction_receipt(
            web3.eth.send_transaction({"data": spins, "gas": 1_000_000})
        )
        call = {"to": made["contractAddress"], "gas": 2**61}
        before = spent(process.pid)
        Thread(target=_send, args=(web3, call), daemon=True).start()
        wait_until(lambda: spent(process.pid) > before + _BUSY)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    with running(*home, "--config", str(config)) as (_, announced):
        assert _connect(announced).eth.block_number == 1
