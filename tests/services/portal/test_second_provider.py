"""Log in at a provider of other authors: Django, with a secret and RS256."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.portal.providers import pass_provider
from tests.services.portal.stage import post, staged
from tests.services.running import cheapen_passwords


def test_person_logs_in_and_out_at_a_provider_in_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheapen_passwords(monkeypatch)
    with staged(tmp_path, is_django=True) as stage:
        stage.add_person("1")  # the toolkit names people by their number
        with stage.logged_in("anna") as browser:
            assert "Анна Каренина" in browser.get("/").text
            left = post(browser, "/logout", stage).headers["location"]
            assert left.startswith(f"{stage.issuer}/")
            for language, title in (
                ("en", "Log out here, too?"),
                ("ru", "Выйти и здесь?"),
            ):
                asked = left.replace("ui_locales=ru", f"ui_locales={language}")
                page = browser.get(asked).text
                assert f"<title>{title}" in page
                assert f'href="{stage.url}/"' in page  # the way back
            back = pass_provider(browser, left, stage.url, allow="Allow")
            assert back == f"{stage.url}/"
            page = browser.get(back).text  # which the provider knows nothing of
            assert "Вы вышли" in page
            assert "/logout" not in page
            assert "Вы вышли" not in browser.get("/").text
            begun = browser.get("/login?lang=en").headers["location"]
            asked = browser.get(begun, follow_redirects=True).text
            assert "<title>Log in" in asked
            assert "Password:" in asked
            for path, status in (("/", 200), ("/nowhere", 404)):
                answer = browser.get(f"{stage.issuer}{path}")
                assert answer.status_code == status
                assert f'href="{stage.url}/"' in answer.text
