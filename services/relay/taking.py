"""Take a ballot from anybody: what costs least is looked at first.

Length and contest, whether the polls are open, the same bytes again, a credential that
has a ballot: all that before any curve arithmetic. A promise is on the disk before it
is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from sqlalchemy.exc import SQLAlchemyError

from election.crypto.signature import SigningKey, encode_signature
from election.crypto.transcript import Address, Hash, hash_bytes
from election.protocol.promise import Promise, sign_promise
from election.protocol.text import spell_time
from services.relay.judging import BusyError, Judges
from services.relay.polls import Contest, peek_credential
from services.relay.store import (
    Cast,
    Kept,
    State,
    find_other,
    find_same,
    promise_once,
)
from services.relay.timing import find_deadline
from services.shell.clock import Clock
from services.shell.database import Database
from services.shell.problems import Problem
from services.shell.text import _

_BUSY_FOR, _FULL_FOR = 2, 30  # seconds until it is worth asking again


class Desk:
    """Take ballots of these contests, by ctx, and promise them.

    closing_of: tells a contest's effective t_cast_close.
    """

    def __init__(
        self,
        contests: Mapping[Hash, Contest],
        *,
        closing_of: Callable[[Contest], int],
        database: Database,
        judges: Judges,
        clock: Clock,
        key: SigningKey,
    ) -> None:
        self._contests = contests
        self._closing_of = closing_of
        self._database, self._judges = database, judges
        self._clock, self._key = clock, key
        self.largest = max((each.size for each in contests.values()), default=0)

    def find_contest(self, context: str | None, size: int) -> Contest:
        """Find the contest of a record by its ctx, and require its size.

        context: in hexadecimal; may be missing where one contest alone has records of
        this size. Raises Problem, before anything of the record is read.
        """
        if context is not None:
            contest = self._contests.get(_read_word(context))
            if contest is None:
                raise _refuse_context()
            if contest.size != size:
                raise _refuse_size(size, contest.size)
            return contest
        fitting = [each for each in self._contests.values() if each.size == size]
        if not fitting:
            raise _refuse_size(size, self.largest)
        if len(fitting) > 1:
            raise Problem(
                "context_missing",
                _("Several contests have ballots of this size: say which, ?context=."),
            )
        return fitting[0]

    def require_open(self, contest: Contest) -> int:
        """Give by when a ballot that comes now is in the box.

        Raises Problem where the polls are not open, or nothing can be promised.
        """
        now, closing = self._clock.now(), self._closing_of(contest)
        if now < contest.opening:
            raise Problem(
                "polls_not_open",
                _("The polls open at %(time)s. Nothing is lost: send it again then."),
                HTTPStatus.CONFLICT,
                retry_after=contest.opening - now,
                time=spell_time(contest.opening),
            )
        deadline = find_deadline(now, closing=closing)
        if deadline is None:
            raise Problem(
                "polls_closed",
                _("The polls close at %(time)s: no ballot can be promised any more."),
                HTTPStatus.GONE,
                time=spell_time(closing),
            )
        return deadline

    async def take(self, contest: Contest, record: bytes) -> Kept:
        """Accept a ballot, promise it and keep it; raises Problem.

        Who sends the same bytes again is given the promise that was given.
        """
        deadline, digest = self.require_open(contest), hash_bytes(record)
        credential = peek_credential(record)
        try:
            same = await self._database.run(find_same, digest)
            if same is not None and same.context == contest.context:
                return same
            other = await self._database.run(find_other, contest.context, credential)
            if other is not None and not _may_be_same(other):
                raise _refuse_other(other)
            ballot_hash = await self._verify(contest, record)
            if isinstance(other, Kept) and other.ballot_hash != ballot_hash:
                raise _refuse_other(other)
            promise = Promise(contest.context, credential, ballot_hash, deadline)
            return await self._keep(promise, record, digest)
        except SQLAlchemyError as error:  # a full disk, a server that is away
            raise _refuse_store() from error

    async def _verify(self, contest: Contest, record: bytes) -> Hash:
        try:
            verdict = await self._judges.judge(contest.context, record)
        except BusyError:
            raise _refuse_busy() from None
        if verdict.ballot_hash is None:
            raise Problem(
                "bad_ballot",
                _("This is no ballot of the contest: %(fact)s"),
                HTTPStatus.UNPROCESSABLE_ENTITY,
                fact=verdict.fault,
            )
        return verdict.ballot_hash

    async def _keep(self, promise: Promise, record: bytes, digest: Hash) -> Kept:
        signature = encode_signature(sign_promise(promise, self._key))
        kept = Kept(
            promise.ballot_hash,
            promise.ctx,
            promise.credential,
            State.PROMISED,
            digest,
            record,
            promise.deadline,
            signature,
        )
        # meanwhile the same, or another ballot of the credential, may have come
        other = await self._database.run(promise_once, kept)
        if other is None:
            return kept
        if isinstance(other, Kept) and other.ballot_hash == kept.ballot_hash:
            return other
        raise _refuse_other(other)


def _may_be_same(other: Cast | Kept | State) -> bool:
    """Say whether a promised ballot may be this one under another signature.

    An ECDSA signature has many forms for who has the key; the ballot hash has one.
    """
    return isinstance(other, Kept)


def _read_word(text: str) -> Hash:
    digits = text.removeprefix("0x")
    if len(digits) != 64 or not digits.isascii() or not digits.isalnum():
        raise _refuse_context()
    try:
        return Hash(bytes.fromhex(digits))
    except ValueError:
        raise _refuse_context() from None


def _refuse_context() -> Problem:
    return Problem(
        "unknown_context",
        _("This delivery service takes no ballots of that district."),
        HTTPStatus.NOT_FOUND,
    )


def _refuse_size(size: int, right: int) -> Problem:
    return Problem(
        "wrong_size",
        _("A ballot has %(right)s bytes here, this has %(size)s."),
        right=right,
        size=size,
    )


def _refuse_busy() -> Problem:
    return Problem(
        "busy",
        _("Many ballots wait to be verified. Nothing is lost: send it again soon."),
        HTTPStatus.SERVICE_UNAVAILABLE,
        retry_after=_BUSY_FOR,
    )


def _refuse_store() -> Problem:
    return Problem(
        "cannot_keep",
        _(
            "This delivery service cannot keep a ballot now: send it again later, "
            "or to another."
        ),
        HTTPStatus.SERVICE_UNAVAILABLE,
        retry_after=_FULL_FOR,
    )


def _refuse_other(other: Cast | Kept | State) -> Problem:
    """Say what stands in the way of a ballot."""
    if isinstance(other, Cast):
        return Problem(
            "already_cast",
            _("A ballot of this voter is in the box, since block %(block)s."),
            HTTPStatus.CONFLICT,
            block=other.block,
        )
    if other is State.ASIDE:
        return Problem(
            "set_aside",
            _("The box has refused the ballot of this voter."),
            HTTPStatus.CONFLICT,
        )
    return Problem(
        "already_promised",
        _("Another ballot of this voter was promised here: it goes first."),
        HTTPStatus.CONFLICT,
    )


def spell_promise(kept: Kept) -> dict[str, object]:
    """Spell a promise as it is answered."""
    return {
        "context": f"0x{kept.context.hex()}",
        "credential": f"0x{Address(kept.credential).hex()}",
        "ballot_hash": f"0x{kept.ballot_hash.hex()}",
        "deadline": kept.deadline,
        "signature": f"0x{kept.signature.hex()}",
    }
