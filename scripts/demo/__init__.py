"""The Moscow election of 8 September 2019, held again in small on a local chain."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from election.artifacts import ROOT
from election.protocol.text import spell_lines
from scripts.contests import spell_counts
from scripts.demo.electorate import SEED, draw_electorate, read_results
from scripts.demo.node_process import devnet_process
from scripts.demo.story import Tale, hold
from scripts.demo.telling import Teller
from scripts.files.manifest_file import read_manifest
from scripts.terminal import tell, tell_json

EXAMPLE = "veche demo --voters 60"
EXIT_NOT_HELD = 3

_ELECTIONS = ROOT / "elections"
_OPENING = """The Moscow City Duma election of 8 September 2019, held again in small: a
TEST on a chain of its own on this computer. The districts, the candidates and their
order are real. The voters are made up; they choose with a fixed seed in the
proportions of the official counts, which are of paper and electronic ballots
combined."""


def command(
    *,
    voters: Annotated[int, typer.Option(help="How many voters there are.")] = 30,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the outcome as JSON.")
    ] = False,
) -> int:
    """Hold a whole election in small, and audit it.

    It starts a development chain as a process of its own, plays commission, trustees,
    issuers, voters and relay against it over JSON-RPC, and verifies the outcome. Exit
    code 3 if the audit does not hold.
    """
    tale = demo(voters, silent=as_json)
    if as_json:
        tell_json(_render(tale))
    else:
        tell(tale.report.summary)
    return 0 if tale.held else EXIT_NOT_HELD


def demo(voters: int, *, silent: bool) -> Tale:
    """Hold the election; silent tells nothing on stdout."""
    manifest = read_manifest(
        _ELECTIONS / "mgd-2019.toml", _ELECTIONS / "test-accounts.toml"
    )
    people = draw_electorate(
        manifest.contests,
        read_results(_ELECTIONS / "mgd-2019-results.json"),
        voters=voters,
        fewest=manifest.minimum_cast,
    )
    teller = Teller(silent)
    teller.say(_OPENING)
    with devnet_process() as connection:
        return hold(connection, manifest, people, teller=teller)


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
