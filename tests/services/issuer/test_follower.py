"""A pass that fails is told in its own words, and stops no other election's."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from election.crypto.transcript import Address
from services.issuer import worker
from services.issuer.service import Followed, Follower
from services.issuer.worker import PassError
from tests.scripts.conftest import make_terms


def test_election_that_fails_stops_no_other_and_is_no_success() -> None:
    terms = make_terms(portal=Address(bytes(20)))
    one, other = (Followed(name, terms, []) for name in ("one", "other"))

    async def advance(name: str) -> Any:
        if name == "one":
            raise PassError("UnverifiedError", "nodes tell different histories")
        return SimpleNamespace(block=7, issuer=1, warnings=(), answered=0)

    quiet: Any = SimpleNamespace(error=lambda *_, **__: None)
    figure: Any = SimpleNamespace(labels=lambda _: SimpleNamespace(set=int))
    passing: Any = SimpleNamespace(advance=advance)
    with pytest.raises(PassError, match="different histories"):
        asyncio.run(Follower((one, other), passing, quiet, figure).run())
    assert (one.fault, other.block) == ("nodes tell different histories", 7)


def test_what_ends_a_pass_comes_out_of_its_process_as_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise KeyError("of a class that no pipe takes")

    records: Any = {"one": SimpleNamespace(advance=fail)}
    monkeypatch.setattr(worker, "_records", records)
    with pytest.raises(PassError, match="of a class") as told:
        worker._advance("one")
    assert told.value.kind == "KeyError"
