"""A network whose every link is a wire of its own, and what must hold in the end.

A node dials only those before it, so each pair has one link, which can be cut.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Final

from election.artifacts import read_artifact
from node.config import Config, read_config
from node.engine.comet.binary import find_engine
from node.engine.comet.card import Card, read_card
from node.engine.comet.home import NodeHome
from node.engine.comet.joining import join, make_folder, make_local_network
from node.engine.comet.possession import read_keys
from node.engine.comet.proposals import NO_NODE, propose_node
from tests.network.deciding import decide
from tests.network.load import Load
from tests.network.nodes import TESTED, Node, free_ports
from tests.network.wires import Wire, Wires, open_wires
from tests.node.engine.comet.members import Council, prove
from tests.patience import wait_until

ORGANISATIONS: Final = ("commission", "university", "press", "party")
LOOK: Final = 0.2  # seconds: looks cost the nodes that are looked at
_LONG: Final = 3.0  # seconds, in which a network that can agree makes many blocks
ALL: Final = (0, 1, 2, 3)
_WAITS: Final = """\
timeout_propose = "1s"
timeout_propose_delta = "300ms"
timeout_prevote = "300ms"
timeout_precommit = "300ms"
"""
"""As short as a quiet machine keeps them; a slow one only takes more rounds."""


@dataclass
class Ground:
    """Hold nodes by their place, and the wire of each pair, the lower place first."""

    nodes: list[Node]
    wires: dict[tuple[int, int], Wire]
    loads: list[Load] = field(default_factory=list)

    def links(self, some: Iterable[int]) -> list[Wire]:
        """Return the wires between some nodes and all others."""
        inside = set(some)
        return [
            wire
            for (low, high), wire in self.wires.items()
            if (low in inside) != (high in inside)
        ]

    def start(self, places: Iterable[int], *faults: str, shift: int = 0) -> None:
        """Start nodes, all before any is waited for."""
        starting = [self.nodes[place] for place in places]
        for node in starting:
            node.start(*faults, shift=shift)
        for node in starting:
            node.await_url()

    def stop(self, places: Iterable[int], number: int = signal.SIGTERM) -> None:
        """Stop nodes."""
        for place in places:
            self.nodes[place].stop(number)

    def restore(self) -> None:
        """Have the first four run and reach each other, whatever was left undone."""
        for wire in self.wires.values():
            wire.mend()
        for node in self.nodes:
            if node.process is not None and node.process.poll() is not None:
                node.await_end()
        gone = [place for place in ALL if place not in self.running()]
        self.start(gone)
        if gone:
            self.await_growth(self.running(), 1)

    def kill_all(self) -> None:
        """Leave nothing behind, of those that joined, too."""
        self.stop(range(len(self.nodes)), signal.SIGKILL)

    def running(self) -> list[int]:
        """Return which nodes run, or should."""
        return [at for at, node in enumerate(self.nodes) if node.process is not None]

    def join(
        self, name: str, council: Council, whose: int, replaced: Node | None = None
    ) -> int:
        """Have an organisation's new node join, to look on or in a validator's place.

        Returns its place; it does not run yet.
        """
        home = NodeHome(self.nodes[0].home.with_name(name))
        account = council.wallets[whose].address
        place = f"127.0.0.1:{free_ports(1)}"
        said = Card(ORGANISATIONS[whose], f"0x{account.hex()}", "", place, "")
        votes = replaced is not None
        card = make_folder(home.root, find_engine(), said, validates=votes)
        proof = prove(read_keys(home, validates=votes), account)
        leaves = NO_NODE if replaced is None else bytes.fromhex(_card(replaced).node_id)
        call = propose_node(account, proof, leaves)
        decide(self.nodes[0], council, call, 3)
        genesis = NodeHome(self.nodes[0].home).genesis.read_bytes()
        home.genesis.write_bytes(genesis)
        self.nodes.append(Node(home.root, TESTED))
        peers = [_card(node).peer for node in self.nodes[:3]]
        settle(self.nodes[-1], card, peers)
        return len(self.nodes) - 1

    def await_growth(self, places: Sequence[int], blocks: int = 2) -> None:
        """Wait until some nodes have so many blocks more than the furthest has now."""
        goal = self._furthest(places) + blocks
        with self.hurry():
            wait_until(lambda: self._furthest(places) >= goal, pause=LOOK)
        wait_until(lambda: self._have(places, goal), pause=LOOK)

    @contextmanager
    def hurry(self) -> Iterator[None]:
        """Have all send what they can meanwhile: each block costs eight processes."""
        for load in self.loads:
            load.hurries.set()
        try:
            yield
        finally:
            for load in self.loads:
                load.hurries.clear()

    def _furthest(self, places: Sequence[int]) -> int:
        return max(self.nodes[place].height() for place in places)

    def _have(self, places: Sequence[int], goal: int) -> bool:
        for load in self.loads:
            load.require_well()
        for place in places:
            self.nodes[place].require_running()
        return all(self.nodes[place].height() >= goal for place in places)

    def require_standstill(self, places: Sequence[int], seconds: float = _LONG) -> int:
        """Nothing is agreed on, however long one waits; returns the height.

        A block that was under way when the votes for it were cut off may still come.
        """
        most = self._furthest(places) + 1
        with self.hurry():
            time.sleep(seconds)
        height = self._furthest(places)
        assert height <= most
        return height

    def require_agreement(self) -> None:
        """All nodes that run come to the same block.

        Its hash is of all blocks before it, and of what they did.
        """
        running = [self.nodes[at] for at in self.running()]
        goal = self._furthest(self.running())
        wait_until(lambda: all(node.height() >= goal for node in running), pause=LOOK)
        _require_one(running, range(goal, goal + 1))

    def require_whole(self) -> None:
        """All have one history, block by block, and in it whatever anyone saw mined."""
        self.require_agreement()
        running = [self.nodes[at] for at in self.running()]
        _require_one(running, range(min(node.height() for node in running) + 1))
        for load in self.loads:
            load.require_well()
        seen = {digest: block for load in self.loads for digest, block in load.mined()}
        for node in running:
            receipts = node.ask_all("eth_getTransactionReceipt", [[d] for d in seen])
            for (digest, block), receipt in zip(seen.items(), receipts, strict=True):
                assert receipt is not None, f"{node.name} lost {digest}"
                assert receipt["blockHash"] == block


def _require_one(nodes: Sequence[Node], numbers: Sequence[int]) -> None:
    """Let nodes tell of some blocks, and all tell the same."""
    asked = [[hex(number), False] for number in numbers]
    named = ("hash", "stateRoot", "receiptsRoot")
    told = [
        [[block[name] for name in named] for block in blocks]
        for blocks in (node.ask_all("eth_getBlockByNumber", asked) for node in nodes)
    ]
    for number, blocks in zip(numbers, zip(*told, strict=True), strict=True):
        assert all(each == blocks[0] for each in blocks), f"blocks {number}: {blocks}"


@contextmanager
def open_ground(
    folder: Path, members: Sequence[str] = ORGANISATIONS
) -> Iterator[Ground]:
    """Make a network and run it, with someone who sends to each node."""
    config = _let_send(read_config(), len(members))
    made = make_local_network(
        folder,
        config,
        find_engine(),
        members=members,
        port=free_ports(len(members)),
        registry=read_artifact("ObserverRegistry").initcode,
    )
    nodes = [Node(home, TESTED) for _, home in made]
    with ExitStack() as stack:
        wires = _lay(nodes, stack.enter_context(open_wires(folder)))
        ground = Ground(nodes, wires)
        stack.callback(ground.kill_all)
        ground.start(range(len(nodes)))
        for at, node in enumerate(nodes):
            load = Load(node, config.accounts[-1 - at].private_key)
            ground.loads.append(load)
            stack.enter_context(load.running())
        yield ground


def _let_send(config: Config, count: int) -> Config:
    """Return a configuration in which the last accounts may send anything."""
    names = tuple("0x" + each.address.hex() for each in config.accounts[-count:])
    rules = config.admission.model_copy(update={"senders": names})
    return config.model_copy(update={"admission": rules})


def _lay(nodes: Sequence[Node], wires: Wires) -> dict[tuple[int, int], Wire]:
    cards = [_card(node) for node in nodes]
    laid = {
        (low, high): wires.lay(f"{high}-to-{low}", _port(cards[low]))
        for low, high in combinations(range(len(nodes)), 2)
    }
    for high, node in enumerate(nodes):
        peers = [
            f"{cards[low].node_id}@127.0.0.1:{laid[low, high].port}"
            for low in range(high)
        ]
        settle(node, cards[high], peers)
    return laid


def settle(node: Node, card: Card, peers: Sequence[str]) -> None:
    """Have a node reach those peers alone, and wait for none of them long."""
    home = NodeHome(node.home)
    join(node.home, home.genesis.read_bytes(), listen=card.address, peers=peers)
    shorten_waits(home)


def shorten_waits(home: NodeHome) -> None:
    """Have a node that just joined wait for no other one long."""
    settings = home.settings.read_text()
    home.settings.write_text(
        settings.replace("[consensus]\n", f"[consensus]\n{_WAITS}")
    )


def _card(node: Node) -> Card:
    return read_card(NodeHome(node.home).card)


def _port(card: Card) -> int:
    return int(card.address.rpartition(":")[2])
