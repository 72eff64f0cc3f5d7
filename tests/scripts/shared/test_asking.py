"""What cannot be undone is asked before, or was said on the command line."""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from io import StringIO
from typing import Final

import pytest
from typing_extensions import override

from scripts.acts import find_module
from scripts.shared.asking import Asker
from scripts.shared.errors import DeclinedError, UnaskedError

FOR_GOOD: Final = {
    "publish-list": "command",
    "authorize": "command",
    "extend": "command",
    "override": "command",
    "expire": "command",
    "mark-paper": "command",
    "freeze": "command",
    "network": "reset",
}


class Terminal(StringIO):
    @override
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("act", FOR_GOOD)
def test_act_that_cannot_be_undone_takes_a_yes(act: str) -> None:
    command = getattr(import_module(find_module(act)), FOR_GOOD[act])
    assert signature(command).parameters["yes"].default is False


@pytest.mark.parametrize(("yes", "is_test"), [(True, False), (False, True)])
def test_what_will_happen_is_said_where_nobody_is_asked(
    yes: bool, is_test: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    Asker("Do it?", yes, as_json=True, is_test=is_test)("closes the sum for good")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "closes the sum for good\n")


@pytest.mark.parametrize("as_json", [True, False])
def test_nothing_is_done_where_there_is_nobody_to_ask(
    as_json: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("y\n") if as_json else StringIO("y\n"))
    with pytest.raises(UnaskedError, match="--yes: is missing: this cannot be undone"):
        Asker("Do it?", yes=False, as_json=as_json)("closes the sum for good")


def test_person_at_a_terminal_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("n\ny\n"))
    ask = Asker("Do it?", yes=False, as_json=False)
    with pytest.raises(DeclinedError, match="nothing was sent"):
        ask("closes the sum for good")
    ask("closes the sum for good")
