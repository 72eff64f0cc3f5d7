"""Servers that serve anything else than what was announced are named."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import brotli  # type: ignore[import-untyped]
import pytest
from starlette.types import Send

from election.artifacts import read_artifact
from election.audit.bundle import encode_bundle
from election.crypto.transcript import ZERO_HASH
from election.protocol.abi import ContractName
from election.protocol.board import Board, Head, Log
from election.protocol.origin import derive_election_address
from scripts.__main__ import run
from scripts.booth import fetching
from scripts.booth.folder import Booth, gather_booth
from scripts.shared.files.booth_files import (
    SERVICES,
    SIGNATURES,
    TERMS,
    describe_election,
)
from tests.audit.tampering import encode_event
from tests.booth import made
from tests.booth.hosting import (
    CODE,
    PAGE,
    Lie,
    Reply,
    honest_app,
    hosting,
    lying,
    make_small,
    with_later,
)
from tests.protocol.test_rules import DEPLOYED

POLICY: Final = "content-security-policy"


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory) -> Booth:
    return make_small(tmp_path_factory.mktemp("booth") / "source")


@pytest.fixture(scope="module")
def honest(booth: Booth) -> Iterator[str]:
    with hosting(honest_app(booth)) as url:
        yield url


Told = tuple[int, dict[str, Any]]
Verify = Callable[..., Told]


@pytest.fixture
def verify(booth: Booth, capsys: pytest.CaptureFixture[str]) -> Verify:
    def look(*urls: str, digest: bytes | None = None) -> Told:
        named = (digest or booth.digest).hex()
        code = run(["verify-booth", *urls, "--hash", named, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return look


def of(path: str, change: Lie) -> Lie:
    return lambda reply: change(reply) if reply.path == path else reply


def body(raw: bytes) -> Lie:
    return lambda reply: reply.plain(raw)


def header(name: str, value: str | None) -> Lie:
    return lambda reply: reply.with_header(name, value)


def weaken(reply: Reply) -> Reply:
    policy = reply.header(POLICY).replace("default-src 'none'", "default-src *")
    return reply.with_header(POLICY, policy)


def add_host(reply: Reply) -> Reply:
    policy = reply.header(POLICY).replace(
        "connect-src 'self'", "connect-src 'self' https://evil.example"
    )
    return reply.with_header(POLICY, policy)


def twice(reply: Reply) -> Reply:
    return replace(reply, headers=[*reply.headers, (POLICY, "default-src *")])


EVIL: Final = CODE.replace(b"choice = 2", b"choice = 3", 1)


def to_phones(reply: Reply) -> Reply:
    return reply.plain(EVIL) if "Mobile" in reply.headers_asked["user-agent"] else reply


def after_the_first(reply: Reply) -> Reply:
    return reply.plain(EVIL) if reply.asked else reply


def packed_alone(reply: Reply) -> Reply:
    is_packed = "content-encoding" in dict(reply.headers)
    packed = reply.put(body=gzip.compress(EVIL))
    return packed.with_header("content-encoding", "gzip") if is_packed else reply


def bomb(packing: str) -> Lie:
    packed = {"gzip": gzip.compress, "br": brotli.compress}[packing](bytes(20_000_000))
    return lambda reply: reply.put(body=packed).with_header("content-encoding", packing)


def cut_off(reply: Reply) -> Reply:
    is_packed = dict(reply.headers).get("content-encoding") == "br"
    return reply.put(body=reply.body[:-5]) if is_packed else reply


def unknown_as_page(reply: Reply) -> Reply:
    return reply.put(status=200, body=PAGE) if reply.status == 404 else reply


LIES: Final[dict[str, tuple[Lie, str]]] = {
    "a byte": (of("/a.js", body(EVIL)), "a.js: has other bytes"),
    "a byte of the page": (
        of("/", body(PAGE.replace(b"B", b"P"))),
        "/: has other bytes",
    ),
    "a byte more": (
        of("/index.html", body(PAGE + b"\n")),
        f"index.html: has other bytes: {len(PAGE) + 1} instead of {len(PAGE)}",
    ),
    "another list": (
        of("/booth.list", body(b"veche-booth/1\n")),
        "booth.list: has other bytes",
    ),
    "a weaker policy": (weaken, f"has another {POLICY}: default-src *"),
    "a host more": (add_host, "connect-src 'self' https://evil.example"),
    "no policy": (header(POLICY, None), f"lacks the header {POLICY}"),
    "no policy for code": (
        of("/a.js", header(POLICY, None)),
        f"a.js: lacks the header {POLICY}",
    ),
    "two policies": (twice, f"has 2 headers {POLICY}"),
    "a cookie": (header("set-cookie", "voter=1"), "adds the header set-cookie"),
    "a worker's scope": (
        of("/a.js", header("service-worker-allowed", "/")),
        "a.js: adds the header service-worker-allowed",
    ),
    "a cache": (header("cache-control", "max-age=9"), "has another cache-control"),
    "a file more": (
        of("/sw.js", lambda reply: reply.put(status=200)),
        "sw.js: is there (http status 200), and is on no list",
    ),
    "a page for any name": (unknown_as_page, "a name that was made up"),
    "other bytes for phones": (
        of("/a.js", to_phones),
        "only when asked as a phone's browser",
    ),
    "other bytes the second time": (
        of("/a.js", after_the_first),
        "only when asked as a computer's browser and as a program",
    ),
    "other bytes for who unpacks": (
        of("/a.js", packed_alone),
        "only when asked as a computer's browser and as a phone's browser",
    ),
    "another type": (
        of("/a.js", header("content-type", "text/plain")),
        "a.js: has the type text/plain instead of text/javascript; charset=utf-8",
    ),
    "another way": (
        of("/a.js", lambda reply: reply.put(status=302)),
        "a.js: is sent to another address (http status 302)",
    ),
    "a fault": (
        of("/a.js", lambda reply: reply.put(status=503)),
        "a.js: is answered with http status 503",
    ),
    "a file less": (
        of("/a.js", lambda reply: reply.put(status=404)),
        "a.js: is missing",
    ),
    "a huge body": (of("/a.js", body(bytes(20_000_000))), "a.js: has more than"),
    "gzip that unpacks without end": (of("/a.js", bomb("gzip")), "a.js: has more than"),
    "brotli that unpacks without end": (of("/a.js", bomb("br")), "a.js: has more than"),
    "another packing": (
        of("/a.js", header("content-encoding", "zstd")),
        "a.js: is packed as zstd",
    ),
    "other hosts": (
        of(f"/{SERVICES}", body(made.spell_services(b"terms", edition=9))),
        f"{SERVICES}: one is by neither commission nor observer",
    ),
    "other terms": (
        of(f"/{TERMS}", body(b"{}")),
        f"{TERMS}: has not the hash that {SERVICES} names",
    ),
    "no signatures": (
        of(f"/{SIGNATURES}", lambda reply: reply.put(status=404)),
        f"{SIGNATURES}: is missing, the others are there",
    ),
    "other hosts the second time": (
        of(f"/{SERVICES}", lambda r: r.plain(b"{}") if r.asked else r),
        f"{SERVICES}: changes from one answer to the next",
    ),
}


def test_what_is_announced_is_the_same(verify: Verify, honest: str) -> None:
    code, told = verify(honest)
    assert (code, told["same"]) == (0, True)
    (place,) = told["places"]
    assert (place["edition"], place["differences"], place["unread"]) == (1, [], [])


@pytest.mark.parametrize("lie", LIES)
def test_server_that_serves_anything_else_is_named_and_no_other(
    lie: str, booth: Booth, honest: str, verify: Verify
) -> None:
    change, said = LIES[lie]
    with hosting(lying(honest_app(booth), change)) as liar:
        code, told = verify(honest, liar)
    assert (code, told["same"]) == (3, False)
    first, second = told["places"]
    assert (first["same"], first["url"]) == (True, honest)
    assert second["url"] == liar
    assert any(said in each for each in second["differences"]), second


async def drip(reply: Reply, send: Send) -> None:
    """Send the headers, and then a byte in a while, for longer than anybody waits."""
    headers = [(name.encode(), value.encode()) for name, value in reply.headers]
    start = {"type": "http.response.start", "status": reply.status, "headers": headers}
    await send(start)
    slow = 20 if reply.path == "/a.js" else 0
    for at in range(slow):
        more = {"body": reply.body[at : at + 1], "more_body": True}
        await send({"type": "http.response.body", **more})
        await asyncio.sleep(0.2)
    await send({"type": "http.response.body", "body": reply.body[slow:]})


async def break_off(reply: Reply, send: Send) -> None:
    headers = [(name.encode(), value.encode()) for name, value in reply.headers]
    start = {"type": "http.response.start", "status": reply.status, "headers": headers}
    await send(start)
    whole = reply.body if reply.path != "/a.js" else reply.body[:-1]
    more = reply.path == "/a.js"
    await send({"type": "http.response.body", "body": whole, "more_body": more})


@pytest.mark.parametrize(
    ("sending", "said"),
    [(drip, "gives no whole answer"), (break_off, "breaks off")],
)
def test_server_that_gives_no_whole_answer_is_no_liar_and_not_the_same(
    sending: Any,
    said: str,
    booth: Booth,
    verify: Verify,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetching, "DEADLINE", 2)
    app = lying(honest_app(booth), lambda reply: reply, sending)
    with hosting(app) as url:
        code, told = verify(url)
    (place,) = told["places"]
    assert (code, place["same"], place["differences"]) == (14, False, [])
    assert [each for each in place["unread"] if said in each]
    assert "a.js" in place["unread"][0]


@pytest.mark.parametrize("change", [cut_off, header("content-encoding", "br")])
def test_answer_that_nobody_can_unpack_is_no_lie_and_not_the_same(
    change: Lie, booth: Booth, verify: Verify
) -> None:
    with hosting(lying(honest_app(booth), of("/a.js", change))) as url:
        code, told = verify(url)
    (place,) = told["places"]
    assert (code, place["same"], place["differences"]) == (14, False, [])
    said = "a.js: packs its answer so that nobody can unpack it"
    assert [each for each in place["unread"] if said in each]


def test_place_that_is_away_is_told_beside_one_that_answers(
    booth: Booth, verify: Verify, honest: str
) -> None:
    with hosting(honest_app(booth)) as away:
        pass
    code, told = verify(honest, away)
    assert code == 14
    assert [each["same"] for each in told["places"]] == [True, False]
    assert "nobody answers there" in told["places"][1]["unread"][0]


def test_hash_that_no_place_has_is_told(verify: Verify, honest: str) -> None:
    code, told = verify(honest, digest=b"\1" * 32)
    assert code == 3
    (fact,) = told["places"][0]["differences"]
    assert fact.startswith("booth.list: has another hash")


def test_place_with_an_older_edition_is_told(
    booth: Booth, honest: str, verify: Verify
) -> None:
    terms = made.spell_terms()
    services = made.spell_services(terms, edition=2)
    later = {
        SERVICES: services,
        SIGNATURES: made.sign_services(services),
        TERMS: terms,
    }
    with hosting(honest_app(with_later(booth, later))) as newer:
        code, told = verify(honest, newer)
    assert code == 3
    older, new = told["places"]
    assert older["differences"] == [f"{SERVICES}: is edition 1, others serve edition 2"]
    assert new["same"]


def test_two_signed_editions_of_one_number_are_told(
    booth: Booth, honest: str, verify: Verify
) -> None:
    terms = made.spell_terms()
    services = made.spell_services(
        terms, booths=[{"organisation": "Another", "url": "https://other.example.org"}]
    )
    later = {
        SERVICES: services,
        SIGNATURES: made.sign_services(services),
        TERMS: terms,
    }
    with hosting(honest_app(with_later(booth, later))) as other:
        code, told = verify(honest, other)
    assert code == 3
    said = f"{SERVICES}: is one of 2 of edition 1, all of them signed"
    assert [each["differences"] for each in told["places"]] == [[said], [said]]


def test_place_without_terms_beside_one_that_has_them_is_told(
    booth: Booth, honest: str, verify: Verify
) -> None:
    raw = {k: v for k, v in booth.raw.items() if k not in (SERVICES, SIGNATURES, TERMS)}
    bare = replace(booth, raw=raw, services=None)
    with hosting(honest_app(bare)) as early:
        code, told = verify(early)
        assert (code, told["places"][0]["edition"]) == (0, None)
        code, told = verify(honest, early)
    assert code == 3
    said = f"{SERVICES}: is missing, and other places have it"
    assert told["places"][1]["differences"] == [said]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ftp://a.example"], "is no address like"),
        (["https://u:p@a.example"], "is no address like"),
        (["https://a.example/?x"], "is no address like"),
        (["https://a.example", "https://a.example/"], "named twice"),
        (["https://a.example", "https://a.example/index.html"], "named twice"),
        (["https://a.example"], "give --election, --bundle or --hash"),
    ],
)
def test_question_that_is_none_is_refused_before_anybody_is_asked(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    more = [] if "give" in said else ["--hash", "0" * 63 + "1"]
    assert run(["verify-booth", *words, *more]) == 2
    assert said in capsys.readouterr().err


def test_lines_name_the_liar_in_a_sentence(
    booth: Booth, honest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change, _ = LIES["a byte"]
    with hosting(lying(honest_app(booth), change)) as liar:
        code = run(["verify-booth", honest, liar, "--hash", booth.digest.hex()])
    assert code == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"announced  0x{booth.digest.hex()}"
    assert f"same       {honest}" in lines
    at = lines.index(f"DIFFERS    {liar}")
    assert lines[at + 2] == f"  a.js: has other bytes, {len(CODE)} as announced"


def test_place_without_https_is_told(booth: Booth) -> None:
    from scripts.booth.announcing import Source
    from scripts.booth.looking import Place
    from scripts.booth.places import compare_places

    place = Place("http://booth.example.org")
    compare_places([place], Source(booth.digest))
    assert place.tell()[0].startswith("/: is served without https")


def announce(folder: Path) -> tuple[Booth, str]:
    """Make the booth of some rules, and a record whose election announces it."""
    bare = gather_booth(describe_election(DEPLOYED.rules))
    rules = replace(DEPLOYED.rules, booth=bare.digest)
    event = replace(DEPLOYED, rules=rules)
    address = derive_election_address(event, read_artifact("Election").initcode)
    topics, data = encode_event(event, ContractName.ELECTION)
    log = Log(address, topics, data, 1, 1, ZERO_HASH, 0)
    bundle = folder / "record.jsonl"
    board = Board(7, address, (log,), {address: b"\0"}, {}, Head(1, 1))
    bundle.write_bytes(encode_bundle(board))
    return bare, str(bundle)


@pytest.mark.parametrize(("change", "ends"), [(None, 0), (EVIL, 3)])
def test_booth_is_compared_with_what_a_record_announces(
    change: bytes | None, ends: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare, bundle = announce(tmp_path)
    lie = of("/page/flow.js", body(change)) if change else lambda reply: reply
    with hosting(lying(honest_app(bare), lie)) as url:
        code = run(["verify-booth", url, "--bundle", bundle, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (code, told["same"]) == (ends, change is None)
    wrong = [each for each in told["places"][0]["differences"] if "flow.js" in each]
    assert bool(wrong) == bool(change)
