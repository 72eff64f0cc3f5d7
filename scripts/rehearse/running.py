"""Rehearse an election of a city's size, or go on with one that was interrupted."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import with_config

from election.artifacts import ROOT
from rehearsal.people import tally_choices
from scripts.demo.electorate import read_results, read_turnout
from scripts.demo.figures import write_figures
from scripts.rehearse.city import draw_city, order_arrivals
from scripts.rehearse.day import cut_day, read_curve
from scripts.rehearse.holding import Finished, Plan, hold
from scripts.rehearse.plot import draw_run
from scripts.rehearse.report import spell_length, spell_section
from scripts.rehearse.samples import read_samples
from scripts.rehearse.seed import Seed
from scripts.shared.errors import InputError, InUseError
from scripts.shared.files.failures import name_unwritable
from scripts.shared.files.json_file import (
    CLOSED,
    Hex32,
    read_json,
    render_json,
    replace_file,
    write_new,
)
from scripts.shared.files.lock import hold_alone
from scripts.shared.files.manifest_file import read_manifest
from scripts.shared.processes import require_proc
from scripts.shared.terminal import say, tell, tell_json

IN_AN_HOUR: Final = 100_000
"""Who vote online unless told: reckoned from what 2,000 took, with their half million
neighbours on the lists, and a quarter left over. Nobody waited for it yet."""

_ELECTIONS: Final = ROOT / "elections"
_RESULTS: Final = _ELECTIONS / "mgd-2019-results.json"
_DOCS: Final = ROOT / "docs"
_PRIVATE: Final = 0o600


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _Begun:
    """What a folder is of: the file that is there first."""

    format: Literal["veche-rehearsal/1"]
    seed: Hex32 = field(repr=False)
    voters: int
    online: int


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of it: the file that is there last."""

    format: Literal["veche-rehearsal-outcome/1"]
    held: bool
    summary: str
    counts: dict[int, tuple[int, ...]]


def rehearse(
    folder: Path,
    voters: int,
    online: int | None,
    *,
    benchmarks: bool,
    as_json: bool,
) -> bool:
    """Rehearse what is left, and write what it took; returns whether it held.

    Raises InputError for a folder of something else, InUseError, and what acts raise.
    """
    require_proc("rehearse")
    with _own(folder):
        begun = _begin(folder, voters, online)
        plan = _plan(folder, begun)
        path = folder / "outcome.json"
        if path.exists():
            say(f"{folder}: this rehearsal is over; another one needs another folder")
        else:
            outcome = _sum_up(plan, hold(plan))
            replace_file(path, render_json(outcome))
        outcome = read_json(path, _Outcome)
        _write_figures(plan, outcome, benchmarks=benchmarks)
    _show(plan, outcome, as_json=as_json)
    return outcome.held


@contextmanager
def _own(folder: Path) -> Iterator[None]:
    """Keep others from a folder, which is made if it is not there.

    Of what is wrong with a file in it, say what can be done.
    """
    with name_unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with hold_alone(folder / ".lock"):
            yield
    except InputError as error:
        if error.subject.startswith(str(folder)):
            error.add_note("--folder names another, in which a rehearsal begins anew")
        raise
    except BlockingIOError:
        fact = "is used by another rehearsal: wait for it, or name another folder"
        raise InUseError(str(folder), fact) from None


def _begin(folder: Path, voters: int, online: int | None) -> _Begun:
    """Note what is begun, or see that it is the same."""
    path = folder / "rehearsal.json"
    if not path.exists():
        if any(each.name != ".lock" for each in folder.iterdir()):
            raise InputError(str(folder), "holds something else than a rehearsal")
        chosen = min(voters, IN_AN_HOUR) if online is None else online
        if chosen > voters:
            raise InputError("--online", f"is more than {voters}, who are listed")
        begun = _Begun("veche-rehearsal/1", secrets.token_bytes(32), voters, chosen)
        _plan(folder, begun)  # raises for too few, before anything is kept
        write_new(path, render_json(begun), mode=_PRIVATE)
        return begun
    begun = read_json(path, _Begun)
    if (begun.voters, online or begun.online) != (voters, begun.online):
        fact = f"is of {begun.voters} voters, {begun.online} of them online"
        raise InputError(str(folder), f"{fact}: give these, or another folder")
    say(f"{folder}: goes on where it was")
    return begun


def _plan(folder: Path, begun: _Begun) -> Plan:
    manifest = read_manifest(
        _ELECTIONS / "mgd-2019.toml", _ELECTIONS / "test-accounts.toml"
    )
    city = draw_city(
        manifest.contests,
        read_results(_RESULTS),
        read_turnout(_RESULTS),
        voters=begun.voters,
        online=begun.online,
        minimum_cast=manifest.minimum_cast,
    )
    day = cut_day(order_arrivals(city.people), read_curve(_RESULTS))
    return Plan(folder, Seed(begun.seed), manifest, city, day)


def _sum_up(plan: Plan, finished: Finished) -> _Outcome:
    slots = {each.id: len(each.candidates) for each in plan.manifest.contests}
    chosen = tally_choices(plan.city.people, slots)
    is_right = dict(finished.counts) == chosen
    summary = finished.report.summary
    if not is_right:
        summary += "; the counts are not what was chosen"
    return _Outcome(
        "veche-rehearsal-outcome/1",
        finished.report.held and is_right,
        summary,
        dict(finished.counts),
    )


def _write_figures(plan: Plan, outcome: _Outcome, *, benchmarks: bool) -> None:
    """Write table and plot into the folder, and among the docs if that is asked."""
    samples = read_samples(plan.folder / "samples.jsonl")
    drawn = draw_run(samples)
    section = spell_section(plan.city, samples, plot="rehearsal.svg")
    replace_file(plan.folder / "rehearsal.svg", drawn)
    replace_file(plan.folder / "rehearsal.md", section)
    if benchmarks and outcome.held:
        name = f"rehearsal-{sum(plan.city.listed.values())}.svg"
        replace_file(_DOCS / name, drawn)
        section = spell_section(plan.city, samples, plot=name)
        write_figures(_DOCS / "benchmarks.md", section)


def _show(plan: Plan, outcome: _Outcome, *, as_json: bool) -> None:
    seconds = read_samples(plan.folder / "samples.jsonl")[-1].at
    if as_json:
        tell_json(_render(plan, outcome, seconds / 60))
        return
    tell(outcome.summary)
    tell(f"{spell_length(seconds)}; what it took: {plan.folder / 'rehearsal.md'}")


def _render(plan: Plan, outcome: _Outcome, minutes: float) -> Mapping[str, Any]:
    return {
        "listed": dict(plan.city.listed),
        "online": len(plan.city.people),
        "held": outcome.held,
        "summary": outcome.summary,
        "counts": outcome.counts,
        "minutes": round(minutes, 1),
        "figures": str(plan.folder / "rehearsal.md"),
    }
