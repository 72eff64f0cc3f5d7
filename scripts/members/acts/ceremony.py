"""The command line of a member's part in a ceremony."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import typer

from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
)

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
        as_json: AsJson = False,
    ) -> None:
        from election.protocol.replay import Part
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
