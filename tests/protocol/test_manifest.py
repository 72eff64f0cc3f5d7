"""A manifest describes an election that can be held, or is refused by its key."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import ManifestError
from election.protocol.manifest import Manifest, accept_manifest, parse_manifest

ACCOUNTS = {name: f"0x{number:040x}" for number, name in enumerate("abcdefghij", 1)}

TEXT = """
id = "honest"
title = "Честные выборы"
test = true
step_seconds = 3600
minimum_cast = 10
quorum = 2

[times]
keys = 2019-07-24T00:00:00+03:00
voter_list = 2019-07-25T00:00:00+03:00
registration = 2019-07-26T00:00:00+03:00
freeze = 2019-09-05T00:00:00+03:00
opening = 2019-09-08T08:00:00+03:00
issue_closing = 2019-09-08T20:00:00+03:00
cast_closing = 2019-09-08T20:15:00+03:00

[accounts]
commission = "{a}"
portal = "{b}"
sms_gateway = "{c}"
polling_station = "{d}"
observers = ["{e}", "{f}", "{g}"]

[trustees]
threshold = 2
seats = 3
members = [
    {{ account = "{a}", commission = true }},
    {{ account = "{e}", commission = false }},
    {{ account = "{f}", commission = false }},
    {{ account = "{g}", commission = false }},
]

[issuers]
threshold = 2
seats = 2
members = [
    {{ account = "{h}", commission = false }},
    {{ account = "{i}", commission = false }},
]

[[contests]]
id = 1
title = "Округ 1"
candidates = ["Первый", "Второй"]

[[contests]]
id = 10
title = "Округ 10"
candidates = ["Один", "Два", "Три"]
""".format(**ACCOUNTS)


LINE = '{ name = "Первый", particulars = "1947 г. р." }'
TWIN = '{ name = "Первый", particulars = "1977 г. р." }'


def test_namesakes_are_told_apart_by_particulars() -> None:
    read = parse_manifest(TEXT.replace('"Первый", "Второй"', f"{LINE}, {TWIN}"))
    assert read.contests[0].candidates == ("Первый", "Первый")
    assert read.contests[0].particulars == ("1947 г. р.", "1977 г. р.")
    assert read.contests[1].all_particulars == ("", "", "")


@pytest.mark.parametrize(
    ("lines", "fact"),
    [
        (f"{LINE}, {LINE}", "contest 1: candidates 1 and 2, "),
        (f"{LINE}, '{{}}'", "contests.0.candidates.1: "),
        (f"{LINE}, {{}}", "a candidate is a name"),
        (
            '"Первый", "Второй"]\nparticulars = ["", ""',
            "particulars stand with the name",
        ),
        (f'{LINE}, {{ name = "Второй" }}', "a candidate is a name"),
        (f'{LINE}, {{ name = "x", particulars = "y", z = 1 }}', "a candidate is"),
        (f'{LINE}, {{ name = "x", particulars = 1 }}', "contests.0.particulars.1: "),
        (f'{LINE}, {{ name = "x", particulars = "y " }}', "has a blank at an end"),
        (
            '"АННА", "Ahha"',
            "АННА and Ahha, look alike: cyrillic letter a in the first is latin letter",
        ),
        ('"№ 1", "No 1"', "look alike: only blanks, marks or forms of letters"),
    ],
)
def test_lines_that_are_none_or_look_alike_are_refused(lines: str, fact: str) -> None:
    with pytest.raises(ManifestError, match=re.escape(fact)):
        parse_manifest(TEXT.replace('"Первый", "Второй"', lines))


def test_particulars_are_one_a_candidate() -> None:
    read = manifest()
    first, *others = read.contests
    short = replace(first, particulars=("1947 г. р.",))
    with pytest.raises(ManifestError, match="contest 1: particulars are not one a"):
        accept_manifest(replace(read, contests=(short, *others)))


def test_booth_is_a_hash_or_is_not_there() -> None:
    assert manifest().booth == bytes(32)
    given = TEXT.replace("test = true", f'test = true\nbooth = "0x{"ab" * 32}"')
    assert parse_manifest(given).booth == b"\xab" * 32


@pytest.mark.parametrize("booth", ['""', '"0xab"', f'"{"00" * 32}"', "1", "true"])
def test_booth_that_is_no_hash_is_refused(booth: str) -> None:
    given = TEXT.replace("test = true", f"test = true\nbooth = {booth}")
    with pytest.raises(ManifestError, match=r"^booth: "):
        parse_manifest(given)


LATER = "times.voter_list: "


def manifest() -> Manifest:
    return parse_manifest(TEXT)


def test_manifest_is_read_into_values() -> None:
    read = manifest()
    assert (read.id, read.test, read.quorum) == ("honest", True, 2)
    assert read.times.opening == 1567918800
    assert read.accounts.portal == bytes(19) + b"\x02"
    assert [contest.id for contest in read.contests] == [1, 10]
    assert read.contests[1].candidates == ("Один", "Два", "Три")
    assert read.trustees.members[0].commission
    assert hash(read) == hash(manifest())


def test_manifest_that_nests_without_end_is_refused() -> None:
    with pytest.raises(ManifestError, match="nests too deeply"):
        parse_manifest(f"x={'[' * 60_000}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "honest"', "", "id: is missing"),
        ('id = "honest"', 'id = ""', "id: is not 1 to 64 of a-z, 0-9 and -"),
        ('id = "honest"', 'id = "Honest"', "id: is not 1 to 64 of a-z, 0-9 and -"),
        ('id = "honest"', 'id = "honest"\nrules = 1', "rules: "),
        ('id = "honest"', "id = 5", "id: "),
        ('title = "Честные', f'title = "{"й" * 65}', "title: is empty or above 128"),
        ('title = "Честные', 'title = "и\u0306', "title: is not in unicode form nfc"),
        ('"Первый"', r'"A\u202e"', "contests.0.candidates.0: has U+202E in it"),
        ("test = true", "test = 1", "test: "),
        ("step_seconds = 3600", "step_seconds = 0", "step_seconds: "),
        ("step_seconds = 3600", "step_seconds = 1.5", "step_seconds: "),
        ("minimum_cast = 10", "minimum_cast = 1", "minimum_cast: "),
        ("quorum = 2", "quorum = 4", "quorum: above the number of observers"),
        ("quorum = 2", "quorum = 0", "quorum: "),
        ("T08:00:00+03:00", "T08:00:00", "times.opening: not a date and time"),
        ("2019-09-08T08:00:00+03:00", "5", "times.opening: not a date and time"),
        ("T08:00:00+03:00", "T08:00:00.5+03:00", "times.opening: not a whole second"),
        ("2019-07-25", "2019-07-24", f"{LATER}2019-07-23 21:00"),
        ("2019-07-25", "2019-07-23", f"{LATER}2019-07-22 21:00"),
        (f'portal = "{ACCOUNTS["b"]}"', 'portal = "0x12"', "accounts.portal: not an"),
        (f'portal = "{ACCOUNTS["b"]}"', "portal = 7", "accounts.portal: not an"),
        (
            f'portal = "{ACCOUNTS["b"]}"',
            'portal = "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"',
            "accounts.portal: not an account: capitals do not fit its digits",
        ),
        (
            "minimum_cast = 10",
            f"minimum_cast = {2**256}",
            "minimum_cast: is not below 2^256",
        ),
        (
            "minimum_cast = 10",
            f"minimum_cast = 1{'0' * 5_000}",
            "manifest: has a number of thousands of digits",
        ),
        ("2019-07-24T00:00:00", "1969-07-24T00:00:00", "times.keys: before 1970"),
        (
            f'portal = "{ACCOUNTS["b"]}"',
            f'portal = "0x{"00" * 20}"',
            "accounts.portal: not an account",
        ),
        (
            f'portal = "{ACCOUNTS["b"]}"',
            f'portal = "{ACCOUNTS["c"]}"',
            "accounts: portal and sms gateway are one",
        ),
        (
            f'["{ACCOUNTS["e"]}", "{ACCOUNTS["f"]}"',
            f'["{ACCOUNTS["e"]}", "{ACCOUNTS["e"]}"',
            "accounts.observers: an entry is listed twice",
        ),
        (
            f'["{ACCOUNTS["e"]}", "{ACCOUNTS["f"]}"',
            f'["{ACCOUNTS["a"]}", "{ACCOUNTS["f"]}"',
            "accounts: the commission is among the observers",
        ),
        (
            f'{{ account = "{ACCOUNTS["a"]}", commission = true }}',
            f'{{ account = "{ACCOUNTS["a"]}", commission = false }}',
            "trustees: the commission is not named as such",
        ),
        (
            "step_seconds = 3600",
            "step_seconds = 3600000",
            "step_seconds: phase keys is too short for 15 steps of the trustees",
        ),
        ("threshold = 2\nseats = 3", "threshold = 4\nseats = 3", "trustees: threshold"),
        ("threshold = 2\nseats = 3", "threshold = 1\nseats = 3", "trustees.threshold"),
        ("threshold = 2\nseats = 3", "threshold = 2\nseats = 5", "trustees: fewer"),
        ("threshold = 2\nseats = 3", "threshold = 2\nseats = 11", "trustees.seats"),
        (
            f'{{ account = "{ACCOUNTS["f"]}", commission = false }}',
            f'{{ account = "{ACCOUNTS["e"]}", commission = false }}',
            "trustees: a member is listed twice",
        ),
        (
            f'{{ account = "{ACCOUNTS["e"]}", commission = false }}',
            f'{{ account = "{ACCOUNTS["e"]}", commission = true }}',
            "trustees: the commission holds a threshold alone",
        ),
        ("id = 10", "id = 1", "contests: an id is listed twice"),
        ("id = 10", "id = -1", "contests.1.id: "),
        ('"Первый", "Второй"', '"Первый"', "contests.0.candidates: "),
        (
            '"Второй"',
            '"Первый"',
            "contest 1: candidates 1 and 2, Первый and Первый, are the same",
        ),
        ('"Второй"', '""', "contests.0.candidates.1: is empty"),
        (
            '["Первый", "Второй"]',
            str([str(number) for number in range(17)]),
            "contests.0.candidates: ",
        ),
        ("[times]", "[times", "manifest: is not toml"),
    ],
)
def test_manifest_is_refused_by_the_key_at_fault(
    old: str, new: str, message: str
) -> None:
    changed = TEXT.replace(old, new, 1)
    assert changed != TEXT
    with pytest.raises(ManifestError) as caught:
        parse_manifest(changed)
    assert str(caught.value).startswith(message)


def test_times_out_of_order_and_contests_are_named_as_people_do() -> None:
    late = TEXT.replace("2019-07-25", "2019-07-24")
    with pytest.raises(ManifestError, match=r"UTC is not after times.keys, 2019-07-23"):
        parse_manifest(late)
    unread = TEXT.replace('"Два"', r'"A\u202e"')
    with pytest.raises(ManifestError, match=r"contests\.1\.cand.*\(contest 10\)$"):
        parse_manifest(unread)


def test_all_keys_at_fault_are_told_of() -> None:
    """Whoever mends one at a time asks as often as there are."""
    changed = TEXT.replace("quorum = 2", "quorum = 0").replace(
        "test = true", "test = 1"
    )
    changed = changed.replace('"Первый"', '""').replace("id = 10", "id = -1")
    with pytest.raises(ManifestError) as caught:
        parse_manifest(changed)
    assert caught.value.subject == "test"
    for key in ("; quorum: ", "; contests.0.candidates.0: ", "; contests.1.id: "):
        assert key in caught.value.fact


def make_large(contests: int, *, threshold: int) -> str:
    """Make a manifest whose issuers make a key for each of many contests."""
    head, _, _ = TEXT.partition("[[contests]]")
    head = head.replace("step_seconds = 3600", "step_seconds = 60")
    members = "".join(
        f'{{ account = "0x{number:040x}", commission = false }},'
        for number in range(100, 110)
    )
    issuers = f"[issuers]\nthreshold = {threshold}\nseats = 10\nmembers = [{members}]\n"
    head = head.partition("[issuers]")[0] + issuers
    return head + "".join(
        f'[[contests]]\nid = {number}\ntitle = "T"\ncandidates = ["A", "B"]\n'
        for number in range(contests)
    )


def test_complaint_that_fits_no_transaction_is_told_of_before() -> None:
    parse_manifest(make_large(64, threshold=6))
    fact = "issuers.threshold: a complaint would have 133120 bytes, 122880 is the most"
    with pytest.raises(ManifestError, match=fact):
        parse_manifest(make_large(64, threshold=7))


def test_reserves_may_be_of_the_commission() -> None:
    reserve = f'{{ account = "{ACCOUNTS["g"]}", commission = '
    parse_manifest(TEXT.replace(reserve + "false", reserve + "true"))


@given(st.text())
def test_arbitrary_text_is_refused(text: str) -> None:
    with pytest.raises(ManifestError):
        parse_manifest(text)


def test_values_are_checked_like_files() -> None:
    accounts = replace(manifest().accounts, portal=manifest().accounts.sms_gateway)
    with pytest.raises(ManifestError, match="portal and sms gateway are one"):
        accept_manifest(replace(manifest(), accounts=accounts))
    assert accept_manifest(manifest()) == manifest()
