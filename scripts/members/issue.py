"""Answer the requests of every contest, in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from election.protocol.events import BoxOpened
from scripts.members.answering import answer_once
from scripts.shared.acceptance import AuditedElection
from scripts.shared.contests import Fates, act_on_each
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.files.answers_file import write_answers
from scripts.shared.files.failures import name_unwritable
from scripts.shared.files.key_file import KeyFile


def require_folder(path: Path) -> None:
    """Raise InputError if a file is where the answers of all contests shall go."""
    if path.exists() and not path.is_dir():
        fact = "is a file, and the answers of all contests take a folder: give another"
        raise InputError(str(path), f"{fact} --out, or --contest")


def answer_all(
    audited: AuditedElection,
    contests: Sequence[int],
    folder: Path,
    *,
    key_file: KeyFile,
) -> Fates[dict[str, Any]]:
    """Answer the requests of every contest that has a box; tells what became of each.

    Raises UnverifiedError and FileError.
    """
    with name_unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True)

    def answer(contest: int) -> dict[str, Any]:
        if not audited.evidence.every(BoxOpened, contest):
            raise NotYetError(f"contest {contest}", "no ballot box")
        member, answers = answer_once(audited, contest, key_file=key_file)
        path = folder / f"{contest}-issuer-{member}.jsonl"
        requests = write_answers(path, contest, member, answers)
        return {"answers": str(path), "requests": requests}

    return act_on_each(contests, answer)
