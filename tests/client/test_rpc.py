from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typing_extensions import override

from election.client.errors import (
    ClientError,
    ConnectionFailedError,
    ContractRefusedError,
    NodeRefusedError,
    WrongChainError,
)
from election.client.rpc import Connection, connect
from election.client.transport import open_post
from election.client.wire import Act
from election.crypto.signature import derive_address
from election.crypto.transcript import Address
from node.errors import TracelessError
from tests.client.stage import RELAY, Stage, make_key

NOWHERE = Address(bytes([7]) * 20)
PLAIN = Act(NOWHERE, b"", 50_000)


@contextmanager
def answering(body: bytes, status: int = 200) -> Iterator[str]:
    """Serve one answer to everything, whatever was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_nobody_at_the_address_is_one_error() -> None:
    with pytest.raises(ConnectionFailedError, match="no node answers there"):
        connect("http://127.0.0.1:1")


@pytest.mark.parametrize("url", ["", "nonsense", "http://", "ftp://127.0.0.1"])
def test_address_that_is_none_is_one_error(url: str) -> None:
    with pytest.raises(ConnectionFailedError):
        connect(url)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>hello</html>", 200),
        (b"", 200),
        (b"\xff\xfe", 200),
        (b"[1, 2]", 200),
        (b'"text"', 200),
        (b'{"jsonrpc": "2.0", "id": 0}', 200),
        (b'{"jsonrpc": "2.0", "id": 0, "result": "not hex"}', 200),
        (b'{"jsonrpc": "2.0", "id": 0, "result": null}', 200),
        (b'{"jsonrpc": "2.0", "id": 0, "result": "-0x1"}', 200),
        (b'{"jsonrpc": "2.0", "id": 0, "result": "0x8000000000000000"}', 200),
        (b'{"jsonrpc": "2.0", "id": 0, "result": ' + b"[" * 200_000, 200),
        (b"no", 500),
        (b"no", 404),
    ],
)
def test_server_that_is_no_node_is_one_error(body: bytes, status: int) -> None:
    with answering(body, status) as url, pytest.raises(ConnectionFailedError):
        connect(url)


@pytest.mark.parametrize(
    "answer",
    [
        "null",
        "5",
        '"text"',
        "{}",
        '{"number": "0x1"}',
        '{"number": 5, "timestamp": 6}',
        '{"number": "0xzz", "timestamp": "0x1"}',
    ],
)
def test_answer_of_another_form_is_one_error(answer: str) -> None:
    body = f'{{"jsonrpc": "2.0", "id": 0, "result": {answer}}}'.encode()
    with answering(body) as url:
        connection = Connection(open_post(url), url=url, chain_id=1)
        with pytest.raises(ConnectionFailedError, match="answers what no node would"):
            connection.read_head()
        with pytest.raises(ConnectionFailedError):
            connection.read_logs([NOWHERE], first=0, last=0)
        with pytest.raises(ConnectionFailedError):
            connection.send_all([PLAIN], key=RELAY)


@pytest.mark.parametrize(
    "error", ["5", "null", '"text"', "{}", '{"code": 3, "data": 7}', "[]"]
)
def test_error_of_any_form_is_an_error_of_ours(error: str) -> None:
    body = f'{{"jsonrpc": "2.0", "id": 0, "error": {error}}}'.encode()
    with answering(body) as url, pytest.raises(ClientError):
        connect(url)


def telling(*results: object) -> Connection:
    """Give a connection to a node that has these answers, one after another."""
    left = iter(results)

    def post(body: bytes) -> bytes:
        asked = json.loads(body)
        batch = asked if isinstance(asked, list) else [asked]
        answers = [{"id": each["id"], "result": next(left)} for each in batch]
        told = answers if isinstance(asked, list) else answers[0]
        return json.dumps(told).encode()

    return Connection(post, url="http://node", chain_id=1)


def test_head_that_no_chain_has_is_one_error() -> None:
    with pytest.raises(ConnectionFailedError, match="more blocks than any chain"):
        telling().read_logs([NOWHERE], first=0, last=2**62)


def test_log_of_five_topics_is_one_error() -> None:
    word = "0x" + "00" * 32
    log = {
        "address": f"0x{NOWHERE.hex()}",
        "topics": [word] * 5,
        "data": "0x",
        "blockNumber": "0x1",
        "blockTimestamp": "0x1",
        "transactionHash": word,
        "logIndex": "0x0",
    }
    with pytest.raises(ConnectionFailedError, match="answers what no node would"):
        telling([log]).read_logs([NOWHERE], first=0, last=1)
    assert telling([log | {"topics": []}]).read_logs([NOWHERE], first=0, last=1)


def test_answer_without_end_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("election.client.transport._LARGEST_ANSWER", 1000)
    with (
        answering(b" " * 1001) as url,
        pytest.raises(ConnectionFailedError, match="more than 1000 bytes"),
    ):
        connect(url)


@pytest.mark.parametrize("ids", [[0, 0], [0], [0, 1, 1], [0, 2], ["0", "1"]])
def test_answers_to_other_requests_are_one_error(ids: list[object]) -> None:
    answers = [{"id": each, "result": "0x"} for each in ids]
    node = Connection(lambda _: json.dumps(answers).encode(), url="", chain_id=1)
    with pytest.raises(ConnectionFailedError, match="does not answer in json-rpc"):
        node.request_all([("eth_chainId", ())] * 2)


def test_answers_of_a_batch_are_told_apart_by_their_ids() -> None:
    answers = [{"id": each, "result": str(each)} for each in (2, 0, 1)]
    node = Connection(lambda _: json.dumps(answers).encode(), url="", chain_id=1)
    assert node.request_all([("eth_chainId", ())] * 3) == ["0", "1", "2"]


def test_words_of_a_node_are_one_short_line() -> None:
    error = {"code": -1, "message": "\x1b[2Jgone\n" + 10_000 * "x"}
    answer = json.dumps({"id": 0, "error": error}).encode()
    node = Connection(lambda _: answer, url="", chain_id=1)
    with pytest.raises(NodeRefusedError) as refused:
        node.request("eth_chainId")
    assert refused.value.fact.startswith("?[2Jgone?x")
    assert len(refused.value.fact) == 200


def test_another_chain_is_refused(node_url: str, chain: Connection) -> None:
    with pytest.raises(WrongChainError, match=f"{chain.chain_id + 1}"):
        connect(node_url, chain_id=chain.chain_id + 1)
    assert connect(node_url, chain_id=chain.chain_id).chain_id == chain.chain_id


def test_a_transaction_that_is_refused_is_told_in_one_line_of_a_screen() -> None:
    told = {"code": -32000, "message": str(TracelessError())}

    def post(body: bytes) -> bytes:
        return json.dumps({"id": json.loads(body)["id"], "error": told}).encode()

    with pytest.raises(NodeRefusedError) as refused:
        Connection(post, url="", chain_id=1).request("eth_sendRawTransaction", "0x")
    assert str(refused.value).startswith("transaction: it would leave no log; only ")
    assert len(f"  refused  {refused.value}") <= 80


def test_method_that_the_node_lacks_names_the_method(connection: Connection) -> None:
    with pytest.raises(NodeRefusedError, match="eth_nonsense"):
        connection.request("eth_nonsense")


def test_many_requests_keep_their_order(connection: Connection) -> None:
    requests = [("web3_sha3", (f"0x{number:04x}",)) for number in range(250)]
    answers = connection.request_all(requests)
    assert answers == [connection.request(method, *rest) for method, rest in requests]


def test_acts_of_one_account_are_mined_in_a_row(connection: Connection) -> None:
    key = make_key("somebody new")
    receipts = connection.send_all([PLAIN] * 120, key=key)
    more = connection.send(PLAIN, key=key)
    blocks = [receipt.block_number for receipt in (*receipts, more)]
    assert blocks == sorted(blocks)
    count = connection.request(
        "eth_getTransactionCount", f"0x{derive_address(key).hex()}", "latest"
    )
    assert int(count, 16) == 121


def test_sending_waits_for_a_block(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.request("evm_setAutomine", False)
    monkeypatch.setattr("time.sleep", lambda _: connection.request("evm_mine"))
    try:
        receipt = connection.send_all([PLAIN], key=RELAY)[0]
    finally:
        connection.request("evm_setAutomine", True)
    assert receipt.block_number == connection.read_head().number


def test_refusal_is_read_before_anything_is_sent(polls: Stage) -> None:
    head = polls.connection.read_head()
    with pytest.raises(ContractRefusedError) as caught:
        polls.connection.send(polls.opened.tally.freeze(1), key=RELAY)
    assert (caught.value.subject, caught.value.fact) == (
        "tally",
        "polls are not closed",
    )
    assert polls.connection.read_head() == head


def test_clock_is_that_of_the_next_block(connection: Connection) -> None:
    later = connection.read_head().timestamp + 5_000
    connection.request("evm_setNextBlockTimestamp", later)
    assert connection.read_clock() == later
    connection.request("evm_mine")
    assert connection.read_head().timestamp == later


def test_logs_of_many_block_ranges_are_joined(
    polls: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = polls.opened.voter_list.contract
    last = polls.connection.read_head().number
    whole = polls.connection.read_logs([contract.address], first=0, last=last)
    monkeypatch.setattr("election.client.log_reader._BLOCKS", 3)
    pieces = polls.connection.read_logs([contract.address], first=0, last=last)
    assert pieces == whole
    assert len(whole) == 2 + 6 + 6


def test_time_of_a_log_is_its_blocks(polls: Stage) -> None:
    contract = polls.opened.election.contract
    last = polls.connection.read_head().number
    for log in polls.connection.read_logs([contract.address], first=0, last=last):
        block = polls.connection.read_head(hex(log.block_number))
        assert log.timestamp == block.timestamp
