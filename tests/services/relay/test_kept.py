"""What a relay keeps, and that nothing it promised is lost."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Final

import httpx2
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from scripts.shared.files import key_file
from services.relay import taking
from services.relay.service import SERVICE
from services.relay.tables import METADATA, PROMISES
from services.relay.timing import CROWD, MARGIN
from services.shell.opening import open_context
from services.shell.schema import compare_schema
from services.shell.text import translate
from tests.patience import PATIENCE
from tests.services.relay.conftest import Polls, Relay, relaying, write_home
from tests.services.running import PASSWORD, process_of

COST: Final = key_file._COST


def test_database_is_what_the_tables_say(polls: Polls, tmp_path: Path) -> None:
    home = write_home(polls, tmp_path / "relay")
    with open_context(SERVICE, home, PASSWORD) as context:
        assert context.database.run_now(compare_schema, METADATA) == []


def test_nothing_promised_is_lost_when_the_relay_is_killed(
    polls: Polls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_file, "_COST", COST)  # that of the other process
    home = write_home(polls, tmp_path / "relay")
    with process_of("relay", home.folder) as (process, url):
        with httpx2.Client(base_url=url, trust_env=False, timeout=PATIENCE) as client:
            params = {"context": polls.context(1)}
            answers: list[httpx2.Response] = []
            while len(answers) < CROWD - 1:
                record = polls.ballots[1][len(answers)]
                answer = client.post("/ballots", params=params, content=record)
                if answer.status_code == 200:
                    answers.append(answer)  # else it has not seen the clock yet
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    promises = [each.json() for each in answers]
    with relaying(polls, home) as relay:
        assert [
            relay.promise(each) for each in polls.ballots[1][: CROWD - 1]
        ] == promises
        promises.append(relay.promise(polls.ballots[1][CROWD - 1]))
        relay.wait_final(*promises)


def test_promise_is_kept_before_it_is_given(
    relay: Relay, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full gives no promise."""

    def fail(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("database or disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr(taking, "promise_once", fail)
        refused = relay.send(polls.ballots[1][0])
    assert (refused.status_code, refused.json()["code"]) == (503, "cannot_keep")
    assert int(refused.headers["retry-after"]) > 0
    relay.promise(polls.ballots[1][0])


def test_full_disk_is_told_and_nothing_is_promised(relay: Relay, polls: Polls) -> None:
    database = relay.running.context.database

    def bound(pages: int) -> None:
        with database.engine.connect() as each:
            each.execute(text(f"PRAGMA max_page_count = {pages}"))

    bound(1)  # as small as it is now
    answers = [relay.send(each) for each in polls.ballots[1][:CROWD]]
    kept = database.run_now(lambda c: c.execute(select(PROMISES)).all())
    promised = [each for each in answers if each.status_code == 200]
    assert len(kept) == len(promised)
    for each in answers:
        assert each.status_code == 200 or each.json()["code"] == "cannot_keep"


def test_no_time_and_no_address_is_kept(relay: Relay, polls: Polls) -> None:
    """What is kept of an arrival is a deadline, to ten minutes."""
    relay.promise(polls.ballots[1][0])
    relay.send(polls.ballots[1][0][:-1])
    columns = {name for table in METADATA.tables.values() for name in table.c.keys()}  # noqa: SIM118
    assert columns == {
        *("ballot_hash", "context", "credential", "state", "digest", "record"),
        *("deadline", "signature", "reason", "block", "election"),
    }
    database = relay.running.context.database
    (deadline,) = database.run_now(
        lambda c: c.execute(select(PROMISES.c.deadline)).one()
    )
    assert deadline % 600 == 0 or deadline == polls.closing - MARGIN
    lines = "\n".join(relay.running.log)
    credential = polls.ballots[1][0][12:32].hex()
    assert "127.0.0.1" not in lines
    assert credential not in lines


def test_figures_do_not_tell_when_a_ballot_came(relay: Relay, polls: Polls) -> None:
    """Whoever asks for them each second would have its time of arrival."""
    before = relay.running.client.get("/metrics").text
    relay.promise(polls.ballots[1][0])
    after = relay.running.client.get("/metrics").text

    def own(figures: str) -> list[str]:
        lines = figures.splitlines()
        return [each for each in lines if each.startswith("veche_relay")]

    assert own(before) == own(after)


def test_texts_of_the_relay_are_in_russian() -> None:
    said = "This delivery service knows nothing of that ballot."
    assert translate(said, "ru") != said
