"""Keep a chain in a folder: make it, serve it, copy it, verify it.

A folder that `veche network` made is of a network's node, and is served as one.
`veche exit-codes` says how any act ends; a node's own are these.

Exit codes: 0 done; 2 usage or configuration; 3 not ready; 4 the result could not be
written; 5 port in use; 6 folder in use; 7 folder damaged; 8 disk full; 130 interrupted.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeGuard

import typer

from scripts.nodes.acts import deployment_lock, network
from scripts.shared.errors import InputError, UsageError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.following import say_next
from scripts.shared.node_refusals import node_refusals
from scripts.shared.options import (
    AsJson,
    ConfigFile,
    ListenHost,
    ListenPort,
    OutFile,
    Quiet,
    accept_wait,
    path_option,
)
from scripts.shared.terminal import say, show, tell, tell_json

if TYPE_CHECKING:
    from node.config import Config

EXAMPLE = "veche node start --home devnet-chain"
BESIDE_ROLE: Final = True
"""Its --home is a node's; that of a role is told by VECHE_HOME."""

Home = Annotated[
    Path | None,
    path_option(help="Folder that keeps the chain, instead of the configuration's."),
]


def is_network_home(home: Path | None) -> TypeGuard[Path]:
    """Tell a folder of a network's node by the card in it."""
    return home is not None and (home / "card.json").exists()


def init(config: ConfigFile = None, home: Home = None, as_json: AsJson = False) -> None:
    """Make a folder that holds the first block."""
    _require_devnet(home)
    with _described(config, home) as (described, folder):
        from node.keeping import begin_chain, identify

        begin_chain(described, folder)
        genesis = "0x" + identify(described).genesis.hex()
    show({"home": str(folder), "genesis": genesis}, as_json=as_json)
    say_next(_spell("start", folder, config), as_json=as_json)


def start(
    config: ConfigFile = None,
    home: Home = None,
    host: ListenHost = None,
    port: ListenPort = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Serve the chain of a folder until Ctrl-C; a network's node, if it is one's."""
    if is_network_home(home):
        network.start(home, host, port, config, quiet=quiet, as_json=as_json)
        return
    with _described(config, home) as (_, folder):
        from node.service import Place, Talk, run

        place = Place(host, port, folder, begin=False)
        run(config, place, Talk(tell, say, quiet=quiet, as_json=as_json))


def status(
    rpc_url: Annotated[
        str | None,
        typer.Option(help="Where it answers, instead of the file's.", metavar="URL"),
    ] = None,
    wait: Annotated[
        int | None,
        typer.Option(
            help="Seconds to wait until it is ready, a day at most.",
            parser=accept_wait,
            metavar="SECONDS",
        ),
    ] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Ask a running node how far it is, and whether it keeps blocks.

    Ends with 0 if it is ready and with 3 if not, so that a script can wait for it.
    """
    from scripts.nodes.node_standing import ask_until_ready

    if rpc_url is None:
        with node_refusals():
            from node.config import DEFAULT_PATH, read_config

            rpc = read_config(config or DEFAULT_PATH).rpc
            host = f"[{rpc.host}]" if ":" in rpc.host else rpc.host
            rpc_url = f"http://{host}:{rpc.port}"
    found = ask_until_ready(rpc_url, wait or 0)
    show(found if as_json else _in_words(found), as_json=as_json)
    if not found["ready"]:
        raise typer.Exit(ExitCode.NOT_SO)


def _in_words(found: dict[str, Any]) -> dict[str, Any]:
    words = {"ready": "yes" if found["ready"] else "no"}
    if "locked" in found:
        words["deployments"] = "closed for good" if found["locked"] else "open"
    return {key: each for key, each in found.items() if key != "locked"} | words


def show_config(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show every key as it is in force; private keys are hidden."""
    with node_refusals():
        from node.config import DEFAULT_PATH, read_config
        from node.showing import lay_out_config, show_config

        path = config or DEFAULT_PATH
        shown = show_config(read_config(path), path)
    if as_json:
        tell_json(shown)
    else:
        tell(*lay_out_config(shown))


def backup(
    to: Annotated[Path, path_option(help="Folder to make; never overwritten.")],
    config: ConfigFile = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Copy the chain as it is at this instant, while its node runs or not.

    A network's node has to be stopped for it; keys are in no copy.
    """
    if is_network_home(home):
        network.backup(home, to, as_json=as_json)
        return
    with _described(config, home) as (described, folder):
        from node.keeping import back_up_chain

        height = back_up_chain(described, folder, to)
    show({"backup": str(to), "height": height}, as_json=as_json)
    say_next(
        "execute all of it anew, to see that the copy is whole:",
        f"  {_spell('verify', to, config)}",
        as_json=as_json,
    )


def export(
    out: OutFile, config: ConfigFile = None, home: Home = None, as_json: AsJson = False
) -> None:
    """Write the blocks as RLP into a file, while the node runs or not."""
    with _described(config, home) as (described, folder):
        from election.whole_file import write_whole
        from node.keeping import export_chain
        from scripts.nodes.counting import count_blocks
        from scripts.shared.files.failures import name_unwritable

        with name_unwritable(out), write_whole(out, replacing=False) as file:
            blocks = export_chain(described, folder, count_blocks)
            size = sum(file.write(each) for each in blocks)
    show({"file": str(out), "bytes": size}, as_json=as_json)
    if is_network_home(home):
        say_next("other programs read it; a network's node takes none", as_json=as_json)
    else:
        way = _spell("import", Path("OTHER"), config)
        say_next(f"{way} --blocks {shlex.quote(str(out))}", as_json=as_json)


def import_blocks(
    blocks: Annotated[Path, path_option(help="The file that an export wrote.")],
    config: ConfigFile = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Execute the blocks of a file and keep those that come out the same."""
    _require_devnet(home)
    if not blocks.exists():  # before a folder is made for them
        raise InputError(str(blocks), "there is no such file")
    with _described(config, home) as (described, folder):
        from node.keeping import import_chain
        from scripts.nodes.counting import measure
        from scripts.shared.progress import progress

        with progress("bytes of blocks", measure(blocks)) as done:
            height = import_chain(described, folder, blocks, done)
    show({"home": str(folder), "height": height}, as_json=as_json)
    say_next(_spell("start", folder, config), as_json=as_json)


def verify(
    config: ConfigFile = None, home: Home = None, as_json: AsJson = False
) -> None:
    """Execute every block anew and compare all that the folder keeps."""
    with _described(config, home) as (described, folder):
        from node.verification import verify_chain
        from scripts.nodes.counting import count_blocks

        verified = verify_chain(described, folder, count_blocks)
    result = {
        "blocks": verified.blocks,
        "transactions": verified.transactions,
        "head": "0x" + verified.head.hex(),
        "state_root": "0x" + verified.state_root.hex(),
    }
    show(result, as_json=as_json)


COMMANDS: Final = {
    "init": (init, "veche node init --home devnet-chain"),
    "start": (start, EXAMPLE),
    "status": (status, "veche node status --wait 30"),
    "backup": (backup, "veche node backup --home devnet-chain --to devnet-copy"),
    "export": (export, "veche node export --home devnet-chain --out blocks.rlp"),
    "import": (import_blocks, "veche node import --home other --blocks blocks.rlp"),
    "verify": (verify, "veche node verify --home devnet-chain"),
    "lock": (deployment_lock.command, deployment_lock.EXAMPLE),
    "config show": (show_config, "veche node config show --config mine.toml"),
}


@contextmanager
def _described(config: Path | None, home: Path | None) -> Iterator[tuple[Config, Path]]:
    """Give the configuration and the folder, and tell what the node refuses."""
    with node_refusals():
        from node.config import DEFAULT_PATH, home_of, read_config

        path = config or DEFAULT_PATH
        described = read_config(path)
        folder = home or home_of(described, path)
        if folder is None:
            raise UsageError("home", f"give --home, or store.home in {path}")
        if is_network_home(folder):
            from node.engine.comet.home import NodeHome
            from node.engine.comet.service import read_described

            described = read_described(folder, described)[0]
            folder = NodeHome(folder).chain
        yield described, folder


def _spell(act: str, home: Path, config: Path | None) -> str:
    """Spell an act on a folder, which needs the configuration that it was made by."""
    more = () if config is None else ("--config", str(config))
    return shlex.join(("veche", "node", act, "--home", str(home), *more))


def _require_devnet(home: Path | None) -> None:
    """Refuse to write blocks that a network did not agree on into its node's folder."""
    if is_network_home(home):
        fact = "is of a network's node, which takes blocks from its network alone"
        raise InputError(str(home), fact)
