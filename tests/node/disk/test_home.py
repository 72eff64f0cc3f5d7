"""A folder that is no whole chain of ours is refused in a sentence, and left alone."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import lmdb
import pytest

from node.config import Config
from node.disk import home as homes
from node.disk.home import is_new
from node.engine.local import LocalEngine
from node.errors import HomeError, StoreError
from node.genesis import make_genesis
from node.keeping import back_up_chain, begin_chain, continue_chain, identify
from node.verification import verify_chain
from tests.node.conftest import Clock
from tests.node.disk.conftest import everything, grow


def _files(home: Path) -> dict[str, bytes]:
    """Return what is in a folder, but for the locks, which hold nothing."""
    return {
        file.name: file.read_bytes()
        for file in home.iterdir()
        if file.name not in ("lock.mdb", "node.lock")
    }


def _refuse(config: Config, home: Path, words: str) -> None:
    """Open a folder in every way: each is refused, and nothing in it changes."""
    before = _files(home)
    for way in (
        lambda: continue_chain(config, home, begin=True).__enter__(),
        lambda: verify_chain(config, home),
        lambda: back_up_chain(config, home, home.parent / "copy"),
    ):
        with pytest.raises(HomeError, match=words) as refusal:
            way()
        assert "\n" not in str(refusal.value)
    assert _files(home) == before
    assert not (home.parent / "copy").exists()


def _write_at(path: Path, place: int, garbage: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        file.write(garbage)


@pytest.mark.parametrize("share", [0, 1, 4, 50, 90])
def test_a_torn_file_is_refused(config: Config, home: Path, share: int) -> None:
    """share: of the file that is left, in hundredths; its last pages may be free."""
    file = home / "data.mdb"
    os.truncate(file, file.stat().st_size * share // 100)
    _refuse(config, home, r"data\.mdb")


@pytest.mark.parametrize("garbage", [bytes(4096), b"\xff" * 4096, b"\x02\x10" * 2048])
@pytest.mark.parametrize("share", [0, 30, 60, 90])
def test_a_page_of_garbage_is_refused_or_harmless(
    config: Config, home: Path, share: int, garbage: bytes
) -> None:
    """A page that no longer holds anything may hold anything."""
    file = home / "data.mdb"
    with continue_chain(config, home) as store:
        whole = everything(store)
    place = file.stat().st_size * share // 100 // 4096 * 4096
    _write_at(file, place, garbage)
    try:
        with continue_chain(config, home) as store:
            assert everything(store) == whole
    except HomeError:
        _refuse(config, home, r"data\.mdb|damaged")


def test_a_head_that_does_not_decode_is_refused(
    config: Config, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with continue_chain(config, home) as store:
        height, tables = store.height, store._tables
        with store._environment.begin(write=True) as transaction:
            key = height.to_bytes(8, "big")
            transaction.put(key, b"\xc0", db=tables["headers"])
    monkeypatch.setattr(homes, "_check_pages", lambda _: None)
    _refuse(config, home, f"damaged.*block {height}")


def test_a_head_without_its_state_is_refused(config: Config, home: Path) -> None:
    with continue_chain(config, home) as store:
        root = store.header(store.height).state_root
        with store._environment.begin(write=True) as transaction:
            assert transaction.delete(root, db=store._tables["nodes"])
    _refuse(config, home, "damaged.*last state")


@pytest.mark.parametrize(
    "section", [{"id": 5}, {"genesis_timestamp": 1}], ids=["id", "genesis"]
)
def test_the_folder_of_another_chain_is_refused(
    config: Config, home: Path, section: dict[str, int]
) -> None:
    chain = config.chain.model_copy(update=section)
    _refuse(config.model_copy(update={"chain": chain}), home, "holds another chain")


def _write_text(home: Path) -> None:
    (home / "letter.txt").write_text("dear reader")


def _write_other_database(home: Path) -> None:
    with lmdb.open(str(home), max_dbs=1) as other:
        other.open_db(b"theirs")


def _write_text_as_database(home: Path) -> None:
    (home / "data.mdb").write_text("dear reader\n" * 1_000)


@pytest.mark.parametrize(
    "write", [_write_text, _write_other_database, _write_text_as_database]
)
def test_a_folder_of_something_else_is_refused(
    config: Config, tmp_path: Path, write: Callable[[Path], None]
) -> None:
    home = tmp_path / "theirs"
    home.mkdir()
    write(home)
    _refuse(config, home, "something else|not a chain's file")


def test_a_file_is_no_folder(config: Config, tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("dear reader")
    with (
        pytest.raises(HomeError, match="something else"),
        continue_chain(config, home, begin=True),
    ):
        pass
    assert home.read_text() == "dear reader"


def test_a_folder_that_may_not_be_made_is_named(config: Config, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for home in (tmp_path / "file" / "chain", Path("/proc/chain")):
        with pytest.raises(HomeError, match="cannot be used"):
            begin_chain(config, home)


def test_a_name_that_no_folder_has_is_named(config: Config, tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="cannot be used: File name too long"):
        begin_chain(config, tmp_path / ("x" * 300))


def test_a_folder_that_cannot_be_locked_is_named(config: Config, home: Path) -> None:
    (home / "node.lock").unlink(missing_ok=True)
    (home / "node.lock").mkdir()
    with pytest.raises(HomeError, match="cannot be used: Is a directory"):
        verify_chain(config, home)


def test_a_folder_is_written_to_by_one(config: Config, home: Path) -> None:
    with (
        continue_chain(config, home),
        pytest.raises(HomeError, match="another node is using it"),
        continue_chain(config, home),
    ):
        pass


def test_a_disk_that_does_not_give_the_file_is_named(
    config: Config, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> list[str]:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(homes, "verify", fail)
    _refuse(config, home, "cannot be used: Input/output error")


def test_a_file_that_the_database_does_not_open_is_named(
    config: Config, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "data.mdb").write_bytes(b"\xff" * 40_960)
    monkeypatch.setattr(homes, "_check_pages", lambda _: None)
    _refuse(config, home, "cannot be opened")


def test_another_layout_names_the_way_over(
    config: Config, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "SCHEMA", 3)
    _refuse(config, home, "veche-node 2.*veche-node 3.*node export.*node import")


def test_a_chain_is_not_made_where_one_is(config: Config, home: Path) -> None:
    before = _files(home)
    with pytest.raises(HomeError, match="is not empty; give a new folder"):
        begin_chain(config, home)
    assert _files(home) == before


def test_a_making_that_fails_leaves_nothing(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "_MAP_SIZE", 4096 * 8)
    home = tmp_path / "chain"
    home.mkdir()
    with pytest.raises(Exception, match="store: "):
        begin_chain(config, home)
    assert is_new(home)
    assert list(tmp_path.iterdir()) == [home]


def test_a_folder_that_does_not_reach_the_disk_is_none(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(homes, "_sync", fail)
    with pytest.raises(HomeError, match="cannot be used: No space left"):
        begin_chain(config, tmp_path / "chain")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_for_which_there_is_no_room_is_none(config: Config, home: Path) -> None:
    """The system refuses to let the file grow, as a full disk does."""
    before = sorted(home.parent.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, hard))
    try:
        with pytest.raises(StoreError, match="no copy was made, is the disk full"):
            back_up_chain(config, home, home.parent / "copy")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert sorted(home.parent.iterdir()) == before


def test_a_copy_is_on_the_disk_before_its_name_and_its_name_before_the_end(
    config: Config, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, sync = home.parent / "copy", os.fsync
    heard = []

    def listen(handle: int) -> None:
        heard.append((os.fstat(handle).st_ino, copy.exists()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", listen)
    back_up_chain(config, home, copy)
    file, folder = (copy / "data.mdb").stat(), copy.parent.stat()
    assert heard == [(file.st_ino, False), (folder.st_ino, True)]


def test_an_empty_folder_becomes_a_chains(config: Config, tmp_path: Path) -> None:
    begin_chain(config, tmp_path)
    with continue_chain(config, tmp_path) as store:
        assert store.block(0) == make_genesis(config)[0]


# Others who use it meanwhile

_OTHER = """
import sys
from pathlib import Path
from node.config import read_config
from node.errors import HomeError
from node.keeping import back_up_chain, continue_chain
from node.verification import verify_chain
config, home = read_config(), Path(sys.argv[1])
try:
    with continue_chain(config, home):
        print("opened")
except HomeError as error:
    print(error)
print(verify_chain(config, home).blocks)
print(back_up_chain(config, home, Path(sys.argv[2])))
"""


def _mine(engine: LocalEngine) -> None:
    engine.mine()


def test_a_second_node_is_refused_and_readers_are_not(
    config: Config, clock: Clock, home: Path
) -> None:
    copy = home.parent / "copy"
    with continue_chain(config, home) as store:
        height = store.height
        other = subprocess.run(  # noqa: S603  # our own code
            [sys.executable, "-c", _OTHER, str(home), str(copy)],
            capture_output=True,
            text=True,
            check=True,
        )
        kept = everything(store)
    said, *heights = other.stdout.splitlines()
    assert (
        said == f"{home}: another node is using it, or a check of its file is under way"
    )
    assert heights == [str(height)] * 2
    with continue_chain(config, copy) as store:
        assert everything(store) == kept
    grow(config, copy, clock, _mine)


def test_every_reader_of_a_folder_without_a_node_reads_every_page(
    config: Config, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that comes while another is still reading them."""
    checked: list[Path] = []

    def check(folder: Path) -> None:
        checked.append(folder)
        if len(checked) == 1:
            with homes.read_home(folder, identify(config)):
                pass

    monkeypatch.setattr(homes, "_check_pages", check)
    verify_chain(config, home)
    assert checked == [home, home]


def test_a_backup_overwrites_nothing(config: Config, home: Path) -> None:
    other = home.parent / "other"
    shutil.copytree(home, other)
    before = _files(other)
    with pytest.raises(HomeError, match="is not empty; give a new folder"):
        back_up_chain(config, home, other)
    assert _files(other) == before


def test_a_missing_folder_is_named(config: Config, tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="holds no chain"):
        verify_chain(config, tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())
