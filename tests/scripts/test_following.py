"""Every act ends by saying what follows, or there is a reason why nothing does."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

import pytest

from scripts.acts import ACTS, find_module
from scripts.anybody.reconcile import spell_next
from scripts.shared import following
from scripts.shared.following import say_next
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
    *("say_next(", "_say_end(", "tell_next(", "show_proposal(", "@_proposing"),
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
