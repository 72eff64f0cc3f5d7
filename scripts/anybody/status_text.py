"""Draw where an election stands, in 80 columns: what is yours first, then all of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from election.protocol.text import TEST, spell_number
from scripts.shared.durations import spell_left, spell_local
from scripts.shared.moments import Moment

_ROLES: Final = {"trustees": "trustee", "issuers": "issuer"}
_COLUMN: Final = 10
_INDENT: Final = " " * _COLUMN
_WIDTH: Final = 80

Status = Mapping[str, Any]


def draw_status(status: Status, *, home: str) -> Iterator[str]:
    """Draw a status; home: the option that names the home, to be pasted."""
    if status["test"]:
        yield TEST
    yield from _draw_phase(status)
    if "you" in status:
        yield from _draw_own(status["you"], home)
    yield ""
    label = "all next" if "you" in status else "next"
    yield from _label(label, _draw_steps(status["next"], ""))
    for part in _ROLES:
        yield ""
        yield from _label(part, _draw_ceremony(status[part], _ROLES[part]))
    for number, contest in status["contests"].items():
        yield ""
        yield from _draw_contest(number, contest)
    yield ""
    yield from _label("phases", _draw_times(status))
    if "nodes" in status:
        yield ""
        yield from _label("nodes", _draw_nodes(status["nodes"]))


def _label(label: str, lines: Iterable[str]) -> Iterator[str]:
    """Put a label before the first line, and the others under it."""
    for count, line in enumerate(lines):
        yield f"{label if count == 0 else '':<{_COLUMN}}{line}".rstrip()


def _draw_phase(status: Status) -> Iterator[str]:
    phase, end = status["phase"], status["phase_ends"]
    if end is None:
        yield from _label("phase", [phase])
        return
    left = spell_left(status["seconds_left"])
    yield from _label("phase", [f"{phase}, {left} left", *_spell_both("until", end)])


def _spell_both(word: str, moment: Moment) -> Iterator[str]:
    """Spell a moment in UTC and by the clock of this machine."""
    yield f"{word} {moment.in_words}"
    local = spell_local(moment.seconds)
    if local is not None:
        yield f"{' ' * len(word)} {local}"


def _draw_own(own: Status, home: str) -> Iterator[str]:
    yield ""
    who = [own["role"], own["account"] or "without a key file"]
    yield from _label("you", [" ".join(who), *([own["place"]] if own["place"] else [])])
    if own["now"]:
        yield from _label("now", _draw_steps(own["now"], home, is_own=True))
    else:
        yield from _label("now", ["nothing is yours to do"])
    if own["later"] is not None:
        yield from _label("then", _draw_steps([own["later"]], home, is_own=True))
    if own["may"]:
        yield from _label("you may", _draw_steps(own["may"], home, is_own=True))


def _draw_steps(
    steps: Iterable[Status], home: str, *, is_own: bool = False
) -> Iterator[str]:
    """Draw each step: what for, when, and the command as a line to paste."""
    is_any = False
    for step in steps:
        is_any = True
        yield step["what"] if is_own else f"{step['who']}: {step['what']}"
        if step["due"] is not None and is_own:
            yield from _spell_both("from", step["due"])
        at = "" if step["beside_node"] else home
        yield from _spell_line(f"{step['command']}{at}")
    if not is_any:
        yield "nothing"


def _spell_line(command: str) -> Iterator[str]:
    """Break a command line so that it can be pasted as it stands."""
    room = _WIDTH - _COLUMN - 6
    rows = textwrap.wrap(command, room, break_on_hyphens=False, break_long_words=False)
    *others, last = rows
    for place, row in enumerate(others):
        yield f"{'  ' if place == 0 else '    '}{row} \\"
    yield f"{'    ' if others else '  '}{last}"


def _draw_ceremony(part: Status, role: str) -> Iterator[str]:
    step, missing = part["step"], part["missing"]
    if step == "final":
        yield "the keys are made"
    elif step == "failed":
        yield "too few are left: no keys can be made"
    else:
        yield f"attempt {part['attempt']}, step {step}"
        if part["until"]:
            yield from _spell_both("until", part["until"])
    members, spare = part["members"], part["may_be_missing"]
    seated = spell_number(members, role)
    yield f"{seated}, {part['threshold']} needed: {spare} may be missing"
    if step not in ("final", "failed"):
        yield f"acted: {_join(e['seat'] for e in part['seats'] if e['acted'])}"
        yield f"yet to act: {_join(missing)}"
        for each in part["seats"]:
            if not each["acted"]:
                yield f"  {each['seat']}  {each['account']}"
    for account in part["excluded"]:
        yield f"excluded: {account}"


def _draw_contest(number: str, contest: Status) -> Iterator[str]:
    yield f"contest {number}: {contest['title']}"
    voters = "no list" if contest["voters"] is None else f"voters {contest['voters']}"
    cast = "no box" if contest["cast"] is None else f"cast {contest['cast']}"
    counted = ["online", "paper", "issued"]
    numbers = ", ".join(f"{name} {contest[name]}" for name in counted)
    yield f"{_INDENT}{voters}, {numbers}, {cast}"
    shares = contest["shares"]
    if contest["tally"] != "none":
        yield f"{_INDENT}tally {contest['tally']}"
    if shares:
        given, missing = _join(shares["given"]), _join(shares["missing"])
        yield f"{_INDENT}shares of trustees {given}; yet to give: {missing}"
    for each in contest["counts"]:
        yield f"{_INDENT}{each['count']:>7}  {each['name']}"
    if contest["next"] is not None:
        yield from _label("  next", _draw_steps([contest["next"]], ""))


def _draw_times(status: Status) -> Iterator[str]:
    for name, moment in status["times"].items():
        mark = ">" if name == status["phase"] else " "
        local = spell_local(moment.seconds)
        short = "" if local is None else f"  {local.removesuffix(' here')}"
        line = f"{mark} {name:<13}{moment.in_words}"
        yield line + short if len(line + short) <= _WIDTH - _COLUMN else line


def _draw_nodes(nodes: Status) -> Iterator[str]:
    from scripts.shared.terminal import lay_out

    yield from lay_out(nodes)


def _join(seats: Iterable[int]) -> str:
    return ", ".join(map(str, seats)) or "nobody"
