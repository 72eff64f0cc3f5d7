"""What a rehearsal took so far, second by second, kept over interruptions.

One line of JSON for each look. When the program is killed, the seconds since the last
one are lost, with what they took.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from scripts.shared.errors import InputError
from scripts.shared.files.json_file import read_text, replace_lines

NODE: Final = "the node"
HERE: Final = "organisations and audit"
"""Registrar, attesters, issuers, relay, trustees, who publishes the counts, auditor."""
DEVICES: Final = "voters' devices"


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. at: seconds of running. disk: MiB of the chain's folder.

    spent: seconds of processors, by who. held, peaks: MiB of the largest process of
    each, now and at most. acts, costs: of voters, by kind: how many, and the seconds of
    the node's processor.
    """

    at: float
    step: str
    spent: Mapping[str, float]
    held: Mapping[str, int]
    peaks: Mapping[str, int]
    disk: int
    acts: Mapping[str, int] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)


NOTHING: Final = Sample(0.0, "", {}, {}, {}, 0)


def read_samples(path: Path) -> list[Sample]:
    """Read what was kept, nothing if there is none; raises InputError."""
    if not path.exists():
        return []
    lines = read_text(path).splitlines()
    try:
        return [Sample(**json.loads(line)) for line in lines]
    except (TypeError, ValueError) as error:
        raise InputError(str(path), "is not what a rehearsal keeps") from error


def keep_samples(path: Path, samples: Iterable[Sample]) -> None:
    """Keep all looks, in place of those before; raises FileError."""
    lines = (json.dumps(asdict(each)) + "\n" for each in samples)
    replace_lines(path, (line.encode() for line in lines))
