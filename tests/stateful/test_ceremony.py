"""Key ceremonies: whoever acts, lies or is silent, they end as the model says."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any, Final

import pytest
from eth_account.signers.local import LocalAccount
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from typing_extensions import override
from web3.contract.contract import ContractFunction

from election.crypto.group import encode_point
from election.crypto.sharing import combine_shares
from election.crypto.transcript import Hash
from election.errors import FaultyTrusteeError
from election.protocol.ceremony.attempt import Kind
from tests.contracts.bad_points import flip
from tests.contracts.ceremony_run import CeremonyRun, Step
from tests.contracts.chain import LocalChain, make_account
from tests.contracts.conftest import join_ceremony
from tests.contracts.election_setup import (
    STEP_SECONDS,
    TRUSTEES,
    Deployed,
    Roster,
    Setup,
    deploy_election,
)
from tests.stateful.ceremony_model import CeremonyModel
from tests.stateful.pace import tell

ANYBODY: Final = make_account("anybody")
ROSTERS: Final = (
    Roster(k=2, n=3, reserves=1),
    Roster(k=2, n=3, reserves=2, commission=(1, 5)),
    Roster(k=3, n=4),
)
ACTING: Final = tuple(Step)[:5]


@cache
def deploy(roster: Roster) -> Deployed:
    """Deploy an election, in the first second of KEYS."""
    deployed = deploy_election(LocalChain(), Setup(trustees=roster))
    deployed.open_keys()
    return deployed


class Ceremony(RuleBasedStateMachine):
    """The trustees' ceremony, with members who are honest, silent or worse."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.is_checked = False

    @initialize(
        roster=st.sampled_from(ROSTERS),
        plays=st.sampled_from((3, 4, 5, 0)),
        is_anew=st.booleans(),
    )
    def begin(self, roster: Roster, plays: int, *, is_anew: bool) -> None:
        """Let some steps pass, perhaps of an attempt without the first member."""
        deployed = deploy(roster)
        self.chain = deployed.chain
        self.stack.enter_context(self.chain.unwound())
        self.run: CeremonyRun[Any] = join_ceremony(deployed, Kind.TRUSTEES)
        times = deployed.times
        self.model = CeremonyModel(roster, TRUSTEES, 2, times[0], times[1])
        if is_anew:
            self.wait_for_the_deadline(0)
            self.expire()
        for _ in range(plays):
            self.finish_step()

    @override
    def teardown(self) -> None:
        self.stack.close()

    @property
    def now(self) -> int:
        return self.chain.engine.next_timestamp()

    # Honest acts

    def act(self, member: int) -> None:
        act = self.run.honest_act(self.model.step, member)
        now = self.now
        self.run.send(act, member)
        self.model.take_turn(member, now)

    def can_act(self) -> bool:
        """Tell whether somebody can act honestly now."""
        is_ready = (
            self.model.step is not Step.CONFIRM
            or len(self.model.derived) == self.model.slots
        )
        is_early = self.now < self.model.closing
        return is_ready and is_early and not self.model.is_over

    @precondition(lambda self: self.can_act() and self.model.willing())
    @rule(data=st.data())
    def let_a_member_act(self, data: st.DataObject) -> None:
        self.act(data.draw(st.sampled_from(self.model.willing())))

    @precondition(lambda self: self.now < self.model.closing)
    @rule()
    def finish_step(self) -> None:
        """Let all who still can act do so."""
        if self.model.step is Step.CONFIRM:
            for slot in range(1, self.model.slots + 1):
                self.derive(slot)
        if self.can_act():
            for member in self.model.willing():
                self.act(member)

    @rule(slot=st.sampled_from((1, 2)))
    def derive(self, slot: int) -> None:
        is_revealed = self.model.step in (Step.SHARES, Step.CONFIRM)
        functions = self.run.contract.functions
        act = self.run.derive(slot) if is_revealed else functions.derive(slot, b"")
        if self.attempt(act, ANYBODY, self.model.derive_refusal(slot, self.now)):
            self.model.derived.add(slot)

    def attempt(
        self, act: ContractFunction, who: LocalAccount, expected: str | None
    ) -> bool:
        assert self.chain.refusal(act, who) == expected
        if expected is None:
            self.chain.send(act, who)
        return expected is None

    # Other acts

    def hollow_act(self, step: Step) -> ContractFunction:
        """Act in a step with nothing in one's hands."""
        view = self.run.contract.functions
        acts: dict[Step, ContractFunction] = {
            Step.ENROLL: view.enroll(bytes(128), bytes(128), 0),
            Step.COMMIT: view.commit(bytes(32)),
            Step.REVEAL: view.reveal(b"", b"", 0, bytes(32)),
            Step.SHARES: view.deal(b"", []),
            Step.CONFIRM: view.confirm(b"", 0),
        }
        return acts[step]

    @rule(data=st.data())
    def act_out_of_turn(self, data: st.DataObject) -> None:
        whole = [*self.model.seats, *self.model.reserves, *self.model.excluded, ANYBODY]
        turns = [
            (step, who)
            for step in sorted(ACTING, key=lambda each: each is not self.model.step)
            for who in whole
            if self.model.act_refusal(step, who, self.now) is not None
        ]
        step, who = data.draw(st.sampled_from(turns))
        expected = self.model.act_refusal(step, who, self.now)
        assert self.chain.refusal(self.hollow_act(step), who) == expected

    @precondition(lambda self: self.can_act() and self.model.step is Step.COMMIT)
    @rule(data=st.data())
    def commit_to_nothing(self, data: st.DataObject) -> None:
        member = data.draw(st.sampled_from(self.model.silent()))
        now = self.now
        self.run.send(self.run.commit(Hash(b"\1" * 32)), member)
        self.model.mute.add(member)
        self.model.take_turn(member, now)

    @precondition(lambda self: self.can_act() and self.model.step is Step.REVEAL)
    @rule(data=st.data())
    def reveal_what_was_not_committed_to(self, data: st.DataObject) -> None:
        member = data.draw(st.sampled_from(self.model.silent()))
        message = self.run.reveals[member]
        act = self.run.reveal(replace(message, salt=Hash(flip(message.salt))))
        expected = "key_ceremony: not as committed"
        assert self.chain.refusal(act, self.run.account(member)) == expected

    @precondition(lambda self: self.can_act() and self.model.step is Step.SHARES)
    @rule(data=st.data())
    def deal_wrongly(self, data: st.DataObject) -> None:
        """Deal one member one wrong share."""
        dealer = data.draw(st.sampled_from(self.model.silent()))
        others = [each for each in self.model.members if each != dealer]
        victim = data.draw(st.sampled_from(others))
        at = others.index(victim) * self.model.slots + data.draw(st.integers(0, 1))
        honest = self.run.deals[dealer]
        words = list(honest.ciphertexts)
        words[at] = Hash(flip(words[at]))
        self.run.deals[dealer] = replace(honest, ciphertexts=tuple(words))
        self.model.wronged.add((dealer, victim))
        self.act(dealer)

    def can_complain(self) -> bool:
        return self.model.step is Step.CONFIRM and self.now < self.model.closing

    @precondition(lambda self: self.can_complain())
    @rule(data=st.data())
    def complain(self, data: st.DataObject) -> None:
        """Complain about somebody who dealt wrongly, if anybody did, or did not."""
        silent = self.model.silent()
        pairs = [(d, m) for d in self.model.members for m in silent if d != m]
        wronged = sorted(self.model.wronged & set(pairs))
        dealer, member = data.draw(st.sampled_from([*wronged, *pairs]))
        act = self.run.complain(self.run.complaint(member, dealer))
        now = self.now
        receipt = self.run.send(act, member)
        (judged,) = self.run.events("ComplaintJudged", receipt)
        assert judged["culprit"] == self.model.judge(member, dealer, now)
        self.run = self.run.again()

    @precondition(lambda self: self.can_complain() and self.model.wronged)
    @rule(data=st.data())
    def open_wrong_shares(self, data: st.DataObject) -> None:
        """The victim knows whom to blame."""
        victim = data.draw(st.sampled_from(sorted({m for _, m in self.model.wronged})))
        first = min(dealer for dealer, m in self.model.wronged if m == victim)
        with pytest.raises(FaultyTrusteeError, match=rf"\b{first}\b"):
            self.run.key_share(victim)

    # Time

    @rule(seconds=st.sampled_from((1, STEP_SECONDS // 2)))
    def wait(self, seconds: int) -> None:
        self.chain.engine.mine(self.chain.now + seconds)

    @precondition(lambda self: self.chain.now < self.model.deadline - 1)
    @rule(shift=st.sampled_from((0, -1)))
    def wait_for_the_deadline(self, shift: int) -> None:
        """Give what follows the second of the deadline, or the one before."""
        self.chain.engine.mine(max(self.now, self.model.deadline + shift - 1))

    @rule()
    def expire(self) -> None:
        now = self.now
        act = self.run.contract.functions.expire()
        if self.attempt(act, ANYBODY, self.model.expire_refusal(now)):
            self.model.exclude(self.model.silent()[0], now)
            self.run = self.run.again()

    # The model

    @invariant()
    def ceremony_is_the_models(self) -> None:
        view, model = self.run.contract.functions, self.model
        assert view.step().call() == model.step
        assert view.attempt().call() == model.attempt
        assert view.deadline().call() == model.deadline
        if model.step is not Step.FAILED:
            seated = [view.member(at).call() for at in range(1, view.n().call() + 1)]
            assert seated == [each.address for each in model.seats]
            gone = [each for each in model.accounts if each not in model.seats]
            assert all(view.seat(each.address).call() == 0 for each in gone[:3])

    @precondition(lambda self: self.model.step is Step.FINAL and not self.is_checked)
    @invariant()
    def any_threshold_has_the_key(self) -> None:
        self.is_checked = True
        shares = {each: self.run.key_share(each) for each in self.model.members}
        base, view = self.run.attempt.group.base, self.run.contract.functions
        for some in combinations(shares, self.model.roster.k):
            for slot in range(self.model.slots):
                parts = {each: base * shares[each].secrets[slot] for each in some}
                key = encode_point(combine_shares(parts))
                assert key == view.key(slot + 1).call()


def test_ceremony_is_the_models() -> None:
    for roster in ROSTERS:
        deploy(roster)
    tell(Ceremony, stories=12, steps=10)
