"""CometBFT's own program that holds a validator's key, in a folder of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from election.artifacts import ROOT
from node.engine.comet.home import NodeHome
from node.engine.comet.joining import join
from tests.network.ground import shorten_waits
from tests.network.nodes import Node, free_ports

_PROGRAM: Final = ROOT / "build" / "priv_val_server"
_LOOK: Final = 0.2  # seconds until it begins again
_GAVE_UP: Final = b"Max retries exceeded"


@dataclass
class Signer:
    """Sign for one node."""

    node: Node
    folder: Path
    port: int

    @classmethod
    def for_node(cls, node: Node) -> Signer:
        """Take the key of a node that is stopped, and what it signed last."""
        home, folder = NodeHome(node.home), node.home.with_name("signer")
        folder.mkdir()
        signer = cls(node, folder, free_ports(1))
        for each in signer._files(home):
            each.rename(folder / each.name)
        (home.engine / "data").mkdir(exist_ok=True)
        signer._join_again(f"tcp://127.0.0.1:{signer.port}")
        return signer

    def give_back(self) -> None:
        """Have the node, which is stopped, sign by itself again."""
        for each in self._files(NodeHome(self.node.home)):
            shutil.move(self.folder / each.name, each)
        self._join_again("")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run it, and again: after a second without a node it does nothing any more."""
        ends = threading.Event()
        thread = threading.Thread(target=self._keep, args=(ends,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ends.set()
            thread.join()

    def _keep(self, ends: threading.Event) -> None:
        genesis = NodeHome(self.node.home).genesis.read_bytes()
        command = [
            str(_PROGRAM),
            f"-addr=tcp://127.0.0.1:{self.port}",
            f"-chain-id={json.loads(genesis)['chain_id']}",
            f"-priv-key={self.folder / 'priv_validator_key.json'}",
            f"-priv-state={self.folder / 'priv_validator_state.json'}",
        ]
        while not ends.is_set():
            with (self.folder / "log").open("wb") as log:
                process = subprocess.Popen(  # noqa: S603  CometBFT's
                    command, stdout=log, stderr=log
                )
            while not ends.wait(_LOOK) and process.poll() is None:
                if _GAVE_UP in (self.folder / "log").read_bytes():
                    break
            process.kill()
            process.wait()

    def _files(self, home: NodeHome) -> tuple[Path, Path]:
        return home.key, home.engine / "data" / "priv_validator_state.json"

    def _join_again(self, place: str) -> None:
        home = NodeHome(self.node.home)
        settings = tomllib.loads(home.settings.read_text())["p2p"]
        join(
            home.root,
            home.genesis.read_bytes(),
            listen=settings["laddr"].removeprefix("tcp://"),
            peers=list(filter(None, settings["persistent_peers"].split(","))),
            signer=place,
        )
        shorten_waits(home)
