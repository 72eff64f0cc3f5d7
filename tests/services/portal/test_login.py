from __future__ import annotations

import re
import tomllib
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from sqlalchemy import select

from services.portal.pages import Pages
from services.portal.provider import Provider, ProviderError
from services.portal.settings import CONFIG
from services.portal.tables import TABLES, sessions
from services.portal.told import Told, open_told, seal_told
from tests.services.portal.stage import ELECTION, Stage, get_ticket, post, read_told


def rows(stage: Stage) -> list[str]:
    """Give all that the database holds, as text."""

    def read(connection: object) -> list[str]:
        return [
            str(row)
            for table in TABLES.sorted_tables
            for row in connection.execute(select(table)).all()  # type: ignore[attr-defined]
        ]

    return stage.portal.context.database.run_now(read)


def is_logged_in(browser: httpx2.Client) -> bool:
    return "/logout" in browser.get("/help").text


def test_person_logs_in_and_sees_who_they_are(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.logged_in("anna") as browser:
        page = browser.get("/?lang=ru")
        assert page.status_code == 200
        assert "Анна Каренина" in page.text
        assert "Бибирево" in page.text


def test_pages_name_the_line_to_call_that_is_set_and_none_else() -> None:
    line = "+7 (000) 000-00-00"
    common = {
        "path": "/help",
        "language_path": "/help",
        "told": None,
        "is_logged_in": False,
        "token": "",
        "now": 0,
    }
    for phone, count in ((line, 2), ("", 0)):
        page = Pages().render(
            "help.html", "en", status=200, support_phone=phone, **common
        )
        text = bytes(page.body).decode()
        assert text.count("tel:") == count
        assert text.count("tel:+70000000000") == count
    assert "support_phone" not in tomllib.loads(CONFIG)


def test_login_asks_for_a_code_with_pkce_state_and_nonce(stage: Stage) -> None:
    with stage.browser() as browser:
        url = urlsplit(browser.get("/login").headers["location"])
    asked = parse_qs(url.query)
    assert f"{url.scheme}://{url.netloc}" == stage.issuer
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{stage.url}/login/done"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) >= 43


def test_state_and_code_are_used_once(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.browser() as browser:
        back = stage.go_to_provider(browser, "anna")
        kept = browser.cookies["login"]
        assert browser.get(back).status_code == 303
        browser.cookies.set("login", kept, domain="127.0.0.1")
        assert browser.get(back).status_code == 403
        browser.get("/login")  # a state that is good, with the code that was used
        fresh = parse_qs(urlsplit(browser.get("/login").headers["location"]).query)
        told = parse_qs(urlsplit(back).query)
        query = urlencode({"code": told["code"][0], "state": fresh["state"][0]})
        refused = browser.get(f"/login/done?{query}&lang=en")
        assert refused.status_code == 403
        assert "did not confirm who you are" in refused.text


def test_provider_that_is_away_is_told_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> str:
        raise ProviderError("does not answer", is_away=True)

    monkeypatch.setattr(Provider, "begin", fail)
    with stage.browser() as browser:
        answer = browser.get("/login")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_code_of_another_browser_logs_nobody_in(stage: Stage) -> None:
    """Else somebody is logged in to an attacker's account (login CSRF)."""
    stage.add_person("forger")
    with stage.browser() as attacker, stage.browser() as victim:
        back = stage.go_to_provider(attacker, "forger")
        victim.get("/login")
        assert victim.get(back).status_code == 403
        assert not is_logged_in(victim)


def test_code_of_another_provider_is_refused(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.browser() as browser:
        back = stage.go_to_provider(browser, "anna")
        mixed = re.sub(r"iss=[^&]*", "iss=https%3A%2F%2Fevil.example", back)
        assert mixed != back
        assert browser.get(mixed).status_code == 403
        assert not is_logged_in(browser)


def test_refusal_of_the_provider_is_told(stage: Stage) -> None:
    with stage.browser() as browser:
        asked = urlsplit(browser.get("/login").headers["location"]).query
        state = parse_qs(asked)["state"][0]
        answer = browser.get(f"/login/done?error=access_denied&state={state}")
        assert answer.status_code == 403
        assert not is_logged_in(browser)


def test_cookie_that_was_put_there_before_is_not_taken(stage: Stage) -> None:
    """Session fixation."""
    stage.add_person("anna")
    with stage.browser() as browser:
        browser.cookies.set("session", "fixed-by-an-attacker", domain="127.0.0.1")
        back = stage.go_to_provider(browser, "anna")
        given = browser.get(back).cookies["session"]
        assert given != "fixed-by-an-attacker"
    with stage.browser() as attacker:
        attacker.cookies.set("session", "fixed-by-an-attacker", domain="127.0.0.1")
        assert not is_logged_in(attacker)


def test_login_gives_a_new_cookie_and_ends_the_old_session(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.logged_in("anna") as browser, stage.browser() as thief:
        thief.cookies.set("session", browser.cookies["session"], domain="127.0.0.1")
        assert is_logged_in(thief)
        back = stage.go_to_provider(browser, "anna")
        browser.get(back)
        assert is_logged_in(browser)
        assert not is_logged_in(thief)


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.browser() as browser:
        back = stage.go_to_provider(browser, "anna")
        (put,) = [
            each
            for each in browser.get(back).headers.get_list("set-cookie")
            if each.startswith("session=")
        ]
    assert "HttpOnly" in put
    assert "samesite=lax" in put.lower()
    assert "Path=/" in put


def test_database_holds_nothing_that_opens_a_session_or_a_ticket(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.logged_in("anna") as browser:
        ticket = get_ticket(browser, stage)
        everything = "\n".join(rows(stage))
        assert browser.cookies["session"] not in everything
        assert ticket not in everything
        salt = stage.registrar.people["anna"]["elections"][0]["salt"]
        assert salt not in everything
        (hashed, *_) = stage.portal.context.database.run_now(
            lambda each: list(each.scalars(select(sessions.c.cookie)))
        )
    with stage.browser() as thief:
        thief.cookies.set("session", hashed, domain="127.0.0.1")
        assert not is_logged_in(thief)


@pytest.mark.parametrize("ages", [("used", 1_800), ("begun", 28_800)])
def test_session_ends_unused_and_at_all(stage: Stage, ages: tuple[str, int]) -> None:
    stage.add_person("anna")
    column, age = ages
    with stage.logged_in("anna") as browser:
        assert is_logged_in(browser)
        now = stage.portal.context.clock.now()
        stage.portal.context.database.run_now(
            lambda each: each.execute(
                sessions.update().values({column: now - age, "used": now - 10})
                if column == "begun"
                else sessions.update().values(used=now - age)
            )
        )
        assert not is_logged_in(browser)
        assert browser.get("/ballot").headers["location"] == "/?ended=1"


def test_logging_out_ends_the_session_here_and_at_the_provider(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.logged_in("anna") as browser:
        cookie = browser.cookies["session"]
        left = post(browser, "/logout", stage)
        target = urlsplit(left.headers["location"])
        assert f"{target.scheme}://{target.netloc}" == stage.issuer
        asked = parse_qs(target.query)
        assert asked["post_logout_redirect_uri"] == [f"{stage.url}/"]
        assert browser.get(left.headers["location"]).status_code == 200
        browser.cookies.set("session", cookie, domain="127.0.0.1")
        assert not is_logged_in(browser)


def test_logging_out_everywhere_ends_all_sessions_of_that_person(stage: Stage) -> None:
    stage.add_person("anna")
    stage.add_person("boris", 1)
    with (
        stage.logged_in("anna") as one,
        stage.logged_in("anna") as two,
        stage.logged_in("boris") as other,
    ):
        post(one, "/logout/all", stage)
        assert [is_logged_in(each) for each in (one, two, other)] == [
            False,
            False,
            True,
        ]


POSTS = [
    ("/logout", {}),
    ("/logout/all", {}),
    ("/application/apply", {}),
    ("/application/withdraw", {"election": "all"}),
    ("/application/code", {"serial": "К-1", "code": "482913"}),
    ("/application/again", {"serial": "К-1"}),
    ("/ballot/ticket", {"election": ELECTION}),
]


@pytest.mark.parametrize(("path", "fields"), POSTS)
def test_form_that_no_page_of_ours_sent_does_nothing(
    stage: Stage, path: str, fields: dict[str, str]
) -> None:
    """CSRF: another site's form has the cookie, and neither token nor origin."""
    stage.add_person("anna")
    stage.add_person("boris", 1)
    with stage.logged_in("anna") as browser, stage.logged_in("boris") as other:
        own, foreign = (
            re.search(r'name="token" value="([^"]+)"', each.get("/help").text)
            for each in (browser, other)
        )
        assert own
        assert foreign
        asked = len(stage.gateway.asked)
        good, evil = {"Origin": stage.url}, {"Origin": "https://evil.example"}
        for headers, token in [
            (good, ""),
            (good, "x" * 43),
            (good, foreign[1]),
            (evil, own[1]),
            ({"Origin": "null"}, own[1]),
            ({}, own[1]),
            ({"Sec-Fetch-Site": "cross-site"}, own[1]),
        ]:
            data = {"token": token, **fields}
            answer = browser.post(path, data=data, headers=headers)
            assert read_told(browser, answer) == "forged_form", (headers, token)
        assert is_logged_in(browser)
        assert len(stage.gateway.asked) == asked
        assert browser.get(path).status_code in (404, 405)


@pytest.mark.parametrize(
    "path",
    [
        "/?next=https://evil.example",
        "/login?next=https://evil.example",
        "//evil.example",
        "/login/done?next=https://evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "/?lang=ru%0d%0aX-Evil:%201",
    ],
)
def test_no_address_leads_elsewhere_nor_writes_a_header(
    stage: Stage, path: str
) -> None:
    """Open redirects and header injection."""
    with stage.browser() as browser:
        answer = browser.get(f"{stage.url}{path}")
        target = answer.headers.get("location", "")
        assert not target or target.startswith((stage.issuer, "/?"))
        assert "evil" not in target
        assert "x-evil" not in answer.headers


def test_what_is_told_of_a_form_is_the_portals_and_for_one_session() -> None:
    """Who puts a cookie into a browser puts no words on a page."""
    told = Told("wrong_code", "Это не тот код.", "36XDAQ")
    value = seal_told(told, key=b"key", session="own")
    assert open_told(value, key=b"key", session="own") == told
    forged = seal_told(Told("x", "Call +7 000", "x"), key=b"other", session="own")
    mixed = f"{forged.partition('.')[0]}.{value.partition('.')[2]}"
    for each in (forged, mixed, value[:-1], f"{value}x", "", ".", "а.б"):
        assert open_told(each, key=b"key", session="own") is None
    assert open_told(value, key=b"key", session="another") is None


def test_pages_are_kept_by_nobody_and_framed_by_nobody(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.logged_in("anna") as browser:
        for path in ("/", "/application", "/ballot", "/paper", "/help", "/nothing"):
            page = browser.get(path)
            assert page.status_code == (404 if path == "/nothing" else 200)
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "script" not in policy
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["referrer-policy"] == "same-origin"
            assert "<script" not in page.text


def test_style_is_named_by_its_content(stage: Stage) -> None:
    with stage.browser() as browser:
        (path,) = re.findall(r'href="(/style-\w+\.css)"', browser.get("/").text)
        style = browser.get(path)
        assert style.headers["content-type"].startswith("text/css")
        assert "immutable" in style.headers["cache-control"]
