"""Every act ends by saying what follows, or there is a reason why nothing does."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

import pytest

from election.protocol.tally import TallyState
from scripts.acts import ACTS, find_module
from scripts.anybody import freeze
from scripts.anybody.reconcile import spell_next
from scripts.members.acts import share
from scripts.shared import following
from scripts.shared.following import say_next, say_next_from, spell_later
from tests.scripts.acting import LINES
from tests.scripts.anybody.test_reconciliation_files import HONEST

NOTHING: Final[Mapping[str, str]] = {
    "completion": "the shell's own words follow",
    "demo": "ends with the audit of what it held, which says it",
    "devnet": "serves until it is stopped",
    "exit-codes": "shows a table",
    "home show": "shows what is there",
    "key show": "shows what is there",
    "network members": "shows what is there",
    "rehearse": "ends with the audit of what it held",
    "network start": "serves until it is stopped",
    "network status": "shows what is there",
    "node config show": "shows what is there",
    "node start": "serves until it is stopped",
    "node status": "shows what is there",
    "node verify": "what it verified is its end",
    "status": "is what comes next",
    "time": "moves the clock of a toy",
    "verify-booth": "says of each booth what follows from what it serves",
    "verify-proof": "what it proves is its end",
    "words": "says to write them down before it shows them",
}
"""Acts after which nothing is to do, each with the reason."""

SAYING: Final = (
    *(
        "say_next(",
        "say_next_from(",
        "_say_end(",
        "tell_next(",
        "show_proposal(",
        "@_proposing",
    ),
)
"""What says it: the one function that does, or what calls it for many acts."""


def list_commands() -> Iterator[tuple[str, Any]]:
    for act in (act for acts in ACTS.values() for act in acts):
        module = import_module(find_module(act))
        if not hasattr(module, "COMMANDS"):
            yield act, module.command
        for name, (command, _) in getattr(module, "COMMANDS", {}).items():
            yield f"{act} {name}", command


COMMANDS: Final = dict(list_commands())
RUN: Final = {each.arguments[0] for each in LINES.values()}
"""What tests/scripts/test_every_act.py listens to."""


@pytest.mark.parametrize("way", sorted(COMMANDS.keys() - RUN))
def test_act_says_what_follows_or_nothing_does(way: str) -> None:
    source = inspect.getsource(inspect.unwrap(COMMANDS[way]))
    assert any(each in source for each in SAYING) is (way not in NOTHING)


def test_reasons_are_of_acts_that_there_are() -> None:
    assert NOTHING.keys() <= COMMANDS.keys()


def test_reconciliation_is_followed_by_a_seed_and_then_by_questions() -> None:
    before, after = (spell_next(replace(HONEST, seed=each)) for each in (None, "1 2"))
    assert "draw a seed in public" in before[0]
    assert "the registrar, who has the salts" in after[0]


def test_time_that_was_is_no_time_to_come_back() -> None:
    assert spell_later(1_000_000_000, now=999_999_999) is not None
    assert spell_later(1_000_000_000, now=1_000_000_000) is None


def test_what_begins_is_told_until_it_has_begun(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for start in ("noon", None):
        say_next_from(start, "it closes,", "from {start} on", as_json=False)
    before, _, after = capsys.readouterr().err.partition("from noon on\n")
    assert before == "next: it closes,\n"
    assert after == "next: `veche status` says what is due by now, and to whom\n"


def test_closed_sums_are_followed_by_what_their_states_wait_for() -> None:
    final, small, due = TallyState.FINAL, TallyState.WITHHELD, TallyState.OPEN
    assert "veche audit" in freeze.spell_next([final])[0]
    assert "veche status" in freeze.spell_next([final, small])[0]
    assert "veche share --compare" in freeze.spell_next([final, small, due])[0]


def test_share_of_what_is_counted_is_followed_by_the_audit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for given in (["final"], ["final", "given"]):
        share._say_end(given, as_json=False)
    told = capsys.readouterr().err
    assert told.startswith("next: `veche audit`")
    assert "publish-result" in told


def test_sentence_is_broken_by_the_screen_alone_and_a_command_stands_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ("give it to all,", "and publish", "it:", "  veche key card", "today")
    say_next(*lines, as_json=False)
    assert capsys.readouterr().err.splitlines()[1:] == [*lines[1:]]
    monkeypatch.setattr(following, "is_on_screen", lambda: True)
    say_next(*lines, as_json=False)
    told = ["next: give it to all, and publish it:", "  veche key card", "today"]
    assert capsys.readouterr().err.splitlines() == told
