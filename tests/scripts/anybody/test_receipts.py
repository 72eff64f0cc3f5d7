"""A receipt that a booth's page saved is checked at the command line, too."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from election.protocol.ballot import accept_ballot
from tests import honest
from tests.booth.signed import BLOCK, FIVE, WORDS, Lie, cast_ballot, prove
from tests.finality.conftest import spell_genesis
from tests.scripts.conftest import Cli, make_cli, make_terms

RECORD = cast_ballot()
GENESIS = sha256(spell_genesis(FIVE, chain_id=honest.CHAIN_ID)).hexdigest()


def make_receipt(**changes: Any) -> dict[str, Any]:
    ballot = accept_ballot(RECORD, honest.box())
    return {
        "format": "veche-receipt/1",
        "election": f"0x{honest.account(8).hex()}",
        "chain_id": honest.CHAIN_ID,
        "contest": 1,
        "tracking_code": f"0x{ballot.tracking_code.hex()}",
        "ballot_hash": f"0x{ballot.ballot_hash.hex()}",
        "block": BLOCK,
        "control_word": WORDS,
        "nodes": [],
        "proof": prove(RECORD),
    } | changes


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    made = make_cli(tmp_path, "")
    made.pin_terms(make_terms(portal=honest.account(7)))
    return made


def verify(
    cli: Cli, receipt: dict[str, Any], *more: str, with_terms: bool = True
) -> Any:
    path = cli.folder / "receipt.json"
    path.write_text(json.dumps(receipt))
    options: list[str | Path] = ["--genesis-hash", GENESIS, "--json", *more]
    if with_terms:
        pinned = (cli.folder / "terms-hash").read_text()
        options += ["--terms", cli.folder / "terms.json", "--terms-hash", pinned]
    return cli("verify-proof", "--proof", path, *options)


@pytest.mark.parametrize("with_terms", [True, False])
def test_a_receipt_proves_its_ballot(cli: Cli, with_terms: bool) -> None:
    receipt = make_receipt()
    told = verify(cli, receipt, with_terms=with_terms).result
    (ballot,) = told["ballots"]
    assert ballot["ballot_hash"] == receipt["ballot_hash"]
    assert ("tracking_code" in ballot) == with_terms


def test_ballot_that_is_named_has_to_be_proven(cli: Cli) -> None:
    receipt, other = make_receipt(), f"0x{'00' * 32}"
    own = f"--tracking-code={receipt['tracking_code']}"
    assert verify(cli, receipt, own).code == 0
    outcome = verify(cli, receipt, own, f"--tracking-code={other}")
    assert outcome.code == 3
    assert f"not proven: {other} is no ballot of this proof" in outcome.err


@pytest.mark.parametrize(
    ("change", "with_terms"),
    [
        ({"tracking_code": "0x" + "00" * 32}, True),
        ({"contest": 2}, True),
        ({"ballot_hash": "0x" + "00" * 32}, True),
        ({"ballot_hash": "0x" + "00" * 32}, False),
        ({"block": BLOCK + 1}, False),
    ],
)
def test_a_receipt_of_another_ballot_is_not_proven(
    cli: Cli,
    change: dict[str, Any],
    with_terms: bool,
) -> None:
    outcome = verify(cli, make_receipt(**change), with_terms=with_terms)
    assert outcome.code == 3
    assert "not proven" in outcome.err


@pytest.mark.parametrize(
    ("change", "said", "code"),
    [
        ({"proof": None}, "without a proof", 9),
        ({"more": 1}, "is no receipt", 9),
        ({"block": -1}, "is no receipt", 9),
        ({"proof": {}}, "proof", 9),
        ({"proof": prove(RECORD, Lie(signers=3))}, "not by more than two thirds", 3),
        ({"proof": prove(RECORD, Lie(strangers=True))}, "of another network", 3),
    ],
)
def test_a_receipt_that_is_spoiled_or_forged_is_refused(
    cli: Cli, change: dict[str, Any], said: str, code: int
) -> None:
    outcome = verify(cli, make_receipt(**change))
    assert (outcome.code, said in outcome.err) == (code, True), outcome.err
