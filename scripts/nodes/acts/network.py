"""Make a network of nodes that organisations run, and take part in one.

Each organisation makes its own folder with `veche network card` and shows the others
card.json; `veche network genesis` makes one file of all cards, which all compare by its
hash; `veche network join` puts it into the folder; `veche network start` runs the node.
`veche network init` does all of it on this one machine, to try it.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scripts.nodes.acts.registry_proposals import COMMANDS as REGISTRY
from scripts.shared.errors import InputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.following import say_next
from scripts.shared.node_refusals import naming, node_refusals
from scripts.shared.options import (
    DEFAULT_URL,
    AnyRpcUrl,
    AsJson,
    ConfigFile,
    ListenHost,
    ListenPort,
    OutFile,
    Quiet,
    RpcUrls,
    Yes,
    path_option,
)
from scripts.shared.terminal import say, show, tell, tell_json

if TYPE_CHECKING:
    from node.engine.comet.card import Card

EXAMPLE = "veche network init --out network"
BESIDE_ROLE: Final = True
"""Its --home is a node's; that of a role is told by VECHE_HOME."""
_START: Final = ("veche", "network", "start")

Home = Annotated[Path, path_option(help="The node's folder.")]
Engine = Annotated[
    Path | None,
    path_option(
        help="CometBFT's program, instead of build/cometbft or the one on PATH."
    ),
]


def init(
    out: Annotated[Path, path_option(help="Folder to make, with one for each node.")],
    member: Annotated[
        list[str] | None,
        typer.Option(
            help="An organisation's name; again for each. observer-... only looks on."
        ),
    ] = None,
    port: Annotated[int, typer.Option(help="First port among peers.")] = 26656,
    config: ConfigFile = None,
    engine: Engine = None,
    as_json: AsJson = False,
) -> None:
    """Make a network on this machine: four validators and an observer."""
    members = member or ["commission", "university", "press", "party", "observer-1"]
    with node_refusals():
        from election.artifacts import read_artifact
        from node.config import DEFAULT_PATH, read_config
        from node.engine.comet.binary import find_engine
        from node.engine.comet.joining import make_local_network

        described = read_config(config or DEFAULT_PATH)
        made = make_local_network(
            out,
            described,
            find_engine(engine),
            members=members,
            port=port,
            registry=read_artifact("ObserverRegistry").initcode,
        )
    show({name: str(folder) for name, folder in made}, as_json=as_json)
    more = () if config is None else ("--config", str(config))
    first = described.rpc.port
    ways = (
        shlex.join(
            (*_START, "--home", str(folder), "--port", str(first and first + at), *more)
        )
        for at, (_, folder) in enumerate(made)
    )
    say_next(
        "each in a terminal of its own:", *(f"  {way}" for way in ways), as_json=as_json
    )


def card(
    home: Home,
    organisation: Annotated[str, typer.Option(help="Your organisation: a-z, 0-9, -.")],
    account: Annotated[
        str,
        typer.Option(
            help="Address of the account that acts for it, of `veche keygen`."
        ),
    ],
    address: Annotated[
        str, typer.Option(help="HOST:PORT where other nodes reach yours.")
    ],
    observer: Annotated[bool, typer.Option(help="Look on, and have no vote.")] = False,
    signer_key: Annotated[
        str,
        typer.Option(
            help="Public key, base64, if another program signs for this validator."
        ),
    ] = "",
    engine: Engine = None,
    as_json: AsJson = False,
) -> None:
    """Make a node's folder with its own keys, and its card to show the others.

    A key has another card, of `veche key card`, for an election's accounts.
    """
    if observer and signer_key:
        raise InputError("--signer-key", "is a validator's, not an observer's")
    with node_refusals():
        from node.engine.comet.binary import find_engine
        from node.engine.comet.card import Card
        from node.engine.comet.joining import make_folder

        made = make_folder(
            home,
            find_engine(engine),
            Card(organisation, account.lower(), "", address, signer_key),
            validates=not observer,
        )
    show({"card": str(home / "card.json"), "peer": made.peer}, as_json=as_json)
    say_next(
        "show the others your card: where a network begins, `veche network genesis`",
        "takes all of them; one that runs is joined, with every validator as a --peer:",
        f"  veche network join --home {shlex.quote(str(home))} --genesis genesis.json"
        " --peer ID@HOST:PORT",
        as_json=as_json,
    )


def genesis(
    out: OutFile,
    card: Annotated[
        list[Path],
        path_option(help="A node's card, of `veche network card`; again for each."),
    ],
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Make the one file that describes a network, from the cards of its nodes."""
    with node_refusals():
        from election.artifacts import read_artifact
        from election.whole_file import write_whole
        from node.config import DEFAULT_PATH, read_config
        from node.engine.comet.joining import agree, describe
        from scripts.shared.files.failures import name_unwritable

        described = read_config(config or DEFAULT_PATH)
        document = agree(
            described,
            [_read_card(each) for each in card],
            read_artifact("ObserverRegistry").initcode,
        )
    with name_unwritable(out), write_whole(out, replacing=False) as file:
        file.write(document)
    show({"file": str(out), **describe(document)}, as_json=as_json)
    rules, public = described.admission, read_config(DEFAULT_PATH).accounts
    named = {*rules.deployer_addresses, *rules.sender_addresses}
    if named & {each.address for each in public}:
        say(
            "warning: who may deploy is an account of hardhat-free-devnet.toml, whose",
            "key everybody has: good for a trial; else give a --config of your own,",
            "see docs/running-a-node.md",
        )
    say_next(
        "publish its SHA-256, each organisation by its own way; then each joins,",
        "with every other validator as a --peer:",
        f"  veche network join --home FOLDER --genesis {shlex.quote(str(out))}"
        " --peer ID@HOST:PORT",
        as_json=as_json,
    )


def join(
    home: Home,
    genesis: Annotated[Path, path_option(help="The network's genesis.")],
    peer: Annotated[
        list[str] | None,
        typer.Option(
            help="Another node, as its card's peer: ID@HOST:PORT; again for each."
        ),
    ] = None,
    listen: Annotated[
        str,
        typer.Option(
            help="HOST:PORT to listen on for other nodes, 127.0.0.1:26656 if none was "
            "said before."
        ),
    ] = "",
    signer: Annotated[
        str,
        typer.Option(
            help="Where to await the program that signs, as tcp://127.0.0.1:26659."
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make a folder a node of a network; again, to name other peers.

    Without --listen or --peer, what was said before stays.
    """
    with node_refusals():
        from node.config import read_config
        from node.engine.comet.genesis import network_config, read_shared
        from node.engine.comet.joining import count_peers
        from node.engine.comet.joining import join as join_network

        document = _read(genesis)
        with naming(genesis):
            shared = read_shared(document.decode("utf-8", errors="replace"))
            network_config(shared, read_config())
        digest = join_network(
            home, document, listen=listen, peers=peer or None, signer=signer
        )
        peers, others = count_peers(home)
    show({"home": str(home), "genesis": digest}, as_json=as_json)
    if peers < others:
        say(
            f"warning: peers named: {peers}, other validators: {others}; when those",
            "peers stop, this node stands: join again with every one as a --peer",
        )
    say_next(
        "compare the hash with what the others published; then",
        f"  {_start(home)}",
        as_json=as_json,
    )


def start(
    home: Home,
    host: ListenHost = None,
    port: ListenPort = None,
    config: ConfigFile = None,
    engine: Engine = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run a network's node until Ctrl-C: engine, application and JSON-RPC."""
    with node_refusals():
        from node.config import DEFAULT_PATH
        from node.engine.comet.binary import find_engine
        from node.engine.comet.service import run_node
        from node.service import Place, Talk

        def tell_url(url: str) -> None:
            show({"url": url, "home": str(home)}, as_json=as_json)

        run_node(
            home,
            find_engine(engine),
            config or DEFAULT_PATH,
            Place(host, port),
            Talk(tell_url, say, quiet=quiet, as_json=as_json),
        )


def status(rpc_urls: RpcUrls = None, as_json: AsJson = False) -> None:
    """Ask nodes how far they are, who signed last, and whether they have one head.

    height: what the engine agreed on, empty blocks, too; block: the chain's last, which
    has transactions. Ends with 3 if one does not answer, does not know how far behind
    it is, or cannot agree with enough others, or if they differ.
    """
    from scripts.nodes.network_standing import encode, lay_out, stand

    compared = stand(rpc_urls or [DEFAULT_URL])
    if as_json:
        tell_json(encode(compared))
    else:
        tell(*lay_out(compared))
    if not compared.holds:
        raise typer.Exit(ExitCode.NOT_SO)


def backup(
    home: Home,
    to: Annotated[Path, path_option(help="Folder to make; never overwritten.")],
    as_json: AsJson = False,
) -> None:
    """Copy the blocks of a node that is stopped; the copy holds no key."""
    with node_refusals():
        from node.engine.comet.history import back_up

        back_up(home, to)
    show({"backup": str(to)}, as_json=as_json)
    say_next(
        "`veche network reset` takes the copy's blocks with --backup; to go on:",
        f"  {_start(home)}",
        as_json=as_json,
    )


def reset(
    home: Home,
    backup: Annotated[
        Path | None, path_option(help="Take the blocks of this copy, then go on.")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Forget the blocks of a node that is stopped, to take them from its peers again.

    Its keys, and what it signed last, stay.
    """
    with node_refusals():
        from node.engine.comet.history import require_stopped
        from node.engine.comet.history import reset as reset_home
        from scripts.shared.asking import Asker

        require_stopped(home)
        Asker("Forget them?", yes, as_json)(
            f"forgets all blocks in {home}, and takes them from",
            (f"{backup}, then " if backup is not None else "")
            + "its peers: where no peer has them, they are lost",
        )
        reset_home(home, backup)
    show({"home": str(home), "blocks": "forgotten"}, as_json=as_json)
    say_next(_start(home), as_json=as_json)


def leave(
    home: Home,
    dismissed: Annotated[
        bool, typer.Option("--dismissed", help="The others let this validator go.")
    ] = False,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make a folder a node of no network; its keys stay.

    That a validator was let go is looked up in its own chain, or asked of a node.
    """
    with node_refusals():
        from node.engine.comet.history import leave as leave_network
        from scripts.nodes.leaving import require_let_go

        if dismissed:
            require_let_go(home, rpc_urls)
        leave_network(home, dismissed=dismissed)
    show({"home": str(home), "network": "left"}, as_json=as_json)
    say_next(
        "`veche network join` makes it a node of another network; a key that was",
        "let go never comes back to its own: `veche network card` makes new ones",
        as_json=as_json,
    )


GROUPS: Final = {"propose": "Propose a change of who takes part in a network."}
COMMANDS: Final = {
    "init": (init, EXAMPLE),
    "card": (
        card,
        (
            "veche network card --home validator --organisation press --account 0x... "
            "--address press.org:26656"
        ),
    ),
    "genesis": (
        genesis,
        "veche network genesis --card a.json --card b.json --out genesis.json",
    ),
    "join": (
        join,
        (
            "veche network join --home validator --genesis genesis.json "
            "--peer ID@HOST:PORT"
        ),
    ),
    **REGISTRY,
    "start": (start, "veche network start --home network/press"),
    "status": (
        status,
        "veche network status --rpc-url http://127.0.0.1:8545",
    ),
    "backup": (backup, "veche network backup --home network/press --to press-copy"),
    "reset": (reset, "veche network reset --home network/press"),
    "leave": (leave, "veche network leave --home network/press"),
}


def _start(home: Path) -> str:
    return shlex.join((*_START, "--home", str(home)))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(str(path), "there is no such file") from error
    except OSError as error:
        raise InputError(str(path), "cannot be read") from error


def _read_card(path: Path) -> Card:
    from node.engine.comet.card import read_card

    with naming(path):
        return read_card(path)
