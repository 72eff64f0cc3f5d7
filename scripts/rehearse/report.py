"""What a rehearsal took, as a section of docs/benchmarks.md."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from election.protocol.text import spell_number
from rehearsal.people import Conduct
from scripts.rehearse.city import City
from scripts.rehearse.samples import DEVICES, HERE, NODE, NOTHING, Sample
from scripts.rehearse.sending import Kind

_WHO: Final = (NODE, HERE, DEVICES)
_PROMISED_MINUTES, _PROMISED_MEMORY = 60, 2_048
_SECONDS_ALONE: Final = 119.5  # below it, minutes would say too little


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step took. lasted: seconds by the clock. spent: of processors, by who."""

    lasted: float
    spent: dict[str, float]


def sum_steps(samples: Sequence[Sample]) -> dict[str, Taken]:
    """Sum up by step; what passed between two looks is the later one's."""
    lasted: Counter[str] = Counter()
    spent: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for before, sample in pairwise([NOTHING, *samples]):
        lasted[sample.step] += sample.at - before.at  # type: ignore[assignment]
        for who in _WHO:
            since = sample.spent.get(who, 0) - before.spent.get(who, 0)
            spent[sample.step][who] += since  # type: ignore[assignment]
    return {step: Taken(lasted[step], dict(spent[step])) for step in lasted}


def name_section(city: City) -> str:
    """Give the title of the section, by which a later run finds it."""
    return f"## A rehearsal of {sum(city.listed.values()):,} listed voters"


def spell_section(city: City, samples: Sequence[Sample], *, plot: str) -> str:
    """Write the section; plot: the name of the file with the plot."""
    last = samples[-1]
    lines = [
        *(name_section(city), "", _spell_ground(city), ""),
        *(f"![memory, disk and the cost of each act over the run]({plot})", ""),
        *_spell_steps(samples),
        *("", *_spell_acts(last)),
        *("", *_spell_memory(samples)),
        *("", *_spell_whole(city, samples), ""),
    ]
    return "\n".join(lines)


def _spell_ground(city: City) -> str:
    listed, online = sum(city.listed.values()), len(city.people)
    count = Counter(each.conduct for each in city.people)
    asked = online - count[Conduct.FORGETS]
    command = f"veche rehearse --voters {listed} --online {online} --benchmarks"
    return (
        f"`.venv/bin/{command}` writes this section. Of {listed:,} on the lists "
        f"of three districts, {online:,} registered to vote online, {asked:,} were "
        f"given a credential and {count[Conduct.CASTS]:,} cast a ballot, in the "
        f"proportions of 2019 and over its day. {os.cpu_count()} processors; "
        f"{os.getloadavg()[0]:.0f} processes waited for them at the end."
    )


def _spell_steps(samples: Sequence[Sample]) -> Iterator[str]:
    yield f"| step | time | {NODE} | {HERE} | {DEVICES} |"
    yield "|---|---|---|---|---|"
    steps = sum_steps(samples)
    for step, taken in steps.items():
        yield _spell_row(step, taken)
    whole = Counter[str]()
    for taken in steps.values():
        whole.update(taken.spent)
    yield _spell_row("all", Taken(samples[-1].at, dict(whole)))


def _spell_row(name: str, taken: Taken) -> str:
    spent = " | ".join(f"{taken.spent.get(who, 0):.0f} s" for who in _WHO)
    return f"| {name} | {taken.lasted:.0f} s | {spent} |"


def _spell_acts(last: Sample) -> Iterator[str]:
    yield "| act of a voter | how many | the node's processor for each |"
    yield "|---|---|---|"
    for kind in Kind:
        if count := last.acts.get(kind, 0):
            each = last.costs.get(kind, 0) / count * 1_000
            yield f"| {kind} | {count:,} | {each:.2f} ms |"


def _spell_memory(samples: Sequence[Sample]) -> Iterator[str]:
    last = samples[-1]
    yield f"| process | memory at most, where {_PROMISED_MEMORY:,} MiB are promised |"
    yield "|---|---|"
    for who in _WHO:
        most = max(each.peaks.get(who, 0) for each in samples)
        yield f"| {who}, the largest | {most:,} MiB |"
    ballots = last.acts.get(Kind.BALLOT, 0)
    each_ballot = f", {last.disk * 1_024 / ballots:.1f} KiB a ballot" if ballots else ""
    yield f"| the chain on the disk | {last.disk:,} MiB{each_ballot} |"


def _spell_whole(city: City, samples: Sequence[Sample]) -> Iterator[str]:
    yield (
        f"The whole took {spell_length(samples[-1].at)}, where {_PROMISED_MINUTES} "
        "minutes are promised for 503,890 listed voters."
    )
    listed, online = sum(city.listed.values()), len(city.people)
    for voters in dict.fromkeys((online, listed)):
        seconds = reckon(samples, online=online, voters=voters)
        yield (
            f"{os.cpu_count()} processors that do nothing else would take "
            f"{spell_length(seconds)} if {voters:,} voted online, at what each took of "
            "them here: reckoned, not measured."
        )
    yield (
        "A call of the relay has what came for a contest within five minutes of the "
        "day, 32 ballots at most: the fewer vote, the more the node takes for each."
    )


def spell_length(seconds: float) -> str:
    """Spell how long something takes: 1 second, 119 seconds, 2 minutes."""
    if seconds < _SECONDS_ALONE:
        return spell_number(max(1, round(seconds)), "second")
    return spell_number(round(seconds / 60), "minute")


GROWING: Final = ("registration", "the day of the polls", "the count", "the audit")
"""The steps that take a time for each voter."""


def reckon(samples: Sequence[Sample], *, online: int, voters: int) -> float:
    """Reckon the seconds of the whole if so many voted online, by a straight line.

    The node has one processor, and all of them together have to take all.
    """
    cores = os.cpu_count() or 1
    fixed = growing = 0.0
    for step, taken in sum_steps(samples).items():
        seconds = max(taken.spent[NODE], sum(taken.spent.values()) / cores)
        if step in GROWING:
            growing += seconds
        else:
            fixed += seconds
    return fixed + growing * voters / online
