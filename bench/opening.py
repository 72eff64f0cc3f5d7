"""What a voter takes of processors while polls open, of a node and of all others.

Registration with two attestations, the request for a credential with two more, the
answers of three issuers, the credential: everybody in one program, against a node.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final

from bench.processor import spent, spent_by_all
from bench.stopping import run_stoppable
from election.protocol.manifest import Contest
from rehearsal.chains import Chain
from rehearsal.holding import Stage, begin
from rehearsal.node_process import started_node
from rehearsal.people import make_people
from rehearsal.roles import Cast

_CONTEST: Final = Contest(1, "Bench", ("A", "B", "C", "D", "E"))
_STEPS: Final = {
    "registration": Stage.REGISTERED,
    "credentials": Stage.CREDITED,
    "ballots": Stage.CAST,
}


def main(arguments: Sequence[str] = ()) -> None:
    """Print ms of a processor for a voter, step by step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voters", type=int, default=150)
    voters = parser.parse_args(arguments).voters
    people = make_people({1: [each % 5 + 1 for each in range(voters)]})
    print("| ms of a processor for a voter | everybody | the node |\n|---|---|---|")
    with started_node() as (connection, process):
        cast = Cast(trustees=3, issuers=5, reserves=0)
        rehearsal = begin(Chain(connection), [_CONTEST], people, cast=cast)
        rehearsal.advance_to(Stage.LISTED)
        for name, stage in _STEPS.items():
            before = spent(os.getpid()), spent_by_all(process)
            rehearsal.advance_to(stage)
            after = spent(os.getpid()), spent_by_all(process)
            here, there = ((b - a) / voters for a, b in zip(before, after, strict=True))
            print(f"| {name} | {here:.1f} | {there:.1f} |", flush=True)


if __name__ == "__main__":
    run_stoppable(main, sys.argv[1:])
