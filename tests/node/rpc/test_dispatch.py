from __future__ import annotations

import json
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node import json_depth
from node.config import Config
from node.engine.local import LocalEngine
from node.rpc import json_body
from node.rpc.answering import reads_much, writes
from node.rpc.devnet import evm_mine
from node.rpc.dispatch import Dispatcher
from node.rpc.errors import METHOD_NOT_FOUND, RpcError
from node.rpc.methods import METHODS
from tests.node.conftest import Clock
from tests.node.wallet import Client, RpcFailureError, Wallet
from tests.patience import grows_in_proportion

_shared = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def _request(method: str, *params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"\xff", -32700),
        (b'{"\xea": 1}', -32700),
        (b"[" * 100_000, -32700),
        (b'{"a":' * 100_000, -32700),
        (b'["\\"' + b",[" * 100_000, -32700),
        (b"[" * 33 + b"]" * 33, -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (b"null", -32600),
        (b'"eth_chainId"', -32600),
        (b"{}", -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_nothing"}', -32601),
        (b'{"jsonrpc":"2.0","id":1,"method":"__init__"}', -32601),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":7}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[7]}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_getCode","params":[]}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_call","params":{"to":1}}', -32602),
    ],
)
def test_a_wrong_body_gets_its_code(client: Client, body: bytes, code: int) -> None:
    answer = json.loads(client.dispatcher.handle(body))
    assert answer["error"]["code"] == code


def test_brackets_in_strings_nest_nothing(client: Client) -> None:
    for text in ("[" * 100, '"[' * 100, "\\[" * 100):
        assert client.post([_request("eth_chainId") | {"id": text}])[0]["id"] == text


def test_a_string_without_an_end_is_refused_at_once(client: Client) -> None:
    def ask(size: int) -> None:
        body = b"[]" * 40 + b'"' + b'\\"' * size
        assert json.loads(client.dispatcher.handle(body))["error"]["code"] == -32700

    assert grows_in_proportion(ask)


def test_an_identity_comes_back_as_it_was(client: Client) -> None:
    for identity in (0, 7, "x", None):
        request = _request("eth_chainId") | {"id": identity}
        assert client.post(request)["id"] == identity


def test_an_identity_of_another_type_does_not_come_back(client: Client) -> None:
    odd: list[Any] = [{}, [], True]
    for identity in odd:
        assert client.post(_request("eth_chainId") | {"id": identity})["id"] is None


def test_a_batch_is_answered_in_order(client: Client) -> None:
    batch = [_request("eth_chainId"), 7, _request("eth_nothing") | {"id": 2}]
    answers = client.post(batch)
    assert [a.get("result", a.get("error", {}).get("code")) for a in answers] == [
        hex(1447379784),
        -32600,
        -32601,
    ]


def test_a_batch_above_the_limit_is_refused(client: Client) -> None:
    assert client.post([_request("eth_chainId")] * 1_001)["error"]["code"] == -32600
    assert len(client.post([_request("eth_chainId")] * 1_000)) == 1_000


def test_a_notification_is_run_but_not_answered(
    client: Client, engine: LocalEngine
) -> None:
    notification = {"jsonrpc": "2.0", "method": "evm_mine"}
    assert client.dispatcher.handle(json.dumps(notification).encode()) == b""
    assert client.dispatcher.handle(json.dumps([notification]).encode()) == b""
    assert engine.chain.head.number == 2


def test_batch_ends_with_the_answer_that_is_too_large(
    config: Config, clock: Clock
) -> None:
    rpc = config.rpc.model_copy(update={"max_answer": 1_000})
    engine = LocalEngine(config.model_copy(update={"rpc": rpc}), clock)
    ask = _request("eth_getBlockByNumber", "0x0", False)
    mine = _request("evm_mine")
    notice = {key: mine[key] for key in mine if key != "id"}
    body = json.dumps([ask, mine, ask, notice, mine]).encode()
    answers = json.loads(Dispatcher(engine).handle(body))
    assert ["result" in answer for answer in answers] == [True, False, False, False]
    assert [a["error"]["code"] for a in answers[1:]] == [-32005] * 3
    assert engine.chain.head.number == 0


def test_a_batch_ends_when_its_time_is_over(config: Config, clock: Clock) -> None:
    """The answers so far are given, and what is left is not run."""
    rpc = config.rpc.model_copy(update={"batch_seconds": 2})
    engine = LocalEngine(config.model_copy(update={"rpc": rpc}), clock)
    mine = _request("evm_mine")
    seconds = iter(range(9))
    dispatcher = Dispatcher(engine, now=lambda: float(next(seconds)))
    answers = json.loads(dispatcher.handle(json.dumps([mine] * 4).encode()))
    assert ["result" in answer for answer in answers] == [True, False, False, False]
    assert "took 2 seconds" in answers[1]["error"]["message"]
    assert engine.chain.head.number == 1


def test_what_reads_much_stays_within_a_batchs_answer(
    config: Config, clock: Clock
) -> None:
    rpc = config.rpc.model_copy(update={"max_answer": 400})
    engine = LocalEngine(config.model_copy(update={"rpc": rpc}), clock)
    ask = _request("eth_feeHistory", "0x1", "latest")
    body = json.dumps([ask] * 9).encode()
    answered = Dispatcher(engine).handle(body)
    answers = json.loads(answered)
    assert "result" in answers[0]
    assert next(a["error"]["code"] for a in answers if "error" in a) == -32005
    results = [a for a in answers if "result" in a]
    assert len(json.dumps(results, separators=(",", ":"))) <= 400 + len(results)


@pytest.mark.parametrize(
    "body", [b"[" * 4_900_000, b"[]" * 2_400_000, b'"",' * 1_600_000, b"1," * 2_400_000]
)
def test_millions_of_values_are_refused_by_counting_them(
    client: Client, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setattr(json_depth, "_TOKEN", None)  # would look at each
    answer = json.loads(client.dispatcher.handle(body))
    assert answer["error"]["code"] == -32700


def test_deep_brackets_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Token:
        def finditer(self, body: bytes) -> Iterator[re.Match[bytes]]:
            for found in re.finditer(rb"\[", body):
                seen.append(found)
                yield found

    monkeypatch.setattr(json_depth, "_TOKEN", Token())
    with pytest.raises(RpcError, match="nested too deeply"):
        json_body.parse_body(b"[" * 100_000)
    assert len(seen) == 33


def test_absent_and_null_parameters_are_none(client: Client) -> None:
    absent = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}
    assert client.post(absent)["result"] == hex(1447379784)
    assert client.post(absent | {"params": None})["result"] == hex(1447379784)


@pytest.mark.parametrize("method", sorted(METHODS))
@pytest.mark.parametrize(
    "params", [[None] * 9, [{}], [[]], ["0x"], ["0x" + "f" * 64], [-1], [1.5], [True]]
)
def test_wrong_parameters_never_are_an_internal_error(
    client: Client, method: str, params: list[Any]
) -> None:
    answer = client.post(_request(method, *params))
    assert answer.get("error", {}).get("code") != -32603


def test_our_own_bug_is_not_told_to_the_client(
    engine: LocalEngine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_backend: object) -> None:
        raise KeyError("secret")

    monkeypatch.setitem(METHODS, "eth_chainId", broken)
    with pytest.raises(RpcFailureError) as failure:
        Client(Dispatcher(engine)).ask("eth_chainId")
    assert (failure.value.code, str(failure.value)) == (-32603, "internal error")
    assert "secret" in caplog.text


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@_shared
@given(st.binary(max_size=200))
def test_any_bytes_get_an_error_and_change_nothing(
    client: Client, engine: LocalEngine, body: bytes
) -> None:
    before = engine.chain.head
    answer = json.loads(client.dispatcher.handle(body))
    errors = answer if isinstance(answer, list) else [answer]
    assert all(error["error"]["code"] in (-32700, -32600) for error in errors)
    assert engine.chain.head == before


@_shared
@given(
    st.sampled_from([m for m in METHODS if m[:4] == "eth_"]),
    st.lists(_json, max_size=3),
)
def test_any_parameters_get_an_answer_and_change_nothing(
    client: Client, engine: LocalEngine, method: str, params: list[Any]
) -> None:
    before = engine.chain.head
    answer = client.post(_request(method, *params))
    assert answer.get("error", {}).get("code") != -32603
    assert engine.chain.head == before


@_shared
@given(st.integers(0, 200), st.integers(1, 255))
def test_a_damaged_request_is_answered(client: Client, place: int, mask: int) -> None:
    raw = Wallet().sign(b"\x22" * 20)
    body = bytearray(
        json.dumps(_request("eth_sendRawTransaction", "0x" + raw.hex())).encode()
    )
    body[place % len(body)] ^= mask
    answer = client.dispatcher.handle(bytes(body))
    assert answer == b"" or json.loads(answer)["jsonrpc"] == "2.0"
    assert b"-32603" not in answer


def test_no_client_moves_a_network_s_clock() -> None:
    backend: Any = SimpleNamespace(engine="of a network")
    with pytest.raises(RpcError, match="nobody's to set") as refusal:
        evm_mine(backend)
    assert refusal.value.code == METHOD_NOT_FOUND


@pytest.mark.parametrize("request_", [None, 1, "evm_mine", [], {}, {"method": 1}])
def test_what_is_no_request_goes_to_no_writer_and_to_no_reader(request_: Any) -> None:
    assert not writes(request_)
    assert not reads_much(request_)


def test_only_what_changes_a_chain_goes_to_the_writer() -> None:
    assert writes(_request("evm_mine"))
    assert not writes(_request("eth_chainId"))
    assert reads_much(_request("eth_call"))
    assert not reads_much(_request("eth_chainId"))
