"""What pins a booth's files, in Python and in the page's own JavaScript alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from election.errors import ElectionError
from scripts.booth.folder import accept_later
from scripts.shared.files.booth_files import (
    ELECTION,
    SERVICES,
    SIGNATURES,
    TERMS,
    parse_election,
    render_election,
)
from tests import honest
from tests.booth import made
from tests.booth.node_js import Answerer

Files = dict[str, bytes]


def whole() -> Files:
    return {ELECTION: render_election(made.make_election())} | made.make_later()


def resigned(files: Files, **changes: Any) -> Files:
    services = made.spell_services(files[TERMS], **changes)
    signatures = made.sign_services(services)
    return files | {SERVICES: services, SIGNATURES: signatures}


def signed_by(*keys: Any, slug: str = made.SLUG) -> Callable[[Files], Files]:
    return lambda files: (
        files | {SIGNATURES: made.sign_services(files[SERVICES], *keys, slug=slug)}
    )


def byte_of(name: str, old: bytes, new: bytes) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        assert old in files[name]
        return files | {name: files[name].replace(old, new, 1)}

    return change


LIES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a byte of the services": (
        byte_of(SERVICES, b"a.example.org", b"x.example.org"),
        "services.json: one is by neither commission nor observer",
    ),
    "a byte of the terms": (
        byte_of(TERMS, b'"title": "TEST"', b'"title": "TEXT"'),
        "terms.json: has not the hash that services.json names",
    ),
    "a byte of the signatures": (byte_of(SIGNATURES, b"0x", b"0z"), "signatures.json:"),
    "a stranger beside them": (
        signed_by(made.COMMISSION, *made.OBSERVERS, made.STRANGER),
        "services.json: one is by neither commission nor observer",
    ),
    "no commission": (
        signed_by(*made.OBSERVERS),
        "services.json: the commission has not signed it",
    ),
    "no quorum": (
        signed_by(made.COMMISSION, made.OBSERVERS[0]),
        "services.json: 1 observers signed it, 2 have to",
    ),
    "one observer, twice": (
        signed_by(made.COMMISSION, made.OBSERVERS[0], made.OBSERVERS[0]),
        "services.json: 1 observers signed it, 2 have to",
    ),
    "signed for another election": (
        signed_by(slug="other"),
        "services.json: one is by neither commission nor observer",
    ),
    "another chain": (
        lambda files: resigned(files, chain_id=honest.CHAIN_ID + 1),
        "terms.json: is of another election or chain than services.json",
    ),
    "another address": (
        lambda files: resigned(files, election=f"0x{honest.account(9).hex()}"),
        "terms.json: is of another election or chain than services.json",
    ),
    "no json": (
        lambda files: files | {SIGNATURES: b"<html>"},
        "signatures.json: is not json",
    ),
}


def ask(javascript: Answerer, files: Files) -> dict[str, Any]:
    told = {name.partition(".")[0]: raw.hex() for name, raw in files.items()}
    return javascript.try_asking("pinned", **told)


def test_whole_files_are_accepted_by_both(javascript: Answerer) -> None:
    files = whole()
    services = accept_later(parse_election(files[ELECTION]), files)
    told = ask(javascript, files)["answer"]
    assert told == {
        "edition": services.edition,
        "ctx": honest.box().ctx.hex(),
        "candidates": list(honest.CANDIDATES),
        "issuers": 3,
    }


@pytest.mark.parametrize("lie", LIES)
def test_file_that_was_exchanged_is_refused_by_both(
    lie: str, javascript: Answerer
) -> None:
    change, said = LIES[lie]
    files = change(whole())
    with pytest.raises(ElectionError) as refused:
        accept_later(parse_election(files[ELECTION]), files)
    assert str(refused.value).startswith(said)
    assert ask(javascript, files)["refused"].startswith(said)


@pytest.mark.parametrize("key", ["slug", "commission", "observers", "quorum"])
def test_election_that_was_exchanged_fits_no_signature(
    key: str, javascript: Answerer
) -> None:
    """Its hash is on the list; this is what a page notices by itself."""
    other: dict[str, Any] = {
        "slug": "other",
        "commission": honest.account(20),
        "observers": (honest.account(20),),
        "quorum": 3,
    }
    election = made.make_election(**{key: other[key]})
    files = whole() | {ELECTION: render_election(election)}
    with pytest.raises(ElectionError, match=r"^services\.json: "):
        accept_later(election, files)
    assert ask(javascript, files)["refused"].startswith("services.json: ")


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"portal": {"organisation": "A", "url": "https://a.org/"}}, "slash"),
        ({"portal": {"organisation": "A", "url": "https://u@a.org"}}, "more than host"),
        ({"portal": {"organisation": "A", "url": "https://a.org; x"}}, "more than"),
        ({"portal": {"organisation": "A", "url": "javascript:1"}}, "not an address"),
        ({"portal": {"organisation": "A", "url": "https://A.org"}}, "small letters"),
        ({"relays": []}, "relays"),
        ({"more": 1}, "more"),
        ({"terms_hash": "0x" + "0" * 64}, "terms_hash"),
    ],
)
def test_services_of_another_form_are_refused(keys: Any, fault: str) -> None:
    files = resigned(whole(), **keys)
    with pytest.raises(ElectionError, match=fault):
        accept_later(parse_election(files[ELECTION]), files)


def test_election_has_one_writing() -> None:
    raw = whole()[ELECTION]
    other = json.dumps(json.loads(raw)).encode()
    with pytest.raises(ElectionError, match="one writing"):
        parse_election(other)
