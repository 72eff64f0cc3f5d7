"""One act on many contests: what became of each, whatever became of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from election.client.errors import ConnectionFailedError, ContractRefusedError
from election.client.open_election import OpenElection
from election.client.wire import Act
from election.crypto.signature import SigningKey
from election.errors import ElectionError
from election.protocol.counts import list_counts
from election.protocol.phases import Phase
from election.protocol.text import spell_time
from scripts.shared.errors import ContestError, InputError, NotYetError, UnverifiedError
from scripts.shared.progress import counted
from scripts.shared.terminal import lay_out, show, tell

Result = TypeVar("Result")
_WAITING = "`veche status` says what each waits for"


@dataclass(frozen=True, slots=True)
class Fates(Generic[Result]):
    """What became of each contest: a result, or why there is none.

    waiting: what is not due yet, which is no fault. failed: what was due.
    """

    done: Mapping[int, Result]
    waiting: Mapping[int, str]
    failed: Mapping[int, str]

    def report(
        self,
        spell: Callable[[int, Result], Any],
        *,
        as_json: bool,
        titles: Mapping[int, str] | None = None,
    ) -> None:
        """Show every contest; raises ContestError if one failed.

        titles: what a person is shown beside the number. Raises NotYetError, and shows
        nothing, if all of them wait.
        """
        if not self.done and not self.failed:
            self.require()
        shown = self.list_all(spell)
        if as_json or titles is None:
            show({str(each): shown[each] for each in shown}, as_json=as_json)
        else:
            for each in shown:
                tell(f"contest {each}: {titles.get(each, 'is not in the election')}")
                tell(*lay_out({"result": shown[each]}))
        self.require()

    def list_all(self, spell: Callable[[int, Result], Any]) -> dict[int, Any]:
        """Say of every contest what became of it, by its id."""
        shown = {contest: spell(contest, each) for contest, each in self.done.items()}
        shown |= self.waiting
        shown |= {each: f"failed: {fact}" for each, fact in self.failed.items()}
        return {each: shown[each] for each in sorted(shown)}

    def require(self) -> None:
        """Raise ContestError if a contest failed, NotYetError if all of them wait."""
        if self.failed:
            raise ContestError(self.failed)
        if self.waiting and not self.done:
            (contest, fact), *others = self.waiting.items()
            told = "; ".join(
                [fact, *(f"contest {each}: {why}" for each, why in others)]
            )
            raise NotYetError(f"contest {contest}", told, hint=_WAITING)


def act_on_each(contests: Iterable[int], act: Callable[[int], Result]) -> Fates[Result]:
    """Act on each contest; an error ends that one alone, if there is still a node.

    act: raises NotYetError for what is not due yet, and UnverifiedError for what stops
    everything.
    """
    done: dict[int, Result] = {}
    waiting: dict[int, str] = {}
    failed: dict[int, str] = {}
    away: str | None = None
    for contest in counted([*contests], "contests"):
        try:
            if away is None:
                done[contest] = act(contest)
            else:
                failed[contest] = away
        except UnverifiedError:
            raise
        except NotYetError as error:
            waiting[contest] = error.fact
        except ConnectionFailedError as error:
            away = failed[contest] = str(error)
        except ElectionError as error:
            failed[contest] = _strip(error, contest)
    return Fates(done, waiting, failed)


def spell_counts(
    candidates: Sequence[str], counts: Sequence[int]
) -> list[dict[str, Any]]:
    """Give counts as every act shows them: slot, count and name of each candidate."""
    return [asdict(each) for each in list_counts(candidates, counts)]


def send_unless_done(
    opened: OpenElection, act: Act, *, key: SigningKey, is_done: Callable[[], bool]
) -> None:
    """Send what anybody may do; that somebody else was faster is as good."""
    try:
        opened.connection.send(act, key=key)
    except ContractRefusedError:
        if not is_done():
            raise


def require_closed(opened: OpenElection) -> None:
    """Raise NotYetError while ballots may still be cast."""
    if opened.election.phase() < Phase.CLOSED:
        _, end = opened.election.closings()
        raise NotYetError("polls", f"are not closed before {spell_time(end)}")


def require_contests(opened: OpenElection, contests: Iterable[int]) -> None:
    """Raise InputError for a contest that is not in the election."""
    for contest in contests:
        if contest not in opened.contests:
            known = ", ".join(map(str, opened.contests))
            fact = f"is not in the election, which has {known}"
            raise InputError(f"contest {contest}", fact)


def require_box(opened: OpenElection, contest: int) -> None:
    """Raise NotYetError, for ever, if there is nothing to count in a contest.

    Raises InputError if there is no such contest.
    """
    require_contests(opened, [contest])
    (box,) = opened.election.boxes([contest])
    if not any(box):
        raise NotYetError(f"contest {contest}", "no ballot box")


def _strip(error: ElectionError, contest: int) -> str:
    """Spell an error without the contest, which is named before it."""
    return error.fact if error.subject == f"contest {contest}" else str(error)
