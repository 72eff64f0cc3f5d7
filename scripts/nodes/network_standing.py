"""Ask nodes of a network where they stand, and compare what they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from election.client.errors import ClientError
from election.client.rpc import Connection, connect
from election.client.transport import name_node, show_url
from election.client.wire import well_formed
from scripts.shared.errors import InputError

# What a node says is bounded: whoever lies spoils its own standing and nobody's else.
_Count = Annotated[int, Meta(ge=0, le=2**53)]
_Seconds = Annotated[int, Meta(ge=-(2**53), le=2**53)]
_Hash = Annotated[str, Meta(pattern=r"\A0x[0-9a-f]{64}\Z")]
_Word = Annotated[str, Meta(max_length=1_000)]
_Name = Annotated[str, Meta(max_length=320)]  # of 32 letters, each spelt as its number


class Block(msgspec.Struct, frozen=True):
    """Name a node's last block."""

    number: _Count
    hash: _Hash


class Peer(msgspec.Struct, frozen=True):
    """Name a peer; height: as it says."""

    node_id: _Name
    name: _Name
    address: _Name
    inbound: bool
    height: _Count


class Validator(msgspec.Struct, frozen=True):
    """Name a validator, and whether its vote for the last height is known.

    in_reach: whether its node is the one asked, or a peer of it.
    """

    name: _Name
    address: _Name
    power: _Count
    signed: bool
    in_reach: bool = False


class Quorum(msgspec.Struct, frozen=True):
    """Count validators: in a node's own reach, needed to agree, all."""

    in_reach: _Count
    needed: _Count
    validators: _Count


class Misbehaviour(msgspec.Struct, frozen=True):
    """Name a validator that signed twice at a height, as the network's blocks say."""

    height: _Count
    address: _Name
    organisation: _Name


class NodeStanding(msgspec.Struct, frozen=True):
    """Hold what a node says of itself; heights are the engine's.

    engine: what is wrong with it, nothing if it answers. clock: seconds that its
    machine's is ahead of the network's, 0 if it is right. behind: None where nobody
    tells. stalled: why what waits is not agreed on, nothing if it is.
    """

    network: _Name
    genesis: _Name
    node_id: _Name
    height: _Count
    catching_up: bool
    behind: _Count | None
    block: Block
    peers: tuple[Peer, ...]
    validators: tuple[Validator, ...]
    misbehaviour: tuple[Misbehaviour, ...] = ()
    engine: _Word = ""
    clock: _Seconds = 0
    validates: bool = False
    quorum: Quorum | None = None
    stalled: _Word = ""

    @property
    def lacks_quorum(self) -> bool:
        """Tell whether a validator reaches too few others to agree with.

        Who only looks on may hear of blocks through one peer, and reach nobody else.
        """
        found = self.quorum
        return self.validates and found is not None and found.in_reach < found.needed

    @property
    def holds(self) -> bool:
        """Tell whether its engine answers, knows how far it is, and can agree."""
        told = self.engine or self.stalled
        return not told and self.behind is not None and not self.lacks_quorum


class Comparison(msgspec.Struct, frozen=True):
    """Hold what nodes say: by their URL, each one's standing or why there is none.

    agree: whether all that answered have the same block; compared: its number.
    """

    nodes: dict[str, NodeStanding | str]
    agree: bool
    compared: int | None

    @property
    def holds(self) -> bool:
        """Tell whether all answer and hold, and have one history."""
        found = self.nodes.values()
        return self.agree and not any(isinstance(n, str) or not n.holds for n in found)


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
    """Compare the block that all have: of the node that is the furthest behind.

    A node that does not tell it is told of, beside the others.
    """
    number = min((found.block.number for found, _ in reached), default=0)
    told = set()
    for found, connection in reached:
        try:
            block = connection.request("eth_getBlockByNumber", hex(number), False)
            with well_formed(connection.url):
                told.add((found.genesis, str(block["hash"])))
        except ClientError as error:
            nodes[show_url(connection.url)] = str(error)
    return Comparison(nodes, agree=len(told) == 1, compared=number if told else None)


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
    yield f"  network   {node.network}, genesis {node.genesis[:16]}..."
    yield f"  height    {node.height} of the engine, {_spell_behind(node)}"
    yield f"  block     {node.block.number} of the chain, {node.block.hash[:18]}..."
    if node.clock:
        word = "ahead of" if node.clock > 0 else "behind"
        yield f"  CLOCK     {abs(node.clock)} s {word} the network's; set it"
    if node.engine:
        yield f"  ENGINE    {node.engine}"
    if node.stalled:
        yield f"  STANDS    {node.stalled}"
    yield f"  peers     {_count([each.name or each.node_id for each in node.peers])}"
    yield from _lay_out_validators(node)
    for each in node.misbehaviour:
        whose = each.organisation or "one that has left"
        yield f"  CHEATED   {whose} signed twice at height {each.height}"


def _spell_behind(node: NodeStanding) -> str:
    if node.behind is None:
        return "how far behind is not known: no peer tells"
    return f"{node.behind} behind the furthest peer" if node.behind else "not behind"


def _lay_out_validators(node: NodeStanding) -> Iterator[str]:
    """Give who is in reach, and of whom a vote for the last height is known.

    More than two thirds of the votes end a height: who is not among them is not at
    fault.
    """
    if node.quorum is not None:
        word = "QUORUM" if node.lacks_quorum else "quorum"
        yield f"  {word}    {_spell_quorum(node.quorum)}"
    validators = node.validators
    if gone := [_name(each) for each in validators if not each.in_reach]:
        yield f"  no link   {_count(gone)}"
    yield f"  signed    {_count([_name(each) for each in validators if each.signed])}"
    if others := [_name(each) for each in validators if not each.signed]:
        yield f"  unsigned  {_count(others)}; two thirds are enough for a height"


def _spell_quorum(quorum: Quorum) -> str:
    verb = "is" if quorum.in_reach == 1 else "are"
    needed = f"{quorum.needed} of {quorum.validators} validators are needed"
    return f"{needed}, {quorum.in_reach} {verb} in reach"


def _name(validator: Validator) -> str:
    return validator.name or validator.address


def _count(names: list[str]) -> str:
    return f"{len(names)}: {', '.join(names)}" if names else "none"
