"""Sign a member's next step in a ceremony on a machine without a network.

One step at a time: a commitment and its opening in one file would let whoever carries
it show the second before the others made theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from election.client.ceremony import (
    AttemptRecord,
    Ceremony,
    find_attempt,
    issuers_ceremony,
    trustees_ceremony,
)
from election.client.ceremony_member import (
    Advance,
    Member,
    list_derivations,
    prepare_in,
)
from election.protocol import events
from election.protocol.board import Board
from election.protocol.ceremony.attempt import Step
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.replay import Entry, Part
from scripts.members.ceremony import (
    describe,
    require_time_left,
    say_end,
    take_step_in,
    verify_keys_on,
)
from scripts.members.on_record import list_entries, open_on_record
from scripts.members.signing import (
    Draft,
    require_number,
    require_out,
    say_carry,
    write_signed,
)
from scripts.shared.acceptance import RULES, AuditedElection, accept_board
from scripts.shared.carried import Sources, read_carried
from scripts.shared.durations import spell_here
from scripts.shared.files.deployment_file import read_deployment
from scripts.shared.files.key_file import KeyFile
from scripts.shared.following import spell_later
from scripts.shared.standing import (
    require_member,
    require_no_exclusion,
    spell_margin,
    spell_waiting,
)
from scripts.shared.terminal import say, show

_CHECKS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.TRUSTEES: ("trustees", "state"),
    Part.ISSUERS: ("issuers", "state"),
}
_BEGAN: Final[Mapping[Step, type[events.Event]]] = {
    Step.ENROLL: events.AttemptStarted,
    Step.COMMIT: events.Enrolled,
    Step.REVEAL: events.Committed,
    Step.SHARES: events.Revealed,
    Step.CONFIRM: events.Dealt,
}
"""With the last of which events a step begins."""
_SAYS: Final[Mapping[Step, str]] = {
    Step.ENROLL: "enrolment: the key to which the others will encrypt your shares",
    Step.COMMIT: "commitment to your part of the key",
    Step.REVEAL: "part of the key, as you committed to it",
    Step.SHARES: "shares for the others, encrypted to each of them",
    Step.CONFIRM: "confirmation of your shares, or a complaint if one is wrong",
}


@dataclass(slots=True)
class _Pen:
    """Takes down what a member has to say, instead of sending it."""

    drafts: list[Draft] = field(default_factory=list)

    def speak(
        self, ceremony: Ceremony[Any], record: AttemptRecord[Any], member: Member
    ) -> Advance:
        advance, act = prepare_in(ceremony, record, member)
        if act is not None:
            if record.step is Step.CONFIRM:
                derived = list_derivations(ceremony, record)
                self.drafts += [Draft(each, has_one_number=True) for each in derived]
            self.drafts.append(Draft(act))
        return advance


def sign_next(
    part: Part,
    sources: Sources,
    *,
    election: Path,
    key_file: KeyFile,
    out: Path | None,
    as_json: bool,
) -> None:
    """Sign the one step that is due by a record, or keep the share that it gives.

    Raises InputError, UnverifiedError, RuledOutError, LyingNodeError.
    """
    board = read_carried(read_deployment(election), sources.bundles)
    ruled = accept_board(board, RULES)
    sources.are_signed(ruled.evidence)
    opened = open_on_record(ruled)
    require_member(opened.deployed, part, key_file.account)
    ceremony: Ceremony[Any] = (
        trustees_ceremony(opened) if part is Part.TRUSTEES else issuers_ceremony(opened)
    )
    record = find_attempt(ceremony, [e for _, e in list_entries(ruled, part)])
    if record.step not in (Step.FINAL, Step.FAILED):
        require_time_left(opened, part, now=board.head.timestamp)
    audited = accept_board(board, _CHECKS[part])
    pen = _Pen()
    if board.head.timestamp < opened.rules.times[0]:
        advance = Advance(record.attempt.number, record.step, acted=False)
    else:
        instance = audited.instance
        advance = take_step_in(
            ceremony, record, key_file, instance=instance, speak=pen.speak
        )
    made: dict[str, Any] = {"file": None, "fingerprint": None}
    if pen.drafts:
        made = _write(pen.drafts, out, record, board=board, key_file=key_file)
    members, threshold = len(record.attempt.members), record.attempt.threshold
    show(describe(advance, members, threshold) | made, as_json=as_json)
    if advance.attempt > 1:
        say(spell_margin(members, threshold, part=part))
    _say_next(
        audited, part, key_file, record, advance, file=made["file"], as_json=as_json
    )


def _say_next(
    audited: AuditedElection,
    part: Part,
    key_file: KeyFile,
    record: AttemptRecord[Any],
    advance: Advance,
    *,
    file: str | None,
    as_json: bool,
) -> None:
    """Say what to do with what was signed, or keep the share that was made."""
    until = _find_deadline(audited, part, record)
    if file is not None:
        say(f"it has to be there before {spell_here(until)}, when the step ends")
        say_carry(Path(file), as_json=as_json)
    elif advance.key_share is not None:
        _verify(audited, part, key_file, advance.key_share, as_json=as_json)
    else:
        _say_waiting(audited, part, key_file, record, until=until)


def _verify(
    audited: AuditedElection,
    part: Part,
    key_file: KeyFile,
    key_share: KeyShare,
    *,
    as_json: bool,
) -> None:
    """Audit the keys as far as the record has them, and say what comes next."""
    say("verifying the keys ...")
    board, times = audited.evidence.board, audited.evidence.times
    verify_keys_on(board, key_file, key_share, part=part, instance=audited.instance)
    start = times.cast_closing if part is Part.TRUSTEES else times.opening
    then = spell_later(start, now=audited.evidence.board.head.timestamp)
    say_end(part, then, as_json=as_json)


def _write(
    drafts: Sequence[Draft],
    out: Path | None,
    record: AttemptRecord[Any],
    *,
    board: Board,
    key_file: KeyFile,
) -> dict[str, Any]:
    """Write what is signed, and say what it is."""
    path, number = require_out(out), require_number(board, key_file)
    say(f"attempt {record.attempt.number}: signing your {_SAYS[record.step]}")
    say(f"for 0x{key_file.account.hex()}, from its transaction {number} on")
    fingerprint = write_signed(path, drafts, board=board, key_file=key_file)
    return {"file": str(path), "fingerprint": fingerprint}


def _find_deadline(
    audited: AuditedElection, part: Part, record: AttemptRecord[Any]
) -> int:
    """Tell when the step of an attempt ends, as the contract has it; 0 for none."""
    began = _BEGAN.get(record.step)
    if began is None:
        return 0
    number, rules = record.attempt.number, audited.evidence.deployed.rules
    entries: Sequence[Entry[Any]] = audited.evidence.every(began, part)
    times = [e.log.timestamp for e in entries if e.event.attempt == number]
    return max(rules.times[0], *times) + rules.step_seconds


def _say_waiting(
    audited: AuditedElection,
    part: Part,
    key_file: KeyFile,
    record: AttemptRecord[Any],
    *,
    until: int,
) -> None:
    """Say why there is nothing to sign; raises InputError for an excluded member."""
    now, opening = audited.evidence.now, audited.evidence.times.keys
    if now < opening:
        say(f"keys are made from {spell_here(opening)} on: export the record then")
        return
    if record.step in (Step.FINAL, Step.FAILED):
        say("the making of keys is over: no step of it is left to take")
        return
    account, members = key_file.account, record.attempt.members
    is_seated = account in members
    if not is_seated:
        require_no_exclusion(list_entries(audited, part), part, account)
    step = f"attempt {record.attempt.number}, {record.step.name.lower()}"
    say(f"{step}: {spell_waiting(int(is_seated), until, now=now, part=part)}")
    say("that was so when the record was exported: export it anew to go on")
