"""Put an election on the chain."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from election.client.deployment import (
    Deployment,
    begin_deployment,
    deploy_election,
)
from election.client.rpc import Connection, connect
from election.crypto.signature import SigningKey
from election.protocol.manifest import Manifest
from scripts.durations import parse_time
from scripts.files.deployment_file import read_deployment, store_deployment
from scripts.files.key_file import Role
from scripts.files.manifest_file import read_manifest
from scripts.options import DEFAULT_URL, AsJson, KeyPath, PasswordFile, RpcUrl
from scripts.session import unlock
from scripts.terminal import say, show

EXAMPLE = (
    "veche deploy elections/mgd-2019.toml --accounts elections/test-accounts.toml "
    "--shift-to now+60s --key keys/commission.json --out election.json"
)


def deploy(
    connection: Connection,
    manifest: Manifest,
    *,
    key: SigningKey,
    record: Path,
    shift: int = 0,
) -> Deployment:
    """Deploy an election, or go on where the record says that it was left.

    shift: seconds to move all times by; a record that is there has its own.
    """
    if record.exists():
        deployment = read_deployment(record)
    else:
        deployment = begin_deployment(connection, manifest, shift=shift)

    def save(state: Deployment) -> None:
        say(f"{state.contracts[-1][0]} ...")
        store_deployment(record, state)

    return deploy_election(
        connection, manifest, key=key, deployment=deployment, save=save
    )


def command(
    manifest: Annotated[Path, typer.Argument(help="The election's manifest (TOML).")],
    key: KeyPath,
    out: Annotated[Path, typer.Option(help="Record; other acts' --election.")],
    accounts: Annotated[
        Path | None, typer.Option(help="Who acts: a file that continues the manifest.")
    ] = None,
    shift_to: Annotated[
        str | None,
        typer.Option(help="When phase KEYS begins; a test election only."),
    ] = None,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Put an election on the chain, or go on with what was begun."""
    rules = read_manifest(manifest, accounts)
    key_file = unlock(key, password_file, roles={Role.COMMISSION})
    connection = connect(rpc_url)
    now = max(int(time.time()), connection.read_clock())
    start = rules.times.keys
    shift = 0 if shift_to is None else parse_time(shift_to, now=now) - start
    done = deploy(connection, rules, key=key_file.key, record=out, shift=shift)
    shown = {name: f"0x{at.hex()}" for name, at in done.contracts}
    show({"record": str(out), "shift": done.shift, **shown}, as_json=as_json)
