"""A plot as SVG: panels one above another, over one axis of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

from scripts.rehearse.samples import DEVICES, HERE, NODE, NOTHING, Sample
from scripts.rehearse.sending import Kind

Points = Sequence[tuple[float, float]]
_WIDTH, _LEFT, _RIGHT = 860, 70, 40
_HEIGHT, _GAP, _TOP = 150, 60, 30
_COLOURS: Final = ("#1b6ca8", "#c2571a", "#3c8d40")
_TICKS: Final = 4
_SMOOTHED: Final = 12  # looks, over which costs are told: five seconds each


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves with one scale. title: with its unit. curves: by name, minutes first."""

    title: str
    curves: Mapping[str, Points]


def draw_run(samples: Sequence[Sample]) -> str:
    """Draw memory, disk and what each act cost over a run."""
    whos = (NODE, HERE, DEVICES)
    memory = {
        who: [(each.at / 60, each.held.get(who, 0)) for each in samples] for who in whos
    }
    disk = [(each.at / 60, float(each.disk)) for each in samples]
    panels = [
        Panel("the largest process, MiB", memory),
        Panel("the chain on the disk, MiB", {"chain": disk}),
        Panel(
            "the node's processor for an act, ms",
            {str(kind): list(_list_costs(samples, kind)) for kind in Kind},
        ),
    ]
    begun = [
        (after.at / 60, after.step)
        for before, after in pairwise([NOTHING, *samples])
        if before.step != after.step
    ]
    return draw(panels, begun)


def _list_costs(samples: Sequence[Sample], kind: Kind) -> Iterator[tuple[float, float]]:
    for before, after in zip(samples, samples[_SMOOTHED:], strict=False):
        count = after.acts.get(kind, 0) - before.acts.get(kind, 0)
        if count > 0:
            seconds = after.costs.get(kind, 0) - before.costs.get(kind, 0)
            yield after.at / 60, seconds / count * 1_000


def draw(panels: Sequence[Panel], marks: Sequence[tuple[float, str]]) -> str:
    """Draw panels; marks: minutes at which something began, and what."""
    curves = [points for panel in panels for points in panel.curves.values()]
    end = max((at for points in curves for at, _ in points), default=0.0) or 1.0
    height = _TOP + len(panels) * (_HEIGHT + _GAP)
    body = [
        line
        for place, panel in enumerate(panels)
        for line in _draw_panel(panel, _TOP + place * (_HEIGHT + _GAP), end, marks)
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">'
    )
    ground = f'<rect width="{_WIDTH}" height="{height}" fill="white"/>'
    return "\n".join([head, ground, *body, "</svg>", ""])


def _draw_panel(
    panel: Panel, top: int, end: float, marks: Sequence[tuple[float, str]]
) -> Iterator[str]:
    most = max((y for points in panel.curves.values() for _, y in points), default=0)
    most = _round_up(most)
    bottom = top + _HEIGHT

    def across(at: float) -> float:
        return _LEFT + at / end * (_WIDTH - _LEFT - _RIGHT)

    def up(value: float) -> float:
        return bottom - value / most * _HEIGHT

    yield _text(_LEFT, top - 10, panel.title, weight="bold")
    for tick in range(_TICKS + 1):
        y, x = up(most * tick / _TICKS), across(end * tick / _TICKS)
        yield _line(_LEFT, y, _WIDTH - _RIGHT, y, "#dddddd")
        yield _text(_LEFT - 6, y + 4, f"{most * tick / _TICKS:g}", anchor="end")
        yield _text(x, bottom + 16, f"{end * tick / _TICKS:.1f} min", anchor="middle")
    for at, what in marks:
        yield _mark(across(at), top, bottom, what)
    for place, (name, points) in enumerate(panel.curves.items()):
        colour = _COLOURS[place % len(_COLOURS)]
        spelt = " ".join(f"{across(at):.1f},{up(y):.1f}" for at, y in points)
        yield (
            f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" '
            f'points="{spelt}"/>'
        )
        yield _text(_LEFT + place * 250, bottom + 34, name, colour=colour)


def _round_up(most: float) -> float:
    """Give a round number that is no less."""
    if most <= 0:
        return 1.0
    unit = 10.0 ** len(str(int(most)))
    return next(
        unit * part for part in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if unit * part >= most
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    colour: str = "black",
    weight: str = "normal",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )


def _line(left: float, top: float, right: float, bottom: float, colour: str) -> str:
    return (
        f'<line x1="{left:.1f}" y1="{top:.1f}" x2="{right:.1f}" y2="{bottom:.1f}" '
        f'stroke="{colour}"/>'
    )


def _mark(x: float, top: float, bottom: float, what: str) -> str:
    return (
        f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}" '
        f'stroke="#999999" stroke-dasharray="4 3"><title>{escape(what)}</title></line>'
    )
