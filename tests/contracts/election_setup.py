"""Elections on a local chain: their rules, and their deployment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from eth_account.signers.local import LocalAccount
from web3.contract import Contract

from election.artifacts import SMALL_BOX, read_artifact
from election.protocol.context import derive_texts_hash
from tests.contracts.chain import LocalChain, make_account

DAY: Final = 86_400
STEP_SECONDS: Final = 600

TRUSTEES: Final = tuple(make_account(f"trustee {i}") for i in range(1, 21))
ISSUERS: Final = tuple(make_account(f"issuer {i}") for i in range(1, 21))
COMMISSION: Final = make_account("commission")
PORTAL: Final = make_account("portal")
SMS_GATEWAY: Final = make_account("sms gateway")
POLLING_STATION: Final = make_account("polling station")
OBSERVERS: Final = tuple(make_account(f"observer {i}") for i in range(1, 4))


@dataclass(frozen=True, slots=True)
class Roster:
    """k of n members; `commission` are the positions, from 1, of the commission's."""

    k: int
    n: int
    reserves: int = 0
    commission: tuple[int, ...] = ()

    def encode(self, accounts: tuple[LocalAccount, ...]) -> tuple[Any, ...]:
        """Encode as the constructor takes it."""
        listed = accounts[: self.n + self.reserves]
        members = [
            (account.address, position in self.commission)
            for position, account in enumerate(listed, 1)
        ]
        return self.k, self.n, members


@dataclass(frozen=True, slots=True)
class Setup:
    """What an election is deployed with."""

    trustees: Roster = Roster(k=2, n=3)
    issuers: Roster = Roster(k=2, n=3)
    candidates: tuple[int, ...] = (2, 2)
    step_seconds: int = STEP_SECONDS
    m_min: int = 2
    days: tuple[int, ...] = field(default=(1, 2, 3, 4, 5, 6, 7))

    def rules(self, start: int) -> tuple[Any, ...]:
        """Encode the rules of an election that is deployed at this time."""
        return (
            "test-election",
            "Test election",
            True,
            [start + day * DAY for day in self.days],
            self.step_seconds,
            self.m_min,
            COMMISSION.address,
            PORTAL.address,
            SMS_GATEWAY.address,
            POLLING_STATION.address,
            [observer.address for observer in OBSERVERS],
            2,
            bytes(32),
        )

    def contests(self) -> list[tuple[int, int, bytes]]:
        """Encode the contests, with ids 1, 2, ..., as the constructor takes them."""
        return [
            (number, len(names), derive_texts_hash(title, names, particulars))
            for number, title, names, particulars in self.texts()
        ]

    def texts(self) -> list[tuple[int, str, list[str], list[str]]]:
        """List the texts of all contests."""
        return [
            (
                contest,
                f"District {contest}",
                [f"Candidate {contest}.{j}" for j in range(1, count + 1)],
                [f"born in {1950 + j}" for j in range(1, count + 1)],
            )
            for contest, count in enumerate(self.candidates, 1)
        ]


DEFAULT: Final = Setup()


@dataclass(frozen=True, slots=True)
class Deployed:
    """An election on a chain."""

    chain: LocalChain
    election: Contract
    trustees: Contract
    issuers: Contract

    @property
    def times(self) -> tuple[int, ...]:
        """Give the seven times of the phases."""
        return tuple(self.election.functions.times().call())

    def open_keys(self) -> None:
        """Move to the first second of phase KEYS."""
        self.chain.travel_to(self.times[0])
        self.chain.engine.mine()


def deploy_tools(chain: LocalChain) -> tuple[str, ...]:
    """Deploy the proofs of ceremonies, and the blueprints, those of boxes last."""
    proofs = str(chain.deploy("CeremonyProofs").address)
    names = ("KeyCeremony", "VoterList", "Tally", SMALL_BOX, "BallotBox")
    return (proofs, *map(chain.deploy_blueprint, names))


def deploy_election(chain: LocalChain, setup: Setup) -> Deployed:
    """Deploy an election, and first what it is made with."""
    tools = deploy_tools(chain)
    election = chain.deploy(
        "Election",
        (
            setup.rules(chain.now),
            setup.trustees.encode(TRUSTEES),
            setup.issuers.encode(ISSUERS),
            setup.contests(),
            tools,
        ),
    )
    for texts in setup.texts():
        chain.send(election.functions.list_contest(*texts), chain.deployer)
    ceremony = read_artifact("KeyCeremony")
    return Deployed(
        chain,
        election,
        chain.contract_at(election.functions.trustees().call(), ceremony),
        chain.contract_at(election.functions.issuers().call(), ceremony),
    )
