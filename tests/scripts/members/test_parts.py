"""Whether a part that a key file holds is the one that acted on this chain."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from election.protocol.ceremony.attempt import Step
from scripts.members.parts import _is_made_by, open_part
from scripts.shared.errors import InputError
from scripts.shared.files.key_file import StoredPart


def record_of(step: Step, *, members: tuple[str, ...] = ("another", "own")) -> Any:
    attempt = SimpleNamespace(members=members, number=1)
    return SimpleNamespace(attempt=attempt, enrolled={}, step=step)


def part_of(member: int | None) -> StoredPart:
    share: Any = None if member is None else SimpleNamespace(member=member)
    return StoredPart(b"", share)


@pytest.mark.parametrize(
    ("member", "step", "is_own"),
    [
        (2, Step.FINAL, True),
        (1, Step.FINAL, False),
        (None, Step.FINAL, False),
        (2, Step.SHARES, False),
    ],
    ids=["own", "of another seat", "none", "before the end"],
)
def test_share_alone_is_of_one_seat_of_a_ceremony_that_ended(
    member: int | None, step: Step, *, is_own: bool
) -> None:
    key_file: Any = SimpleNamespace(account="own", path="key.json")
    assert _is_made_by(record_of(step), key_file, part_of(member)) is is_own


@pytest.mark.parametrize(
    ("random", "is_told"), [(b"drawn", False), (b"", True)], ids=["begun", "ended"]
)
def test_member_without_a_seat_is_told_only_of_a_part_that_it_ended(
    random: bytes, *, is_told: bool
) -> None:
    """Who began a part and was excluded has no seat, and no node is at fault."""
    part = StoredPart(random, None)
    key_file: Any = SimpleNamespace(
        account="own", path="key.json", secrets=SimpleNamespace(parts={"here": part})
    )
    record = record_of(Step.SHARES, members=("another",))
    instance: Any = "here"
    if not is_told:
        assert open_part(record, key_file, instance=instance) is None
        return
    with pytest.raises(InputError, match="has ended its part"):
        open_part(record, key_file, instance=instance)
