from __future__ import annotations

from starlette.testclient import TestClient

from services.live.centre import Received
from services.live.phones import make_phones

RECEIVED = [
    Received("+79161234567", "Код 123456. <b>", 0),
    Received("+79037654321", "Код 654321.", 60),
]


def test_page_shows_what_arrived_and_no_markup_of_it() -> None:
    with TestClient(make_phones(lambda: RECEIVED)) as client:
        page = client.get("/").text
        assert page.index("654321") < page.index("123456")
        assert "&lt;b&gt;" in page
        assert "03:00:00 Moscow time (00:00:00 UTC)" in page
        assert "<b>" not in page
        one = client.get("/", params={"phone": '+79161234567"><i>'}).text
        assert "<i>" not in one


def test_messages_of_one_phone_are_asked_for() -> None:
    with TestClient(make_phones(lambda: RECEIVED)) as client:
        found = client.get("/messages", params={"phone": "+79037654321"}).json()
        assert [each["text"] for each in found] == ["Код 654321."]
