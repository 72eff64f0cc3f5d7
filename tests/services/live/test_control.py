from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typing_extensions import override

from scripts.shared.errors import InputError, PortError
from services.live import command, prepared, robot
from services.live.acts import read_refusal
from services.live.control import Control, make_app
from services.live.counting import lay_out_counts
from services.live.layout import READY, open_layout, require_free_ports
from services.live.prepared import open_prepared
from services.live.telling import spell_moment
from tests.booth.browsing import open_browser, open_context
from tests.booth.node_js import ROOT

BASE = "http://127.0.0.1"


class Moved(Control):
    moved: list[str] = []  # noqa: RUF012

    @override
    def move(self, where: str) -> None:
        self.moved.append(where)


@pytest.fixture
def control(tmp_path: Path) -> Moved:
    Moved.moved.clear()
    layout = open_layout(tmp_path / "live", voters=6, are_free=True)
    opened: Any = SimpleNamespace()
    return Moved(layout, opened)


def press(control: Control, base: str = BASE, **sent: Any) -> int:
    with TestClient(make_app(control, Starlette()), base_url=base) as client:
        sent.setdefault("data", {"token": control.token})
        answer = client.post("/clock/freeze", follow_redirects=False, **sent)
        return answer.status_code


def test_clock_moves_by_the_button(control: Moved) -> None:
    assert press(control) == 303
    assert control.moved == ["freeze"]


def test_phones_go_by_the_chains_clock_once_it_was_moved(tmp_path: Path) -> None:
    now = 1_567_872_000
    chain = SimpleNamespace(read_clock=lambda: now)
    layout = open_layout(tmp_path / "live", voters=6, are_free=True)
    opened: Any = SimpleNamespace(connection=chain)
    control = Control(layout, opened)
    assert control.follow() == now
    assert 0 <= control.clock.now() - now <= 1
    assert spell_moment(now) == "2019-09-07 19:00:00 Moscow time (16:00:00 UTC)"


def test_a_narrow_screen_breaks_no_login_and_hides_nothing(tmp_path: Path) -> None:
    election = SimpleNamespace(
        phase=lambda: SimpleNamespace(name="VOTING"), closings=lambda: (2_000, 3_000)
    )
    opened: Any = SimpleNamespace(
        election=election,
        rules=SimpleNamespace(times=(0, 0, 0, 500, 1_000, 2_000, 3_000)),
        connection=SimpleNamespace(read_clock=lambda: 1_500),
    )
    layout = open_layout(tmp_path / "live", voters=60, are_free=True)
    app = make_app(Control(layout, opened), Starlette())
    with TestClient(app, base_url=BASE) as client:
        text = client.get("/").text
    with (
        open_browser() as browser,
        open_context(browser, size={"width": 320, "height": 568}) as context,
    ):
        page = context.new_page()
        page.set_content(text)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        broken = """[...document.querySelectorAll('td code, td a')]
            .filter((each) => each.getClientRects().length !== 1)
            .map((each) => each.textContent)"""
        assert page.evaluate(broken) == []
        page.screenshot(path=ROOT / "build/live-narrow.png", full_page=True)


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {}},
        {"data": {"token": "é"}},
        {"headers": {"Origin": "http://evil.example"}},
        {"base": "http://evil.example"},
    ],
)
def test_clock_moves_for_no_other_page(control: Moved, sent: dict[str, Any]) -> None:
    assert press(control, **sent) in (400, 403)
    assert not control.moved


def test_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="other things"):
        open_layout(tmp_path, voters=6, are_free=True)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_ports_that_others_have_are_named_with_the_option_that_there_is(
    tmp_path: Path,
) -> None:
    layout = open_layout(tmp_path / "live", voters=6, are_free=True)
    require_free_ports(layout)
    with (
        socket.create_server(("127.0.0.1", layout.ports["chain"])),
        pytest.raises(PortError, match=rf"{layout.ports['chain']} \(chain\)") as told,
    ):
        require_free_ports(layout)
    assert "--free-ports" in str(told.value.hint)


def test_refusal_of_an_act_is_told_once_without_its_name() -> None:
    told = (
        "TEST election\nveche freeze: error: polls: are open until 20:00\n"
        "veche freeze: hint: wait until then\n"
    )
    assert read_refusal(told) == ("polls: are open until 20:00", "wait until then")


def test_refusal_of_the_portal_is_told_as_its_sentence() -> None:
    page = (
        '<p class="note" role="alert">It is &amp; too late. <span class="small">Number '
        "of the case: <strong>32CSTX</strong></span></p><p>More</p>"
    )
    assert robot.read_alert(page) == "It is & too late."
    assert robot.read_alert("<p>nothing</p>") == ""


def test_counts_are_laid_out_by_candidate_and_say_why_one_is_withheld() -> None:
    made = {
        "published": {
            "1": [{"slot": 1, "count": 3, "name": "Ivanov"}],
            "30": "contest 30: withheld",
        },
        "audit": {
            "verdict": "verified",
            "checks": [{}, {}],
            "reference": {"disagreements": []},
        },
    }
    lines = list(lay_out_counts(made))
    assert lines[:2] == ["contest 1", "      3  Ivanov"]
    assert "too few ballots" in lines[3]
    assert lines[4:] == [
        "the audit, 2 checks: verified",
        "the second audit, by other code: agrees",
    ]


def test_choice_that_no_ballot_has_is_refused_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = open_layout(tmp_path / "live", voters=6, are_free=True)
    (layout.folder / READY).touch()
    box = SimpleNamespace(election_keys=range(5))
    terms = SimpleNamespace(contest=lambda _: SimpleNamespace(box=box))
    pinned = SimpleNamespace(terms=terms)
    monkeypatch.setattr(prepared, "read_pinned", lambda _: pinned)
    asked: list[object] = []
    monkeypatch.setattr(robot, "open_robot", lambda *who: asked.append(who))
    with pytest.raises(InputError, match="ballot of voter5 has 1 to 5"):
        command.vote("voter5", 77, layout.folder)
    assert not asked


def test_who_forgot_the_folder_is_told_of_the_one_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as none:
        open_prepared(Path("live"))
    assert none.value.hint == "give --home: the folder that `veche live` runs in"
    layout = open_layout(tmp_path / "my live", voters=6, are_free=True)
    with pytest.raises(InputError, match="is being prepared"):
        open_prepared(Path("my live"))
    (layout.folder / READY).touch()
    assert open_prepared(Path("my live")) == layout
    with pytest.raises(InputError) as refused:
        open_prepared(Path("live"))
    assert refused.value.hint == "--home 'my live'"


def test_folder_keeps_its_ports_and_password(tmp_path: Path) -> None:
    first = open_layout(tmp_path / "live", voters=6, are_free=True)
    again = open_layout(tmp_path / "live", voters=99, are_free=False)
    assert again == first
