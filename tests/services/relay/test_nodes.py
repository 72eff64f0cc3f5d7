"""A relay with two nodes: one may be away or lie, and nothing promised is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.relay import casting
from services.relay.timing import CROWD
from tests.patience import wait_until
from tests.services.relay.conftest import Polls, Relay, relaying, write_home
from tests.services.relay.mirror import Answer, Mirror, honest, mirroring


@contextmanager
def two_nodes(polls: Polls, folder: Path) -> Iterator[tuple[Relay, Mirror]]:
    """Serve a relay that asks a mirror first, then the node itself."""
    with mirroring(polls.url) as mirror:
        home = write_home(polls, folder / "relay", nodes=[mirror.url, polls.url])
        with relaying(polls, home) as relay:
            yield relay, mirror


def test_ballots_are_cast_while_a_node_is_away_and_final_once_both_show_them(
    polls: Polls, tmp_path: Path
) -> None:
    with two_nodes(polls, tmp_path) as (relay, mirror):
        mirror.is_away = True
        wait_until(lambda: any(mirror.url in each for each in relay.ready()))
        promises = [relay.promise(each) for each in polls.ballots[1][:CROWD]]
        wait_until(lambda: polls.cast_count(1) == CROWD)
        assert {relay.state(each) for each in promises} == {"sent"}
        mirror.is_away = False
        relay.wait_final(*promises)
        wait_until(lambda: relay.ready() == [])


def test_promise_ends_only_where_the_nodes_agree(polls: Polls, tmp_path: Path) -> None:
    """A node that hides ballots, or makes some up, is told from the other."""

    def hide(method: str, answer: Answer) -> Answer:
        return {**answer, "result": []} if method == "eth_getLogs" else answer

    with two_nodes(polls, tmp_path) as (relay, mirror):
        mirror.change = hide
        promises = [relay.promise(each) for each in polls.ballots[1][:CROWD]]
        wait_until(lambda: any("different ballots" in each for each in relay.ready()))
        assert {relay.state(each) for each in promises} == {"sent"}
        figures = relay.running.client.get("/metrics").text
        assert 'veche_relay_alarm{kind="node_lies"} 1.0' in figures
        mirror.change = honest
        relay.wait_final(*promises)
        wait_until(lambda: relay.ready() == [])


def test_what_one_node_refuses_is_given_to_the_other(
    polls: Polls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(casting, "AGAIN", 1)
    refused = {"code": -32000, "message": "not here"}

    def refuse(method: str, answer: Answer) -> Answer:
        if method != "eth_sendRawTransaction":
            return answer
        return {"jsonrpc": "2.0", "id": answer["id"], "error": refused}

    with two_nodes(polls, tmp_path) as (relay, mirror):
        mirror.change = refuse
        promises = [relay.promise(each) for each in polls.ballots[1][:CROWD]]
        relay.wait_final(*promises)
        assert polls.cast_count(1) == CROWD
