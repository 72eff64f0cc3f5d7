"""The command line of a member's part in a ceremony."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import typer

from scripts.shared.errors import InputError
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    Carried,
    ElectionFile,
    GenesisHash,
    KeyPath,
    PasswordFile,
    SignedFile,
)
from scripts.shared.roles import Role

Wait = Annotated[bool, typer.Option("--wait", help="Go on until it is over.")]


def make_command(
    part: Literal["TRUSTEES", "ISSUERS"], text: str
) -> Callable[..., None]:
    """Make the command by which a member takes its next step; text: its help."""

    def command(
        election: ElectionFile,
        key: KeyPath,
        password_file: PasswordFile = None,
        wait: Wait = False,
        rpc_urls: AnyRpcUrl = None,
        carried: Carried = None,
        genesis_hash: GenesisHash = None,
        out: SignedFile = None,
        as_json: AsJson = False,
    ) -> None:
        from election.protocol.replay import Part
        from scripts.shared.carried import Sources

        sources = Sources(rpc_urls, carried or (), genesis_hash)
        sources.require_fitting(out)
        if carried:
            from scripts.members.signed_step import sign_next
            from scripts.shared.session import unlock

            if wait:
                fact = "goes with a node: a record that was carried does not change"
                raise InputError("--wait", fact)
            key_file = unlock(key, password_file, roles={Role[part[:-1]]})
            sign_next(
                Part[part],
                sources,
                election=election,
                key_file=key_file,
                out=out,
                as_json=as_json,
            )
            return
        from scripts.members.ceremony import play

        play(
            Part[part],
            election=election,
            key=key,
            password_file=password_file,
            wait=wait,
            rpc_url=rpc_urls,
            as_json=as_json,
        )

    command.__doc__ = text
    return command
