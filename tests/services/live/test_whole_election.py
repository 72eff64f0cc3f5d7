"""An election by services alone: all over HTTP, from an application to two audits.

Three vote in Chromium, the others are programs. VECHE_LIVE_VOTERS says how many people
there are: 9, or 200 by `make live-test`.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import pytest

from election.client.open_election import read_box
from election.errors import ElectionError
from scripts.developer.time import travel
from scripts.shared.errors import ServiceError, UntrueError
from scripts.shared.files import key_file
from services.live.control import Control
from services.live.counting import count
from services.live.layout import SERVED, Layout, open_layout
from services.live.people import Person, draw_people
from services.live.prepared import read_pinned
from services.live.robot import Robot, open_robot, wait_for
from services.live.running import running
from services.live.voter import Sent, StepError, draw_secret
from tests.booth.browsing import open_browser
from tests.patience import PATIENCE
from tests.services.live.browsers import CHOICES, Hall, Seen, vote_by_browser
from tests.services.live.by_act import ByAct
from tests.services.live.sides import (
    ISSUERS,
    KNOW_PEOPLE,
    RELAYS,
    dump,
    find,
    read_ballots,
    read_files,
    read_long,
)
from tests.services.postgres import make_database, postgres_server

VOTERS: Final = int(os.environ.get("VECHE_LIVE_VOTERS", "9"))
_COST: Final = key_file._COST
_BROWSERS: Final = 4
_FOLLOWED: Final = re.compile(r'veche_job_last_done{job="clock"} (\S+)')
_OWN_FILES: Final = re.compile(r"/[A-Za-z0-9@_./-]*")


@dataclass
class Told:
    """What became of people, and what was drawn for them."""

    layout: Layout
    control: Control
    withdrawn: list[Person] = field(default_factory=list)
    paper: list[Person] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)
    choices: dict[str, int] = field(default_factory=dict)
    sent: dict[str, Sent] = field(default_factory=dict)
    side_a: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    result: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)

    @property
    def act(self) -> ByAct:
        """Give the one who votes by `veche vote`."""
        return ByAct(self.layout, draw_people(VOTERS)[6])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("live") / "all"
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(key_file, "_COST", _COST)  # that of the other processes
        server = stack.enter_context(postgres_server())
        names = ("registrar", "gateway", "portal", "relay-1")
        databases = {name: make_database(server, name) for name in names}
        layout = open_layout(folder, voters=VOTERS, are_free=True, databases=databases)
        control = stack.enter_context(running(layout, lambda _: None))
        told = Told(layout, control)
        hold(told)
        yield told


def hold(told: Told) -> None:
    """Let everybody do what they do, and count."""
    people = draw_people(VOTERS)
    told.withdrawn, told.paper = list(people[:2]), list(people[2:3])
    voting = people[3:]
    wait_ready(told.layout)
    with ThreadPoolExecutor(_BROWSERS) as pool:
        applying = [*told.withdrawn, *voting]
        list(pool.map(lambda person: apply(told, person), applying))
    wait_for("registration", lambda: count_online(told) == len(applying))
    now = told.control.opened.connection.read_clock()
    travel(told.control.opened.connection, now + 3_600)  # a code a minute, no more
    wait_followed(told.layout)
    with ThreadPoolExecutor(_BROWSERS) as pool:
        list(pool.map(lambda person: withdraw(told, person), told.withdrawn))
    wait_for("withdrawals", lambda: count_online(told) == len(voting))
    told.control.move("freeze")
    told.control.move("opening")
    wait_followed(told.layout)
    wait_ready(told.layout)
    vote_all(told, people)
    told.shown = told.act.finish()
    wait_for("ballots", lambda: count_cast(told) == len(voting))
    told.codes |= read_codes(told.layout)
    told.control.move("close")
    told.result = count(told.layout)


def vote_all(told: Told, people: Sequence[Person]) -> None:
    """Have three vote in Chromium, and programs for the others while these wait."""
    browsing = people[3:6]
    told.choices |= dict(zip([each.login for each in browsing], CHOICES, strict=True))
    told.choices[told.act.person.login] = told.act.choice
    with ThreadPoolExecutor(_BROWSERS) as pool:  # Playwright has this thread's loop

        def send() -> None:
            acting = pool.submit(told.act.begin)
            list(pool.map(lambda person: vote(told, person), people[7:]))
            acting.result()
            pool.submit(told.control.move, "last").result()

        with open_browser() as browser, ExitStack() as stack:
            hall = Hall(told.layout, told.seen, browser, stack)
            vote_by_browser(hall, browsing, send=send)


def apply(told: Told, person: Person) -> None:
    patiently(lambda: file(told, person, Robot.apply))


def withdraw(told: Told, person: Person) -> None:
    patiently(lambda: file(told, person, Robot.withdraw))


def file(told: Told, person: Person, act: Callable[[Robot], None]) -> None:
    with open_robot(told.layout, person) as robot:
        act(robot)


def patiently(act: Callable[[], None]) -> None:
    """Try again, as a person is told to, while services find a clock that moved."""
    refused: list[ElectionError] = []

    def is_done() -> bool:
        try:
            act()
        except (StepError, ServiceError, UntrueError) as error:
            refused.append(error)
            return False
        return True

    try:
        wait_for("act", is_done)
    except StepError:
        raise refused[-1] from None


def vote(told: Told, person: Person) -> None:
    layout, secret = told.layout, draw_secret()  # one, however often it is asked for
    pinned = read_pinned(layout)

    def go() -> None:
        with open_robot(layout, person) as robot:
            program, ticket = robot.take_program(pinned, secret)
            robot.ask(program, ticket)
            device = program.device
            told.side_a |= {device.leaf.hex(), device.blinded.hex()}
            choice = 1 + int(person.voter_id.split()[1]) % 2
            record, _ = program.make_ballot(robot.collect(program), choice)
            told.choices[person.login] = choice
            told.sent[person.login] = program.send(record)

    patiently(go)


def wait_ready(layout: Layout) -> None:
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:

        def is_ready(name: str) -> bool:
            return client.get(f"{layout.url(name)}/ready").is_success

        for name in SERVED:
            wait_for(name, partial(is_ready, name))


def wait_followed(layout: Layout) -> None:
    """Wait until all who know people go by the clock of the chain, which was moved.

    Else what a person asked for by the old clock is an hour old by the new one.
    """
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:

        def look(name: str) -> str:
            found = _FOLLOWED.search(client.get(f"{layout.url(name)}/metrics").text)
            return found[1] if found else ""

        def is_later(name: str, seen: str) -> bool:
            return look(name) not in ("", seen)

        for name in KNOW_PEOPLE:
            for _ in range(2):  # the first may have begun before
                wait_for(name, partial(is_later, name, look(name)))


def count_online(told: Told) -> int:
    """Count who stands as voting online on the chain, all contests together."""
    opened = told.control.opened
    return sum(map(opened.voter_list.online, opened.contests))


def count_cast(told: Told) -> int:
    opened = told.control.opened
    return sum(read_box(opened, each).handle.cast_count() for each in opened.contests)


def read_codes(layout: Layout) -> set[str]:
    url = f"{layout.url('live')}/phones/messages"
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:
        texts = [each["text"] for each in client.get(url).json()]
    return {found[0] for each in texts if (found := re.search(r"\d{6}", each))}


def read_counts(told: Told) -> dict[tuple[int, int], int]:
    """Give counts above zero by contest and choice, as they were published."""
    return {
        (int(contest), line["slot"]): line["count"]
        for contest, lines in told.result["published"].items()
        for line in lines
        if line["count"]
    }


def read_logs(layout: Layout, *names: str) -> str:
    return "".join(layout.log(name).read_text("utf-8").lower() for name in names)


def test_counts_are_what_was_chosen_and_both_audits_hold(told: Told) -> None:
    assert len(told.choices) == VOTERS - 3
    people = {each.login: each.contest for each in draw_people(VOTERS)}
    chosen = Counter((people[login], kind) for login, kind in told.choices.items())
    assert read_counts(told) == chosen
    assert told.result["audit"]["reference"]


def test_program_that_was_killed_votes_once_and_proves_it(told: Told) -> None:
    kept = told.act.home / "voting-{contest}.json".format(**told.shown)
    assert '"record": null' in kept.read_text("utf-8")
    receipt = json.loads(Path(told.shown["receipt"]).read_text("utf-8"))
    assert receipt["tracking_code"] == told.shown["tracking_code"]
    assert receipt["control_word"] == told.shown["control_word"]
    assert told.act.finish() == told.shown  # run once more, it does nothing
    ballots = read_ballots(told.control.opened)
    assert bytes.fromhex(receipt["ballot_hash"][2:]) in ballots


def test_who_knows_people_keeps_nothing_of_a_ballot(told: Told) -> None:
    kept = {name: dump(told.layout, name) for name in KNOW_PEOPLE}
    assert all(any(leaf in each for each in kept.values()) for leaf in told.side_a)
    own = [
        value
        for sent in told.sent.values()
        for value in (sent.credential, sent.ballot_hash, sent.tracking_code)
    ]
    ballots = [*own, *read_ballots(told.control.opened)]
    assert len(set(ballots)) >= 5 * len(told.sent)
    assert not [name for name, each in kept.items() if find(ballots, each.encode())]
    for name in (*KNOW_PEOPLE, *ISSUERS, "provider"):
        assert not find(ballots, read_files(told.layout, name)), name


def test_relays_keep_nothing_of_a_person(told: Told) -> None:
    kept = [dump(told.layout, name) for name in RELAYS]
    for sent in told.sent.values():  # whoever has cast is known to both
        assert all(sent.credential.hex() in each for each in kept)
    people = [
        spelt.encode()
        for person in draw_people(VOTERS)
        for value in (person.voter_id, person.name, person.phone, person.login)
        for spelt in (value, value.lower())
    ]
    known = [*map(bytes.fromhex, told.side_a), *people]
    assert find(known, read_files(told.layout, "registrar"))  # they are found there
    for name, each in zip(RELAYS, kept, strict=True):
        assert not find(known, each.encode() + read_files(told.layout, name)), name


def test_no_long_value_of_one_side_is_on_the_other(told: Told) -> None:
    people = read_long(told.layout, *KNOW_PEOPLE)
    relays = read_long(told.layout, *RELAYS)
    assert len(people) > VOTERS
    assert len(relays) > len(told.sent)
    public = {told.control.opened.address.hex()}
    assert people & relays <= public


def test_no_log_has_a_phone_a_code_or_a_name(told: Told) -> None:
    log = read_logs(told.layout, *SERVED, "chain", "provider")
    assert "registrar" in log
    assert told.codes
    people = draw_people(VOTERS)
    assert not [each.phone for each in people if each.phone[1:] in log]
    assert not [each.name for each in people if each.name.lower() in log]
    assert not [code for code in told.codes if re.search(rf"\b{code}\b", log)]


def test_three_voters_have_receipts_with_the_codes_that_were_shown(told: Told) -> None:
    seen = told.seen
    assert len(seen.receipts) == len(CHOICES)
    assert all(seen.codes[login] in text for login, text in seen.receipts.items())


def test_no_screen_shuts_anybody_out_and_the_browser_complains_of_nothing(
    told: Told,
) -> None:
    assert told.seen.barriers == []
    lost = "ERR_FAILED"  # of the network that was lost
    assert [each for each in told.seen.complaints if lost not in each] == []


def test_a_booth_asks_its_own_files_and_hosts_of_the_terms_alone(told: Told) -> None:
    layout, asked = told.layout, told.seen.asked
    names = ("portal", "gateway", "registrar", "chain", *ISSUERS, *RELAYS)
    own = urlsplit(layout.url("booth")).netloc
    hosts = {urlsplit(url).netloc for _, url, _ in asked}
    assert hosts == {urlsplit(layout.url(name)).netloc for name in names} | {own}
    paths = {urlsplit(u).path for _, u, _ in asked if urlsplit(u).netloc == own}
    assert all(_OWN_FILES.fullmatch(path) for path in paths)


def test_relays_are_told_nothing_of_a_person_and_nobody_else_of_a_ballot(
    told: Told,
) -> None:
    layout, asked = told.layout, told.seen.asked
    relays = {urlsplit(layout.url(name)).netloc for name in RELAYS}
    ballots = {b for _, u, b in asked if urlsplit(u).netloc in relays and b}
    assert len(ballots) == len(CHOICES)
    leaves = {
        found[1]
        for _, url, _ in asked
        if (found := re.search(r"/answers/0x\w+/\d+/0x([0-9a-f]{64})", url))
    }
    assert len(leaves) == len(CHOICES)
    for _, url, body in asked:
        text = url + bytes.fromhex(body).decode("latin-1")
        if urlsplit(url).netloc in relays:
            assert not [each for each in leaves if each in text]
        else:
            assert not [each for each in ballots if each[24:64] in text]
