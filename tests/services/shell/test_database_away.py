"""A database that is locked, full or gone: told so, nothing is half done."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import text

from tests.services.running import Running


def refused(desk: Running) -> None:
    answer = desk.client.post("/visits", json={"text": "late"})
    assert (answer.status_code, answer.json()["code"]) == (503, "cannot_keep")
    assert int(answer.headers["retry-after"]) > 0
    assert "late" not in "".join(desk.log)


def test_locked_database_is_told_and_passes(desk: Running) -> None:
    """Another program holds it: an import, a copy, a shell that was left open."""
    database = desk.context.database
    assert database.file is not None
    with database.engine.connect() as each:
        each.exec_driver_sql("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(database.file, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        refused(desk)
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert desk.client.post("/visits", json={"text": "now"}).status_code == 201
    assert desk.client.get("/visits").json() == ["now"]


def test_full_disk_is_told_and_passes(desk: Running) -> None:
    def bound(pages: int) -> None:
        with desk.context.database.engine.connect() as each:
            each.execute(text(f"PRAGMA max_page_count = {pages}"))

    bound(1)  # as small as it is now
    kept = 0
    answer = desk.client.post("/visits", json={"text": "first"})
    while answer.status_code == 201:
        kept += 1
        answer = desk.client.post("/visits", json={"text": f"{kept:0>100}"})
    assert answer.json()["code"] == "cannot_keep"
    assert len(desk.client.get("/visits").json()) == kept
    bound(100_000)
    assert desk.client.post("/visits", json={"text": "after"}).status_code == 201


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_probes_need_no_database(desk: Running, path: str) -> None:
    database = desk.context.database
    assert database.file is not None
    other = sqlite3.connect(database.file, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        assert desk.client.get(path).status_code == 200
    finally:
        other.close()
