"""The booth's library in JavaScript, by its own tests and by npm's files."""

from __future__ import annotations

import json
import shutil
from base64 import b64encode
from hashlib import sha384
from pathlib import Path
from typing import Final

import pytest

from tests.booth.make_words import LANGUAGES, render
from tests.booth.node_js import BOOTH, HERE, ROOT, run_node
from tests.booth.page_sizes import list_files, measure

_WRONG: Final = ("sha3", "more", "hmac")
"""Files of which one is changed, one is none of npm's, and one is missing."""


@pytest.mark.parametrize(
    "name",
    [
        "vectors",
        "device",
        "negative",
        "secrets",
        "finality",
        "flow",
        "asking",
        "nodes",
        "qr",
    ],
)
def test_javascript_agrees_with_the_shared_vectors(name: str) -> None:
    ended = run_node("--test", "--test-reporter=tap", HERE / f"{name}.test.mjs")
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr
    passed = int(ended.stdout.partition("# pass ")[2].split()[0])
    least = {
        "vectors": 20,
        "device": 30,
        "negative": 400,
        "secrets": 30,
        "finality": 100,
        "flow": 49,
        "asking": 11,
        "nodes": 45,
        "qr": 3,
    }
    assert passed >= least[name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_those_of_bip_39(language: str) -> None:
    assert (BOOTH / f"words_{language}.js").read_text() == render(language)


def test_vendored_files_are_those_of_npm() -> None:
    ended = run_node("booth/vendor.mjs", "--check")
    assert ended.returncode == 0, ended.stderr


def test_a_vendored_file_that_is_not_npms_is_noticed(tmp_path: Path) -> None:
    shutil.copytree(BOOTH, tmp_path / "booth")
    (tmp_path / "build").symlink_to(ROOT / "build")
    hashes = tmp_path / "booth/vendor/@noble/hashes"
    changed, more, less = (hashes / f"{name}.js" for name in _WRONG)
    changed.write_text(changed.read_text().replace("24", "23", 1))
    more.write_text("")
    less.unlink()
    ended = run_node(tmp_path / "booth/vendor.mjs", "--check")
    assert ended.returncode == 1
    named = {f"vendor: error: @noble/hashes/{name}.js differs" for name in _WRONG}
    assert set(ended.stderr.splitlines()) == named


def test_of_npms_files_what_no_module_names_is_left_out() -> None:
    hashes = BOOTH / "vendor/@noble/hashes"
    sha2 = (hashes / "sha2.js").read_text()
    assert "export const sha256 " in sha2
    assert "export const sha224" not in sha2
    assert "SHA224_IV" not in sha2 + (hashes / "_md.js").read_text()


def test_every_vendored_file_has_the_hash_that_is_published() -> None:
    vendor = BOOTH / "vendor"
    published = json.loads((vendor / "integrity.json").read_text())
    found = {
        path.relative_to(vendor).as_posix(): "sha384-"
        + b64encode(sha384(path.read_bytes()).digest()).decode()
        for path in vendor.rglob("*")
        if path.is_file() and path.name != "integrity.json"
    }
    assert found == published


@pytest.mark.parametrize(
    "page", ["index.html", "check.html", "lock.html", "receipt.html"]
)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_page_is_small_enough_for_a_slow_phone(page: str, language: str) -> None:
    """With all that it loads until the receipt: words, texts, the light client."""
    names = {each.relative_to(BOOTH).as_posix() for each in list_files(page, language)}
    own = f"page/texts_{language}.js"
    assert {"booth.css", "vendor/@noble/curves/bls12-381.js", own} < names
    assert measure(page, language) <= 150_000


def test_versions_are_exact() -> None:
    package = json.loads((BOOTH / "package.json").read_text())
    lock = json.loads((BOOTH / "package-lock.json").read_text())["packages"]
    for name, version in package["devDependencies"].items():
        assert lock[f"node_modules/{name}"]["version"] == version
        assert lock[f"node_modules/{name}"]["integrity"].startswith("sha512-")
    assert "dependencies" not in package
