"""Put an election on the chain."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from election.protocol.text import name_election
from scripts.shared.durations import parse_time, spell_here
from scripts.shared.following import say_next
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    KeyPath,
    PasswordFile,
    accept_chain,
    path_argument,
    path_option,
)
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show

EXAMPLE = (
    "veche deploy elections/mgd-2019.toml --accounts elections/test-accounts.toml "
    "--shift-to now+60s --key keys/commission.json --out election.json"
)


def command(
    manifest: Annotated[Path, path_argument(help="The election's manifest (TOML).")],
    key: KeyPath,
    out: Annotated[Path, path_option(help="Record; other acts' --election.")],
    accounts: Annotated[
        Path | None, path_option(help="Who acts: a file that continues the manifest.")
    ] = None,
    chain_id: Annotated[
        int | None,
        typer.Option(
            help="Number of the chain; a test election takes the node's word.",
            parser=accept_chain,
            metavar="ID",
        ),
    ] = None,
    shift_to: Annotated[
        str | None,
        typer.Option(help="When phase KEYS begins; a test election only."),
    ] = None,
    for_another: Annotated[
        bool,
        typer.Option("--for-another", help="The key is not accounts.commission's."),
    ] = False,
    name: Annotated[
        str | None,
        typer.Option(help="Id of an election that counts; else it is asked for."),
    ] = None,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Put an election on the chain, or go on with what was begun.

    `veche manifest check` reads the manifest back before. Whoever deploys an election
    that counts types its id. In a home --out is where its election stands.
    """
    from scripts.commission.deploy import (
        compare_accounts,
        compare_clocks,
        compare_shift,
        deploy,
        describe,
        require_chain,
        require_name,
    )
    from scripts.shared.files.deployment_file import read_deployment
    from scripts.shared.files.manifest_file import read_manifest
    from scripts.shared.session import acting, connect_any, unlock

    rules = read_manifest(manifest, accounts)
    say(name_election(rules.title, is_test=rules.test))
    key_file = unlock(key, password_file, roles={Role.COMMISSION})
    if chain_id is None and out.exists():
        chain_id = read_deployment(out).chain_id
    require_chain(chain_id, is_test=rules.test)
    connection = connect_any(rpc_urls, chain_id=chain_id)
    own, chain = int(time.time()), connection.read_clock()
    compare_clocks(own=own, chain=chain)
    compare_accounts(key_file.sealed.address, rules, for_another=for_another)
    start = rules.times.keys
    shift = 0 if shift_to is None else parse_time(shift_to, now=chain) - start
    if not out.exists():
        require_name(rules, name)
    with acting(key_file):
        done = deploy(connection, rules, key=key_file.key, record=out, shift=shift)
    if shift_to is not None:
        compare_shift(shift, done, rules)
    show(describe(done, rules, record=out, as_json=as_json), as_json=as_json)
    say_next(
        f"give {out} to everybody who acts; it is public. Publish the fingerprint",
        "where nobody can change it, as in a newspaper: every audit shows it.",
        "Trustees run `veche trustee --wait`, issuers `veche issuer --wait`, from",
        f"{spell_here(start + done.shift)} on",
        as_json=as_json,
    )
