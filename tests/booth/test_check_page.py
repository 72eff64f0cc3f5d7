"""A second device finds out what a booth has encrypted, and keeps evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from election.crypto.randomness import SecretSource
from election.protocol.ballot import prepare_choice
from tests import honest
from tests.booth.browsing import (
    PHONE,
    Voter,
    answer_by,
    open_browser,
    open_context,
    watch,
)
from tests.booth.world import BOOTH, World

PREPARED = prepare_choice(2, honest.box(), source=SecretSource(bytes(64), b"check"))
CODE = PREPARED.tracking_code.hex()
FIRST = f"{BOOTH}/check.html#contest=1&code=0x{CODE}"
NONCE = f"{PREPARED.nonce:064x}"
SECOND = f"{FIRST}&choice=2&nonce=0x{NONCE}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@contextmanager
def phone(browser: Browser) -> Iterator[Voter]:
    """Hold a second device; it asks nobody but its booth, and complains of nothing."""
    world = World()
    with open_context(browser, size=PHONE) as context:
        answer_by(context, world)
        voter = Voter(context.new_page())
        complaints = watch(voter.page)
        yield voter
        assert complaints == []
        assert world.asked == []


def come(voter: Voter, link: str, screen: str) -> None:
    """Open what a camera read, as another page."""
    voter.page.goto("about:blank")
    voter.page.goto(link)
    voter.wait_for(screen)
    assert "#" not in voter.page.url


def look(voter: Voter, name: str) -> None:
    """Keep a picture, and have axe judge."""
    voter.shoot(f"check-{name}")
    assert voter.find_barriers() == []
    assert voter.find_silence() == []


def test_the_name_inside_is_shown(browser: Browser) -> None:
    with phone(browser) as voter:
        come(voter, FIRST, "number")
        look(voter, "number")
        assert CODE[:4] in voter.text
        come(voter, SECOND, "name")
        look(voter, "name")
        assert honest.CANDIDATES[1] in voter.text
        assert "Первый рисунок" not in voter.text
        voter.press("Да, это мой выбор")
        voter.wait_for("done")
        look(voter, "done")


def test_a_number_that_was_not_seen_before_is_said_to_be_new(browser: Browser) -> None:
    with phone(browser) as voter:
        come(voter, SECOND, "name")
        assert "Первый рисунок на этом телефоне не открывали" in voter.text


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(("choice=2", "choice=1"), id="another choice"),
        pytest.param(("choice=2", "choice=9"), id="nobody"),
        pytest.param((NONCE[-1], "0" if NONCE[-1] != "0" else "1"), id="another r"),
        pytest.param((CODE, "00" * 32), id="another code"),
    ],
)
def test_what_is_not_inside_is_a_mismatch(
    browser: Browser, change: tuple[str, str]
) -> None:
    before, _, after = SECOND.rpartition(change[0])
    with phone(browser) as voter:
        come(voter, before + change[1] + after, "mismatch")
        assert "не то, что сказало первое устройство" in voter.text
        assert not any(name in voter.text for name in honest.CANDIDATES)


def test_a_mismatch_is_kept_as_a_file(browser: Browser, tmp_path: Path) -> None:
    kept = tmp_path / "mismatch.json"
    with phone(browser) as voter:
        come(voter, FIRST, "number")
        come(voter, SECOND, "name")
        voter.press("Нет, я выбирал другое")
        voter.wait_for("mismatch")
        look(voter, "mismatch")
        with voter.page.expect_download() as saved:
            voter.press("Сохранить файл для наблюдателей")
        saved.value.save_as(kept)
    told: dict[str, Any] = json.loads(kept.read_text())
    assert told.pop("time") > 1_700_000_000
    assert told == {
        "format": "veche-mismatch/1",
        "election": f"0x{honest.account(8).hex()}",
        "chain_id": honest.CHAIN_ID,
        "contest": 1,
        "ctx": f"0x{honest.box().ctx.hex()}",
        "tracking_code": f"0x{CODE}",
        "choice": 2,
        "nonce": f"0x{NONCE}",
        "recomputed_code": f"0x{CODE}",
        "agrees": True,
        "seen_before": True,
        "voter_chose_another": True,
        "checked_at": BOOTH,
    }


@pytest.mark.parametrize("fragment", ["", "#contest=1", f"#{'x' * 9}", f"{'#'}nonce"])
def test_a_link_that_is_none_is_told(browser: Browser, fragment: str) -> None:
    with phone(browser) as voter:
        come(voter, f"{BOOTH}/check.html{fragment}", "bare")
        assert ("не из кабины" in voter.text) == bool(fragment)


def test_an_r_that_is_none_is_told(browser: Browser) -> None:
    with phone(browser) as voter:
        come(voter, SECOND.replace(NONCE, "ff" * 32), "bare")
        assert "не из кабины" in voter.text
