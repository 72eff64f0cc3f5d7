"""Measure the gas of every act of a key ceremony, 3 of 5 members being needed."""

from __future__ import annotations

from typing import Any

from bench.stopping import run_stoppable
from election.artifacts import read_artifact
from election.protocol.ceremony.attempt import Kind, Step
from tests.contracts.ceremony_run import CeremonyRun
from tests.contracts.chain import LocalChain
from tests.contracts.conftest import join_ceremony
from tests.contracts.election_setup import Roster, Setup, deploy_election

ROSTER = Roster(k=3, n=5)
SETUP = Setup(trustees=ROSTER, issuers=ROSTER, candidates=(6, 5, 5))


def begin(kind: Kind) -> CeremonyRun[Any]:
    election = deploy_election(LocalChain(), SETUP)
    election.open_keys()
    return join_ceremony(election, kind)


def measure(kind: Kind) -> dict[str, int]:
    """Hold a ceremony; give the most gas that each act took."""
    run, gas = begin(kind), dict[str, int]()
    for step in tuple(Step)[:5]:
        if step is Step.CONFIRM:
            gas["derive"] = max(
                run.send(run.derive(slot), 1)["gasUsed"]
                for slot in range(1, run.attempt.slots + 1)
            )
            with run.chain.unwound():
                act = run.complain(run.complaint(1, 2))
                gas["complain, all shares right"] = run.send(act, 1)["gasUsed"]
        acts = {member: run.honest_act(step, member) for member in run.members}
        name = next(iter(acts.values())).fn_name
        gas[name] = max(run.send(act, m)["gasUsed"] for m, act in acts.items())
    return gas


def main() -> None:
    for kind in Kind:
        slots = begin(kind).attempt.slots
        print(f"ceremony of {kind.name.lower()}, {ROSTER.n} members, {slots} slots")
        for name, gas in measure(kind).items():
            print(f"{name:32}{gas:12,} gas")
    artifact = read_artifact("KeyCeremony")
    print(f"{'blueprint, at most 24,576':32}{len(artifact.blueprint_code):12,} bytes")


if __name__ == "__main__":
    run_stoppable(main)
