"""Write tests/vectors/negative again: python -m tests.vectors.make_negative."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from election.audit.bundle import encode_bundle
from election.audit.packing import pack_text
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


def _write_boards() -> None:
    """Hold the election of the audit's story, and write what can be wrong with it."""
    from tests.audit.story import CHOICES, Story
    from tests.vectors.make_negative.boards import make_boards
    from tests.vectors.make_negative.bundles import make_bundles

    board = Story(CHOICES).tell().board
    text = encode_bundle(board)
    (FOLDER / "honest.jsonl.gz").write_bytes(pack_text(text))
    (FOLDER / "bundles.json").write_text(write_cases(make_bundles(text)))
    (FOLDER / "boards.json").write_text(write_cases(make_boards(board)))


if __name__ == "__main__":
    (FOLDER / "givens.json").write_text(write_givens())
    for name, make in FILES.items():
        (FOLDER / f"{name}.json").write_text(write_cases(make()))
    _write_boards()
