"""Tallies: whatever is sent after the polls, only right counts come out, in order."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import product
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from typing_extensions import override

from election.client.wire import Act, Receipt
from election.crypto.signature import SigningKey
from election.protocol.abi import ContractName, decode_event
from election.protocol.decryption import Result
from election.protocol.events import ShareAccepted
from election.protocol.phases import Phase, derive_extension_hash
from election.protocol.tally import TallyState
from rehearsal.chains import travel_to
from tests.contracts.rehearsal import (
    LARGE,
    LONELY,
    SMALL,
    TRUSTEES,
    ballots_cast,
)
from tests.contracts.sums import authorize
from tests.stateful.answers import draw_by_answer
from tests.stateful.claims import (
    OVERRIDES,
    SHARES,
    Claim,
    list_claims,
    share_of,
    sum_up,
)
from tests.stateful.pace import Pace, tell
from tests.stateful.phases_model import LONGEST
from tests.stateful.tally_model import CONTESTS, NOT_STORED, TallyModel
from tests.stateful.weakened import assert_noticed

PACE: Final = Pace(volumes=3, steps=18)
NO_CONTEST: Final = 999
SEATS: Final = range(TRUSTEES + 2)
BEGINNINGS: Final = ("shared", "frozen", "shared", "closed", "open")
"""Three gave their shares, all is frozen, the polls are closed, the polls are open."""


class Tallying(RuleBasedStateMachine):
    """The end of an election, with trustees and strangers who send what they like."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.rehearsal = self.stack.enter_context(ballots_cast().unwound())
        self.opened, self.roles = self.rehearsal.opened, self.rehearsal.roles
        self.model = TallyModel(self.opened.rules.times)

    @override
    def teardown(self) -> None:
        self.stack.close()

    @initialize(beginning=st.sampled_from(BEGINNINGS))
    def begin(self, beginning: str) -> None:
        self.travel_to(self.model.closings()[beginning != "open"] - 2)
        if beginning in ("frozen", "shared"):
            self.travel_to(self.model.closings()[1])
            for contest in CONTESTS:
                self.rehearsal.send(self.opened.tally.freeze(contest))
                self.model.sums[contest].freeze()
        if beginning == "shared":
            for contest, trustee in product((LARGE, SMALL), (1, 3, 4)):
                self.give_share(contest, trustee)

    def give_share(self, contest: int, trustee: int) -> None:
        share = share_of(contest, trustee)
        act = self.opened.tally.submit_share(contest, trustee, share=share)
        self.rehearsal.send(act, self.account(trustee))
        self.model.sums[contest].shares.add(trustee)

    @property
    def now(self) -> int:
        return self.opened.connection.read_clock()

    def travel_to(self, timestamp: int) -> None:
        travel_to(self.opened.connection, timestamp)

    def account(self, trustee: int) -> SigningKey:
        """Give the account of a seat, one of a trustee's for a seat that is none."""
        return self.roles.trustees[(trustee - 1) % TRUSTEES].key

    def attempt(
        self, act: Act, expected: str | None, sender: SigningKey | None = None
    ) -> Receipt | None:
        """Send what is taken."""
        assert self.rehearsal.refusal(act, sender) == expected
        return None if expected else self.rehearsal.send(act, sender)

    # Time

    @precondition(lambda self: self.model.phase(self.now) < Phase.CLOSED)
    @rule(shift=st.sampled_from((-1, -2)))
    def travel_to_the_close(self, shift: int) -> None:
        """Give what follows the first second after the close, or the last before."""
        self.travel_to(max(self.now, self.model.closings()[1] + shift))

    @precondition(lambda self: self.model.phase(self.now) < Phase.TALLY)
    @rule(delta=st.sampled_from((60, LONGEST // 2, LONGEST)))
    def extend(self, delta: int) -> None:
        """Move the close."""
        digest = derive_extension_hash(
            self.opened.election.election_id(),
            chain_id=self.opened.connection.chain_id,
            election=self.opened.address,
            counter=len(self.model.deltas),
            delta=delta,
        )
        given = authorize(digest, self.roles)
        act = self.opened.election.extend(
            delta, commission=given.commission, observers=given.observers
        )
        if self.attempt(act, self.model.extension_refusal(delta, self.now)):
            self.model.deltas.append(delta)
            self.compare()

    # Acts

    @precondition(lambda self: self.model.has(TallyState.NONE))
    @rule(data=st.data())
    def freeze(self, data: st.DataObject) -> None:
        def answer(contest: int) -> str | None:
            return self.model.freeze_refusal(contest, self.now)

        contest = draw_by_answer(data, (*CONTESTS, NO_CONTEST), answer)
        if self.attempt(self.opened.tally.freeze(contest), answer(contest)):
            self.model.sums[contest].freeze()
            self.compare()

    @precondition(lambda self: self.model.has(TallyState.WITHHELD))
    @rule(data=st.data())
    def override(self, data: st.DataObject) -> None:
        def answer(option: tuple[int, str]) -> str | None:
            contest, name = option
            return self.model.override_refusal(contest, OVERRIDES[name][1])

        options = product((LONELY, SMALL, NO_CONTEST), OVERRIDES)
        contest, name = draw_by_answer(data, options, answer)
        given = OVERRIDES[name][0](self.roles)
        act = self.opened.tally.override(
            contest, commission=given.commission, observers=given.observers
        )
        if self.attempt(act, answer((contest, name))):
            self.model.override(contest)
            self.compare()

    @rule(data=st.data())
    def submit_share(self, data: st.DataObject) -> None:
        """Give a share, rightly or wrongly, from the right account or another's."""

        def answer(option: tuple[int, int, int, str]) -> str | None:
            contest, trustee, shift, name = option
            refusal = self.model.share_refusal(
                contest,
                trustee,
                is_own_account=shift == 0,
                slots=len(SHARES[name](contest, trustee).decryption) // 128,
            )
            return refusal or (None if name == "own" else NOT_STORED)

        options = product(CONTESTS, SEATS, (0, 1), SHARES)
        option = draw_by_answer(data, options, answer)
        contest, trustee, shift, name = option
        act = self.opened.tally.submit_share(
            contest, trustee, share=SHARES[name](contest, trustee)
        )
        reason = answer(option)
        expected = None if reason == NOT_STORED else reason
        receipt = self.attempt(act, expected, self.account(trustee + shift))
        if receipt is not None:
            (log,) = receipt.logs
            is_stored = type(decode_event(log, ContractName.TALLY)) is ShareAccepted
            assert is_stored == (reason is None)
            self.model.sums[contest].shares |= {trustee} if is_stored else set()
            self.compare()

    @precondition(lambda self: self.model.has(TallyState.OPEN))
    @rule(data=st.data())
    def finalize(self, data: st.DataObject) -> None:
        """Claim right or wrong counts, by the shares of these or those."""

        def answer(option: tuple[int, Claim]) -> str | None:
            contest, claim = option
            return self.model.result_refusal(contest, claim.trustees, claim.counts)

        options = [
            (contest, claim)
            for contest in CONTESTS
            for claim in list_claims(self.model.sums[contest])
        ]
        contest, claim = draw_by_answer(data, options, answer, taken=1)
        result = Result(claim.trustees, claim.counts)
        act = self.opened.tally.finalize(contest, result)
        if self.attempt(act, answer((contest, claim))):
            self.model.finalize(contest)
            self.compare()

    # The model

    def compare(self) -> None:
        """Read all that is public; only what is sent can have changed it."""
        tally, model = self.opened.tally, self.model
        for contest, expected in model.sums.items():
            assert tally.state(contest) is expected.state
            assert tally.counts(contest) == expected.counts
            stored = tally.shares(contest, trustees=TRUSTEES)
            assert stored == [
                share_of(contest, each).decryption if each in expected.shares else b""
                for each in range(1, TRUSTEES + 1)
            ]
        assert tally.contract.read("frozen") == model.frozen
        assert tally.contract.read("final") == model.final
        assert self.opened.election.phase() is model.phase(self.now)
        assert self.opened.election.closings() == model.closings()


def prepare() -> None:
    for contest in CONTESTS:
        sum_up(contest)
        for trustee in range(1, TRUSTEES + 1):
            share_of(contest, trustee)


def test_tally_is_the_models() -> None:
    prepare()
    tell(Tallying, PACE)


def test_weakness_of_a_tally_is_noticed() -> None:
    prepare()
    assert_noticed(Tallying, PACE, "contracts/Tally.vy: small sums are opened")
