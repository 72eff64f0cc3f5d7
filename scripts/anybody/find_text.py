"""What a person and a program are told of a ballot that was looked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from election.protocol.text import name_contests, spell_number
from scripts.anybody.find import Absent, Shown, Sought
from scripts.anybody.find_verdict import Verdict
from scripts.shared.durations import spell_here
from scripts.shared.moments import Moment

_NOBODY: Final = "nobody"


def spell_found(
    shown: Shown, verdict: Verdict, sought: Sought, *, as_json: bool
) -> dict[str, Any]:
    """Give what is shown of a ballot that was found."""
    log, header = shown.stored.log, shown.block
    return {
        "found": True,
        "tracking_code": f"0x{sought.code.hex()}",
        "contest": shown.contest,
        "title": sought.contests[shown.contest].title,
        "counted": True,
        "block": header.number,
        "time": _spell_time(header.timestamp, as_json=as_json),
        "transaction_index": shown.place,
        "log_index": log.index,
        "transaction": f"0x{log.transaction.hex()}",
        "block_hash": f"0x{header.hash.hex()}",
        "ballot_hash": f"0x{shown.ballot.ballot_hash.hex()}",
        "signed_by": _NOBODY if shown.signing is None else shown.signing.in_words,
        "nodes": dict(verdict.nodes),
        "differing": [*verdict.differing],
    }


def spell_missing(
    absent: list[Absent], verdict: Verdict, sought: Sought, *, as_json: bool
) -> dict[str, Any]:
    """Give what was looked through in vain: as far as the node that is furthest."""
    last = max(absent, key=lambda each: each.block.number)
    return {
        "found": False,
        "tracking_code": f"0x{sought.code.hex()}",
        "contests": {
            str(number): f"{each.title}: {_count(last, number)}"
            for number, each in sought.contests.items()
        },
        "block": last.block.number,
        "time": _spell_time(last.block.timestamp, as_json=as_json),
        "nodes": dict(verdict.nodes),
        "differing": [*verdict.differing],
    }


def _count(absent: Absent, contest: int) -> str:
    return spell_number(absent.cast.get(contest, 0), "ballot")


def _spell_time(seconds: int, *, as_json: bool) -> Moment | str:
    return Moment(seconds) if as_json else spell_here(seconds)


def is_early(absent: list[Absent]) -> bool:
    """Tell whether the ballot may still come: unless all say that the polls closed."""
    return any(each.now < each.closing for each in absent)


def explain_found(
    shown: Shown, verdict: Verdict, sought: Sought, *, asked: int
) -> Iterator[str]:
    """Say what was proven by whom, and what was not. asked: how many nodes were."""
    if shown.signing is None:
        yield "nobody signs the blocks of this chain: that the ballot is in it is the"
        yield "word of the nodes that were asked, and their own blocks bear it out"
    elif sought.genesis_hash is None:
        yield f"{shown.signing.in_words} of a network signed its block; that it is your"
        yield "network is the node's own word. Compare the hash of its genesis with the"
        yield "one that all published, or give that by --genesis-hash; this one has"
        yield shown.signing.proven.genesis.digest.hex()
    else:
        yield f"{shown.signing.in_words} of the network signed its block"
    if verdict.differing:
        yield f"that is what {' and '.join(verdict.agreed)} shows. Others differ, or"
        yield f"contradict themselves: {', '.join(verdict.differing)}."
        yield "Ask a third node, and tell the observers"
    elif asked == 1:
        yield "one node was asked; name one of another organisation, too: --rpc-url"
    elif len(verdict.agreed) == 1:
        yield "one node alone shows it; ask another one again later: --rpc-url"
    yield "whom it chooses nobody sees; its control word cannot be known from the"
    yield "chain, only from the device that made it"


def explain_missing(
    absent: list[Absent], verdict: Verdict, sought: Sought
) -> Iterator[str]:
    """Say where it was looked for, how far, and whether it may still come."""
    last = max(absent, key=lambda each: each.block.number)
    opening = sought.terms.opening
    closing = max(each.closing for each in absent)
    yield f"no ballot with this code is in {name_contests([*sought.contests])},"
    yield f"up to block {last.block.number} of {spell_here(last.block.timestamp)}"
    for number in last.unmade:
        yield f"contest {number} has no ballot box there yet"
    if max(each.now for each in absent) < opening:
        yield f"the polls open {spell_here(opening)}"
    elif is_early(absent):
        yield "the polls are open: a ballot that was promised comes at the latest at"
        yield f"{spell_here(closing)}"
    else:
        yield f"the polls closed {spell_here(closing)}: none comes any more"
    if verdict.differing:
        yield f"nodes differ or contradict themselves: {', '.join(verdict.differing)}"


def advise_found() -> tuple[str, ...]:
    """Say what follows where it was found."""
    return (
        "if it is yours, keep a receipt, from the booth or by `veche receipt`; that",
        "the counts are the sum of all ballots, `veche audit` shows after the polls",
    )


def advise_missing(absent: list[Absent]) -> tuple[str, ...]:
    """Say what follows where it was not."""
    again = "compare the code with what the device showed last, before it was cast;"
    if is_early(absent):
        closing = max(each.closing for each in absent)
        return (again, f"look again after {spell_here(closing)}")
    return (
        again,
        "a relay that promised it, and signed that, broke its word: give the promise",
        "to the observers",
    )
