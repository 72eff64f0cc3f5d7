"""In a network the booth calls a ballot cast by a proof alone, whatever nodes say."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.sync_api import Page

from tests import honest
from tests.booth.browsing import Voter, answer_by
from tests.booth.signed import Lie, network_world, prove_by
from tests.booth.world import World

LANGUAGE: Final = "en-GB"
RECORD: Final = World().make_ballot()
LATER: Final = 4_000_000_000  # the booth of a network goes by the machine's clock
NOT_BELIEVED: Final = "wrong signatures"


def kept(world: World) -> dict[str, Any]:
    """Give what a tab keeps of a ballot that two relays promised."""
    told = world.kept("promised")
    for promise in told["promised"]:
        promise["deadline"] = LATER
    return told


def stand(page: Page, world: World) -> Voter:
    """Come back to a ballot that was promised."""
    voter = Voter(page)
    answer_by(page.context, world)
    voter.stand(kept(world))
    return voter


def look_again(page: Page) -> None:
    """Have the page look at once, as it does when a network is back."""
    page.evaluate("dispatchEvent(new Event('online'))")


def test_ballot_is_cast_when_a_proof_holds(page: Page) -> None:
    world = network_world(RECORD, node_1=Lie(signers=4), node_2=Lie(signers=4))
    voter = stand(page, world)
    voter.wait_for("receipt")
    assert (
        "4 of the 5 organisations that keep the record of the election signed"
        in voter.text
    )
    assert voter.find_barriers() == []
    voter.shoot("receipt-of-a-network")


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(Lie(signers=3), id="a minority signs"),
        pytest.param(Lie(strangers=True), id="another network signs"),
        pytest.param(Lie(record=honest.ballot(1, 7)), id="another ballot"),
        pytest.param(Lie(number=40), id="another block"),
    ],
)
def test_two_nodes_that_agree_with_a_false_proof_make_no_ballot_cast(
    page: Page, lie: Lie
) -> None:
    world = network_world(RECORD, node_1=lie, node_2=lie)
    voter = stand(page, world)
    told = page.locator("#content").get_by_text(NOT_BELIEVED)
    told.wait_for()
    assert "until then your vote is not cast" in voter.text
    assert all(name in told.inner_text() for name in ("Observer 1", "Observer 2"))
    assert voter.find_barriers() == []
    assert voter.screen == "promised"
    world.lies["node-2"] = prove_by(RECORD)
    look_again(page)
    voter.wait_for("receipt")


def test_a_ballot_of_another_voter_is_not_taken_for_the_own(page: Page) -> None:
    """Its proof holds; a node shows it as of the voter's credential."""
    other = honest.ballot(1, 7)
    world = network_world(RECORD)
    voter = Voter(page)
    for name in ("node-1", "node-2"):
        tell = prove_by(other)

        def show(said: dict[str, Any], asked: Any, tell: Any = tell) -> Any:
            told = tell(said, asked)
            if asked["method"] == "eth_getLogs":
                for log in told["result"]:
                    log["data"] = log["data"].replace(RECORD.hex(), other.hex())
            return told

        world.lies[name] = show
    answer_by(page.context, world)
    voter.stand(kept(world))
    page.locator("#content").get_by_text(NOT_BELIEVED).wait_for()
    assert voter.screen == "promised"
    world.lies["node-1"] = prove_by(RECORD)  # a liar is looked at anew
    look_again(page)
    voter.wait_for("receipt")


def test_what_is_not_signed_yet_is_waited_for(page: Page) -> None:
    early = Lie(early=True)
    world = network_world(RECORD, node_1=early, node_2=early)
    voter = stand(page, world)
    shown = page.locator("#content").get_by_text("computer shows your ballot in")
    shown.wait_for()
    assert voter.screen == "promised"
    world.lies["node-1"] = prove_by(RECORD)
    look_again(page)
    voter.wait_for("receipt")


def test_another_device_does_not_take_a_false_proof_for_a_vote(page: Page) -> None:
    lie = Lie(signers=3)
    world = network_world(RECORD, node_1=lie, node_2=lie)
    voter = Voter(page)
    answer_by(page.context, world)
    voter.stand(world.kept("issuing") | {"isResumed": True})
    voter.wait_for("paused")
    assert NOT_BELIEVED in voter.text
    world.lies["node-1"] = prove_by(RECORD)
    voter.press("Try again")
    voter.wait_for("receipt")
    assert "sent from another device with your words" in voter.text
