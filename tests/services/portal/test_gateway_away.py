"""A gateway that answers oddly, and a portal that is killed between two steps."""

from __future__ import annotations

from typing import Any, Final

import pytest
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.portal import filing_desk
from services.shell.bodies import answer
from tests.patience import wait_until
from tests.services.portal.doubles import CODE
from tests.services.portal.stage import Stage, post, read_told
from tests.services.portal.test_application import file, refused

ODD: Final = [
    RedirectResponse("/"),
    Response(status_code=204),
    HTMLResponse("<p>ok"),
    answer({}),
    answer(None),
    answer([]),
    answer({"consented": "yes", "serial": 7}),
    answer({"consented": 1, "serial": "a\nb"}),
    answer({"consented": False, "serial": "x" * 65}),
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_what_is_no_consent_is_none(stage: Stage, odd: Response) -> None:
    """Least of all a redirect, by a proxy that is set up wrongly."""
    stage.add_person("boris", 1)
    with stage.logged_in("boris") as browser:
        post(browser, "/application/apply", stage)
        serial = list(stage.gateway.asked)[-1]
        stage.gateway.odd = odd
        try:
            page = post(browser, "/application/code", stage, serial=serial, code=CODE)
            asked = post(browser, "/application/apply", stage)
        finally:
            stage.gateway.odd = None
        assert {page.headers["location"], asked.headers["location"]} == {"/application"}
        assert read_told(browser, asked) == "away"
        assert refused(stage, leaf=stage.leaf("boris")) == "not_filed"
        assert serial not in brought(stage)


def brought(stage: Stage) -> list[str]:
    return [each[2]["consent"] for each in stage.registrar.brought]


def die(*_: object, **__: object) -> Any:
    raise SystemError("killed here")


@pytest.mark.parametrize("way", ["code", "again"])
def test_consent_that_the_gateway_took_before_we_were_killed_is_brought(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The same code again, or asking for another one, goes on where it was."""
    stage.add_person("lena")
    with stage.logged_in("lena") as browser:
        post(browser, "/application/apply", stage)
        serial = list(stage.gateway.asked)[-1]
        fields = {"serial": serial, "code": CODE}
        with monkeypatch.context() as patch:
            patch.setattr(filing_desk, "note_agreed", die)
            assert post(browser, "/application/code", stage, **fields).is_error
        assert serial not in brought(stage)
        again = post(browser, f"/application/{way}", stage, **fields)
        assert again.headers.get("location") == "/application"
        assert brought(stage).count(serial) == 1


def test_filing_that_was_agreed_to_before_we_were_killed_is_brought(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.add_person("lena")
    with stage.logged_in("lena") as browser:
        with monkeypatch.context() as patch:
            patch.setattr(filing_desk, "note_told", die)
            post(browser, "/application/apply", stage)
            serial = list(stage.gateway.asked)[-1]
            fields = {"serial": serial, "code": CODE}
            assert post(browser, "/application/code", stage, **fields).is_error
        wait_until(lambda: brought(stage).count(serial) >= 2)  # the same: no harm


def test_consent_whose_number_was_lost_files_nothing_and_is_asked_for_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.add_person("lena")
    with stage.logged_in("lena") as browser:
        with monkeypatch.context() as patch:
            patch.setattr(filing_desk, "note_filing", die)
            assert post(browser, "/application/apply", stage).is_error
        lost = list(stage.gateway.asked)[-1]
        assert lost not in browser.get("/application").text
        assert file(stage, browser) in brought(stage)
