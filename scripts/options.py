"""The options that many acts share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RpcUrl = Annotated[str, typer.Option(help="Where the node answers JSON-RPC.")]
ElectionFile = Annotated[
    Path, typer.Option(help="The election: the file that `veche deploy` wrote.")
]
TermsFile = Annotated[
    Path, typer.Option("--terms", help="The file that `veche terms` wrote.")
]
TermsHash = Annotated[
    str, typer.Option(help="Hash of the terms, as the commission published it.")
]
KeyPath = Annotated[Path, typer.Option(help="The key file of whoever acts.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(help="File whose first line, spaces included, is the password."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Contest = Annotated[int, typer.Option(help="Id of the contest.")]
SomeContests = Annotated[
    list[int] | None, typer.Option("--contest", help="Id of a contest; all if missing.")
]
VoterId = Annotated[
    str | None, typer.Option(help="The voter, as in the register; with --salt.")
]
Salt = Annotated[
    str | None, typer.Option(help="The voter's salt, as the registrar gave it.")
]
PlaceIndex = Annotated[
    int | None,
    typer.Option("--index", min=0, help="Or the place on the list, from 0."),
]
OutFile = Annotated[Path, typer.Option(help="File to write; never overwritten.")]
ConfigFile = Annotated[
    Path | None, typer.Option(help="Configuration; hardhat-free-devnet.toml.")
]
ListenHost = Annotated[
    str | None, typer.Option(help="Address to listen on, instead of the file's.")
]
ListenPort = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")
]

DEFAULT_URL = "http://127.0.0.1:8545"
