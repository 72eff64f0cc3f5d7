"""What a device keeps is its owner's, whole, and of one voter, key and election."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.shared.errors import InputError
from scripts.voters.device.kept import Keeper, Kept, KeptPromise, read_kept, require_own
from scripts.voters.device.link import read_link

FRESH = Kept("veche-voting/1", b"\x01" * 20, 1, b"\x02" * 32, b"\x03" * 20)
TICKET = "t" * 43


def test_what_is_kept_is_read_back_and_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "voting-1.json"
    assert read_kept(path) is None
    keeper = Keeper(path, FRESH)
    keeper.keep(ticket=TICKET, moments=(5, 6), promised=(KeptPromise("R1", 9),))
    assert read_kept(path) == keeper.now
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_opens_a_vote_is_in_no_repr() -> None:
    kept = replace(FRESH, ticket=TICKET, record=b"ballot")
    assert TICKET not in repr(kept)
    assert "ballot" not in repr(kept)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("election", b"\x09" * 20, "another election"),
        ("contest", 2, "another contest"),
        ("leaf", b"\x09" * 32, "another leaf"),
        ("credential", b"\x09" * 20, "another key file"),
    ],
)
def test_what_another_left_is_not_gone_on_with(
    tmp_path: Path, name: str, value: object, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        require_own(tmp_path, replace(FRESH, **{name: value}), FRESH)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "{}", "[", '{"format": "veche-voting/2"}', "\x00", "[" * 5_000]
)
def test_a_spoiled_file_is_told_by_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "voting-1.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"voting-1\.json"):
        read_kept(path)


LEAF = "ab" * 32
GOOD = f"#contest=30&leaf=0x{LEAF}&ticket={TICKET}"


@pytest.mark.parametrize(
    "text",
    [GOOD, GOOD[1:], f"https://booth.example.org/{GOOD}", f" {GOOD}&lock=1\n"],
)
def test_a_link_is_taken_as_people_copy_it(text: str) -> None:
    link = read_link(text)
    assert (link.contest, link.leaf.hex(), link.ticket) == (30, LEAF, TICKET)
    assert TICKET not in repr(link)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://booth.example.org/",
        GOOD.replace("30", "030"),
        GOOD.replace("0x", ""),
        GOOD[:-1],
        f"{GOOD}&lock=2",
        f"{GOOD}&host=evil",
        GOOD.replace("ab", "AB"),
        GOOD.replace("30", "٣"),
    ],
)
def test_what_no_account_gives_is_no_link(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read_link(text)
    assert TICKET not in str(refused.value)
