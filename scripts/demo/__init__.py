"""The Moscow election of 8 September 2019, held again in small on a local chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Annotated, Any

import typer

from election.artifacts import ROOT
from election.protocol.text import spell_lines
from scripts.demo.electorate import SEED, draw_electorate, read_results
from scripts.demo.ground import Devnet, Ground
from scripts.demo.network_ground import Network
from scripts.demo.network_nodes import network_processes
from scripts.demo.node_process import devnet_process
from scripts.demo.story import Tale, hold
from scripts.demo.telling import Teller
from scripts.shared.contests import spell_counts
from scripts.shared.files.manifest_file import read_manifest
from scripts.shared.options import accept_pace
from scripts.shared.terminal import tell, tell_json

EXAMPLE = "veche demo --voters 60"
EXIT_NOT_HELD = 3

_ELECTIONS = ROOT / "elections"
_OPENING = """The Moscow City Duma election of 8 September 2019, held again in small: a
TEST on {where} on this computer. The districts, the candidates and their order are
real. The voters are made up; they choose with a fixed seed in the proportions of the
official counts, which are of paper and electronic ballots combined."""
_CHAIN = "a chain of its own"
_NETWORK = "a network of {count} validators of as many organisations and an observer"
_VOTERS, _VOTERS_ON_NETWORK = 30, 12
_FEWEST_ON_NETWORK = 2  # ballots of a contest
_MOST_VALIDATORS = 10


def command(
    *,
    voters: Annotated[
        int | None,
        typer.Option(help="How many voters there are; 30, or 12 on a network."),
    ] = None,
    network: Annotated[
        int | None,
        typer.Option(
            min=4,
            max=_MOST_VALIDATORS,
            metavar="VALIDATORS",
            help="Hold it on a network of so many validators: at least 4.",
        ),
    ] = None,
    pace: Annotated[
        float | None,
        typer.Option(
            help="Factor of a network's phases.", parser=accept_pace, metavar="FACTOR"
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the outcome as JSON.")
    ] = False,
) -> int:
    """Hold a whole election in small, and audit it.

    It starts a development chain as a process of its own, plays commission, trustees,
    issuers, voters and relay against it over JSON-RPC, and verifies the outcome. Exit
    code 3 if the audit does not hold.

    With --network it starts a network instead, where time passes as it does: phases
    last as long as this machine needs, a validator is killed and a link cut in the
    middle, an observer's node is audited, and a ballot's transaction is proven.
    """
    tale = demo(voters, silent=as_json, network=network, pace=pace or 1.0)
    if as_json:
        tell_json(_render(tale))
    else:
        tell(tale.report.summary)
    return 0 if tale.held else EXIT_NOT_HELD


def demo(
    voters: int | None, *, silent: bool, network: int | None = None, pace: float = 1.0
) -> Tale:
    """Hold the election; silent tells nothing on stdout."""
    manifest = read_manifest(
        _ELECTIONS / "mgd-2019.toml", _ELECTIONS / "test-accounts.toml"
    )
    if network is not None:
        manifest = replace(manifest, minimum_cast=_FEWEST_ON_NETWORK)
    if voters is None:
        voters = _VOTERS if network is None else _VOTERS_ON_NETWORK
    people = draw_electorate(
        manifest.contests,
        read_results(_ELECTIONS / "mgd-2019-results.json"),
        voters=voters,
        fewest=manifest.minimum_cast,
    )
    teller = Teller(silent)
    where = _CHAIN if network is None else _NETWORK.format(count=network)
    teller.say(_OPENING.format(where=where))
    with _ground(network, pace) as ground:
        return hold(ground, manifest, people, teller=teller)


@contextmanager
def _ground(network: int | None, pace: float) -> Iterator[Ground]:
    """Start what the election is held on, and stop it at the end."""
    if network is None:
        with devnet_process() as connection:
            yield Devnet(connection)
    else:
        with network_processes(network) as nodes:
            yield Network(nodes, pace)


def _render(tale: Tale) -> dict[str, Any]:
    return {
        "seed": SEED,
        "proportions": "official counts, paper and electronic combined",
        "contests": [
            {
                "id": contest.id,
                "title": contest.title,
                "counts": spell_counts(
                    spell_lines(contest.candidates, contest.all_particulars),
                    tale.counts[contest.id],
                ),
                "choices": tale.choices[contest.id],
            }
            for contest in tale.manifest.contests
        ],
        "refusals": [asdict(refusal) for refusal in tale.refusals],
        "checks": [
            asdict(check) | {"held": check.held} for check in tale.report.checks
        ],
        "held": tale.held,
        "summary": tale.report.summary,
    }
