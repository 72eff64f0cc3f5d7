"""What an attester goes by: pinned terms, the own clock, and what it is shown."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from election.client.leaf_requests import LeafRequest, Place, ask_for_credential
from election.crypto.group import G
from election.crypto.scalar import Scalar
from election.protocol.attestation import spell_fingerprint
from election.protocol.voter_list import LeafClaim
from scripts.shared.errors import InputError
from scripts.shared.witnesses import require_witnesses
from scripts.voters import attest
from tests import honest
from tests.scripts.conftest import VOTER, Cli, make_terms
from tests.scripts.test_bad_input import REQUEST

TEST = make_terms(portal=honest.account(7))
REAL = replace(TEST, test=False)
HOUR = 3_600


def show_clock(monkeypatch: pytest.MonkeyPatch, *, ahead: int) -> None:
    """Let a node's clock be ahead of the own one by seconds."""
    node = SimpleNamespace(read_clock=lambda: int(time.time()) + ahead)
    monkeypatch.setattr(attest, "connect", lambda *_, **__: node)


@pytest.mark.parametrize("ahead", [-HOUR, -600, 600, 40 * 60, 10**9])
def test_clock_of_a_node_moves_no_attestation(
    ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statements on a liar's time could be stocked for later."""
    show_clock(monkeypatch, ahead=ahead)
    with pytest.raises(InputError, match="set the one that is wrong"):
        attest.read_own_clock(REAL, "node")


def test_own_clock_is_taken_where_the_node_agrees_or_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    show_clock(monkeypatch, ahead=30)
    monkeypatch.setattr("time.time", lambda: 1_000_000.5)
    assert attest.read_own_clock(REAL, "node") == 1_000_000
    assert attest.read_own_clock(REAL, None) == 1_000_000
    assert capsys.readouterr().err == ""
    assert attest.read_own_clock(TEST, None) == 1_000_000
    assert "if the chain's was moved, give --rpc-url" in capsys.readouterr().err


def test_rehearsal_goes_by_a_clock_that_was_moved(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)
    show_clock(monkeypatch, ahead=HOUR)
    assert attest.read_own_clock(TEST, "node") == 1_000_000 + HOUR
    assert "TEST: goes by the chain's clock, " in capsys.readouterr().err


def ask(index: int, secret: int) -> LeafRequest:
    claim = LeafClaim(1, index, VOTER, ())
    place = Place(honest.ELECTION_ID, honest.box().ctx, claim, 1)
    return ask_for_credential(place, G * Scalar(secret))


def test_request_is_described_by_what_a_person_can_compare() -> None:
    asked = ask(0, 5)
    told = attest.describe_request(asked, TEST)
    assert told["action"] == "issue"
    assert told["contest"] == "1 (Contest)"
    assert told["fingerprint"] == spell_fingerprint(asked.request)


def test_fingerprint_has_eighty_bits_and_tells_requests_apart() -> None:
    spelled = {spell_fingerprint(ask(i, s).request) for i in (0, 1) for s in (5, 6)}
    assert len(spelled) == 4
    for each in spelled:
        assert [len(group) for group in each.split()] == [4] * 5


def test_attester_needs_no_node_and_says_what_it_signs(
    prepared: Cli, tmp_path: Path
) -> None:

    (tmp_path / "request.json").write_text(json.dumps(REQUEST))
    away = Cli(prepared.folder, "http://127.0.0.1:1")
    options = ["--terms", str(prepared.folder / "terms.json"), "--terms-hash"]
    options.append((prepared.folder / "terms-hash").read_text())
    files = [str(tmp_path / "request.json"), "--out", str(tmp_path / "out.json")]
    done = away("attest", *files, *options, *away.unlock("portal"), "--json")
    assert done.result["contest"] == "1 (Contest)"
    for told in ("TEST election: TEST", "action: register", "fingerprint: "):
        assert told in done.err


def test_word_of_one_source_is_enough_for_a_rehearsal_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    require_witnesses(["node"], is_test=True)
    assert "the word of one source" in capsys.readouterr().err
    with pytest.raises(InputError, match="name a second"):
        require_witnesses(["node"], is_test=False)
    require_witnesses(["node", "another"], is_test=False)
    assert not capsys.readouterr().err
