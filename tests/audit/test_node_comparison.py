"""Nodes that differ are named, and an act goes to the next node where one is down."""

from __future__ import annotations

from typing import Any

import pytest
from typing_extensions import override

from election.audit.evidence import Evidence
from election.client.errors import ConnectionFailedError, Trouble, WrongChainError
from election.client.open_election import open_election
from election.client.rpc import Connection
from scripts.anybody import node_comparison
from scripts.anybody.node_comparison import NodeComparison, NodeWord, compare_nodes
from scripts.shared import session
from scripts.shared.errors import InputError
from tests.audit.story import Told

A, B, C = "http://a:1", "http://b:1", "http://c:1"


class _Liar(Connection):
    """A node with another block at the same height."""

    @override
    def request(self, method: str, *params: Any) -> Any:
        found = super().request(method, *params)
        is_block = method == "eth_getBlockByNumber" and params[0] != "finalized"
        return {**found, "hash": "0x" + "66" * 32} if is_block else found


def _away(url: str) -> Connection:
    raise ConnectionFailedError(url, "no node answers there", Trouble.AWAY)


def _serve(monkeypatch: pytest.MonkeyPatch, told: Told, **kinds: str) -> None:
    """Have names of hosts be nodes of the election's chain, liars, or down."""
    honest = told.connection
    liar = _Liar(honest._post, url="http://liar", chain_id=honest.chain_id)

    def connect(url: str, **_: int) -> Connection:
        kind = kinds[url.removeprefix("http://")[0]]
        if kind == "foreign":
            raise WrongChainError(url, "serves another chain")
        if kind == "away":
            return _away(url)
        return liar if kind == "liar" else honest

    monkeypatch.setattr(node_comparison, "connect", connect)
    monkeypatch.setattr(session, "connect", connect)


def _compare(told: Told, *urls: str) -> NodeComparison:
    opened = open_election(told.connection, told.board.election)
    return compare_nodes(opened, urls)


def test_nodes_that_say_the_same_have_the_records_hash(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    _serve(monkeypatch, told, a="honest", b="honest")
    compared = _compare(told, A, B)
    assert (compared.holds, compared.differing) == (True, [])
    expected = f"0x{Evidence(told.board).record_hash.hex()}"
    words = [each for each in compared.nodes.values() if isinstance(each, NodeWord)]
    assert [each.record_hash for each in words] == [expected, expected]


def test_who_differs_from_most_is_named(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    _serve(monkeypatch, told, a="honest", b="liar", c="honest")
    compared = _compare(told, A, B, C)
    assert (compared.holds, compared.differing) == (False, [B])


def test_of_two_that_differ_both_are_named(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    _serve(monkeypatch, told, a="honest", b="liar")
    assert _compare(told, A, B).differing == [A, B]


def test_a_node_that_is_down_is_told_and_accused_of_nothing(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    _serve(monkeypatch, told, a="honest", b="away")
    compared = _compare(told, A, B)
    assert (compared.holds, compared.differing) == (False, [])
    assert "no node answers" in str(compared.nodes[B])


def test_one_node_is_not_two(monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
    _serve(monkeypatch, told, a="honest")
    with pytest.raises(InputError, match="one node twice"):
        _compare(told, A, A + "/")


def test_an_act_goes_to_the_next_node(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    _serve(monkeypatch, told, a="away", b="honest")
    chain = told.board.chain_id
    assert session.connect_any([A, B], chain_id=chain) is told.connection


@pytest.mark.parametrize(
    ("kinds", "error"),
    [
        ({"a": "away", "b": "away"}, ConnectionFailedError),
        ({"a": "foreign", "b": "honest"}, WrongChainError),
    ],
)
def test_an_act_passes_over_nothing_but_a_node_that_is_down(
    monkeypatch: pytest.MonkeyPatch,
    told: Told,
    kinds: dict[str, str],
    error: type[Exception],
) -> None:
    _serve(monkeypatch, told, **kinds)
    with pytest.raises(error):
        session.connect_any([A, B], chain_id=told.board.chain_id)
