"""Write tests/vectors/negative again: python -m tests.vectors.make_negative."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.vectors.make_negative.accepted import make_accepted
from tests.vectors.make_negative.attestations import make_attestations
from tests.vectors.make_negative.ballots import make_ballots
from tests.vectors.make_negative.case import Case, write_cases
from tests.vectors.make_negative.ceremonies import make_ceremonies
from tests.vectors.make_negative.credentials import make_credentials
from tests.vectors.make_negative.encodings import make_encodings
from tests.vectors.make_negative.givens import make_givens
from tests.vectors.make_negative.lists import make_lists
from tests.vectors.make_negative.tallies import make_tallies

FOLDER: Final = Path(__file__).parents[1] / "negative"
FILES: Final[dict[str, Callable[[], Iterator[Case]]]] = {
    "accepted": make_accepted,
    "encodings": make_encodings,
    "ballots": make_ballots,
    "ceremonies": make_ceremonies,
    "credentials": make_credentials,
    "attestations": make_attestations,
    "tallies": make_tallies,
    "lists": make_lists,
}


def write_givens() -> str:
    """Write what the cases name."""
    return json.dumps(make_givens(), indent=1) + "\n"


if __name__ == "__main__":
    (FOLDER / "givens.json").write_text(write_givens())
    for name, make in FILES.items():
        (FOLDER / f"{name}.json").write_text(write_cases(make()))
