"""A folder that is taken from under a running node is noticed, and stops it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from node.config import Config
from node.disk import ground
from node.disk.home import read_home
from node.engine.local import LocalEngine
from node.errors import HomeLostError
from node.exit_codes import ExitCode, exit_code
from node.keeping import continue_chain, identify
from node.naming.dictionary import read_dictionary
from node.readers.reader import Job, _answer
from node.rpc.answering import Answering
from node.service import Talk, open_journal, watch_engine
from tests.node.conftest import Clock
from tests.node.running import Line, running
from tests.node.wallet import Wallet
from tests.patience import PATIENCE

_RECIPIENT = b"\x22" * 20


def _replace(home: Path) -> None:
    home.rename(home.with_name("taken"))
    shutil.copytree(home.with_name("taken"), home)


def _close(path: Path) -> None:
    path.chmod(0o555)


_HARMS: dict[str, Callable[[Path], object]] = {
    "removed": shutil.rmtree,
    "replaced": _replace,
    "data removed": lambda home: (home / "data.mdb").unlink(),
    "readers' table removed": lambda home: (home / "lock.mdb").unlink(),
    "right to write removed": lambda home: (home / "node.lock").unlink(),
    "folder read-only": _close,
    "data read-only": lambda home: (home / "data.mdb").chmod(0o444),
}


@pytest.mark.parametrize("harm", _HARMS)
def test_nothing_is_acknowledged_that_is_not_in_the_folder(
    config: Config, clock: Clock, home: Path, harm: str, wallet: Wallet
) -> None:
    with (
        continue_chain(config, home) as store,
        open_journal(Talk(print, print), None) as journal,
    ):
        engine = LocalEngine(config, clock, store)
        watch = watch_engine(engine, journal, read_dictionary(None), home)
        assert watch.status()["ready"]
        head = engine.chain.head
        _HARMS[harm](home)
        assert not watch.status()["ready"]
        wallet.nonce = engine.next_nonce(wallet.address)
        with pytest.raises(HomeLostError) as refused:
            engine.send_raw(wallet.sign(_RECIPIENT))
        with pytest.raises(HomeLostError):
            engine.increase_time(60)
        with pytest.raises(HomeLostError):
            watch.look()
        assert engine.chain.head == head
        assert str(refused.value) in watch.status()["reasons"]
        assert exit_code(refused.value) == ExitCode.DAMAGED
    if home.exists():
        home.chmod(0o755)


def test_folder_that_goes_during_a_write_is_noticed_before_the_answer(
    config: Config, clock: Clock, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with continue_chain(config, home) as store:
        engine = LocalEngine(config, clock, store)
        require, asked = ground.Ground.require, iter([False, True])

        def lose(self: ground.Ground) -> None:
            if next(asked):
                shutil.rmtree(home)
            require(self)

        monkeypatch.setattr(ground.Ground, "require", lose)
        wallet = Wallet(nonce=engine.next_nonce(Wallet().address))
        with pytest.raises(HomeLostError):
            engine.send_raw(wallet.sign(_RECIPIENT))


def test_node_whose_folder_was_replaced_stops_with_a_sentence(tmp_path: Path) -> None:
    home = tmp_path / "chain"
    with running("--home", str(home)) as (process, announced):
        with Line(announced["url"]) as client:
            raw = Wallet().sign(_RECIPIENT)
            assert client.result("eth_sendRawTransaction", "0x" + raw.hex())
        _replace(home)
        assert process.wait(PATIENCE) == ExitCode.DAMAGED
        assert process.stderr is not None
        assert "is another file than the one that was opened" in process.stderr.read()


def test_reader_answers_nothing_from_a_chain_put_in_the_place_of_the_nodes(
    config: Config, home: Path
) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [{}]}
    raw = msgspec.Raw(json.dumps(request).encode())
    with continue_chain(config, home) as store:
        inode = store.inode
    _replace(home)
    with read_home(home, identify(config)) as put:
        for job, answers in ((Job(0, raw, None, put.inode), True), (
            Job(0, raw, None, inode), False)):  # fmt: skip
            body = msgspec.json.encode(job)
            answer = json.loads(_answer(Answering(), config, put, body))
            assert ("result" in answer) == answers


def test_unwritable_folder_is_noticed_where_modes_do_not_say_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that the system mounted read-only after an error."""
    (home / "lock.mdb").touch()
    held = ground.Ground(home, ground.data_inode(home))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(HomeLostError, match="read-only"):
        held.require()


def test_folder_that_is_replaced_while_it_is_opened_is_noticed(home: Path) -> None:
    (home / "lock.mdb").touch()
    opened = ground.data_inode(home)
    _replace(home)
    with pytest.raises(HomeLostError, match="another file than the one"):
        ground.Ground(home, opened)
