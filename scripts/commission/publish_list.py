"""Plan voter lists, publish them, and keep their salts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from election.client.open_election import OpenElection
from election.crypto.signature import SigningKey, derive_address
from election.protocol.context import derive_election_id
from election.protocol.phases import Phase
from election.protocol.text import name_contests, spell_number, spell_time
from election.protocol.voter_list import NO_LIST, NO_VOTERS, PublishedList, VoterList
from scripts.shared.asking import Ask, ask_nobody
from scripts.shared.contests import Fates, act_on_each
from scripts.shared.errors import (
    InputError,
    NotYetError,
    RefusedLinesError,
    RuledOutError,
)
from scripts.shared.files.key_file import KeyFile
from scripts.shared.files.list_folder import ListFolder
from scripts.shared.files.register_file import Register, list_look_alikes, read_register
from scripts.shared.files.voter_files import build_lists
from scripts.shared.terminal import say

_TO_GO_ON: Final = (
    "to publish the same register again, give as --out the folder where its salts.csv "
    "is; else give that salts.csv as the register"
)
_SHOWN: Final = 20  # lines of a register


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be on the chain, by contest, and what is not there yet."""

    wanted: Mapping[int, PublishedList]
    changed: tuple[int, ...]


def plan_lists(
    opened: OpenElection,
    wanted: Mapping[int, PublishedList],
    *,
    contests: Sequence[int],
    replace: bool,
) -> Plan:
    """Plan what to publish; raises InputError if it may not or cannot be.

    contests: those that need a list. replace: whether lists that are published, and
    the salts given out for them, may become void. All contests are of the election.
    """
    found = opened.voter_list.published(list(opened.contests))
    changed = tuple(each for each in wanted if found[each] != wanted[each])
    if changed:
        _require_phase(opened)
    missing = [c for c in contests if c not in wanted and found[c] == NO_LIST]
    if missing and opened.election.phase() is Phase.LIST:
        options = " ".join(f"--no-voters {each}" for each in missing)
        fact = f"has nobody of {name_contests(missing)}: add them, or give {options}"
        raise InputError("register", fact)
    void = [each for each in changed if found[each] != NO_LIST]
    if void and not replace:
        raise InputError("register", _refuse_void(void))
    return Plan(wanted, changed)


def publish_lists(opened: OpenElection, plan: Plan, *, key: SigningKey) -> Fates[bool]:
    """Publish what is planned, and believe what the chain then has.

    Tells of each contest whether its list was not there before.
    """
    handle = opened.voter_list

    def publish(contest: int) -> None:
        made = plan.wanted[contest]
        act = handle.publish(contest, made.root, size=made.size)
        opened.connection.send(act, key=key)

    sent = act_on_each(plan.changed, publish)
    found = handle.published(list(plan.wanted))
    seen = {each for each, made in plan.wanted.items() if found[each] == made}
    failed = {
        each: sent.failed.get(each, "another list was published meanwhile")
        for each in plan.wanted
        if each not in seen
    }
    return Fates({each: each in plan.changed for each in sorted(seen)}, {}, failed)


def go_on(register: Register, out: Path) -> Register:
    """Take the salts that an act drew for these very voters and kept, if one did.

    So an act that was killed goes on where it is run again as it was.
    """
    kept = None if register.is_salted else ListFolder(out).find_salts(register.voters)
    return register if kept is None else Register(kept, is_salted=True)


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists that were made of a register, and what of all has to be on the chain."""

    register: Register
    made: Mapping[int, VoterList]
    wanted: Mapping[int, PublishedList]


def make_lists(
    opened: OpenElection, register: Register, *, empty: Sequence[int]
) -> Lists:
    """Make the lists of a register; empty: contests that shall have no voters."""
    election_id = derive_election_id(opened.rules.slug)
    made = build_lists(register.voters, election_id=election_id)
    wanted = {each: voter_list.published for each, voter_list in made.items()}
    return Lists(register, made, wanted | dict.fromkeys(empty, NO_VOTERS))


def publish_and_keep(
    opened: OpenElection,
    plan: Plan,
    lists: Lists,
    out: Path,
    *,
    key: SigningKey,
    ask: Ask = ask_nobody,
) -> Fates[bool]:
    """Publish what is planned, and keep lists and salts in a folder.

    Salts that were drawn are there before a list of them is on the chain.
    """
    folder, (voters, made) = ListFolder(out), (lists.register.voters, lists.made)
    folder.require_room(voters, made)
    if plan.changed:
        ask(*spell_publishing(plan))
    if plan.changed and not lists.register.is_salted:
        folder.keep_draft(voters)
        say(f"drew salts; to go on if this ends early, publish {folder.draft}")
    fates = publish_lists(opened, plan, key=key)
    folder.keep(voters, made, [each for each in made if each in fates.done])
    return fates


def spell_publishing(plan: Plan) -> list[str]:
    """Say what publishing does, and what can still be done about it."""
    voters = sum(plan.wanted[each].voters for each in plan.changed)
    told = spell_number(voters, "voter")
    return [
        f"publishes who may vote in {name_contests(plan.changed)}: {told}",
        "a list is replaced within phase LIST alone, and salts of before are void then",
    ]


def require_commission(opened: OpenElection, key_file: KeyFile) -> None:
    """Raise InputError for the key of another election's commission."""
    if derive_address(key_file.key) != opened.rules.commission:
        raise InputError(str(key_file.path), "is of another election's commission")


def accept_register(path: Path, *, are_different: bool) -> Register:
    """Read a register; say what is wrong with its lines, and which look alike.

    are_different: somebody looked, and those that look alike are different voters.
    Raises InputError.
    """
    try:
        register = read_register(path)
    except RefusedLinesError as error:
        if len(error.lines) == 1:
            raise
        _say_some(error.lines)
        fact = f"has {len(error.lines)} lines that are refused, as told above"
        raise InputError(str(path), fact) from None
    pairs = list_look_alikes(register)
    _say_some(pairs)
    if pairs and not are_different:
        fact = "has voters that look alike, as told above: leave out who stands there"
        raise InputError(str(path), f"{fact} twice, or give --different")
    return register


def _require_phase(opened: OpenElection) -> None:
    phase, times = opened.election.phase(), opened.rules.times
    if phase < Phase.LIST:
        raise NotYetError("lists", f"are published from {spell_time(times[1])} on")
    if phase > Phase.LIST:
        raise RuledOutError("lists", f"were closed at {spell_time(times[2])}")


def _refuse_void(contests: Sequence[int]) -> str:
    named = name_contests(contests)
    has = "has a list" if len(contests) == 1 else "have lists"
    fact = f"{named} {has} already, with other salts, which would become void"
    return f"{fact}: {_TO_GO_ON}, or --replace"


def _say_some(lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        say(line)
    if len(lines) > _SHOWN:
        say(f"and {spell_number(len(lines) - _SHOWN, 'line')} more")


def require_known(path: Path, register: Register, known: Sequence[int]) -> None:
    """Raise InputError for voters of a contest that the election has not.

    The first is told with its line and the contests that there are.
    """
    strange = [voter for voter in register.voters if voter.contest not in known]
    if not strange:
        return
    first = strange[0]
    fact = f"contest {first.contest} is not in the election, which has {_join(known)}"
    if len(strange) > 1:
        fact += f"; and {spell_number(len(strange) - 1, 'line')} more"
    raise InputError(f"{path} line {first.line}", fact)


def _join(contests: Sequence[int]) -> str:
    return ", ".join(map(str, contests))


def _select(
    path: Path | None,
    register: Register | None,
    contests: Sequence[int],
    *,
    empty: Sequence[int],
) -> Register:
    """Keep the voters of these contests; raises InputError if one has to be empty."""
    voters = register.voters if register else ()
    for voter in voters:
        if voter.contest in empty:
            fact = f"is a voter of contest {voter.contest}, which shall have none"
            raise InputError(f"{path} line {voter.line}", fact)
    chosen = tuple(v for v in voters if not contests or v.contest in contests)
    return Register(chosen, is_salted=not register or register.is_salted)


def read_chosen(
    path: Path | None,
    contests: Sequence[int],
    *,
    empty: Sequence[int],
    different: bool,
) -> Register:
    """Read the voters of these contests, all of them if none is named."""
    if path is None and not empty:
        raise InputError("register", "is missing: give the table of voters")
    given = accept_register(path, are_different=different) if path else None
    return _select(path, given, contests, empty=empty)
