"""The node as its own process, driven by web3 over HTTP."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from py_arkworks_bls12381 import G1Point
from requests.exceptions import RequestException
from web3 import Web3
from web3.exceptions import ContractLogicError, Web3RPCError
from web3.middleware import SignAndSendRawMiddlewareBuilder

from node.config import DEFAULT_PATH, Config
from node.engine.local import LocalEngine
from node.errors import StoreError
from node.service import _mine_regularly
from tests.forks import run_forked
from tests.node.bytecode import COUNTER, assemble, deployment
from tests.node.conftest import Clock
from tests.node.running import running, started
from tests.patience import PATIENCE

# Adds the two points of its input and returns the sum.
_ADDER = assemble(
    "256 0 0 CALLDATACOPY 128 256 256 0 0x0b GAS STATICCALL 40 JUMPI 0 0 REVERT"
)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "node", *arguments]


def _fail(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a node that should not start, to its end."""
    return run_forked(_command(*arguments), text=True)


@pytest.fixture(scope="module")
def announced() -> Iterator[dict[str, Any]]:
    with running() as (_process, announcement):
        yield announcement


@pytest.fixture
def web3(announced: dict[str, Any]) -> Web3:
    return _connect(announced)


def _open(url: str) -> Web3:
    return Web3(Web3.HTTPProvider(url, {"timeout": PATIENCE}))


def _connect(announced: dict[str, Any]) -> Web3:
    """Return a client that signs as the first account."""
    client = _open(announced["url"])
    account = client.eth.account.from_key(announced["accounts"][0]["private_key"])
    signer = SignAndSendRawMiddlewareBuilder.build(account)
    client.middleware_onion.inject(signer, layer=0)
    client.eth.default_account = account.address
    return client


def test_web3_deploys_calls_and_reads_logs(web3: Web3) -> None:
    abi = [{"type": "event", "name": "Counted", "anonymous": True, "inputs": []}]
    created = web3.eth.contract(abi=abi, bytecode=deployment(COUNTER)).constructor()
    receipt = web3.eth.wait_for_transaction_receipt(created.transact())
    assert receipt["status"] == 1
    address = receipt["contractAddress"]
    assert address is not None
    counted = web3.eth.send_transaction({"to": address})
    assert web3.eth.wait_for_transaction_receipt(counted)["status"] == 1
    logs = web3.eth.get_logs({"address": address, "fromBlock": 0})
    assert [int.from_bytes(log["topics"][0], "big") for log in logs] == [1]
    with pytest.raises(ContractLogicError, match="counter: closed"):
        web3.eth.call({"to": address, "data": b"\x01"})


def test_web3_calls_a_curve_precompile(web3: Web3) -> None:
    point = G1Point().to_xy_bytes_be()
    padded = bytes(16) + point[:48] + bytes(16) + point[48:]
    raw = web3.eth.call({"to": "0x" + "00" * 19 + "0b", "data": padded * 2})
    doubled = (G1Point() + G1Point()).to_xy_bytes_be()
    assert raw == bytes(16) + doubled[:48] + bytes(16) + doubled[48:]


def test_web3_travels_in_time(web3: Web3) -> None:
    now = web3.eth.get_block("latest")["timestamp"]
    web3.provider.make_request("evm_setNextBlockTimestamp", [now + 86_400])  # type: ignore[arg-type]
    web3.provider.make_request("evm_mine", [])  # type: ignore[arg-type]
    assert web3.eth.get_block("latest")["timestamp"] == now + 86_400


def test_web3_reports_a_refusal(web3: Web3) -> None:
    with pytest.raises(Web3RPCError, match="not canonical"):
        web3.eth.send_raw_transaction(b"\xc1")


def _post(url: str, body: bytes, content_type: str) -> tuple[int, bytes]:
    request = urllib.request.Request(  # noqa: S310  # our own node
        url, body, {"Content-Type": content_type}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_garbage_is_a_json_rpc_error(announced: dict[str, Any]) -> None:
    for body in (b"", b"{", b"\xff\x00", b"[" * 100_000):
        status, answer = _post(announced["url"], body, "application/json")
        assert (status, json.loads(answer)["error"]["code"]) == (200, -32700)


def test_a_form_of_a_web_page_is_refused(announced: dict[str, Any]) -> None:
    """A page may post text anywhere; only JSON makes a browser ask first."""
    body = b'{"jsonrpc":"2.0","id":1,"method":"evm_mine"}'
    assert _post(announced["url"], body, "text/plain")[0] == 415


def test_a_huge_body_is_refused(announced: dict[str, Any]) -> None:
    assert _post(announced["url"], bytes(5_000_001), "application/json")[0] == 413


def test_other_paths_and_methods_do_not_exist(announced: dict[str, Any]) -> None:
    assert _post(announced["url"] + "/admin", b"{}", "application/json")[0] == 404
    with pytest.raises(urllib.error.HTTPError) as failure:
        urllib.request.urlopen(announced["url"], timeout=PATIENCE)  # noqa: S310
    with failure.value:
        assert failure.value.code == 405


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(number: int) -> None:
    with running() as (process, _):
        process.send_signal(number)
        _, talk = process.communicate(timeout=PATIENCE)
        assert (process.returncode, talk) == (0, "")


def test_a_busy_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        ended = _fail("--port", str(port))
    assert (ended.returncode, ended.stdout) == (5, "")
    fact = "is in use; --port gives another, 0 any"
    assert ended.stderr == f"devnet: error: port: 127.0.0.1:{port} {fact}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--config", "/nowhere.toml"), "/nowhere.toml: there is no such file"),
        (("--host", "256.0.0.1", "--port", "0"), "port: 256.0.0.1:0"),
        (("--host", "a" * 64 + ".example", "--port", "0"), "port: aaa"),
        (("--port", "65536"), "port: 65536 is not from 0"),
        (("--port", "-1"), "port: -1 is not from 0"),
    ],
)
def test_a_wrong_start_is_one_line(arguments: tuple[str, ...], words: str) -> None:
    ended = _fail(*arguments)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"devnet: error: {words}")
    assert ended.stderr.count("\n") == 1


def test_it_says_loudly_what_it_is() -> None:
    heard = ""
    with started("--port", "0") as process:
        assert process.stdout is not None
        while "Ctrl-C" not in heard:
            heard += process.stdout.readline()
    assert "A DEVNET, NOT A NETWORK" in heard
    assert "http://127.0.0.1:" in heard
    assert "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266" in heard


def test_blocks_come_at_the_interval(tmp_path: Path) -> None:
    path = tmp_path / "devnet.toml"
    text = DEFAULT_PATH.read_text("utf-8")
    path.write_text(text.replace('"at_once" ', '"interval" '), "utf-8")
    with running("--config", str(path)) as (_, announcement):
        client = _open(announcement["url"])
        first = client.eth.filter("latest")
        hashes: list[Any] = []
        while not hashes:
            hashes = first.get_new_entries()
        assert client.eth.get_block(hashes[0])["number"] >= 1


# A chain that is kept


def _send_for_ever(web3: Web3, sent: list[Any]) -> None:
    """Send until the node is gone, noting what it acknowledged."""
    try:
        while True:
            sent.append(web3.eth.send_transaction({"to": "0x" + "22" * 20}))
    except RequestException:  # it was killed
        return


def test_a_killed_node_goes_on_with_all_it_acknowledged(tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "chain"))
    sent: list[Any] = []
    with running(*home) as (process, announced):
        assert announced["home"] == home[1]
        sender = Thread(target=_send_for_ever, args=(_connect(announced), sent))
        sender.start()
        while len(sent) < 5:
            sender.join(0.01)
        process.kill()
        sender.join()
    with running(*home) as (_, announced):
        web3 = _connect(announced)
        assert all(web3.eth.get_transaction_receipt(each)["status"] for each in sent)
        assert web3.eth.block_number >= len(sent)
        assert web3.eth.send_transaction({"to": "0x" + "22" * 20})


def test_a_folder_in_use_is_named(tmp_path: Path) -> None:
    with running("--home", str(tmp_path / "chain")):
        ended = _fail("--port", "0", "--home", str(tmp_path / "chain"))
    assert ended.returncode == 6
    fact = "another node is using it, or a check of its file is under way"
    assert ended.stderr == f"devnet: error: {tmp_path / 'chain'}: {fact}\n"


def test_the_file_may_name_the_folder_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "devnet.toml"
    text = DEFAULT_PATH.read_text("utf-8")
    path.write_text(text.replace('# home = "devnet-chain"', 'home = "kept"'), "utf-8")
    with running("--config", str(path)) as (_, announcement):
        assert announcement["home"] == str(tmp_path / "kept")
    assert (tmp_path / "kept" / "data.mdb").exists()


@pytest.mark.parametrize(
    "program",
    [
        "import node.__main__ as m; sys.argv = ['node', *args]; m.main()",
        "from scripts.__main__ import run; run(['devnet', *args])",
    ],
)
def test_the_process_of_a_node_never_loads_a_client(program: str) -> None:
    """It takes half a second before the first answer, and none of it serves anybody."""
    args = ["--port", "0", "--json", "--quiet"]
    tell = "print(sorted({'web3', 'eth_account', 'node'} & set(sys.modules)))"
    command = [sys.executable, "-c", f"import sys; args = {args}; {program}; {tell}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        announced = json.loads(process.stdout.readline())
        web3 = _connect(announced)
        created = web3.eth.send_transaction({"data": deployment(COUNTER)})
        receipt = web3.eth.wait_for_transaction_receipt(created)
        web3.eth.call({"to": str(receipt["contractAddress"])})
        for path in ("/ready", "/metrics"):
            url = announced["url"] + path
            urllib.request.urlopen(url, timeout=PATIENCE).close()  # noqa: S310
        process.send_signal(signal.SIGTERM)
        loaded, _ = process.communicate(timeout=PATIENCE)
    assert loaded == "['node']\n"


def test_a_disk_that_is_full_for_a_while_does_not_end_the_interval(
    config: Config, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, ticks = LocalEngine(config, clock), iter([True, False])

    async def pass_at_once(_: float) -> None:
        """Let the interval pass."""

    def tick() -> None:
        if next(ticks):
            raise StoreError("full")
        raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", pass_at_once)
    monkeypatch.setattr(engine, "tick", tick)
    with pytest.raises(asyncio.CancelledError), ThreadPoolExecutor(1) as writer:
        asyncio.run(_mine_regularly(engine, writer))
