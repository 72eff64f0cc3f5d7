"""A browser's worker loads every module, under a strict policy, and makes a ballot."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from typing_extensions import override

from tests.booth.node_js import BOOTH
from tests.patience import PATIENCE

CHROMIUM = Path("/usr/bin/chromium")
POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'"
PAGE = '<!doctype html><script type="module" src="/page.js"></script><p id="said"></p>'
PAGE_CODE = """
const worker = new Worker('/worker.js', { type: 'module' });
const say = (text) => {
  const said = document.querySelector('#said');
  said.textContent = text;
  said.className = 'ready';
};
worker.onmessage = ({ data }) => say(data);
worker.onerror = (event) => say(`error: ${event.message}`);
"""
WORKER_CODE = """
import { NO_MEMO, PreparedChoice, acceptBallot } from './ballot.js';
import { CredentialRequest, acceptCredential } from './blind_credential.js';
import { G, G2, encodeG1, multiply } from './group.js';
import { SecretSource } from './randomness.js';
import { RecoverySecret } from './recovery.js';

const draw = (size) => crypto.getRandomValues(new Uint8Array(size));
const names = NAMES;
await Promise.all(names.map((name) => import(`./${name}`)));
const box = {
  ctx: draw(32), electionKeys: [5n, 6n].map((x) => multiply(G, x)),
  credentialKey: multiply(G2, 9n),
};
const place = { ctx: box.ctx, leaf: draw(32) };
const request = new CredentialRequest(new RecoverySecret(draw(16)), place);
const answers = new Map([[1, encodeG1(multiply(request.blinded, 9n))]]);
const terms = { box, threshold: 1, issuerKeys: new Map([[1, box.credentialKey]]) };
const credential = acceptCredential(answers, request, terms);
const source = new SecretSource(draw(64), new Uint8Array());
const raw = new PreparedChoice(2, box, source).makeBallot(credential, NO_MEMO, source);
acceptBallot(raw, box);
postMessage(`${names.length} modules, ${raw.length} bytes`);
"""


class Files(SimpleHTTPRequestHandler):
    """The booth's files as they are, and a page to try them."""

    @override
    def do_GET(self) -> None:
        names = json.dumps(sorted(path.name for path in BOOTH.glob("*.js")))
        made = {
            "/": ("text/html", PAGE),
            "/page.js": ("text/javascript", PAGE_CODE),
            "/worker.js": ("text/javascript", WORKER_CODE.replace("NAMES", names)),
        }
        if self.path not in made:
            super().do_GET()
            return
        kind, text = made[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    @override
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(BOOTH)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_worker_loads_every_module_and_makes_a_ballot(address: str) -> None:
    assert CHROMIUM.exists(), "apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        try:
            page = browser.new_page()
            page.goto(address)
            patience = PATIENCE * 1_000  # in milliseconds
            page.wait_for_selector("#said.ready", state="attached", timeout=patience)
            said = page.inner_text("#said")
        finally:
            browser.close()
    modules = len(list(BOOTH.glob("*.js")))
    assert said == f"{modules} modules, {(26 + 9 * 2) * 32} bytes"
