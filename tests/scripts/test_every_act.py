"""Every act that asks a node, and every lie that it can be told alone.

The table says of each act which lies it notices, and which cannot matter since what
becomes of the act stands on the chain, where anybody sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest

from election.client import rpc, sending
from node.config import read_config
from scripts.__main__ import run
from scripts.acts import ACTS
from scripts.shared import progress, terminal
from scripts.shared.exit_codes import ExitCode
from tests.client.answer_node import AnswerNode, Asked, Sent, tell_truth
from tests.client.single_lies import LIES, find_topics
from tests.scripts.acting import LINES, Election, hold_election
from tests.scripts.pasting import require_pastes
from tests.scripts.test_following import NOTHING

CHAIN: Final = read_config().chain.id


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of an act, by the lie that it is told.

    refused: nothing is sent, signed or written. doubted: what an honest node would have
    been sent is, and the act ends as failed; run again elsewhere, it goes on. harmless:
    the act ends as done, and the chain has what it should, or a later act finds that
    it has not.
    """

    refused: tuple[str, ...]
    doubted: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()


CHAINS: Final = ("another chain", "huge chain")
NUMBERS: Final = ("huge nonce", "price")
SENT: Final = (
    *("nonce ahead", "swallowed"),
    *("another's receipt", "relabelled receipt", "huge numbers"),
)

TABLE: Final[Mapping[str, Fate]] = {
    "deploy": Fate(
        refused=(
            *CHAINS,
            "huge nonce",
        ),
        doubted=(
            *SENT,
            "nonce behind",
            "price",
            "no success",
            "logs lost",
            "logs repeated",
            "logs moved",
            "logs exchanged",
            "accusation",
        ),
        harmless=(
            "clock ahead",
            "clock behind",
            "no logs of a receipt",
        ),
    ),
    "trustee": Fate(
        refused=(
            *CHAINS,
            *NUMBERS,
            "logs lost",
            "logs repeated",
            "logs exchanged",
            "accusation",
        ),
        doubted=(
            *SENT,
            "no logs of a receipt",
        ),
        harmless=(
            "nonce behind",
            "clock ahead",
            "clock behind",
            "no success",
            "logs moved",
            "two answers",
        ),
    ),
    "issuer": Fate(
        refused=(
            *CHAINS,
            *NUMBERS,
            "logs lost",
            "logs repeated",
            "logs exchanged",
            "accusation",
        ),
        doubted=(
            *SENT,
            "no logs of a receipt",
        ),
        harmless=(
            "nonce behind",
            "clock ahead",
            "clock behind",
            "no success",
            "logs moved",
            "two answers",
        ),
    ),
    "expire": Fate(
        refused=(
            *CHAINS,
            *NUMBERS,
            "logs lost",
            "logs repeated",
            "logs exchanged",
            "accusation",
        ),
        doubted=(
            *SENT,
            "no success",
            "no logs of a receipt",
        ),
        harmless=(
            "nonce behind",
            "clock ahead",
            "clock behind",
            "logs moved",
            "two answers",
        ),
    ),
    "create-boxes": Fate(
        refused=(
            *CHAINS,
            *NUMBERS,
            "clock behind",
            "another box",
            "another state",
            "another extension",
            "logs lost",
            "logs repeated",
            "logs moved",
            "logs exchanged",
            "accusation",
        ),
        doubted=(
            *SENT,
            "nonce behind",
            "no boxes",
            "another context",
            "another key",
            "no logs of a receipt",
            "two answers",
        ),
        harmless=(
            "clock ahead",
            "no lists",
            "no success",
        ),
    ),
    "publish-list": Fate(
        refused=(
            *CHAINS,
            *NUMBERS,
            "phase early",
            "phase late",
            "no phase",
            "logs repeated",
            "logs exchanged",
            "accusation",
        ),
        doubted=(
            *SENT,
            "nonce behind",
            "no lists",
            "two answers",
        ),
        harmless=(
            "clock ahead",
            "clock behind",
            "no boxes",
            "another box",
            "no success",
            "no logs of a receipt",
            "logs lost",
            "logs moved",
        ),
    ),
    "request": Fate(
        refused=(
            *CHAINS,
            "clock ahead",
            "another leaf state",
        ),
        doubted=(),
        harmless=(
            "clock behind",
            "another counter",
            "two answers",
        ),
    ),
    "register": Fate(
        refused=(
            *CHAINS,
            *NUMBERS,
            "clock ahead",
            "clock behind",
            "another leaf state",
            "another counter",
            "accusation",
        ),
        doubted=(
            *SENT,
            "no success",
            "no logs of a receipt",
            "two answers",
        ),
        harmless=("nonce behind",),
    ),
    "withdraw": Fate(
        refused=(
            *CHAINS,
            *NUMBERS,
            "clock ahead",
            "clock behind",
            "another counter",
            "accusation",
        ),
        doubted=(
            *SENT,
            "another leaf state",
            "no success",
            "no logs of a receipt",
            "two answers",
        ),
        harmless=("nonce behind",),
    ),
    "mark-paper": Fate(
        refused=(
            *CHAINS,
            *NUMBERS,
            "clock ahead",
            "clock behind",
            "another leaf state",
            "logs repeated",
            "logs exchanged",
            "accusation",
        ),
        doubted=(
            *SENT,
            "no success",
            "no logs of a receipt",
            "two answers",
        ),
        harmless=(
            "nonce behind",
            "logs lost",
            "logs moved",
        ),
    ),
    "place": Fate(
        refused=(*CHAINS,),
        harmless=("another leaf state", "another counter", "two answers"),
    ),
    "request-credential": Fate(
        refused=(
            *CHAINS,
            *NUMBERS,
            "clock ahead",
            "clock behind",
            "another counter",
            "accusation",
        ),
        doubted=(
            *SENT,
            "another leaf state",
            "no success",
            "no logs of a receipt",
            "two answers",
        ),
        harmless=("nonce behind",),
    ),
    "authorize extension": Fate(
        refused=(
            "clock ahead",
            *CHAINS,
            "no lists",
            "no boxes",
            "another box",
            "another state",
            "another extension",
            "logs lost",
            "logs repeated",
            "logs moved",
            "logs exchanged",
        ),
        doubted=(),
        harmless=(
            "clock behind",
            "two answers",
        ),
    ),
    "extend": Fate(
        refused=(
            "clock ahead",
            *CHAINS,
            *NUMBERS,
            "another extension",
            "logs repeated",
            "logs exchanged",
            "accusation",
        ),
        doubted=(
            *SENT,
            "nonce behind",
            "no success",
            "no logs of a receipt",
            "two answers",
        ),
        harmless=(
            "clock behind",
            "logs lost",
            "logs moved",
        ),
    ),
    "cast": Fate(
        refused=(
            *CHAINS,
            *NUMBERS,
            "no boxes",
            "another box",
            "another context",
            "another key",
            "logs repeated",
            "logs exchanged",
        ),
        doubted=(
            *SENT,
            "nonce behind",
        ),
        harmless=(
            "clock ahead",
            "clock behind",
            "no success",
            "no logs of a receipt",
            "logs lost",
            "logs moved",
            "two answers",
        ),
    ),
    "freeze": Fate(
        refused=(
            "no boxes",
            *CHAINS,
            *NUMBERS,
            "phase early",
            "no phase",
            "logs repeated",
            "logs exchanged",
            "accusation",
        ),
        doubted=(
            *SENT,
            "nonce behind",
            "no logs of a receipt",
            "two answers",
        ),
        harmless=(
            "clock ahead",
            "clock behind",
            "phase late",
            "another box",
            "another state",
            "no success",
            "logs lost",
            "logs moved",
        ),
    ),
    "authorize override": Fate(
        refused=(
            *CHAINS,
            "clock behind",
            "no lists",
            "no boxes",
            "another box",
            "another state",
            "another extension",
            "logs lost",
            "logs repeated",
            "logs moved",
            "logs exchanged",
        ),
        doubted=(),
        harmless=(
            "clock ahead",
            "two answers",
        ),
    ),
    "override": Fate(
        refused=(
            "another state",
            *CHAINS,
            *NUMBERS,
            "no boxes",
            "another box",
            "another context",
            "another key",
            "logs lost",
            "logs repeated",
            "logs moved",
            "logs exchanged",
            "accusation",
        ),
        doubted=(
            *SENT,
            "nonce behind",
            "no success",
            "no logs of a receipt",
            "two answers",
        ),
        harmless=(
            "clock ahead",
            "clock behind",
        ),
    ),
    "send": Fate(
        refused=(
            *CHAINS,
            *("huge nonce", "nonce ahead", "nonce behind"),
            "logs repeated",
            "logs exchanged",
            "accusation",
        ),
        doubted=(
            *("swallowed", "another's receipt", "relabelled receipt", "huge numbers"),
            "no logs of a receipt",
        ),
        harmless=(
            "clock ahead",
            "clock behind",
            "another state",
            "no success",
            "logs lost",
            "logs moved",
            "two answers",
        ),
    ),
    "publish-result": Fate(
        refused=(
            "no boxes",
            *CHAINS,
            *NUMBERS,
            "phase early",
            "no phase",
            "another box",
            "another context",
            "another key",
            "logs lost",
            "logs repeated",
            "logs moved",
            "logs exchanged",
            "accusation",
            "two answers",
        ),
        doubted=(
            *SENT,
            "nonce behind",
            "no logs of a receipt",
        ),
        harmless=(
            "clock ahead",
            "clock behind",
            "phase late",
            "another state",
            "no success",
        ),
    ),
    "status": Fate(
        refused=(
            *CHAINS,
            "no phase",
            "another box",
            "logs repeated",
            "logs exchanged",
            "two answers",
        ),
        doubted=(),
        harmless=(
            "clock ahead",
            "clock behind",
            "phase early",
            "phase late",
            "no lists",
            "no boxes",
            "another state",
            "logs lost",
            "logs moved",
        ),
    ),
    "audit": Fate(
        refused=(
            *CHAINS,
            "logs lost",
            "logs repeated",
            "logs moved",
            "logs exchanged",
        ),
        doubted=(
            "clock behind",
            "no lists",
            "no boxes",
            "another box",
            "another state",
            "another extension",
        ),
        harmless=(
            "clock ahead",
            "two answers",
        ),
    ),
    "reconcile": Fate(
        refused=(
            *CHAINS,
            "logs lost",
            "logs repeated",
            "logs moved",
            "logs exchanged",
        ),
        doubted=(
            "clock behind",
            "no lists",
            "no boxes",
            "another box",
            "another state",
            "another extension",
        ),
        harmless=(
            "clock ahead",
            "two answers",
        ),
    ),
    "export": Fate(
        refused=(
            *CHAINS,
            "logs lost",
            "logs repeated",
            "logs moved",
            "logs exchanged",
        ),
        doubted=(),
        harmless=(
            "clock ahead",
            "clock behind",
            "no lists",
            "no boxes",
            "another box",
            "another state",
            "another extension",
            "two answers",
        ),
    ),
}


REFUSED: Final = (
    ExitCode.NOT_SO,
    ExitCode.INPUT,
    ExitCode.NOT_YET,
    ExitCode.REFUSED,
    ExitCode.UNBELIEVABLE,
    ExitCode.UNKNOWN,
    ExitCode.IN_PART,
)
"""How an act may end that noticed a lie, or was misled about the time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act did: its exit code, what it sent, the file it made, what it said."""

    code: int
    sent: tuple[Sent, ...]
    made: bytes | None
    said: str
    topics: frozenset[str]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Election]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "_MINED_WITHIN", 0)
        patch.setattr(sending, "_FIRST_PAUSE", 0)
        patch.setattr(progress, "_EVERY", 0)
        patch.setattr("secrets.token_bytes", lambda size: b"\x07" * size)
        yield hold_election(tmp_path_factory.mktemp("held"))


@pytest.fixture(scope="module")
def honest(held: Election, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each act does where its node is honest."""
    return {
        act: act_on(held, act, tmp_path_factory.mktemp("honest"), None) for act in LINES
    }


def act_on(held: Election, act: str, folder: Path, lie: str | None) -> Outcome:
    """Run an act on a chain of its own."""
    held.lay_out(act, folder)
    topics: set[str] = set()
    told = tell_truth if lie is None else LIES[lie].make()

    def listen(asked: Asked) -> dict[str, Any]:
        topics.update(find_topics(asked))
        return told(asked)

    with held.at(LINES[act].moment) as chain, pytest.MonkeyPatch.context() as patch:
        node = AnswerNode(chain, listen)
        patch.setattr(rpc, "open_post", lambda _: node.post)
        said: list[str] = []
        patch.setattr(terminal, "_write", lambda _, text: said.append(text))
        words = held.command(act, folder)
        if lie is None:  # what a person is told
            words.remove("--json")
        code = run(words)
    made = folder / (LINES[act].made or "nothing")
    raw = made.read_bytes() if made.is_file() else None
    return Outcome(code, tuple(node.sent), raw, "".join(said), frozenset(topics))


def test_every_act_that_asks_a_node_is_in_the_table() -> None:
    """Those that ask two are told lies in test_lying_node.py."""
    tried = {LINES[each].arguments[0] for each in LINES}
    ask_nobody = {
        *("completion", "keygen", "words", "attest", "credential", "ballot"),
        "check-ballot",
    }
    ask_nobody |= {"home", "key", "accounts", "manifest", "exit-codes"}
    of_machines = {"demo", "rehearse", "devnet", "network", "node", "time"}
    every = set(chain.from_iterable(ACTS.values()))
    of_services = {"vote"}  # lied to in voters/device/
    of_networks = {
        "find",
        "proof",
        "receipt",
        "verify-proof",
    }  # what they are given proves itself
    two = {"share", "issue", "terms"}
    of_booths = {"verify-booth"}  # asks for the rules alone, and sends nothing
    asking = of_machines | of_networks | of_booths | of_services | two
    assert every - tried == ask_nobody | asking
    assert TABLE.keys() == LINES.keys()


@pytest.mark.parametrize("act", LINES)
def test_table_has_every_lie_that_an_act_can_be_told(
    act: str, honest: Mapping[str, Outcome]
) -> None:
    assert honest[act].code == 0, honest[act].said
    fate = TABLE[act]
    told = [*fate.refused, *fate.doubted, *fate.harmless]
    assert len(told) == len(set(told))
    heard = honest[act].topics
    assert set(told) == {lie for lie in LIES if LIES[lie].about & heard}


LONG: Final[Mapping[str, tuple[str, ...]]] = {
    "deploy": ("compiling contracts", "transactions"),
    "create-boxes": ("contests",),
    "publish-list": ("contests",),
    "freeze": ("contests",),
    "authorize extension": ("reading blocks",),
    "audit": ("reading blocks", "verifying acts"),
    "reconcile": ("reading blocks", "verifying acts"),
    "export": ("reading blocks", "writing lines"),
}
"""What an act that may take long counts, where there is more than one of it."""


@pytest.mark.parametrize("act", LONG)
def test_act_that_may_take_long_says_how_far_it_came(
    act: str, honest: Mapping[str, Outcome]
) -> None:
    for what in LONG[act]:
        assert re.search(
            rf"^{what}: \d+ of \d+ \(\d+ %\), ", honest[act].said, re.MULTILINE
        )


@pytest.mark.parametrize("act", LINES)
def test_act_ends_by_saying_what_follows(
    act: str, honest: Mapping[str, Outcome]
) -> None:
    is_said = "\nnext: " in honest[act].said or honest[act].said.startswith("next: ")
    assert is_said is (LINES[act].arguments[0] not in NOTHING)
    require_pastes(honest[act].said)


def list_told(kind: str) -> list[tuple[str, str]]:
    return [(act, lie) for act in TABLE for lie in getattr(TABLE[act], kind)]


@pytest.mark.parametrize(("act", "lie"), list_told("refused"))
def test_lie_that_is_noticed_before_stops_the_act(
    held: Election, act: str, lie: str, tmp_path: Path
) -> None:
    told = act_on(held, act, tmp_path, lie)
    assert (told.sent, told.made) == ((), None)
    assert told.code in REFUSED
    require_no_harm(told, Outcome(0, (), None, "", frozenset()))


@pytest.mark.parametrize(("act", "lie"), list_told("doubted"))
def test_act_is_not_called_done_where_a_lie_is_noticed_after(
    held: Election, act: str, lie: str, honest: Mapping[str, Outcome], tmp_path: Path
) -> None:
    told = act_on(held, act, tmp_path, lie)
    assert told.code in REFUSED
    require_no_harm(told, honest[act])


@pytest.mark.parametrize(("act", "lie"), list_told("harmless"))
def test_lie_that_is_not_noticed_changes_nothing_that_is_signed(
    held: Election, act: str, lie: str, honest: Mapping[str, Outcome], tmp_path: Path
) -> None:
    told = act_on(held, act, tmp_path, lie)
    assert told.code == 0
    require_no_harm(told, honest[act])
    if act.startswith("authorize"):
        assert told.made == honest[act].made


def require_no_harm(told: Outcome, honest: Outcome) -> None:
    """Only what an honest node would have been sent was, and nobody is blamed."""
    acts = {each.act for each in honest.sent}
    for sent in told.sent:
        assert sent.act in acts
        assert (sent.chain_id, sent.price) == (CHAIN, 0)
    lines = [each for each in told.said.splitlines() if '{"error": ' in each]
    assert len(lines) <= 1
    assert set(re.findall(r'"blames": "([^"]*)"', told.said)) <= {"node"}
    assert "; blames" not in told.said
