"""A register is read as it comes, or every line of it that is wrong is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.crypto.transcript import Hash
from election.protocol.voter_id import normalize_voter_id, spell_difference
from scripts.shared.errors import InputError, RefusedLinesError
from scripts.shared.files.register_file import (
    RegisteredVoter,
    list_look_alikes,
    read_register,
    read_slip,
    render_salts,
)

registers = st.lists(
    st.builds(
        RegisteredVoter,
        st.integers(0, 2**200),
        st.from_regex(r"[0-9]([a-z0-9 ./_@+-]{0,62}[A-Z])?", fullmatch=True).map(
            normalize_voter_id
        ),
        st.binary(min_size=32, max_size=32).map(Hash),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda voter: voter.voter_id,
).map(tuple)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "voters.csv"


@given(registers)
def test_salts_file_is_the_same_register(
    tmp_path_factory: pytest.TempPathFactory, voters: tuple[RegisteredVoter, ...]
) -> None:
    path = tmp_path_factory.mktemp("register") / "salts.csv"
    path.write_text(render_salts(voters), encoding="utf-8", newline="")
    register = read_register(path)
    assert register.voters == voters
    assert register.is_salted


def test_salts_are_drawn_anew_where_there_are_none(path: Path) -> None:
    path.write_text("contest,voter_id\n1,a\n1,b\n")
    registers = [read_register(path) for _ in range(2)]
    assert len({voter.salt for each in registers for voter in each.voters}) == 4
    assert not any(each.is_salted for each in registers)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "rows",
    [
        ["contest,voter_id", "1,а", '1,"b"'],
        ["contest;voter_id", "1;а", "1;b", ";", ""],
        ["Contest ; Voter ID", " 1 ; А ", "1;B"],
    ],
)
def test_table_is_read_as_spreadsheets_write_it(
    path: Path, mark: str, end: str, rows: list[str]
) -> None:
    path.write_bytes((mark + end.join(rows) + end).encode())
    voters = read_register(path).voters
    assert [(v.contest, v.voter_id) for v in voters] == [(1, "А"), (1, "B")]


@pytest.mark.parametrize(
    ("encoding", "fact"),
    [
        ("utf-16", "is text in utf-16: save it as CSV in utf-8"),
        ("utf-16-le", "is text in utf-16: save it as CSV in utf-8"),
        ("utf-16-be", "is text in utf-16: save it as CSV in utf-8"),
        ("cp1251", "is not text in utf-8, from line 3 on; if it is in windows-1251"),
    ],
)
def test_other_encoding_is_named_with_the_way_out(
    path: Path, encoding: str, fact: str
) -> None:
    path.write_bytes("contest,voter_id\n1,a\n1,иванов\n".encode(encoding))
    with pytest.raises(InputError, match=re.escape(fact)):
        read_register(path)


@pytest.mark.parametrize(
    "header",
    ["", "1,a", "voter_id,contest", "contest,voter", "contest;voter_id,salt", "a;b"],
)
def test_table_without_its_header_is_refused(path: Path, header: str) -> None:
    path.write_text(f"{header}\n1,a\n")
    with pytest.raises(InputError, match=r"contest,voter_id \(and salt"):
        read_register(path)


def test_table_of_nobody_is_refused(path: Path) -> None:
    path.write_text("contest;voter_id\n")
    with pytest.raises(InputError, match="has no voters"):
        read_register(path)


def test_every_line_that_is_no_voter_is_told(path: Path) -> None:
    salt = "00" * 32
    lines = [
        f"1,anna,{salt}",
        f"x,b,{salt}",
        f"1,\u200b,{salt}",
        "1,c",
        "1,d,00",
        f'1,"e\nf",{salt}',
        f"30, ANNA ,{salt}",
        f"1,g,{salt}",
    ]
    path.write_text("\n".join(["contest,voter_id,salt", *lines]))
    with pytest.raises(RefusedLinesError) as refused:
        read_register(path)
    assert [each.split(":")[0] for each in refused.value.lines] == [
        f"line {number}" for number in (3, 4, 5, 6, 7, 9)
    ]
    assert "contest: is not a number; and 5 lines more" in str(refused.value)
    assert refused.value.lines[-1] == (
        "line 9: the voter of line 2 once more; a voter has one contest of an election"
    )


@pytest.mark.parametrize(
    "contest", ["x", "", "-1", "1.5", "\N{ARABIC-INDIC DIGIT ONE}", "\u00b2", "1" * 78]
)
def test_contest_that_is_no_number_is_refused(path: Path, contest: str) -> None:
    path.write_text(f"contest,voter_id\n{contest},a\n")
    with pytest.raises(InputError, match="line 2: contest: is not a number"):
        read_register(path)


@pytest.mark.parametrize("row", ['1,"a', '1,"a"b', '1,"' + "a" * 200_000 + '"'])
def test_row_that_is_no_csv_is_named(path: Path, row: str) -> None:
    path.write_text(f"contest,voter_id\n1,a\n{row}\n")
    with pytest.raises(InputError, match=r"voters\.csv line 3: is not csv"):
        read_register(path)


def test_two_writings_of_one_person_are_one_voter(path: Path) -> None:
    path.write_text("contest,voter_id\n1,Иванов\u00a0И\n2, иванов и\n")
    with pytest.raises(RefusedLinesError, match="line 3: the voter of line 2"):
        read_register(path)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("1-O", "digit zero in the first is latin letter o in the other"),
        ("10", "only blanks, marks or forms of letters differ"),
    ],
)
def test_difference_of_what_looks_alike_is_told(other: str, told: str) -> None:
    assert spell_difference("1-0", other) == told


def test_lines_that_look_alike_are_told_with_their_numbers(path: Path) -> None:
    path.write_text("contest,voter_id\n1,АВ 1\n1,c\n2,ab-1\n")
    (told,) = list_look_alikes(read_register(path))
    assert told == (
        "lines 2 and 4: АВ 1 and AB-1 look alike: "
        "cyrillic letter a in the first is latin letter a in the other, "
        "cyrillic letter ve in the first is latin letter b in the other"
    )


@pytest.mark.parametrize(
    "text", ["7,ab-1,{salt}", "{head}\n7,ab-1,{salt}\n", "7;ab-1;{salt}"]
)
def test_slip_is_one_line_of_the_salts(path: Path, text: str) -> None:
    salt = "5a" * 32
    path.write_text(text.format(salt=salt, head="contest,voter_id,salt"))
    slip = read_slip(path)
    assert (slip.contest, slip.voter_id, slip.salt.hex()) == (7, "AB-1", salt)


@pytest.mark.parametrize(
    "text",
    ["", "7,ab-1", "7,ab-1,5a", "1,ab-1,{salt}\n1,ab-2,{salt}", "no,ab-1,{salt}"],
)
def test_slip_of_nobody_or_of_two_is_refused(path: Path, text: str) -> None:
    path.write_text(text.format(salt="5a" * 32))
    with pytest.raises(InputError, match=r"is not one line of salts\.csv"):
        read_slip(path)
