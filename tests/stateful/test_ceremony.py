"""Key ceremonies: whoever acts, lies or is silent, they end as the model says."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from itertools import combinations, product
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
from election.protocol.abi import ContractName
from election.protocol.ceremony.attempt import Kind, Step
from tests.contracts.bad_points import flip
from tests.contracts.ceremony_run import CeremonyRun
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
from tests.stateful.answers import draw_by_answer
from tests.stateful.ceremony_model import CeremonyModel
from tests.stateful.missteps import (
    COMPLAINTS,
    MISSTEPS,
    STEPS,
    complain_falsely,
    hollow_act,
)
from tests.stateful.pace import Pace, tell
from tests.stateful.weakened import assert_noticed

ANYBODY: Final = make_account("anybody")
ROSTERS: Final = (
    Roster(k=2, n=3, reserves=1),
    Roster(k=2, n=3, reserves=2, commission=(1, 5)),
    Roster(k=3, n=4),
)
PACE: Final = Pace(volumes=3, steps=14)
ENOUGH: Final = 6
"""Acts before phase KEYS ends."""


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
        self.acts = 0

    @initialize(
        roster=st.sampled_from(ROSTERS),
        liars=st.sampled_from(((1,), (2, 1), ())),
        plays=st.sampled_from((4, 4, 3, 2, 1, 0)),
        is_anew=st.sampled_from((False, False, True)),
    )
    def begin(
        self, roster: Roster, liars: tuple[int, ...], plays: int, *, is_anew: bool
    ) -> None:
        """Let some steps pass, perhaps of an attempt without the first member.

        liars: who deal the next member a wrong share, if it comes to that.
        """
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
            if self.model.step is Step.SHARES:
                for liar in liars:
                    self.deal_one_wrong_share(liar, liar + 1, 0)
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
        is_ready = self.model.step is not Step.CONFIRM or not self.model.underived()
        is_early = self.now < self.model.closing
        return is_ready and is_early and not self.model.is_over

    @precondition(lambda self: self.can_act() and self.model.willing())
    @rule(data=st.data())
    def let_a_member_act(self, data: st.DataObject) -> None:
        self.act(data.draw(st.sampled_from(self.model.willing())))

    @precondition(lambda self: self.now < self.model.closing)
    @precondition(lambda self: not self.model.is_over and self.model.willing())
    @rule()
    def finish_step(self) -> None:
        """Let all who still can act do so."""
        if self.model.step is Step.CONFIRM:
            for slot in self.model.underived():
                self.derive(slot)
        for member in self.model.willing():
            if self.can_act():
                self.act(member)

    @precondition(lambda self: self.model.step > Step.COMMIT)
    @rule(data=st.data())
    def derive_a_slot(self, data: st.DataObject) -> None:
        def answer(slot: int) -> str | None:
            return self.model.derive_refusal(slot, self.now)

        self.derive(draw_by_answer(data, range(self.model.slots + 2), answer))

    def derive(self, slot: int) -> None:
        is_revealed = self.model.step in (Step.SHARES, Step.CONFIRM)
        functions = self.run.contract.functions
        is_slot = 1 <= slot <= self.model.slots
        act = functions.derive(slot, b"")
        if is_revealed and is_slot:
            act = self.run.derive(slot)
        if self.attempt(act, ANYBODY, self.model.derive_refusal(slot, self.now)):
            self.model.derived.add(slot)

    def attempt(
        self, act: ContractFunction, who: LocalAccount, expected: str | None
    ) -> bool:
        self.acts += 1
        assert self.chain.refusal(act, who) == expected
        if expected is None:
            self.chain.send(act, who)
        return expected is None

    # Other acts

    @rule(data=st.data())
    def speak_out_of_turn(self, data: st.DataObject) -> None:
        whole = [*self.model.seats, *self.model.reserves, *self.model.excluded, ANYBODY]

        def answer(option: tuple[str, int]) -> str | None:
            name, at = option
            is_complaint = name == "complain"
            refusal = (
                self.model.turn_refusal if is_complaint else self.model.act_refusal
            )
            return refusal(STEPS[name], whole[at], self.now)

        everything = product(STEPS, range(len(whole)))
        options = [each for each in everything if answer(each) is not None]
        name, at = draw_by_answer(data, options, answer)
        act = hollow_act(self.run, name)
        self.attempt(act, whole[at], answer((name, at)))

    @precondition(lambda self: self.can_act() and self.model.step is Step.COMMIT)
    @rule(data=st.data())
    def commit_to_nothing(self, data: st.DataObject) -> None:
        member = data.draw(st.sampled_from(self.model.silent()))
        now = self.now
        self.run.send(self.run.commit(Hash(b"\1" * 32)), member)
        self.model.mute.add(member)
        self.model.take_turn(member, now)

    def can_misstep(self) -> bool:
        """Tell whether somebody who could act honestly can also do so wrongly."""
        return (
            self.model.step in MISSTEPS
            and self.can_act()
            and bool(self.model.willing())
        )

    @precondition(can_misstep)
    @rule(data=st.data())
    def misstep(self, data: st.DataObject) -> None:
        member = data.draw(st.sampled_from(self.model.willing()))
        name = data.draw(st.sampled_from(sorted(MISSTEPS[self.model.step])))
        reason, make = MISSTEPS[self.model.step][name]
        self.attempt(make(self.run, member), self.run.account(member), reason)

    @precondition(lambda self: self.can_act() and self.model.step is Step.SHARES)
    @rule(data=st.data())
    def deal_wrongly(self, data: st.DataObject) -> None:
        """Deal one member one wrong share."""
        dealer = data.draw(st.sampled_from(self.model.silent()))
        others = [each for each in self.model.members if each != dealer]
        victim = data.draw(st.sampled_from(others))
        self.deal_one_wrong_share(dealer, victim, data.draw(st.integers(0, 1)))

    def deal_one_wrong_share(self, dealer: int, victim: int, slot: int) -> None:
        others = [each for each in self.model.members if each != dealer]
        at = others.index(victim) * self.model.slots + slot
        words = list(self.run.deals[dealer].ciphertexts)
        words[at] = Hash(flip(words[at]))
        self.run.deal_instead(dealer, words)
        self.model.wronged.add((dealer, victim))
        self.act(dealer)

    def can_complain(self) -> bool:
        return self.model.step is Step.CONFIRM and self.now < self.model.closing

    @precondition(lambda self: self.can_complain())
    @rule(data=st.data())
    def complain(self, data: st.DataObject) -> None:
        """Complain about somebody who dealt wrongly, if anybody did, or did not."""
        pairs = self.model.complaints()
        wronged = sorted(self.model.wronged & set(pairs))
        dealer, member = data.draw(st.sampled_from([*wronged, *pairs]))
        act = self.run.complain(self.run.complaint(member, dealer))
        now = self.now
        receipt = self.run.send(act, member)
        (judged,) = self.run.events("ComplaintJudged", receipt)
        assert judged["culprit"] == self.model.judge(member, dealer, now)
        self.run = self.run.again()

    @precondition(lambda self: self.can_complain())
    @rule(data=st.data())
    def complain_falsely(self, data: st.DataObject) -> None:
        dealer, member = data.draw(st.sampled_from(self.model.complaints()))
        name = data.draw(st.sampled_from(sorted(COMPLAINTS)))
        act = complain_falsely(self.run, member, dealer, name)
        self.attempt(act, self.run.account(member), COMPLAINTS[name][0])

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

    @precondition(lambda self: self.acts >= ENOUGH and self.now < self.model.closing)
    @rule(shift=st.sampled_from((0, -1)))
    def wait_for_the_end_of_the_phase(self, shift: int) -> None:
        """Give what follows the first second after the phase, or its last one."""
        self.chain.engine.mine(max(self.now, self.model.closing + shift - 1))

    @precondition(lambda self: self.now >= self.model.deadline - STEP_SECONDS // 2)
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
        view = self.chain.view(self.run.contract, ContractName.KEY_CEREMONY)
        model = self.model
        assert view.read("step") == model.step
        assert view.read("attempt") == model.attempt
        assert view.read("deadline") == model.deadline
        if model.step is not Step.FAILED:
            places = [(at,) for at in range(1, view.read("n") + 1)]
            seated = view.read_each("member", places)
            assert seated == [_raw(each) for each in model.seats]
            gone = [each for each in model.accounts if each not in model.seats]
            left = view.read_each("seat", [(_raw(each),) for each in gone[:3]])
            assert left == [0] * len(left)

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


def _raw(account: LocalAccount) -> bytes:
    return bytes.fromhex(account.address[2:])


def prepare() -> None:
    for roster in ROSTERS:
        deploy(roster)


def test_ceremony_is_the_models() -> None:
    prepare()
    tell(Ceremony, PACE)


def test_weakness_of_a_ceremony_is_noticed() -> None:
    prepare()
    assert_noticed(
        Ceremony, PACE, "contracts/KeyCeremony.vy: key_ceremony: step has time left"
    )
