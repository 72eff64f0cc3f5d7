from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.codes import draw_code, find_match, mark_code
from services.gateway.serials import draw_serial, is_serial, number_of
from services.gateway.wrong_tries import WrongTries
from services.shell.addresses import group_address

KEY = bytes(32)
CODES = st.integers(0, 999_999).map(lambda number: f"{number:06d}")


def test_code_is_six_digits_and_not_always_the_same() -> None:
    drawn = {draw_code() for _ in range(500)}
    assert all(re.fullmatch("[0-9]{6}", each) for each in drawn)
    assert len(drawn) > 480
    assert {each[0] for each in drawn} == set("0123456789")


def test_serial_never_looks_like_a_code_and_is_not_guessed() -> None:
    drawn = {draw_serial() for _ in range(500)}
    assert len(drawn) == 500
    for serial in drawn:
        assert is_serial(serial)
        assert re.fullmatch("[A-Z]-[1-9][0-9]", number_of(serial))
        assert re.search("[0-9]{6}", number_of(serial)) is None
        assert not is_serial(serial.lower())
        assert not is_serial(serial[:-1])


@given(st.lists(CODES, max_size=5), CODES)
def test_match_is_the_code_of_this_request_by_this_key(
    others: list[str], code: str
) -> None:
    marks = [mark_code(KEY, "A-47", each) for each in others]
    place = find_match(KEY, "A-47", code, marks=marks)
    assert (place is not None) == (code in others)
    assert find_match(KEY, "A-48", code, marks=marks) is None
    assert find_match(bytes([1]) * 32, "A-47", code, marks=marks) is None


def test_made_up_serials_brake_those_of_their_own_address() -> None:
    tries = WrongTries(most=3)
    for _ in range(40):
        assert tries.count_stranger("192.0.2.1", now=0) == 0
    assert tries.count_stranger("192.0.2.1", now=10) == 590
    assert tries.count_stranger("192.0.2.2", now=10) == 0
    assert tries.wait(now=10) == 0
    assert tries.count_stranger("192.0.2.1", now=600) == 0


def test_wrong_tries_everywhere_brake_all_and_are_told_once() -> None:
    tries = WrongTries(most=3)
    told = [tries.count(now=0) for _ in range(4)]
    assert told == [False, False, True, False]
    assert tries.wait(now=1) == 599


def test_addresses_of_one_subscriber_are_one() -> None:
    assert group_address("2001:db8::1") == group_address("2001:db8::ffff:2")
    assert group_address("2001:db8::1") != group_address("2001:db8:0:1::1")
    assert group_address("::ffff:192.0.2.1") == "192.0.2.1"
    assert group_address("") == ""
