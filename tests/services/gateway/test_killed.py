from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.patience import PATIENCE
from tests.services.gateway.centre_thread import running_centre
from tests.services.gateway.stage import (
    H_REQ,
    SMPP_CENTRE,
    Stage,
    make_gateway,
)
from tests.services.running import process_of


@pytest.fixture(autouse=True)
def _cheap() -> None:
    """Leave key files at their price: a process of its own opens them."""


@pytest.mark.parametrize("answers", [True, False])
def test_kill_9_loses_no_request_and_sends_nothing_twice(
    tmp_path: Path, *, answers: bool
) -> None:
    """Killed after the message left, with the centre's answer or without it."""
    with running_centre() as centre:
        centre.centre.manners.answers = answers
        described = SMPP_CENTRE.format(port=centre.port)
        home, terms, peers = make_gateway(tmp_path / "gateway", centre=described)
        body = Stage(None, centre, home, terms, peers).issue_body()  # type: ignore[arg-type]
        with process_of("gateway", home.folder) as (process, url):
            first = httpx2.post(f"{url}/issues", json=body, timeout=PATIENCE).json()
            code = centre.code(1)
            process.kill()
            process.wait(PATIENCE)
        centre.centre.manners.answers = True
        with process_of("gateway", home.folder) as (_, url):
            again = httpx2.post(f"{url}/issues", json=body, timeout=PATIENCE).json()
            assert again["serial"] == first["serial"]
            given = {"code": code, "h_req": f"0x{H_REQ.hex()}"}
            path = f"{url}/issues/{first['serial']}/check"
            checked = httpx2.post(path, json=given, timeout=PATIENCE)
            assert checked.status_code == 200
            assert httpx2.post(path, json=given, timeout=PATIENCE).json() == (
                checked.json()
            )
        assert len(centre.messages()) == 1
