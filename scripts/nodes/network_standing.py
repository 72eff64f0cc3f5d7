"""Ask nodes of a network where they stand, and compare what they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from election.client.errors import ClientError
from election.client.rpc import Connection, connect
from election.client.transport import name_node, show_url
from election.client.wire import well_formed
from scripts.shared.errors import InputError


class Block(msgspec.Struct, frozen=True):
    """Name a node's last block."""

    number: int
    hash: str


class Peer(msgspec.Struct, frozen=True):
    """Name a peer; height: as it says."""

    node_id: str
    name: str
    address: str
    inbound: bool
    height: int


class Validator(msgspec.Struct, frozen=True):
    """Name a validator, and whether its vote for the last height is known."""

    name: str
    address: str
    power: int
    signed: bool


class Misbehaviour(msgspec.Struct, frozen=True):
    """Name a validator that signed twice at a height, as the network's blocks say."""

    height: int
    address: str
    organisation: str


class NodeStanding(msgspec.Struct, frozen=True):
    """Hold what a node says of itself; heights are the engine's.

    engine: what is wrong with it, nothing if it answers. clock: seconds that its
    machine's is ahead of the network's, 0 if it is right.
    """

    network: str
    genesis: str
    node_id: str
    height: int
    catching_up: bool
    behind: int
    block: Block
    peers: tuple[Peer, ...]
    validators: tuple[Validator, ...]
    misbehaviour: tuple[Misbehaviour, ...] = ()
    engine: str = ""
    clock: int = 0


class Comparison(msgspec.Struct, frozen=True):
    """Hold what nodes say: by their URL, each one's standing or why there is none.

    agree: whether all that answered have the same block; compared: its number.
    """

    nodes: dict[str, NodeStanding | str]
    agree: bool
    compared: int | None

    @property
    def holds(self) -> bool:
        """Tell whether all answer, their engines, too, and have one history."""
        silent = any(
            isinstance(each, str) or each.engine for each in self.nodes.values()
        )
        return self.agree and not silent


def stand(urls: Sequence[str]) -> Comparison:
    """Ask each node where it stands, and compare their histories.

    Raises InputError, ClientError.
    """
    if len(set(map(name_node, urls))) != len(urls):
        raise InputError("--rpc-url", "names one node twice")
    nodes: dict[str, NodeStanding | str] = {}
    reached = []
    for url in urls:
        try:
            connection = connect(url)
            found = _ask(connection)
            reached.append((found, connection))
            nodes[show_url(url)] = found
        except ClientError as error:
            nodes[show_url(url)] = str(error)
    return _compare(nodes, reached)


def _ask(connection: Connection) -> NodeStanding:
    found = connection.request("veche_networkStatus")
    try:
        return msgspec.convert(found, NodeStanding)
    except msgspec.ValidationError as error:
        raise ClientError(
            connection.url, f"says not where it stands: {error}"
        ) from error


def _compare(
    nodes: dict[str, NodeStanding | str],
    reached: Sequence[tuple[NodeStanding, Connection]],
) -> Comparison:
    """Compare the block that all have: of the node that is the furthest behind."""
    if not reached:
        return Comparison(nodes, agree=False, compared=None)
    number = min(found.block.number for found, _ in reached)
    told = set()
    for found, connection in reached:
        block = connection.request("eth_getBlockByNumber", hex(number), False)
        with well_formed(connection.url):
            told.add((found.genesis, str(block["hash"])))
    return Comparison(nodes, agree=len(told) == 1, compared=number)


def encode(comparison: Comparison) -> dict[str, Any]:
    """Give what JSON holds."""
    nodes = [
        {"url": url, "error": node}
        if isinstance(node, str)
        else {"url": url, **msgspec.to_builtins(node)}
        for url, node in comparison.nodes.items()
    ]
    return {
        "nodes": nodes,
        "agree": comparison.agree,
        "compared": comparison.compared,
    }


def lay_out(comparison: Comparison) -> Iterator[str]:
    """Give the lines that a person reads."""
    for url, node in comparison.nodes.items():
        yield url
        yield from [f"  {node}"] if isinstance(node, str) else _lay_out_node(node)
    if comparison.compared is not None and len(comparison.nodes) > 1:
        word = "have one" if comparison.agree else "DIFFER IN"
        yield f"the nodes that answer {word} block {comparison.compared}"


def _lay_out_node(node: NodeStanding) -> Iterator[str]:
    how = f"{node.behind} behind the furthest peer" if node.behind else "not behind"
    yield f"  network  {node.network}, genesis {node.genesis[:16]}..."
    yield f"  height   {node.height}, {how}"
    yield f"  block    {node.block.number}, {node.block.hash[:18]}..."
    if node.clock:
        word = "ahead of" if node.clock > 0 else "behind"
        yield f"  CLOCK    {abs(node.clock)} s {word} the network's; set it"
    if node.engine:
        yield f"  ENGINE   {node.engine}"
    yield f"  peers    {_count([each.name or each.node_id for each in node.peers])}"
    for signed, word in ((True, "signed"), (False, "missing")):
        some = [each for each in node.validators if each.signed is signed]
        yield f"  {word:<7}  {_count([each.name or each.address for each in some])}"
    for each in node.misbehaviour:
        whose = each.organisation or "one that has left"
        yield f"  CHEATED  {whose} signed twice at height {each.height}"


def _count(names: list[str]) -> str:
    return f"{len(names)}: {', '.join(names)}" if names else "none"
