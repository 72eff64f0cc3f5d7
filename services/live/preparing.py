"""An election in small, from nothing to the first day of applications.

It is done by the acts that an organisation would use, each by its own key file.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from shutil import copyfile
from typing import Any, Final

from election.artifacts import ROOT
from election.client.ceremony import Ceremony, issuers_ceremony, trustees_ceremony
from election.client.open_election import OpenElection
from scripts.developer.time import travel
from scripts.members.ceremony import take_step
from scripts.shared.files.key_file import (
    Instance,
    KeyFile,
    create_key_file,
    open_key_file,
)
from scripts.shared.roles import Role
from scripts.shared.session import enter, instance_of
from services.live.acts import Tell, act
from services.live.booth import complete_booth, list_booth
from services.live.configs import make_homes
from services.live.layout import READY, SEATS, THRESHOLD, Layout
from services.live.people import draw_people, write_people

_MANIFEST: Final = ROOT / "elections" / "mgd-2019.toml"
_DISTRICTS: Final = ROOT / "elections" / "mgd-2019-districts.toml"
_SMALLER: Final = (
    ("minimum_cast = 10", "minimum_cast = 2"),
    ("threshold = 3", f"threshold = {THRESHOLD}"),
    ("seats = 5", f"seats = {SEATS}"),
)
_ALONE: Final = {
    "commission": Role.COMMISSION,
    "polling-station": Role.POLLING_STATION,
    **{f"observer-{n}": Role.OBSERVER for n in (1, 2)},
    **{f"trustee-{n}": Role.TRUSTEE for n in range(1, SEATS + 1)},
}


def prepare(layout: Layout, tell: Tell) -> None:
    """Hold everything until applications begin; what is done is not done again."""
    voters, phones = _write_files(layout)
    tell("homes and keys of eight services and seven people")
    accounts = make_homes(layout)
    keys = {name: _open_key(layout, name, role) for name, role in _ALONE.items()}
    _write_manifest(layout, accounts, keys)
    password = ("--password-file", layout.password)
    node, record = ("--rpc-url", layout.url("chain")), ("--election", layout.record)
    commission = ("--key", layout.key("commission"))
    own = (*record, *commission, *password, *node)
    tell("the rules, on the chain")
    act(
        *(layout, "deploy", layout.folder / "manifest.toml", *commission, *password),
        *("--accounts", layout.folder / "accounts.toml", "--out", layout.record),
        *("--shift-to", "now+1h", *node),
    )
    opened = enter(layout.record, layout.url("chain"))
    tell("the keys: 3 trustees and 3 issuers, of whom 2 are needed")
    _reach(opened, 0)
    _make_keys(layout, opened, keys)
    act(layout, "create-boxes", *own)
    tell("the lists of voters")
    _reach(opened, 1)
    home = ("--home", layout.home("registrar").folder)
    act(layout, "registrar", "import", voters, *home)
    act(layout, "registrar", "publish", *home, *own)
    _keep_secrets(layout, password, phones)
    _reach(opened, 2)
    tell("the terms, after all of it was verified")
    act(layout, "terms", *record, "--out", layout.terms, *node)
    make_homes(layout)
    complete_booth(layout, tell)
    (layout.folder / READY).touch()


def _write_files(layout: Layout) -> tuple[Path, Path]:
    """Write the files that the commission and the gateway bring."""
    voters, phones = layout.folder / "voters.csv", layout.folder / "phones.csv"
    write_people(draw_people(layout.voters), voters=voters, phones=phones)
    copyfile(_DISTRICTS, layout.folder / "districts.toml")
    return voters, phones


def _open_key(layout: Layout, name: str, role: Role) -> KeyFile:
    path = layout.key(name)
    if path.exists():
        return open_key_file(path, password=layout.secret)
    return create_key_file(path, role, password=layout.secret)


def _keep_secrets(layout: Layout, password: tuple[object, ...], phones: Path) -> None:
    """Give the gateway its phones; and secrets that provider and centre know."""
    home = ("--home", layout.home("gateway").folder)
    act(layout, "gateway", "phones", "import", phones, *home, *password)
    for name, command in (("portal", "client-secret"), ("gateway", "centre")):
        file = secret_file(layout, name)
        home = ("--home", layout.home(name).folder)
        act(layout, name, command, "--secret-file", file, *home, *password)


def secret_of(layout: Layout, name: str) -> str:
    """Give what provider or centre knows portal or gateway by."""
    return secret_file(layout, name).read_text("utf-8").strip()


def secret_file(layout: Layout, name: str) -> Path:
    """Give the file of such a secret, drawn at the first time."""
    path = layout.folder / "keys" / f"{name}.secret"
    if not path.exists():
        size = 24 if name == "portal" else 4  # SMPP has eight characters for one
        path.write_text(f"{secrets.token_hex(size)}\n", "utf-8")
        path.chmod(0o600)
    return path


def _write_manifest(
    layout: Layout, accounts: dict[str, str], keys: dict[str, KeyFile]
) -> None:
    text = _MANIFEST.read_text("utf-8")
    for old, new in _SMALLER:
        text = text.replace(old, new)
    (layout.folder / "manifest.toml").write_text(text, "utf-8")
    alone = {name: f"0x{each.account.hex()}" for name, each in keys.items()}
    observers = ", ".join(f'"{alone[f"observer-{n}"]}"' for n in (1, 2))
    lines = [
        "[accounts]",
        f'commission = "{alone["commission"]}"',
        f'portal = "{accounts["portal"]}"',
        f'sms_gateway = "{accounts["gateway"]}"',
        f'polling_station = "{alone["polling-station"]}"',
        f"observers = [{observers}]",
    ]
    for roster, named in (("trustee", alone), ("issuer", accounts)):
        for n in range(1, SEATS + 1):
            lines += [
                f"[[{roster}s.members]]",
                f'account = "{named[f"{roster}-{n}"]}"',
                f"commission = {'true' if n < THRESHOLD else 'false'}",
            ]
    who = layout.folder / "accounts.toml"
    who.write_text("\n".join(lines) + "\n", "utf-8")
    booth = list_booth(layout, manifest=layout.folder / "manifest.toml", accounts=who)
    (layout.folder / "manifest.toml").write_text(f'booth = "{booth}"\n{text}', "utf-8")


def _reach(opened: OpenElection, at: int) -> None:
    """Move the clock to a phase, unless it is there."""
    moment = opened.rules.times[at]
    if opened.connection.read_clock() < moment:
        travel(opened.connection, moment)


def _make_keys(layout: Layout, opened: OpenElection, keys: dict[str, KeyFile]) -> None:
    """Let everybody take a step in turn until both ceremonies are over."""
    issuers = [
        open_key_file(layout.home(f"issuer-{n}").key, password=layout.secret)
        for n in range(1, SEATS + 1)
    ]
    trustees = [keys[f"trustee-{n}"] for n in range(1, SEATS + 1)]
    instance = instance_of(opened)
    _hold(trustees_ceremony(opened), trustees, instance)
    _hold(issuers_ceremony(opened), issuers, instance)


def _hold(ceremony: Ceremony[Any], members: list[KeyFile], instance: Instance) -> None:
    waiting = members
    while waiting:
        steps = [take_step(ceremony, each, instance=instance) for each in waiting]
        pairs = zip(waiting, steps, strict=True)
        waiting = [each for each, step in pairs if step.key_share is None]
