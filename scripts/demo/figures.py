"""What an election of 2019's size takes: time, memory, processor, as a page has it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from election.whole_file import write_whole
from rehearsal.progress import Bar, Progress
from scripts.shared.processes import list_begun, read_peak, read_spent

HERE: Final = "everybody who acts, and the audit"
NODE: Final = "the node"
HELPER: Final = "the largest of its readers"
_TITLE: Final = "## An election of 2019's size\n"
_WHOLE: Final = "| the whole, where 20 minutes are promised | {:.1f} minutes |"
_MEMORY: Final = "| process | memory at most, where 1 GiB is promised | processor |"


@dataclass
class Meter:
    """Take the time of each step, and see how large processes become.

    node: its process. steps: seconds by name, in their order. peaks: MiB. load: how
    many processes waited for processors at the beginning, and at the end.
    """

    node: int
    steps: dict[str, float] = field(default_factory=dict)
    peaks: dict[str, int] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    def measured(self, bar: Bar) -> Bar:
        """Measure each step that shows a bar."""

        @contextmanager
        def show(what: str, total: int) -> Iterator[Progress]:
            begun = time.monotonic()
            with bar(what, total) as progress:
                yield progress
            taken = time.monotonic() - begun
            self.steps[what] = self.steps.get(what, 0) + taken
            self.look()

        return show

    def look(self) -> None:
        """See how much memory each process had at most."""
        self._keep(HERE, os.getpid())
        self._keep(NODE, self.node)
        for each in list_begun(self.node):
            self._keep(HELPER, each)

    def _keep(self, name: str, process: int) -> None:
        with suppress(OSError):  # a reader may have ended
            self.peaks[name] = max(self.peaks.get(name, 0), read_peak(process))

    def spell(self, people: str) -> str:
        """Write what was measured as a section of a page; people: who took part."""
        self.look()
        whole = time.monotonic() - self.begun
        steps = [*self.steps.items(), ("all else", whole - sum(self.steps.values()))]
        spent = {HERE: read_spent(os.getpid()), NODE: read_spent(self.node)}
        lines = [
            *(_TITLE, self._spell_ground(people), ""),
            *("| step | time |", "|---|---|"),
            *(f"| {name} | {taken:.0f} s |" for name, taken in steps),
            *(_WHOLE.format(whole / 60), ""),
            *(_MEMORY, "|---|---|---|"),
        ]
        for name, peak in self.peaks.items():
            lines.append(f"| {name} | {peak:,} MiB | {_spell_spent(spent.get(name))} |")
        return "\n".join([*lines, ""])

    def _spell_ground(self, people: str) -> str:
        load, cores = os.getloadavg()[0], os.cpu_count()
        return (
            "`.venv/bin/veche demo --full`, which writes this section. "
            f"{people} {self.load:.0f} processes waited for the {cores} processors at "
            f"its beginning, and {load:.0f} at its end, itself among them."
        )


def write_figures(page: Path, section: str) -> None:
    """Put a section into a page, in the place of the one that an earlier run wrote."""
    text = put_section(page.read_text("utf-8"), section)
    with write_whole(page, replacing=True) as file:
        file.write(text.encode())


def put_section(text: str, section: str) -> str:
    """Put a section in the place of the one with its title, or at the end."""
    title = section.partition("\n")[0]
    before, found, after = text.partition(f"{title}\n")
    if not found:
        return f"{text.rstrip()}\n\n{section}"
    rest = re.search(r"^## ", after, re.MULTILINE)
    return before + section + (f"\n{after[rest.start() :]}" if rest else "")


def _spell_spent(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.0f} s"
