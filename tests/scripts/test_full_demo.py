"""The demo in 2019's size, as far as it takes no minutes: who votes, and its page."""

from __future__ import annotations

from collections import Counter

import pytest

from election.artifacts import ROOT
from rehearsal.people import Conduct
from scripts.demo import command
from scripts.demo.electorate import draw_whole, read_results, read_turnout
from scripts.demo.figures import put_section
from scripts.shared.errors import InputError
from scripts.shared.files.manifest_file import read_manifest

ELECTIONS = ROOT / "elections"
RESULTS = ELECTIONS / "mgd-2019-results.json"


def test_whole_electorate_is_that_of_2019() -> None:
    moscow = read_manifest(
        ELECTIONS / "mgd-2019.toml", ELECTIONS / "test-accounts.toml"
    )
    results, turnout = read_results(RESULTS), read_turnout(RESULTS)
    people = draw_whole(moscow.contests, results, turnout)
    assert people == draw_whole(moscow.contests, results, turnout)
    count = Counter(person.conduct for person in people)
    assert count.keys() == set(Conduct)
    stayed = [each for each in people if not each.conduct.votes_on_paper]
    assert (len(stayed), turnout.registered) == (11_228, 11_228)
    assert sum(each.conduct.casts for each in people) == 9_810
    assert sum(each.conduct.asks for each in people) == 10_363


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# Page\n", "# Page\n\n## A\n\nnew\n"),
        ("# Page\n\n## A\n\nold\n", "# Page\n\n## A\n\nnew\n"),
        ("## A\n\nold\n\n## B\n\nrest\n", "## A\n\nnew\n\n## B\n\nrest\n"),
    ],
)
def test_section_takes_the_place_of_an_older_one(before: str, after: str) -> None:
    assert put_section(before, "## A\n\nnew\n") == after


def test_full_demo_takes_no_number_of_voters() -> None:
    with pytest.raises(InputError, match="--voters: has no place beside --full"):
        command(voters=60, full=True)
