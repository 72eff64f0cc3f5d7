"""One attempt of a key ceremony on chain, its members played by the library."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Generic

from eth_account.signers.local import LocalAccount
from web3 import Web3
from web3.contract import Contract
from web3.contract.contract import ContractFunction
from web3.types import TxReceipt

from election.crypto.group import Point
from election.crypto.randomness import SecretSource
from election.crypto.transcript import Address, Hash, hash_bytes
from election.protocol.ceremony.attempt import (
    Attempt,
    BoundAttempt,
    Group,
    Step,
    bind_attempt,
)
from election.protocol.ceremony.complaint import Complaint, complain
from election.protocol.ceremony.confirmation import (
    Confirmation,
    KeyShare,
    confirm,
    derive_digest,
    open_key_share,
)
from election.protocol.ceremony.dealing import (
    Deal,
    Dealt,
    accept_deal,
    deal,
    prove_deal,
)
from election.protocol.ceremony.enrolment import Enrolment, accept_enrolment, enroll
from election.protocol.ceremony.polynomials import (
    CeremonyKeys,
    Reveal,
    Revealed,
    accept_reveal,
    commit,
    derive_keys,
    reveal,
)
from tests.contracts.chain import LocalChain


class CeremonyRun(Generic[Point]):
    """The contract's current attempt, and what each member would send.

    Honest messages are a function of the attempt. A test puts another reveal or deal
    into `reveals` or `deals`, or a source of secrets into `sources`, before it asks for
    what follows from them. closing: when phase KEYS ends.
    """

    def __init__(
        self,
        chain: LocalChain,
        contract: Contract,
        *,
        group: Group[Point],
        election_id: Hash,
        closing: int,
        accounts: tuple[LocalAccount, ...],
    ) -> None:
        self.chain = chain
        self.contract = contract
        self.closing = closing
        self._group: Group[Point] = group
        self._election_id = election_id
        self._accounts = accounts
        self.sources: dict[int, SecretSource] = {}

    def again(self) -> CeremonyRun[Point]:
        """Take part in the attempt that followed."""
        return CeremonyRun(
            self.chain,
            self.contract,
            group=self._group,
            election_id=self._election_id,
            closing=self.closing,
            accounts=self._accounts,
        )

    # Who takes part

    @cached_property
    def attempt(self) -> Attempt[Point]:
        """Read the attempt from the contract."""
        view = self.contract.functions
        members = (view.member(i).call() for i in range(1, view.n().call() + 1))
        return Attempt(
            group=self._group,
            chain_id=self.chain.chain_id,
            ceremony=Address(Web3.to_bytes(hexstr=self.contract.address)),
            election_id=self._election_id,
            number=view.attempt().call(),
            threshold=view.k().call(),
            slots=view.slots().call(),
            members=tuple(Address(Web3.to_bytes(hexstr=m)) for m in members),
        )

    @property
    def members(self) -> range:
        """Give the indices of the members."""
        return range(1, len(self.attempt.members) + 1)

    def read_step(self) -> Step:
        """Ask the contract where the attempt is."""
        return Step(self.contract.functions.step().call())

    def account(self, member: int) -> LocalAccount:
        """Give the account of a member."""
        address = self.attempt.members[member - 1]
        return next(
            a for a in self._accounts if bytes.fromhex(a.address[2:]) == address
        )

    def source(self, member: int) -> SecretSource:
        """Give a member's secrets of this attempt."""
        if member in self.sources:
            return self.sources[member]
        seed = self.attempt.members[member - 1] + bytes([self.attempt.number])
        return SecretSource(randomness=hash_bytes(seed) * 2, key=b"")

    # What they send, and what follows from it

    @cached_property
    def enrolments(self) -> dict[int, Enrolment]:
        """Give every member's enrolment."""
        return {m: enroll(self.attempt, m, source=self.source(m)) for m in self.members}

    @cached_property
    def bound(self) -> BoundAttempt[Point]:
        """Bind the attempt to the members' encryption keys."""
        keys = [
            accept_enrolment(message, self.attempt, member=m)
            for m, message in self.enrolments.items()
        ]
        return bind_attempt(self.attempt, keys)

    def commitment(self, member: int) -> Hash:
        """Commit to a member's honest reveal."""
        return commit(self.bound, member, source=self.source(member))

    @cached_property
    def reveals(self) -> dict[int, Reveal]:
        """Give every member's reveal."""
        return {m: reveal(self.bound, m, source=self.source(m)) for m in self.members}

    @cached_property
    def revealed(self) -> tuple[Revealed[Point], ...]:
        """Give every member's accepted reveal; all are honest."""
        accepted: list[Revealed[Point]] = []
        for member, message in self.reveals.items():
            revealed = accept_reveal(
                message,
                self.bound,
                member=member,
                commitment=self.commitment(member),
                earlier=accepted,
            )
            accepted.append(revealed)
        return tuple(accepted)

    @cached_property
    def deals(self) -> dict[int, Deal]:
        """Give every member's deal."""
        return {m: deal(self.bound, m, source=self.source(m)) for m in self.members}

    def deal_instead(self, member: int, ciphertexts: Sequence[Hash]) -> None:
        """Let a member deal something else than its shares."""
        self.deals[member] = prove_deal(
            tuple(ciphertexts), self.bound, member, source=self.source(member)
        )

    @cached_property
    def dealt(self) -> tuple[Dealt, ...]:
        """Give every member's deal, its proof accepted."""
        return tuple(
            accept_deal(message, self.bound, member=m, revealed=self.revealed[m - 1])
            for m, message in self.deals.items()
        )

    @cached_property
    def keys(self) -> CeremonyKeys[Point]:
        """Derive all keys."""
        return derive_keys(self.bound, self.revealed)

    def part(self, member: int, slot: int) -> bytes:
        """Cut the coefficients of one slot out of a member's reveal."""
        size = self._group.point_bytes * self.attempt.threshold
        return self.reveals[member].coefficients[(slot - 1) * size : slot * size]

    def key_share(self, member: int) -> KeyShare:
        """Combine what a member was dealt."""
        return open_key_share(
            self.bound,
            member,
            reveals=self.revealed,
            deals=self.dealt,
            source=self.source(member),
        )

    def confirmation(self, member: int) -> Confirmation:
        """Make a member's confirmation."""
        return confirm(
            self.bound,
            self.key_share(member),
            keys=self.keys,
            digest=derive_digest(self.bound, self.revealed, self.dealt),
            source=self.source(member),
        )

    def complaint(self, member: int, dealer: int) -> Complaint:
        """Make a member's complaint about a dealer."""
        return complain(
            self.dealt[dealer - 1],
            self.bound,
            dealer=dealer,
            member=member,
            source=self.source(member),
        )

    # Acts of the contract

    def enroll(self, message: Enrolment) -> ContractFunction:
        """Act: give an encryption key."""
        return self.contract.functions.enroll(message.key, message.t, message.s)

    def commit(self, commitment: Hash) -> ContractFunction:
        """Act: commit to the polynomials."""
        return self.contract.functions.commit(commitment)

    def reveal(self, message: Reveal) -> ContractFunction:
        """Act: show the polynomials in the exponent."""
        return self.contract.functions.reveal(
            message.coefficients, message.t, message.s, message.salt
        )

    def derive(self, slot: int) -> ContractFunction:
        """Act: add up what all revealed of a slot."""
        parts = b"".join(self.part(member, slot) for member in self.members)
        return self.contract.functions.derive(slot, parts)

    def deal(self, message: Deal) -> ContractFunction:
        """Act: give all others their shares."""
        return self.contract.functions.deal(
            message.r, message.t, message.s, message.ciphertexts
        )

    def confirm(self, message: Confirmation) -> ContractFunction:
        """Act: prove to hold the shares."""
        return self.contract.functions.confirm(message.t, message.s)

    def complain(self, message: Complaint) -> ContractFunction:
        """Act: have a dealer judged by what he revealed and dealt."""
        dealer = message.dealer
        return self.contract.functions.complain(
            dealer,
            self.reveals[dealer].coefficients,
            self.deals[dealer].r,
            self.deals[dealer].ciphertexts,
            message.z,
            message.t1,
            message.t2,
            message.s,
        )

    def events(
        self, name: str, receipt: TxReceipt | None = None
    ) -> list[dict[str, Any]]:
        """List the contract's events of one name, all of them or those of an act."""
        return self.chain.events(self.contract, name, receipt)

    # Playing

    def honest_act(self, step: Step, member: int) -> ContractFunction:
        """Give what an honest member sends in a step."""
        match step:
            case Step.ENROLL:
                return self.enroll(self.enrolments[member])
            case Step.COMMIT:
                return self.commit(self.commitment(member))
            case Step.REVEAL:
                return self.reveal(self.reveals[member])
            case Step.SHARES:
                return self.deal(self.deals[member])
            case _:
                return self.confirm(self.confirmation(member))

    def send(self, act: ContractFunction, member: int) -> TxReceipt:
        """Send an act from a member's account."""
        return self.chain.send(act, self.account(member))

    def play(self, step: Step, members: range | tuple[int, ...]) -> None:
        """Let these members act in a step."""
        for member in members:
            self.send(self.honest_act(step, member), member)

    def derive_all(self) -> None:
        """Derive every slot, from an account that is no member's."""
        for slot in range(1, self.attempt.slots + 1):
            self.chain.send(self.derive(slot), self.chain.deployer)

    def play_until(self, target: Step) -> None:
        """Let all members act, step by step, until the target is reached."""
        while (step := self.read_step()) < target:
            if step is Step.CONFIRM:
                self.derive_all()
            self.play(step, self.members)
