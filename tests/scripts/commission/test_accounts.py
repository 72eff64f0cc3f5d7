"""The file of who acts is made from cards and key files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.json_file import render_json
from scripts.shared.files.key_card import FORMAT, Card
from scripts.shared.files.key_file import create_key_file
from scripts.shared.files.manifest_file import read_manifest
from scripts.shared.roles import Role
from tests.scripts.conftest import MANIFEST, PASSWORD, Arguments, Cli, Outcome, make_cli

NAMES = (
    *("commission", "portal", "sms-gateway", "polling-station", "observer-1"),
    *("trustee-1", "trustee-2", "issuer-1", "issuer-2"),
)


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return make_cli(tmp_path, "http://nowhere")


def write_card(folder: Path, name: str, number: int) -> Path:
    role = Role(name.rstrip("-0123456789"))
    path = folder / f"{name}.json"
    path.write_text(render_json(Card(FORMAT, role, number.to_bytes(20, "big"))))
    return path


def write_cards(folder: Path) -> list[Path]:
    return [write_card(folder, name, n) for n, name in enumerate(NAMES, 1)]


def make(cli: Cli, cards: Sequence[Path], *more: str | Path) -> Outcome:
    given: Arguments = ["accounts", "make", *cards, "--out", cli.folder / "out.toml"]
    return cli(*given, *more)


def test_accounts_are_made_of_cards(cli: Cli) -> None:
    cards = write_cards(cli.folder)
    trustee = cli.folder / "trustee-2.json"
    done = make(cli, cards, "--of-commission", trustee, "--json")
    assert done.result["trustee"] == 2
    (cli.folder / "manifest.toml").write_text(MANIFEST)
    read = read_manifest(cli.folder / "manifest.toml", cli.folder / "out.toml")
    assert read.accounts.sms_gateway == (3).to_bytes(20, "big")
    assert [m.account[-1] for m in read.trustees.members] == [6, 7]
    assert [m.commission for m in read.trustees.members] == [False, True]
    assert '"  # trustee-2.json\n' in (cli.folder / "out.toml").read_text()


def test_key_file_is_as_good_as_its_card(cli: Cli) -> None:
    cards = write_cards(cli.folder)
    cards[0].unlink()
    made = create_key_file(cards[0], Role.COMMISSION, password=PASSWORD)
    assert make(cli, cards).code == 0
    text = (cli.folder / "out.toml").read_text()
    assert f'commission = "0x{made.account.hex()}"' in text


@pytest.mark.parametrize(
    ("left_out", "added", "fact"),
    [
        ("portal", None, "portal: no card is of this role"),
        ("trustee-1", "relay", "a relay does not stand in an accounts file"),
        ("trustee-1", "portal-2", "portal: 2 cards are of this role, and there is one"),
        ("trustee-1", "trustee-7", "is of the same account as"),
    ],
)
def test_cards_that_make_no_accounts_are_refused(
    cli: Cli, left_out: str, added: str | None, fact: str
) -> None:
    cards = [card for card in write_cards(cli.folder) if card.stem != left_out]
    if added is not None:
        number = 7 if added == "trustee-7" else 99
        cards.append(write_card(cli.folder, added, number))
    refused = make(cli, cards)
    assert (refused.code, (cli.folder / "out.toml").exists()) == (ExitCode.INPUT, False)
    assert fact in refused.err


def test_all_that_is_wrong_with_cards_is_told_at_once(cli: Cli) -> None:
    refused = make(cli, [write_card(cli.folder, "relay", 1)])
    assert "a relay does not stand" in refused.err
    assert "and 7 lines more" in refused.err
    for role in ("commission", "trustee", "observer"):
        assert f"\n{role}: no card is of this role\n" in refused.err


@pytest.mark.parametrize("name", ["portal", "issuer-3"])
def test_who_is_appointed_is_a_member_of_the_given(cli: Cli, name: str) -> None:
    cards = write_cards(cli.folder)
    of_commission = write_card(cli.folder, name, 2 if name == "portal" else 50)
    refused = make(cli, cards, "--of-commission", of_commission)
    assert refused.code == ExitCode.INPUT
    assert "--of-commission" in refused.err


def test_file_that_is_no_card_is_refused(cli: Cli) -> None:
    (cli.folder / "none.json").write_text('{"format": "veche-card/1"}')
    refused = make(cli, [cli.folder / "none.json"])
    assert "none.json: role: is missing" in refused.err
