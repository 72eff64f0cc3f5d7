"""Publish the voter lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from election.client.open_election import OpenElection
from election.crypto.signature import SigningKey, derive_address
from election.protocol.context import derive_election_id
from election.protocol.phases import Phase
from election.protocol.text import name_contests, spell_number, spell_time
from election.protocol.voter_list import NO_LIST, NO_VOTERS, PublishedList
from scripts.shared.contests import Fates, act_on_each, require_contests
from scripts.shared.errors import InputError, RefusedLinesError
from scripts.shared.files.key_file import Role
from scripts.shared.files.list_folder import ListFolder
from scripts.shared.files.register_file import Register, list_look_alikes, read_register
from scripts.shared.files.voter_files import build_lists
from scripts.shared.omissions import list_missing
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    SomeContests,
    contest_option,
    path_argument,
    path_option,
)
from scripts.shared.session import acting, enter, unlock
from scripts.shared.terminal import say, show

EXAMPLE = (
    "veche publish-list voters.csv --election election.json "
    "--key keys/commission.json --out lists"
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
    the salts given out for them, may become void.
    """
    require_contests(opened, (*wanted, *contests))
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
        raise InputError("lists", f"are published from {spell_time(times[1])} on")
    if phase > Phase.LIST:
        raise InputError("lists", f"were closed at {spell_time(times[2])}")


def _refuse_void(contests: Sequence[int]) -> str:
    named = name_contests(contests)
    if len(contests) == 1:
        fact = f"{named} has another list already, whose salts would become void: "
        return f"{fact}give its salts.csv as the register, or --replace"
    fact = f"{named} have other lists already, whose salts would become void: "
    return f"{fact}give their salts.csv as the register, or --replace"


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


def _read_chosen(
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


def command(
    election: ElectionFile,
    key: KeyPath,
    out: Annotated[Path, path_option(help="Folder for lists and salts.")],
    register: Annotated[
        Path | None, path_argument(help="CSV: contest,voter_id (and salt, if any).")
    ] = None,
    contests: SomeContests = None,
    no_voters: Annotated[
        list[int] | None, contest_option(help="Id of a contest without voters.")
    ] = None,
    different: Annotated[
        bool, typer.Option("--different", help="Voters that look alike are different.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Salts given out before become void.")
    ] = False,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Publish the voter lists, or correct them within phase LIST.

    Writes salts.csv, which only the registrar keeps and of which each voter gets one
    line, and list-CONTEST.json, which are public. salts.csv is a register, too: give
    it to publish the same lists again. Every contest needs a list, or the statement
    that it has no voters.
    """
    empty = no_voters or []
    chosen = _read_chosen(register, contests or [], empty=empty, different=different)
    opened = enter(election, rpc_urls)
    require_contests(opened, (*empty, *(contests or ())))
    if register is not None:
        require_known(register, chosen, list(opened.contests))
    key_file = unlock(key, password_file, roles={Role.COMMISSION})
    if derive_address(key_file.key) != opened.rules.commission:
        raise InputError(str(key), "is of another election's commission")
    made = build_lists(chosen.voters, election_id=derive_election_id(opened.rules.slug))
    wanted = {each: voter_list.published for each, voter_list in made.items()}
    wanted |= dict.fromkeys(empty, NO_VOTERS)
    folder = ListFolder(out)
    with acting(key_file):
        every = contests or list(opened.contests)
        plan = plan_lists(opened, wanted, contests=every, replace=replace)
        folder.require_room(chosen.voters, made)
        if plan.changed and not chosen.is_salted:
            folder.keep_draft(chosen.voters)
            say(f"drew salts; to go on if this ends early, publish {folder.draft}")
        fates = publish_lists(opened, plan, key=key_file.key)
        folder.keep(chosen.voters, made, [each for each in made if each in fates.done])
    say(f"wrote {out}; keep salts.csv there secret")
    for warning in list_missing(opened):
        say(f"warning: {warning}")
    shown = {str(each): wanted[each].voters for each in fates.done}
    published = [each for each, is_new in fates.done.items() if is_new]
    show({"published": published, "voters": shown}, as_json=as_json)
    fates.require()
