"""One process of JavaScript for all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.booth.browsing import open_browser, open_context
from tests.booth.node_js import Answerer, answering


@pytest.fixture(scope="session")
def javascript() -> Iterator[Answerer]:
    with answering() as answerer:
        yield answerer


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium; for one module, since no second one may be driven beside it."""
    with open_browser() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a browser's page; in the language that the module's LANGUAGE names."""
    language = getattr(request.module, "LANGUAGE", "ru-RU")
    with open_context(browser, language=language) as opened:
        yield opened.new_page()
