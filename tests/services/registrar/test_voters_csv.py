"""What a list of voters may say, and how each row that is no voter is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from election.artifacts import ROOT
from scripts.shared.errors import InputError
from services.registrar.districts import read_districts
from services.registrar.voters_csv import RefusedRow, Row, Voter, open_voters

DISTRICTS = read_districts(ROOT / "elections/mgd-2019-districts.toml")
HEADER = "voter_id,name,birth_date,address"
ADDRESS = '"Москва, район Бибирево, улица Пришвина, д. 5"'
LINE = f"v 1,Иванов Иван,1970-01-31,{ADDRESS}"


def read(folder: Path, raw: bytes) -> list[Row]:
    path = folder / "voters.csv"
    path.write_bytes(raw)
    with open_voters(path, DISTRICTS) as rows:
        return list(rows)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_list_is_read_however_a_spreadsheet_saves_it(
    tmp_path: Path, mark: bytes, end: str
) -> None:
    text = f"Идентификатор;ФИО;Дата рождения;Адрес{end}{LINE.replace(',', ';')}{end}"
    text = text.replace("; ", ", ")
    (found,) = read(tmp_path, mark + text.encode())
    assert found == Voter(
        2,
        "V 1",
        "V 1",
        "Иванов Иван",
        "1970-01-31",
        "Москва, район Бибирево, улица Пришвина, д. 5",
        10,
        "Бибирево",
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("", None),
        ("v 1,Иванов", "2 columns"),
        (f",Иванов,1970-01-31,{ADDRESS}", "is empty"),
        (f"v<1>,Иванов,1970-01-31,{ADDRESS}", "U+003C"),
        (f"v 1,=1+1,1970-01-31,{ADDRESS}", "name"),
        (f"v 1,{'и' * 201},1970-01-31,{ADDRESS}", "name"),
        (f'v 1,Иванов,1970-01-31,"Бибирево, {"а" * 500}"', "above 500"),
        (f"v 1,Иванов,1970-02-31,{ADDRESS}", "birth_date"),
        (f"v 1,Иванов,0031-01-01,{ADDRESS}", "birth_date"),
        ("v 1,Иванов,31.01.1970,Москва", "names no neighbourhood"),
        ('v 1,Иванов,31.01.1970,"Бибирево, Лианозово"', "Бибирево and Лианозово"),
        ('v 1,Иванов,31.01.1970,"Бибирево, \x07"', "show nothing"),
    ],
)
def test_row_that_is_no_voter_is_told(
    tmp_path: Path, row: str, reason: str | None
) -> None:
    found = read(tmp_path, f"{HEADER}\n{row}\n".encode())
    if reason is None:
        assert found == []
        return
    (refused,) = found
    assert isinstance(refused, RefusedRow)
    assert (refused.line, reason in refused.reason) == (2, True), refused.reason


def test_voter_or_account_that_stands_twice_is_told_with_the_first_line(
    tmp_path: Path,
) -> None:
    lines = [f"v{n},Иванов,1970-01-31,{ADDRESS},{a}" for n, a in ((1, "a"), (1, "b"))]
    lines.append(f"v3,Иванов,1970-01-31,{ADDRESS},a")
    text = "\n".join([f"{HEADER},account", *lines])
    _, twice, account = read(tmp_path, text.encode())
    assert isinstance(twice, RefusedRow)
    assert twice.reason == "voter: is that of line 2 once more"
    assert isinstance(account, RefusedRow)
    assert account.reason == "account: is that of line 2 once more"


def test_line_is_that_of_the_file_when_a_cell_has_two(tmp_path: Path) -> None:
    address = ADDRESS.replace("Москва", "Москва\n")
    text = f"{HEADER}\nv1,Иванов,1970-01-31,{address}\nv2,Иванов,x,{ADDRESS}\n"
    _, second = read(tmp_path, text.encode())
    assert isinstance(second, RefusedRow)
    assert second.line == 4


@pytest.mark.parametrize(
    ("row", "contest"),
    [
        (",район Старое Крюково,", 1),
        ("1,Старое крюково,", 1),
        ("№ 30,ЧЕРТАНОВО ЮЖНОЕ,", 30),
        (',,"г. Москва, муниципальный округ Савелки, корп. 305"', 1),
        (',,"Москва, Северный бульвар, р-н Лианозово"', 10),
        (',Бибирево,"Москва, Бибирево"', 10),
        (",Бибирево,Москва", 10),
    ],
)
def test_contest_follows_from_the_neighbourhood(
    tmp_path: Path, row: str, contest: int
) -> None:
    header = "voter_id,name,birth_date,district,neighbourhood,address"
    (found,) = read(tmp_path, f"{header}\nv1,Иванов,1970-01-31,{row}".encode())
    assert isinstance(found, Voter), found
    assert found.contest == contest


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("30,Бибирево,", "district: is 30, but Бибирево is in 10"),
        ('10,Бибирево,"Москва, Лианозово"', "address: names Лианозово, the column"),
        ("x,Бибирево,", "district: is not a number"),
        ("10,Нигде,", "neighbourhood: is none of the districts'"),
        ("10,,", "neighbourhood: is missing, and so is the address"),
    ],
)
def test_district_and_address_may_not_disagree(
    tmp_path: Path, row: str, reason: str
) -> None:
    header = "voter_id,name,birth_date,district,neighbourhood,address"
    (found,) = read(tmp_path, f"{header}\nv1,Иванов,1970-01-31,{row}".encode())
    assert isinstance(found, RefusedRow)
    assert found.reason.startswith(reason)


@pytest.mark.parametrize(
    ("account", "reason"),
    [("a" * 255, None), ("a" * 256, "account"), ("a\x07", "account")],
    ids=["longest", "longer", "unseen"],
)
def test_account_is_what_people_can_type(
    tmp_path: Path, account: str, reason: str | None
) -> None:
    text = f"{HEADER},account\nv1,Иванов,1970-01-31,{ADDRESS},{account}"
    (found,) = read(tmp_path, text.encode())
    told = found.reason.partition(":")[0] if isinstance(found, RefusedRow) else None
    assert told == reason


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        (None, "is not there"),
        ("[", "is not toml"),
        (f"districts = 1{'0' * 5_000}", "has a number of thousands of digits"),
        ("", "districts: field required"),
        ("[[districts]]\ncontest = -1\nneighbourhoods = ['a']", "districts.0.contest"),
        ("[[districts]]\ncontest = 1\nneighbourhoods = ['а', 'Район А']", "twice"),
        ("[[districts]]\ncontest = 1\nneighbourhoods = ['a, b']", "has a comma"),
    ],
)
def test_districts_that_are_none_are_refused(
    tmp_path: Path, text: str | None, fact: str
) -> None:
    path = tmp_path / "districts.toml"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=fact):
        read_districts(path)


@pytest.mark.parametrize(
    ("raw", "fact"),
    [
        (b"voter_id,name,birth_date\n", "does not begin with"),
        (b"voter_id,name,address\n", "does not begin with"),
        (f"{HEADER},{HEADER}\n".encode(), "does not begin with"),
        (f"{HEADER}\n{LINE}".encode("utf-16"), "utf-16"),
        (f"{HEADER}\n{LINE}".encode("cp1251"), "not text in utf-8"),
        (f'{HEADER}\nv1,"Иванов'.encode(), "is not csv"),
    ],
)
def test_file_that_is_no_list_is_refused(tmp_path: Path, raw: bytes, fact: str) -> None:
    with pytest.raises(InputError, match=fact):
        read(tmp_path, raw)
