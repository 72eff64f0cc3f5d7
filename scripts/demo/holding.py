"""Hold the Moscow election of 8 September 2019, and tell what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from election.artifacts import ROOT
from election.protocol.manifest import Manifest
from election.protocol.text import spell_lines
from rehearsal.chains import Chain
from rehearsal.node_process import devnet_process, started_node
from rehearsal.people import Conduct, Person
from scripts.demo.electorate import (
    SEED,
    draw_applicants,
    draw_electorate,
    draw_whole,
    read_results,
    read_turnout,
)
from scripts.demo.figures import Meter, write_figures
from scripts.demo.ground import Devnet, Ground
from scripts.demo.network_ground import Network
from scripts.demo.network_nodes import network_processes
from scripts.demo.rounds import Round, hold_rounds
from scripts.demo.story import Tale, hold
from scripts.demo.telling import Teller
from scripts.shared.contests import spell_counts
from scripts.shared.files.manifest_file import read_manifest
from scripts.shared.processes import require_proc
from scripts.shared.terminal import tell_json

_ELECTIONS = ROOT / "elections"
_OPENING = """The Moscow City Duma election of 8 September 2019, held again {size}: a
TEST on {where} on this computer. The districts, the candidates and their order are
real. The voters are made up; they choose with a fixed seed in the proportions of the
official counts, which are of paper and electronic ballots combined."""
_ROUNDS = """The public test rounds of 11 and 23 July and 21 August 2019 and then the
election, each a TEST on one chain of its own on this computer, by the same people: each
keeps one key file, and applied once. Voters are made up, and choose at random."""
_SMALL, _WHOLE = "in small", "in its own size"
_PEOPLE = """Of {listed:,} on the lists of three districts, {registered:,} registered to
vote online, {withdrew} of whom withdrew; {issued:,} were given a credential and
{cast:,} cast a ballot, {checked} after a check of another, {resumed} on another device;
{paper} voted on paper."""
_CHAIN = "a chain of its own"
_NETWORK = "a network of {count} validators of as many organisations and an observer"
_VOTERS, _VOTERS_ON_NETWORK = 30, 12
_FEWEST_ON_NETWORK = 2  # ballots of a contest


def demo(
    voters: int | None, *, silent: bool, network: int | None = None, pace: float = 1.0
) -> Tale:
    """Hold the election; silent tells nothing on stdout."""
    manifest = _read_manifest()
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
    teller.say(_OPENING.format(where=where, size=_SMALL))
    with _ground(network, pace) as ground:
        return hold(ground, manifest, people, teller=teller)


def hold_whole(*, silent: bool) -> Tale:
    """Hold the election in 2019's size, and write what it took to the page of figures.

    Raises ElectionError where no figures are to be had.
    """
    require_proc("--full")
    manifest = _read_manifest()
    results = _ELECTIONS / "mgd-2019-results.json"
    turnout = read_turnout(results)
    people = draw_whole(manifest.contests, read_results(results), turnout)
    teller = Teller(silent)
    teller.say(_OPENING.format(where=_CHAIN, size=_WHOLE))
    with (
        TemporaryDirectory(prefix="veche-full-") as folder,
        started_node("--home", f"{folder}/chain") as (connection, process),
    ):
        meter = Meter(process)
        ground = Devnet(connection)
        tale = hold(ground, manifest, people, teller=teller, bar=meter.measured)
        if tale.held:
            section = meter.spell(_spell_people(people))
            write_figures(ROOT / "docs" / "benchmarks.md", section)
    return tale


def _spell_people(people: Sequence[Person]) -> str:
    """Say who took part, in one paragraph without line breaks."""
    count = Counter(person.conduct for person in people)
    text = _PEOPLE.format(
        listed=len(people),
        registered=sum(each.conduct.registers for each in people),
        issued=sum(each.conduct.asks for each in people),
        cast=sum(each.conduct.casts for each in people),
        paper=sum(each.conduct.votes_on_paper for each in people),
        withdrew=count[Conduct.WITHDRAWS],
        checked=count[Conduct.CHECKS],
        resumed=count[Conduct.RESUMES],
    )
    return " ".join(text.split())


def hold_all_rounds(*, as_json: bool) -> bool:
    """Hold the test rounds and the election; returns whether all of them held."""
    manifest = _read_manifest()
    people = draw_applicants(
        manifest.contests,
        read_results(_ELECTIONS / "mgd-2019-results.json"),
        fewest=manifest.minimum_cast,
    )
    teller = Teller(as_json)
    teller.say(_ROUNDS)
    with (
        TemporaryDirectory(prefix="veche-rounds-") as folder,
        devnet_process() as connection,
    ):
        chain = Chain(connection)
        held = list(hold_rounds(chain, people, teller, folder=Path(folder)))
    if as_json:
        tell_json([_render_round(each) for each in held])
    return all(each.outcome.held for each in held)


def _render_round(held: Round) -> dict[str, Any]:
    report = held.outcome.report
    return {
        "id": held.manifest.id,
        "title": held.manifest.title,
        "counts": {str(each): counts for each, counts in held.outcome.counts.items()},
        "held": held.outcome.held,
        "summary": report.summary,
    }


def _read_manifest() -> Manifest:
    return read_manifest(
        _ELECTIONS / "mgd-2019.toml", _ELECTIONS / "test-accounts.toml"
    )


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
    outcome = tale.outcome
    return {
        "seed": SEED,
        "proportions": "official counts, paper and electronic combined",
        "contests": [
            {
                "id": contest.id,
                "title": contest.title,
                "counts": spell_counts(
                    spell_lines(contest.candidates, contest.all_particulars),
                    outcome.counts[contest.id],
                ),
                "choices": outcome.choices[contest.id],
            }
            for contest in tale.manifest.contests
        ],
        "refusals": [asdict(refusal) for refusal in outcome.refusals],
        "checks": [
            asdict(check) | {"held": check.held} for check in outcome.report.checks
        ],
        "held": tale.held,
        "summary": outcome.report.summary,
    }
