"""A booth's folder is gathered, written and read as files alone, within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from election.protocol.booth_list import (
    LARGEST_FILE,
    NAME,
    encode_list,
    list_file,
    make_list,
)
from scripts.booth.folder import (
    accept_terms,
    gather_booth,
    read_booth,
    read_listed,
    write_booth,
)
from scripts.shared.errors import InputError
from scripts.shared.files.booth_files import ELECTION, parse_services
from tests.booth import made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Give a booth of one file, in a folder of its own."""
    file = tmp_path / "source" / "vendor" / "a.js"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"1")
    return tmp_path / "source"


def test_folder_without_code_is_no_booth(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(b"page")
    with pytest.raises(InputError, match="has no booth in it"):
        gather_booth(made.make_election(), tmp_path)


def test_link_is_not_gathered(source: Path) -> None:
    (source / "b.js").symlink_to(source / "vendor" / "a.js")
    with pytest.raises(InputError, match="is a link"):
        gather_booth(made.make_election(), source)


def test_file_is_not_read_beyond_the_bound(source: Path) -> None:
    with (source / "b.js").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(InputError, match=r"source/b.js: has more than"):
        gather_booth(made.make_election(), source)


def test_booth_with_folders_is_read_from_where_it_was_written(
    source: Path, tmp_path: Path
) -> None:
    booth = gather_booth(made.make_election(), source)
    (tmp_path / "site").mkdir()
    write_booth(tmp_path / "site", booth)
    assert read_booth(tmp_path / "site") == booth


def test_booth_is_not_written_beside_anything_else(
    source: Path, tmp_path: Path
) -> None:
    other = tmp_path / "site" / "other.txt"
    other.parent.mkdir()
    other.write_bytes(b"")
    with pytest.raises(InputError, match="is not empty"):
        write_booth(tmp_path / "site", gather_booth(made.make_election(), source))
    assert list(other.parent.iterdir()) == [other]


def test_list_without_an_election_is_of_no_booth(source: Path) -> None:
    listed = make_list([list_file("vendor/a.js", b"1")])
    (source / NAME).write_bytes(encode_list(listed))
    with pytest.raises(InputError, match=f"lists no {ELECTION}"):
        read_listed(source)


def test_terms_of_another_election_are_refused() -> None:
    terms = made.spell_terms()
    services = parse_services(made.spell_services(terms))
    accept_terms(made.make_election(), services, terms)
    with pytest.raises(InputError, match=f"another election than {ELECTION}"):
        accept_terms(made.make_election(slug="other"), services, terms)
