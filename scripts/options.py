"""The options that many acts share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RpcUrl = Annotated[str, typer.Option(help="Where the node answers JSON-RPC.")]
ElectionFile = Annotated[
    Path, typer.Option(help="The election: the file that `veche deploy` wrote.")
]
KeyPath = Annotated[Path, typer.Option(help="The key file of whoever acts.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(help="File whose first line is the password; asked for if missing."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Contest = Annotated[int, typer.Option(help="Id of the contest.")]
SomeContests = Annotated[
    list[int] | None, typer.Option("--contest", help="Id of a contest; all if missing.")
]
OutFile = Annotated[Path, typer.Option(help="File to write; never overwritten.")]

DEFAULT_URL = "http://127.0.0.1:8545"
