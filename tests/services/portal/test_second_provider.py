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
            back = pass_provider(browser, left, stage.url, allow="Allow")
            assert back == f"{stage.url}/"
            assert "/logout" not in browser.get("/help").text
