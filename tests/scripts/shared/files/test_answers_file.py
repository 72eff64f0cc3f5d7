"""Answers for as many voters as a city has, of which a voter looks for one."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from election.crypto.transcript import Hash
from scripts.shared.errors import InputError
from scripts.shared.files.answers_file import AnswersFile, read_answers, write_answers
from scripts.shared.files.json_file import LARGEST, render_json

LEAF = Hash(b"\xab" * 32)
OTHER = Hash(b"\xcd" * 32)
POINT = bytes(range(128))


def write_lines(path: Path, issuer: int, *, contest: int = 1) -> None:
    write_answers(path, contest, issuer, {LEAF: POINT, OTHER: bytes(128)}.items())


def write_object(path: Path, issuer: int, *, contest: int = 1) -> None:
    answers = {f"0x{OTHER.hex()}": bytes(128), f"0x{LEAF.hex()}": POINT}
    file = AnswersFile("veche-answers/1", contest, issuer, answers)
    path.write_text(render_json(file))


def write_marked(path: Path, issuer: int, *, contest: int = 1) -> None:
    """Write as an editor leaves it behind that a file was opened in."""
    write_lines(path, issuer, contest=contest)
    raw = path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + raw)


WRITERS = (write_lines, write_object, write_marked)


@pytest.mark.parametrize("write", WRITERS)
def test_answers_are_found_with_their_issuers(
    tmp_path: Path, write: Callable[[Path, int], None]
) -> None:
    paths = [tmp_path / f"{issuer}.json" for issuer in (3, 1)]
    for path, issuer in zip(paths, (3, 1), strict=True):
        write(path, issuer)
    assert read_answers(paths, 1, leaf=LEAF, warn=pytest.fail) == (
        (3, POINT),
        (1, POINT),
    )


@pytest.mark.parametrize("write", WRITERS)
def test_file_without_an_answer_is_passed_over(
    tmp_path: Path, write: Callable[..., None]
) -> None:
    paths = [tmp_path / f"{issuer}.json" for issuer in (1, 2)]
    write(paths[0], 1)
    write(paths[1], 2, contest=2)
    assert read_answers(paths, 1, leaf=LEAF, warn=pytest.fail) == ((1, POINT),)
    with pytest.raises(InputError, match=r"1\.json: has no answer for this request"):
        read_answers(paths[:1], 2, leaf=LEAF, warn=pytest.fail)
    with pytest.raises(InputError, match=r"2\.json: has no answer for this request"):
        read_answers(paths, 1, leaf=Hash(b"\2" * 32), warn=pytest.fail)


def test_one_answer_is_found_in_a_file_larger_than_any_that_is_read_whole(
    tmp_path: Path,
) -> None:
    path = tmp_path / "answers.json"
    write_lines(path, 1)
    title, mine, other = path.read_bytes().splitlines(keepends=True)
    with path.open("wb") as file:
        file.write(title)
        piece = other * 1_000
        for _ in range(LARGEST // len(piece) + 1):
            file.write(piece)
        file.write(mine)
    assert path.stat().st_size > LARGEST
    tracemalloc.start()
    try:
        assert read_answers([path], 1, leaf=LEAF, warn=pytest.fail) == ((1, POINT),)
        assert tracemalloc.get_traced_memory()[1] < LARGEST // 50
    finally:
        tracemalloc.stop()


def test_answers_of_others_are_not_judged(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    write_lines(path, 1)
    path.write_bytes(path.read_bytes() + b"[no answer]\n")
    assert read_answers([path], 1, leaf=LEAF, warn=pytest.fail) == ((1, POINT),)


@pytest.mark.parametrize(
    ("spoil", "fact"),
    [
        (lambda raw: raw[:-10], "line 2: is no answer: fetch it once more"),
        (lambda raw: raw.replace(b"answer", b"answers"), "line 2: is no answer"),
        (lambda raw: b" " * 2_000 + b"\n" + raw, "line 2: is longer than any answer"),
    ],
)
def test_line_that_is_no_answer_is_named(
    tmp_path: Path, spoil: Callable[[bytes], bytes], fact: str
) -> None:
    path = tmp_path / "answers.json"
    write_answers(path, 1, 1, {LEAF: POINT}.items())
    title, mine = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(title + spoil(mine))
    with pytest.raises(InputError, match=fact):
        read_answers([path], 1, leaf=LEAF, warn=pytest.fail)


@pytest.mark.parametrize("text", ["", "no json", "{}", '{"format": "veche-list/1"}\n'])
def test_file_that_is_none_of_answers_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "answers.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"answers\.json"):
        read_answers([path], 1, leaf=LEAF, warn=pytest.fail)


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(("contest", "issuer"), [(2, 1), (1, 2)])
def test_answers_of_another_are_not_overwritten(
    tmp_path: Path, write: Callable[[Path, int], None], contest: int, issuer: int
) -> None:
    path = tmp_path / "answers.json"
    write(path, 1)
    before = path.read_bytes()
    with pytest.raises(InputError, match="the answers of issuer 1 in contest 1"):
        write_answers(path, contest, issuer, {LEAF: POINT}.items())
    assert path.read_bytes() == before
    write_answers(path, 1, 1, {LEAF: POINT}.items())
    assert read_answers([path], 1, leaf=LEAF, warn=pytest.fail) == ((1, POINT),)


def test_line_of_one_issuer_that_is_no_answer_stops_no_other(tmp_path: Path) -> None:
    paths = [tmp_path / f"{issuer}.json" for issuer in (1, 2, 3)]
    for issuer, path in enumerate(paths, 1):
        write_lines(path, issuer)
    title, mine, other = paths[0].read_bytes().splitlines(keepends=True)
    paths[0].write_bytes(title + mine[:-10] + b"\n" + other)
    paths[1].write_bytes(b"no json")
    told: list[str] = []
    found = read_answers(paths, 1, leaf=LEAF, warn=told.append)
    assert found == ((3, POINT),)
    assert "1.json line 2: is no answer" in told[0]
    assert "2.json" in told[1]


@pytest.mark.parametrize("write", [write_lines, write_object])
def test_leaf_is_found_in_capitals(
    tmp_path: Path, write: Callable[[Path, int], None]
) -> None:
    path = tmp_path / "answers.json"
    write(path, 1)
    name = LEAF.hex()
    path.write_text(path.read_text().replace(name, name.upper()))
    assert read_answers([path], 1, leaf=LEAF, warn=pytest.fail) == ((1, POINT),)
