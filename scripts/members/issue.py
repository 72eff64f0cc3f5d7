"""Answer the requests of every contest, in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from election.crypto.transcript import Hash
from election.protocol.events import BoxOpened, Issued
from election.protocol.replay import Part
from scripts.members.answering import answer_once
from scripts.members.going_on import accepting
from scripts.members.on_record import open_on_record, require_seat_on_record
from scripts.shared.acceptance import POLLS, AuditedElection
from scripts.shared.carried import Sources
from scripts.shared.contests import Fates, act_on_each, require_contests
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.files.answers_file import write_answers
from scripts.shared.files.failures import name_unwritable
from scripts.shared.files.key_file import KeyFile
from scripts.shared.options import DEFAULT_URL
from scripts.shared.progress import counted
from scripts.shared.roles import Role
from scripts.shared.session import enter, unlock
from scripts.shared.standing import require_seat


@contextmanager
def issuing(
    sources: Sources,
    contests: Sequence[int] | None,
    election: Path,
    key: Path,
    *,
    password_file: Path | None,
    fresh: bool,
) -> Iterator[tuple[AuditedElection, KeyFile]]:
    """Open an issuer's key file, and accept the record by which it answers.

    contests: those asked for. From nodes, what is wrong with the account or with them
    is told before the record is verified. Raises as `accepting` does, and InputError.
    """
    asked, opened = contests or [], None
    if not sources.bundles:
        opened = enter(election, (sources.rpc_urls or [DEFAULT_URL])[0])
        require_contests(opened, asked)
    key_file = unlock(key, password_file, roles={Role.ISSUER})
    if opened is not None:
        require_seat(opened, Part.ISSUERS, key_file.account)
    with accepting(election, sources, POLLS, key_file=key_file, fresh=fresh) as audited:
        if opened is None:
            require_contests(open_on_record(audited), asked)
            require_seat_on_record(audited, Part.ISSUERS, key_file.account)
        yield audited, key_file


def require_folder(path: Path) -> None:
    """Raise InputError if a file is where the answers of all contests shall go."""
    if path.exists() and not path.is_dir():
        fact = "is a file, and the answers of all contests take a folder: give another"
        raise InputError(str(path), f"{fact} --out, or --contest")


def answer_told(
    audited: AuditedElection, contest: int, *, key_file: KeyFile
) -> tuple[int, Iterator[tuple[Hash, bytes]]]:
    """Answer all requests of a contest as `answer_once`, and show how far it came."""
    member, answers = answer_once(audited, contest, key_file=key_file)
    total = audited.evidence.count(Issued, contest)
    return member, counted(answers, "answers", total)


def answer_all(
    audited: AuditedElection,
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
        member, answers = answer_told(audited, contest, key_file=key_file)
        path = folder / f"{contest}-issuer-{member}.jsonl"
        requests = write_answers(path, contest, member, answers)
        return {"answers": str(path), "requests": requests}

    return act_on_each([each.contest for each in audited.evidence.contests], answer)
