"""The options that many acts share, and what the values of all options may be.

Whatever a person types is a checked value or an error of usage here, before anything
is read, asked or sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from election.protocol.longest_extension import LONGEST_EXTENSION
from scripts.shared.files.failures import find_name_fault

_SLOWEST, _FASTEST = 0.2, 20  # factors of the phases of a demo on a network


def accept_path(text: str) -> Path:
    """Accept a name that a file has or could have here; raises BadParameter."""
    if not text:
        message = "is empty: name a file"
        raise typer.BadParameter(message)
    path = Path(text)
    fault = find_name_fault(path)
    if fault is not None:
        raise typer.BadParameter(fault)
    return path


def _accept_number(least: int, below: int, *, bounds: str) -> Callable[[str], int]:
    """Make what accepts decimal digits and nothing that only reads like them."""

    def accept(text: str) -> int:
        is_short = text.isascii() and text.isdigit() and len(text) <= len(str(below))
        if not is_short or not least <= int(text) < below:
            message = f"is not a number {bounds}"
            raise typer.BadParameter(message)
        return int(text)

    return accept


accept_contest: Final = _accept_number(0, 2**256, bounds="from 0, below 2^256")
accept_chain: Final = _accept_number(1, 2**63, bounds="from 1, below 2^63")
accept_wait: Final = _accept_number(0, 86_401, bounds="from 0 to 86400")
accept_delta: Final = _accept_number(
    1, LONGEST_EXTENSION + 1, bounds=f"from 1 to {LONGEST_EXTENSION}"
)


def accept_pace(text: str) -> float:
    """Accept a factor with at most one digit behind its point; raises BadParameter."""
    is_short = re.fullmatch(r"[0-9]{1,2}(\.[0-9])?", text) is not None
    if not is_short or not _SLOWEST <= float(text) <= _FASTEST:
        message = f"is not a number from {_SLOWEST} to {_FASTEST}, as 1.5"
        raise typer.BadParameter(message)
    return float(text)


def path_option(*names: str, help: str, **more: Any) -> Any:  # noqa: A002  as Typer
    """Describe an option that names a file or a folder."""
    return typer.Option(*names, help=help, parser=accept_path, metavar="PATH", **more)


def path_argument(*, help: str) -> Any:  # noqa: A002
    """Describe an argument that names a file."""
    return typer.Argument(help=help, parser=accept_path)


def contest_option(*names: str, help: str) -> Any:  # noqa: A002
    """Describe an option that gives the id of a contest."""
    return typer.Option(*names, help=help, parser=accept_contest, metavar="ID")


def accept_sha256(text: str) -> bytes:
    """Accept a SHA-256 in hexadecimal, spaced as it may be on paper."""
    digits = "".join(text.split()).lower().removeprefix("0x")
    if re.fullmatch("[0-9a-f]{64}", digits) is None:
        message = "is not 64 digits in hex"
        raise typer.BadParameter(message)
    return bytes.fromhex(digits)


BundleFile = Annotated[
    Path | None, path_argument(help="File that `veche export` wrote.")
]
OrElectionFile = Annotated[
    Path | None,
    path_option(
        "--election", help="Or the file that `veche deploy` wrote, to ask a node."
    ),
]
GenesisHash = Annotated[
    bytes | None,
    typer.Option(
        "--genesis-hash",
        help="SHA-256 of the network's genesis, as all published it.",
        parser=accept_sha256,
        metavar="HASH",
    ),
]
Carried = Annotated[
    list[Path] | None,
    path_option(
        "--bundle",
        help="On a machine without a network: the record, as `veche export` wrote it; "
        "no node is asked.",
    ),
]
SignedFile = Annotated[
    Path | None,
    path_option(
        "--out", help="With --bundle: what is signed, to be sent by `veche send`."
    ),
]
RpcUrl = Annotated[
    str, typer.Option(help="Where the node answers JSON-RPC.", metavar="URL")
]
RpcUrls = Annotated[
    list[str] | None,
    typer.Option(
        "--rpc-url", help="A node; two of different organisations.", metavar="URL"
    ),
]
AnyRpcUrl = Annotated[
    list[str] | None,
    typer.Option(
        "--rpc-url",
        help="A node; again for another, which is asked where the first is down.",
        metavar="URL",
    ),
]
SomeRpcUrls = Annotated[
    list[str],
    typer.Option(
        "--rpc-url",
        help="A node; again for another, which is asked where the first is down.",
        metavar="URL",
    ),
]
ElectionFile = Annotated[
    Path, path_option(help="The election: the file that `veche deploy` wrote.")
]
TermsFile = Annotated[
    Path, path_option("--terms", help="The file that `veche terms` wrote.")
]
TermsHash = Annotated[
    str,
    typer.Option(
        help="Hash of the terms, as the commission published it.", metavar="HASH"
    ),
]
SomeTermsFile = Annotated[
    Path | None, path_option("--terms", help="With --terms-hash: of `veche terms`.")
]
SomeTermsHash = Annotated[
    str | None,
    typer.Option("--terms-hash", help="Hash of the terms.", metavar="HASH"),
]
KeyPath = Annotated[Path, path_option(help="The key file of whoever acts.")]
PasswordFile = Annotated[
    Path | None,
    path_option(help="File whose first line, spaces included, is the password."),
]
Fresh = Annotated[
    bool,
    typer.Option("--fresh", help="Verify the record from its beginning once more."),
]
Yes = Annotated[
    bool, typer.Option("--yes", help="Do it without being asked; for scripts.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Contest = Annotated[int, contest_option(help="Id of the contest.")]
SomeContests = Annotated[
    list[int] | None,
    contest_option("--contest", help="Id of a contest; all if missing."),
]
Delta = Annotated[
    int,
    typer.Argument(
        help=f"Seconds, {LONGEST_EXTENSION} in all.",
        parser=accept_delta,
        metavar="SECONDS",
    ),
]
SomeDelta = Annotated[
    int | None,
    typer.Option(
        help="Seconds to shift both closings by.",
        parser=accept_delta,
        metavar="SECONDS",
    ),
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
OutFile = Annotated[Path, path_option(help="File to write; never overwritten.")]
ConfigFile = Annotated[
    Path | None, path_option(help="Configuration; hardhat-free-devnet.toml.")
]
ListenHost = Annotated[
    str | None,
    typer.Option(help="Address to listen on, instead of the file's.", metavar="HOST"),
]
ListenPort = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Port; 0 takes a free one.", metavar="PORT"),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="Show no line for each block, only warnings.")
]

DEFAULT_URL = "http://127.0.0.1:8545"
