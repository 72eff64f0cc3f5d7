"""A booth's folder: made, signed for, completed and served, by its commands."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

import brotli  # type: ignore[import-untyped]
import httpx2
import pytest

from election.artifacts import ROOT
from election.crypto.signature import sign_hash
from election.errors import ElectionError
from election.protocol.booth_list import NAME, decode_list, digest_list
from election.protocol.booth_signing import derive_services_hash
from scripts.__main__ import run
from scripts.booth.folder import Booth, gather_booth, read_booth, write_booth
from scripts.commission.authorizations import AuthorizationFile
from scripts.shared.files.booth_files import SERVICES
from scripts.shared.files.json_file import render_json
from tests.booth import made
from tests.booth.hosting import CODE, PAGE, honest_app, hosting, make_small

_UNPACK: Final[dict[str | None, Callable[[bytes], bytes]]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
}
MANIFEST = ROOT / "elections" / "mgd-2019.toml"
ACCOUNTS = ROOT / "elections" / "test-accounts.toml"


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory) -> Booth:
    return make_small(tmp_path_factory.mktemp("booth") / "source")


@pytest.fixture(scope="module")
def client(booth: Booth) -> Iterator[httpx2.Client]:
    with (
        hosting(honest_app(booth)) as url,
        httpx2.Client(base_url=url, trust_env=False) as client,
    ):
        yield client


def test_folder_follows_from_release_and_manifest_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (str(MANIFEST), "--accounts", str(ACCOUNTS))
    assert run(["booth", "list", *words, "--out", str(tmp_path / "a"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    raw = (tmp_path / "a" / NAME).read_bytes()
    assert told["booth"] == f"0x{digest_list(raw).hex()}"
    assert told["announced"] is None
    assert told["files"] == len(decode_list(raw).files) > 20
    named = tmp_path / "manifest.toml"
    named.write_text(f'booth = "{told["booth"]}"\n{MANIFEST.read_text("utf-8")}')
    again = (str(named), "--accounts", str(ACCOUNTS), "--json")
    assert run(["booth", "hash", *again]) == 0
    told_again = json.loads(capsys.readouterr().out)
    assert told_again["announced"] is True
    assert told_again["booth"] == told["booth"]


def test_no_tool_type_or_test_is_served() -> None:
    paths = set(gather_booth(made.make_election()).raw)
    assert {"ballot.js", "vendor/@noble/hashes/sha3.js", NAME} <= paths
    assert not [each for each in paths if each.endswith((".mjs", ".d.ts"))]
    assert [each for each in paths if each.endswith(".json")] == ["election.json"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda at: (at / "a.js").write_bytes(CODE + b" "), "is not as listed"),
        (lambda at: (at / "a.js").unlink(), "no such file"),
        (lambda at: (at / "more.js").write_bytes(b""), "is not on the list"),
        (lambda at: (at / "l.js").symlink_to(at / "a.js"), "is a link"),
        (lambda at: (at / NAME).write_bytes(b"veche-booth/1\n"), "is not on the list"),
        (lambda at: (at / SERVICES).unlink(), "is missing, the others are there"),
        (lambda at: (at / SERVICES).write_bytes(b"{}"), SERVICES),
    ],
)
def test_folder_that_was_changed_is_not_served(
    change: Any, said: str, booth: Booth, tmp_path: Path
) -> None:
    write_booth(tmp_path / "site", booth)
    assert read_booth(tmp_path / "site") == booth
    change(tmp_path / "site")
    with pytest.raises(ElectionError, match=said):
        read_booth(tmp_path / "site")


def authorize(folder: Path, raw: bytes, *keys: Any) -> list[str]:
    digest = derive_services_hash(made.SLUG, raw)
    words = []
    for number, key in enumerate(keys):
        signed = sign_hash(digest, key)
        values = (digest, signed.v, signed.r, signed.s)
        file = AuthorizationFile("veche-authorization/1", *values)
        path = folder / f"{number}.json"
        path.write_text(render_json(file))
        words += ["--signature", str(path)]
    return words


def test_signatures_complete_a_folder_and_a_later_edition_replaces_them(
    booth: Booth, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, terms = tmp_path / "site", tmp_path / "terms.json"
    bare = {each.path: booth.raw[each.path] for each in booth.listed.files}
    write_booth(
        site, Booth(booth.listed, booth.election, bare | {NAME: booth.raw[NAME]})
    )
    terms.write_bytes(made.spell_terms())
    signers = (made.COMMISSION, *made.OBSERVERS[: made.QUORUM])

    def complete(edition: int, *keys: Any) -> tuple[int, str]:
        services = tmp_path / f"services-{edition}.json"
        services.write_bytes(made.spell_services(made.spell_terms(), edition=edition))
        files = ("--services", str(services), "--terms", str(terms))
        signed = authorize(tmp_path, services.read_bytes(), *keys)
        code = run(["booth", "complete", str(site), *files, *signed])
        return code, capsys.readouterr().err

    code, said = complete(2, *signers[:-1])
    assert (code, "1 observers signed it, 2 have to" in said) == (9, True)
    assert read_booth(site).services is None
    assert complete(2, *signers)[0] == 0
    assert complete(2, *signers)[0] == 0
    code, said = complete(1, *signers)
    assert (code, "is of edition 2, and yours is 1" in said) == (9, True)
    assert complete(3, *signers)[0] == 0
    services = read_booth(site).services
    assert services is not None
    assert services.edition == 3


@pytest.mark.parametrize("path", ["/index.html", "/"])
def test_page_is_served_with_the_announced_headers(
    path: str, client: httpx2.Client
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content) == (200, PAGE)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    hosts = "https://a.example.org https://b.example.org:8443 https://node.example.org"
    assert f"connect-src 'self' {hosts};" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/a.JS", "/%61.js", "/./a.js", "//a.js", "/../pyproject.toml", "/%2e%2e/a.js"],
)
def test_file_has_one_address(path: str, client: httpx2.Client) -> None:
    """By a client that sends a path as it is told to."""
    host, port = client.base_url.host, client.base_url.port
    with closing(HTTPConnection(host, port)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 404
        assert answer.getheader("content-type") == "text/plain; charset=utf-8"
        assert "default-src 'none'" in str(answer.getheader("content-security-policy"))


def test_code_is_packed_for_who_unpacks_and_for_nobody_else(
    client: httpx2.Client,
) -> None:
    lengths = []
    for accepted, packing in (
        ("identity", None),
        ("br;q=0", None),
        ("gzip", "gzip"),
        ("gzip, br;q=0.0", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
    ):
        with client.stream(
            "GET", "/a.js", headers={"Accept-Encoding": accepted}
        ) as sent:
            raw = b"".join(sent.iter_raw())
        assert sent.headers.get("content-encoding") == packing
        assert int(sent.headers["content-length"]) == len(raw)
        unpack = _UNPACK.get(packing, bytes)
        assert unpack(raw) == CODE
        lengths.append(len(raw))
    assert lengths[0] == lengths[1] > lengths[2] == lengths[3] > lengths[4]


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "DELETE"])
def test_nothing_but_files_is_asked_for(method: str, client: httpx2.Client) -> None:
    answer = client.request(method, "/a.js", content=b"x")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert "access-control-allow-origin" not in answer.headers


def test_head_tells_the_length_alone(client: httpx2.Client) -> None:
    answer = client.head("/a.js", headers={"Accept-Encoding": "identity"})
    assert (answer.content, answer.headers["content-length"]) == (b"", str(len(CODE)))


def test_booth_is_served_by_a_process_until_it_is_told_to_stop(
    booth: Booth, tmp_path: Path
) -> None:
    write_booth(tmp_path / "site", booth)
    words = ("-m", "scripts", "booth", "serve", str(tmp_path / "site"), "--port", "0")
    with subprocess.Popen(  # noqa: S603  our own program
        (sys.executable, *words, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            told = json.loads(line)
            with httpx2.Client(base_url=told["url"], trust_env=False) as client:
                assert client.get("/", params={"voter": "7"}).content == PAGE
        finally:
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate()
    assert process.returncode == 0
    assert told["booth"] == f"0x{booth.digest.hex()}"
    assert "voter" not in log
    assert "127.0.0.1" not in log
