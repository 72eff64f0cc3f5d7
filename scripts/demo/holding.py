"""Hold the Moscow election of 8 September 2019 in small, and tell what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

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

_ELECTIONS = ROOT / "elections"
_OPENING = """The Moscow City Duma election of 8 September 2019, held again in small: a
TEST on {where} on this computer. The districts, the candidates and their order are
real. The voters are made up; they choose with a fixed seed in the proportions of the
official counts, which are of paper and electronic ballots combined."""
_CHAIN = "a chain of its own"
_NETWORK = "a network of {count} validators of as many organisations and an observer"
_VOTERS, _VOTERS_ON_NETWORK = 30, 12
_FEWEST_ON_NETWORK = 2  # ballots of a contest


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


def render(tale: Tale) -> dict[str, Any]:
    """Give what JSON holds."""
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
