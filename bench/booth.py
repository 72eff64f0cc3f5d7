"""Measure what a voter's browser computes, in a worker of Debian's Chromium.

Encrypt, prove and sign: first in a new worker, then the median of 20; for 5 and for 16
candidates. Credentials are made here; nothing is sent. Then what a browser fetches.
"""

from __future__ import annotations

import re
from typing import Any, Final

from playwright.sync_api import Browser, Route

from bench.stopping import run_stoppable
from election.artifacts import ROOT
from tests.booth.browsing import open_browser
from tests.booth.page_sizes import LANGUAGES
from tests.booth.page_sizes import measure as size_of

CANDIDATES: Final = (5, 16)

_ORIGIN: Final = "https://booth.example.org"
_KINDS: Final = {"js": "text/javascript", "html": "text/html"}
_PAGE: Final = "<!doctype html><title>bench</title>"
_WORKER: Final = """
import { NO_MEMO, PreparedChoice } from './ballot.js';
import { CredentialRequest } from './blind_credential.js';
import { G, G2, multiply } from './group.js';
import { SecretSource } from './randomness.js';
import { RecoverySecret } from './recovery.js';

const draw = (size) => crypto.getRandomValues(new Uint8Array(size));
addEventListener('message', ({ data }) => {
  const keys = Array.from({ length: data }, (_, at) => multiply(G, BigInt(at + 7)));
  const box = { ctx: draw(32), electionKeys: keys, credentialKey: G2 };
  const place = { ctx: box.ctx, leaf: draw(32) };
  const { ballotKey } = new CredentialRequest(new RecoverySecret(draw(16)), place);
  const make = () => {
    const from = performance.now();
    const source = new SecretSource(draw(64), new Uint8Array());
    const prepared = new PreparedChoice(1, box, source);
    prepared.makeBallot({ ballotKey, sigma: G }, NO_MEMO, source);
    return performance.now() - from;
  };
  const first = make();
  const others = Array.from({ length: 20 }, make).sort((one, other) => one - other);
  postMessage({ first, median: others[10] });
});
"""
_ASK: Final = """
(candidates) => new Promise((resolve, reject) => {
  const worker = new Worker('/bench-worker.js', { type: 'module' });
  worker.onerror = (event) => reject(new Error(event.message));
  worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
  worker.postMessage(candidates);
})
"""


def measure(browser: Browser, candidates: int) -> dict[str, float]:
    """Measure in a new worker: milliseconds of the first ballot, and of others."""
    page = browser.new_page()
    page.route(re.compile(".*"), _answer)
    page.goto(f"{_ORIGIN}/")
    measured: Any = page.evaluate(_ASK, candidates)
    page.close()
    return {name: float(value) for name, value in measured.items()}


def _answer(route: Route) -> None:
    name = route.request.url.removeprefix(f"{_ORIGIN}/")
    made = {"": _PAGE, "bench-worker.js": _WORKER}
    path = ROOT / "booth" / name
    if name not in made and not path.is_file():
        route.fulfill(status=404)
        return
    kind = _KINDS.get(name.rpartition(".")[2], "text/html")
    body = made[name] if name in made else path.read_text("utf-8")
    route.fulfill(content_type=kind, body=body)


def main() -> None:
    """Print a line for each number of candidates."""
    with open_browser() as browser:
        print(f"Chromium {browser.version}: encrypt, prove, sign")
        for candidates in CANDIDATES:
            found = measure(browser, candidates)
            line = f"{found['first']:.0f} ms first, {found['median']:.0f} ms then"
            print(f"{candidates:3} candidates: {line}")
    for language in LANGUAGES:
        size = size_of("index.html", language) / 1_000
        print(f"the booth's page until the receipt: {size:.0f} kB packed, {language}")


if __name__ == "__main__":
    run_stoppable(main)
