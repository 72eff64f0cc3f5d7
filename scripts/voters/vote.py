"""A voter's whole way on polling day: from the account's link to a receipt.

Each step is kept before the next begins, so that the same command goes on after a kill,
never votes twice, and never loses the vote. docs/booth.md, "Without a browser".
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import typer

from election.crypto.group import encode_g1
from election.crypto.transcript import Hash
from election.errors import EncodingError
from election.protocol.attestation import LAST_REQUESTS, Attestation
from election.protocol.ballot import accept_ballot, derive_memo, make_ballot
from election.protocol.issuance import Credential
from election.protocol.nesting import check_nesting
from election.protocol.voter_list import LeafState
from finality.proof_file import encode_proof
from scripts.shared.durations import spell_here
from scripts.shared.errors import (
    InputError,
    NotYetError,
    RuledOutError,
    ServiceAwayError,
    ServiceError,
    UntrueError,
)
from scripts.shared.files.json_file import write_new
from scripts.shared.files.receipt_file import ReceiptFile, render_receipt
from scripts.shared.languages import Language
from scripts.shared.recovery_words import spell_words
from scripts.shared.terminal import asking, say
from scripts.voters.ballot import draw_control_word, prepare_to_cast
from scripts.voters.device.ballot_side import BallotSide, Promised
from scripts.voters.device.box_reader import Absent, BoxReader, State, Stored
from scripts.voters.device.crowd import Moments
from scripts.voters.device.kept import Keeper, KeptPromise
from scripts.voters.device.link import Link
from scripts.voters.device.person_side import (
    Message,
    Opening,
    PersonSide,
    open_sigma,
)
from scripts.voters.device.sides import LEAST_RELAYS
from scripts.voters.device.texts import spell_one, spell_refusal

_PAUSE: Final = 2.0  # seconds between two looks at what others did
_GRACE: Final = 60  # seconds after both attestations are void: a node may be behind
_MOST_CODES: Final = 20  # that a person types in one run
_LATE: Final = 600  # seconds after the close in which a block may still come
_MOST_NODES: Final = 16  # that a receipt names
_PASSING: Final = ("away", "chain_away")
_BEHIND: Final = 60  # seconds in which a registrar may not have seen the polls open
_SPENT: Final = (
    *("unknown_ticket", "expired_ticket", "used_ticket", "logged_out"),
    "not_attested",
)
"""Refusals after which the same link leads nowhere."""
_RETYPED: Final = ("wrong_code", "slow_down", "too_soon")


Told = TypeVar("Told")


@dataclass(slots=True)
class Vote:
    """A voter's way in one contest.

    is_sure: nothing but the choice is asked. booth: another than the files came from,
    for a check.
    """

    person: PersonSide
    ballot: BallotSide
    reader: BoxReader
    keeper: Keeper
    language: Language
    is_sure: bool = False
    booth: str = ""
    sleep: Callable[[float], None] = time.sleep

    def run(self, ask_link: Callable[[], Link], *, is_hurried: bool) -> Stored | None:
        """Go on from what is kept until the ballot is in the box.

        None: it was there before. Raises ElectionError; run it again to go on.
        """
        kept = self.keeper
        if kept.now.block is not None:
            return None
        if kept.now.record is None:
            self._show_words()
            credential = self._get_ballot(ask_link)
            # what was not asked for here another device may have voted with
            is_resumed = kept.now.until is None
            if is_resumed and (stored := self._find_other()) is not None:
                return stored
            self._choose(credential)
        else:
            say(spell_one("sealed earlier"))
        if not is_hurried:
            self._wait_for_others()
        return self._bring()

    def find_again(self) -> Stored:
        """Find the ballot of which the receipt is gone; raises NotYetError."""
        self.reader.first = 0
        found = self.reader.find()
        if isinstance(found, Absent):
            raise NotYetError(spell_one("ballot word"), spell_one("no receipt"))
        return found

    # To a credential

    def _show_words(self) -> None:
        """Show the recovery words once, and have them written down."""
        if self.keeper.now.is_written:
            return
        if self.is_sure or not sys.stdin.isatty():
            say(spell_one("words hint"))
            return
        say(spell_one("words first"), "")
        words = spell_words(self.person.device.secret, self.language)
        for at in range(0, len(words), 4):
            row = enumerate(words[at : at + 4], at + 1)
            say("  ".join(f"{number:>3} {word:<10}" for number, word in row))
        say("")
        with asking():
            while not typer.confirm(spell_one("written"), err=True):
                pass
        self.keeper.keep(is_written=True)

    def _get_ballot(self, ask_link: Callable[[], Link]) -> Credential:
        kept = self.keeper
        if kept.now.sigma is not None:
            return open_sigma(self.person.device, kept.now.sigma)
        if not kept.now.is_asked:
            if self.person.is_issued():
                kept.keep(is_asked=True)
            else:
                self._ask(ask_link)
        say(spell_one("issuing"))
        credential = self._outlast(self._collect)
        kept.keep(sigma=encode_g1(credential.sigma), ticket=None)
        return credential

    def _ask(self, ask_link: Callable[[], Link]) -> None:
        person, kept = self.person, self.keeper
        leaf = person.read_leaf()
        self._require_time()
        if leaf.state is not LeafState.ONLINE:
            person.read_leaf(person.count_owners())  # one alone rules nobody out
            raise RuledOutError(spell_one("ballot word"), spell_refusal("not_online"))
        is_locked = person.is_locked(leaf)
        if kept.now.ticket is None:
            kept.keep(ticket=ask_link().ticket)
        ticket = kept.now.ticket or ""
        say(spell_one("asking"))
        self._rest()
        try:
            opening = person.open(ticket, leaf)
            message = person.ask_code(opening, self.language.value)
        except ServiceError as error:
            if error.code in _SPENT:
                kept.keep(ticket=None)  # another link is asked for next time
            raise
        gateway = self._type_code(opening, message)
        say(spell_one("registering"))
        self._bring_request(opening, gateway, is_locked=is_locked)
        until = max(opening.attestation.expiry, gateway.expiry)
        kept.keep(is_asked=True, until=until)

    def _require_time(self) -> None:
        terms, times = self.person.device.published.terms, self.person.read_times()
        if all(now < terms.opening for now in times):
            fact = spell_one("opens", time=spell_here(terms.opening))
            raise NotYetError(spell_one("ballot word"), fact)
        closing = self.person.find_last_issue_closing()
        if all(now >= closing - LAST_REQUESTS for now in times):
            raise RuledOutError(spell_one("ballot word"), spell_refusal("too_late"))

    def _type_code(self, opening: Opening, message: Message) -> Attestation:
        """Ask for the code of a message until the gateway takes it."""
        self._tell(message)
        for _ in range(_MOST_CODES):
            typed = _prompt(spell_one("ask code", number=message.number))
            try:
                if not typed:
                    language = self.language.value
                    message = self.person.ask_again(opening, message, language)
                    self._tell(message)
                elif not (typed.isascii() and typed.isdigit() and len(typed) == 6):
                    say(spell_one("six digits"))
                else:
                    return self.person.type_code(opening, message, typed)
            except ServiceError as error:
                if error.code not in _RETYPED:
                    raise
                say(str(error))
        raise ServiceError(spell_one("gateway"), spell_refusal("too_many"))

    def _tell(self, message: Message) -> None:
        name = "message" if message.phone_ends else "message alone"
        say(spell_one(name, number=message.number, ends=message.phone_ends))
        say(spell_one("compare"))

    def _bring_request(
        self, opening: Opening, gateway: Attestation, *, is_locked: bool
    ) -> None:
        """Have the registrar take it.

        The code is used up, so it is asked for as long as what was attested holds.
        """
        due = min(opening.attestation.expiry, gateway.expiry)
        told: set[str] = set()
        begun = time.monotonic()
        while True:
            try:
                return self.person.bring(opening, gateway, is_locked=is_locked)
            except ServiceError as error:
                is_behind = time.monotonic() < begun + _BEHIND
                if error.code == "not_true" and is_behind:
                    pass
                elif error.code not in _PASSING or self.person.read_time() > due:
                    raise
                else:
                    _tell_once(told, spell_one("away", error=error))
            self.sleep(_PAUSE)

    def _collect(self) -> Credential | None:
        """Look once; None while it is waited for. Raises ServiceError."""
        kept, person = self.keeper, self.person
        until = kept.now.until
        is_over = until is not None and person.read_time() > until + _GRACE
        if person.is_issued():  # after the time, which it may outlive
            return person.collect()
        if is_over:
            kept.keep(is_asked=False, until=None)
            who, fact = spell_one("registrar"), spell_refusal("not_brought")
            raise ServiceError(who, fact, code="not_brought")
        return None

    def _find_other(self) -> Stored | None:
        """Find what another device of this voter brought into the box."""
        self.reader.first = 0
        told: set[str] = set()

        def settle() -> Stored | Absent | None:
            found = self._look(told)
            is_open = isinstance(found, Absent) and found.state is not State.NONE
            return None if is_open else found

        found = self._outlast(settle)
        return found if isinstance(found, Stored) else None

    # To the box

    def _choose(self, credential: Credential) -> None:
        device = self.person.device
        own = device.secret.secret
        prepared, source = prepare_to_cast(
            device.published,
            device.contest,
            own=own,
            is_sure=self.is_sure,
            booth=f"{self.booth}/",
        )
        word = draw_control_word()
        record = make_ballot(
            prepared,
            device.published.box,
            credential=credential,
            memo=derive_memo(credential.address, word),
            source=source,
        )
        code = prepared.tracking_code
        self.keeper.keep(record=record, control_word=word, tracking_code=code)

    def _wait_for_others(self) -> None:
        """Wait until the moment tells nobody whose ballot it is."""
        kept, shown = self.keeper, 0
        while kept.now.first is None:  # else it has left before
            drawn = kept.now.moments and Moments(*kept.now.moments)
            now = self._outlast(self.ballot.read_time)
            moments, until = self.ballot.plan(drawn or None, now=now)
            if moments != drawn:
                kept.keep(moments=(moments.early, moments.late))
            if until == 0:
                return
            if until != shown:
                say(spell_one("waiting crowd", time=spell_here(until)))
            shown = until
            self.sleep(_PAUSE)

    def _bring(self) -> Stored:
        """Send until it is promised, look until it is final."""
        kept = self.keeper
        if kept.now.first is None:
            kept.keep(first=self.ballot.mark_start())
        self.reader.first = kept.now.first or 0
        told: set[str] = set()
        say(spell_one("sending"))
        while True:
            # without a promise no relay can have brought it
            found = self._look(told) if kept.now.promised else None
            if not isinstance(found, Stored):
                found = self._renew(told)
            if isinstance(found, Stored):
                return found
            self.sleep(_PAUSE)

    def _renew(self, told: set[str]) -> Stored | Absent | None:
        """Send it where too few promises still hold, and look again."""
        kept, now = self.keeper, self._outlast(self.ballot.read_time)
        promised = [
            Promised(each.organisation, each.deadline)
            for each in kept.now.promised
            if each.deadline >= now
        ]
        if len(promised) < min(LEAST_RELAYS, len(kept.now.promised)):
            say(spell_one("overdue"))
        if len(promised) >= LEAST_RELAYS:
            return None
        claiming = self._send(promised, now, told)
        found = self._look(told)  # whatever a relay says of it
        if found == Absent(State.NONE):
            fact = spell_one("not there")
            _tell_once(told, *(f"{who}: {fact}" for who in claiming))
            self._require_open()
        return found

    def _require_open(self) -> None:
        """Raise RuledOutError once nothing can bring the ballot any more."""
        nodes = self.ballot.nodes
        end = nodes.find_last_closings(self.ballot.device)[1] + _LATE
        if all(now > end for now in nodes.read_times()):
            fact = spell_one("over", path=self.keeper.path)
            raise RuledOutError(spell_one("ballot word"), fact)

    def _send(
        self, promised: Sequence[Promised], now: int, told: set[str]
    ) -> list[str]:
        """Send it; give which relays say that it is in the box."""
        kept = self.keeper
        record = kept.now.record or b""  # which no relay is sent, since it is no ballot
        self._rest()
        found, refused = self.ballot.send(record, promised, now=now)
        kept.keep(
            promised=tuple(KeptPromise(e.organisation, e.deadline) for e in found)
        )
        _tell_once(told, *map(self._spell, refused))
        if len(found) >= LEAST_RELAYS:
            due = min(each.deadline for each in found)
            time = spell_here(due)
            _tell_once(told, spell_one("promised", count=len(found), time=time))
        return [
            each.subject
            for each in refused
            if isinstance(each, ServiceError) and each.code == "already_cast"
        ]

    def _spell(self, refused: ServiceError | UntrueError) -> str:
        """Say what a relay refuses, without the number that each answer has anew."""
        if isinstance(refused, UntrueError):
            return str(refused)
        fact = spell_refusal(refused.code, wait=refused.wait)
        if refused.code in ("polls_closed", "polls_not_open") and self.ballot.is_open():
            fact = spell_one("still open")
        return f"{refused.subject}: {fact}"

    def _look(self, told: set[str]) -> Stored | Absent | None:
        """Look at the box, and say what nodes have; None while they are away."""
        try:
            found = self.reader.find()
        except ServiceAwayError as error:
            _tell_once(told, spell_one("away", error=error))
            return None
        if isinstance(found, Absent):
            if found.state is not State.NONE:
                names = ", ".join(found.liars)
                _tell_once(told, spell_one(_STATES[found.state], names=names))
            return found
        if found.record != self.keeper.now.record:
            say(spell_one("other device"))
        return found

    def _rest(self) -> None:
        """Wait: when a message leaves shall not show how long a secret took."""
        self.sleep(0.2 + secrets.randbelow(512) / 1_000)

    def _outlast(self, look: Callable[[], Told | None]) -> Told:
        """Look until there is something; who is away is said once, and comes back."""
        told: set[str] = set()
        while True:
            try:
                if (found := look()) is not None:
                    return found
            except ServiceAwayError as error:
                _tell_once(told, spell_one("away", error=error))
            self.sleep(_PAUSE)


_STATES: Final = {
    State.SHOWN: "shown",
    State.DIFFER: "differ",
    State.FALSE: "false proof",
}
"""By which text a state is told."""


def make_receipt(vote: Vote, stored: Stored) -> ReceiptFile:
    """Make the receipt of a ballot in the box, as the booth does."""
    device, services = vote.person.device, vote.person.services
    ballot = accept_ballot(stored.record, device.published.box)
    is_own = ballot.tracking_code == vote.keeper.now.tracking_code
    own_side = {each.url for each in vote.ballot.nodes.hosts}
    proof = b"null" if stored.proof is None else encode_proof(stored.proof)
    return ReceiptFile(
        format="veche-receipt/1",
        election=f"0x{device.terms.election.hex()}",
        chain_id=device.terms.common.chain_id,
        contest=device.contest,
        tracking_code=f"0x{ballot.tracking_code.hex()}",
        ballot_hash=f"0x{ballot.ballot_hash.hex()}",
        block=stored.block,
        control_word=vote.keeper.now.control_word if is_own else None,
        nodes=[at for at, each in enumerate(services.nodes) if each.url in own_side][
            :_MOST_NODES
        ],
        proof=msgspec.Raw(proof),
    )


def finish(vote: Vote, stored: Stored, path: Path) -> ReceiptFile:
    """Write the receipt, then forget the signed ballot. May be repeated."""
    receipt = make_receipt(vote, stored)
    if not _is_there(path, receipt):
        write_new(path, render_receipt(receipt), mode=0o600)
    code = Hash(bytes.fromhex(receipt.tracking_code[2:]))
    vote.keeper.keep(
        block=stored.block,
        signers=stored.signers,
        tracking_code=code,
        control_word=receipt.control_word,
        record=None,
        sigma=None,
        promised=(),
        moments=None,
    )
    return receipt


def _is_there(path: Path, receipt: ReceiptFile) -> bool:
    """Tell whether a run that was killed behind it wrote the receipt already."""
    try:
        raw = path.read_bytes()
        check_nesting(raw)
        found = msgspec.json.decode(raw, type=ReceiptFile)
    except (OSError, EncodingError, msgspec.MsgspecError):
        return False
    return (found.ballot_hash, found.block) == (receipt.ballot_hash, receipt.block)


def _prompt(question: str) -> str:
    """Ask for a line, which may be empty; raises InputError if the input ended."""
    try:
        with asking():
            typed = str(
                typer.prompt(question, default="", show_default=False, err=True)
            )
    except typer.Abort as error:
        if isinstance(error.__context__, EOFError):
            raise InputError("code", "was not given: the input ended") from None
        raise
    if not sys.stdin.isatty():
        say("")
    return typed.strip()


def _tell_once(told: set[str], *lines: str) -> None:
    """Say what was not said yet."""
    for line in lines:
        if line not in told:
            told.add(line)
            say(line)
