from __future__ import annotations

import errno
import json
import os
import socket
from pathlib import Path

import pytest

from scripts.__main__ import run
from services.shell import patience
from tests.patience import PATIENCE
from tests.services.running import Running


def test_what_is_sent_is_kept(desk: Running) -> None:
    answer = desk.client.post("/visits", json={"text": "Анна"})
    assert (answer.status_code, answer.json()) == (201, {"greeting": "welcome"})
    assert desk.client.get("/visits").json() == ["Анна"]


@pytest.mark.parametrize(
    ("body", "fact"),
    [
        (b'{"text": 1}', "text: "),
        (b'{"text": "a", "more": 1}', "more: "),
        (b"{}", "text: "),
        (b"no json", "json: "),
        (b"[" * 5_000, "not JSON"),
        (b"\xff", "json: "),
    ],
)
def test_body_that_is_none_is_refused_by_its_key(
    desk: Running, body: bytes, fact: str
) -> None:
    answer = desk.client.post("/visits?lang=en", content=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "bad_request")
    assert fact in problem["title"]
    assert desk.client.get("/visits").json() == []


def test_problem_is_told_in_the_language_of_the_reader(desk: Running) -> None:
    wanted = {"Accept-Language": "en-GB,en;q=0.9,ru;q=0.5"}
    english = desk.client.get("/nothing", headers=wanted)
    assert english.json()["title"] == "There is nothing here."
    assert english.headers["content-type"] == "application/problem+json"
    assert desk.client.get("/nothing").json()["title"] == "Здесь ничего нет."


def test_case_that_a_voter_reads_is_found_in_the_log(
    desk: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = desk.client.get("/nothing").json()["case"]
    log = tmp_path / "log"
    journal = [f"Nov 29 18:00:00 host veche[1]: {line}" for line in desk.log]
    log.write_text("\n".join(["cut {", *journal]), "utf-8")
    own = ("--log", str(log), "--json")
    assert run(["portal", "case", f" {case.lower()[:3]} {case[3:]}", *own]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["case"], found["code"]) == (case, "not_found")
    assert found["told"] == "There is nothing here."
    assert run(["portal", "case", "222222", *own]) != 0
    assert "is not in this log" in capsys.readouterr().err
    assert run(["portal", "case", "A-47", *own]) != 0
    assert "is no number of a case" in capsys.readouterr().err


def test_fault_is_answered_by_a_case_and_logged_without_what_it_said(
    desk: Running,
) -> None:
    answer = desk.client.post("/visits", json={"text": "fault"})
    assert answer.status_code == 500
    case = answer.json()["case"]
    (line,) = [json.loads(each) for each in desk.log if '"level": "error"' in each]
    assert (line["case"], line["error"]) == (case, "RuntimeError")
    assert "desk.py" in line["where"][-1]
    assert "9161234567" not in "".join(desk.log)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_request_for_another_host_is_refused(desk: Running, host: str) -> None:
    answer = desk.client.get("/visits", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_host")


def test_body_that_is_too_large_is_refused_whether_it_says_so_or_not(
    desk: Running,
) -> None:
    large = b" " * 70_000
    told = desk.client.post("/visits", content=large)
    untold = desk.client.post("/visits", content=iter([large[:40_000], large]))
    assert [told.status_code, untold.status_code] == [413, 413]


def test_answers_have_headers_that_keep_pages_apart(desk: Running) -> None:
    headers = desk.client.get("/visits").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers


def test_booth_of_the_list_may_read_an_answer_and_no_other_page(desk: Running) -> None:
    for origin, allowed in [
        ("https://booth.example.org", "https://booth.example.org"),
        ("https://evil.example", None),
        ("null", None),
    ]:
        headers = {"Origin": origin}
        asked = desk.client.options("/visits", headers=headers)
        assert asked.status_code == 204
        told = desk.client.post("/visits", json={"text": origin}, headers=headers)
        refused = desk.client.post("/visits", json={"text": 1}, headers=headers)
        for answer in (asked, told, refused):
            found = answer.headers.get("access-control-allow-origin")
            assert found == allowed
            assert "access-control-allow-credentials" not in answer.headers
    route = desk.client.get("/visits", headers={"Origin": "https://booth.example.org"})
    assert "access-control-allow-origin" not in route.headers


def test_probes_answer(desk: Running) -> None:
    assert desk.client.get("/health").json()["alive"] is True
    assert desk.client.get("/ready").json() == {"ready": True, "waits_for": []}


def test_service_without_room_on_its_disk_is_not_ready(
    desk: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", fill)
    answer = desk.client.get("/ready")
    assert answer.status_code == 503
    assert "no space left on device" in answer.json()["waits_for"][0]
    assert desk.client.get("/metrics").headers["content-type"].startswith("text/plain")


_ASKED = b"GET /visits HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.mark.parametrize("sent", [b"", _ASKED, _ASKED + b"\r\n" + _ASKED])
def test_connection_that_asks_for_nothing_is_ended(
    desk: Running, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a thousand of them keep everybody else out."""
    monkeypatch.setattr(patience, "HEAD", 0.1)
    port = int(desk.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as silent:
        silent.sendall(sent)
        while silent.recv(65_536):
            pass
