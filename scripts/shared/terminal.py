"""What a person sees: the result on stdout, all talk on stderr.

Nothing else writes there. Whatever stands in a line, it is one line, and nothing in it
is obeyed; a letter that the charset lacks is spelt.
"""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any, Final, TextIO

from election.client.errors import ClientError, ConnectionFailedError, Trouble
from election.errors import ManifestError
from scripts.shared.errors import InputError, NotYetError, OutputError
from scripts.shared.moments import Moment
from scripts.shared.screen import escape, spell, wrap

_SPELT: Final = "spelt"  # the name of what is done about a letter that is lacking
_WIDTH: Final = 80  # columns of a screen that does not say


def complain(program: str, *facts: str, hint: str | None) -> None:
    """Say all that is wrong and what may help, if anything is known to."""
    say(*(f"{program}: error: {fact}" for fact in facts))
    if hint is not None:
        say(f"{program}: hint: {hint}")


def say(*lines: str, is_folded: bool = False) -> None:
    """Tell of progress, if anybody can be told; is_folded: as of `tell`."""
    with suppress(OutputError):
        _write(sys.stderr, _lay(lines, sys.stderr, is_folded=is_folded))


def say_json(value: Any) -> None:
    """Tell a program what went wrong, in a line of JSON, if anybody can be told."""
    with suppress(OutputError):
        _write(sys.stderr, _encode_json(value))


def tell(*lines: str, is_folded: bool = False) -> None:
    """Print lines of a result; raises OutputError if they are lost.

    is_folded: lines to be read by people alone, which a file or pipe breaks, too.
    """
    _write(sys.stdout, _lay(lines, sys.stdout, is_folded=is_folded))


def tell_json(value: Any) -> None:
    """Print a result as a line of JSON, in ASCII; raises OutputError if it is lost."""
    _write(sys.stdout, _encode_json(value))


def _encode_json(value: Any) -> str:
    text = json.dumps(value, default=_spell_moment)
    return text.replace("\x7f", "\\u007f") + "\n"  # the control that is ASCII


def _spell_moment(value: object) -> str:
    if isinstance(value, Moment):
        return value.iso
    raise TypeError(type(value))


@contextmanager
def asking() -> Iterator[None]:
    """Keep what a question shows out of the result: else its blank is in it."""
    with redirect_stdout(sys.stderr):
        yield


def show(result: Mapping[str, Any], *, as_json: bool, is_folded: bool = False) -> None:
    """Print a result: as JSON, or a line for each entry, folded as by `tell`."""
    if as_json:
        tell_json(result)
    else:
        tell(*lay_out(result), is_folded=is_folded)


def lay_out(result: Mapping[str, Any], *, indent: str = "") -> Iterator[str]:
    """Give a line to each entry, and to each entry of what it holds."""
    width = max((len(key) for key in result), default=0)
    for key, value in result.items():
        label = f"{indent}{key.replace('_', ' '):<{width}}"
        if isinstance(value, Mapping) and value:
            yield label.rstrip()
            yield from lay_out(value, indent=f"{indent}  ")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield label.rstrip()
            yield from (f"{indent}  {_row(each)}" for each in value)
        elif isinstance(value, list) and len(f"{label}  {_plain(value)}") > _WIDTH:
            yield label.rstrip()
            yield from (f"{indent}  {_plain(each)}" for each in value)
        else:
            yield f"{label}  {_plain(value)}"


def _row(entry: Mapping[str, Any]) -> str:
    return "  ".join(f"{key} {_plain(value)}" for key, value in entry.items())


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple | Mapping):
        return ", ".join(map(_plain, value)) or "none"
    if isinstance(value, Moment):
        return value.in_words
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def is_on_screen() -> bool:
    """Tell whether talk is on a screen, where a line can be drawn again."""
    return _is_screen(sys.stderr)


def are_on_one_screen() -> bool:
    """Tell whether the result is there, too: it stands above what is drawn then."""
    return _is_screen(sys.stderr) and _is_screen(sys.stdout)


def _is_screen(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # it is closed
        return False


def _lay(lines: Iterable[str], stream: TextIO, *, is_folded: bool = False) -> str:
    width = _read_width(stream) or (_WIDTH if is_folded else None)
    rows = (
        row
        for line in map(escape, lines)
        for row in (wrap(line, width) if width else [line])
    )
    return "".join(f"{row}\n" for row in rows)


def _read_width(stream: TextIO) -> int | None:
    """Read the columns of a screen; none for a file or pipe, whose lines stay whole."""
    try:
        if stream.isatty():
            return os.get_terminal_size(stream.fileno()).columns or _WIDTH
    except (OSError, ValueError):
        return _WIDTH
    return None


def _write(stream: TextIO, text: str) -> None:
    """Write at once, in what letters the stream has; raises OutputError."""
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, _SPELT).decode(encoding))
        stream.flush()
    except BrokenPipeError:
        pass  # whoever closes a pipe has read enough
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is closed"
        raise OutputError("stdout", f"takes no result: {why.lower()}") from error


def open_streams() -> None:
    """Replace standard streams that the program was started without.

    Else the next file that is opened would get the number of one, and its talk.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)  # the lowest that is free
            setattr(sys, name, os.fdopen(descriptor, mode))


def _spell_rest(error: UnicodeError) -> tuple[str, int]:
    """Spell the letters that a charset lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(spell, error.object[error.start : error.end])), error.end


codecs.register_error(_SPELT, _spell_rest)


_STEPS: Final = {
    Trouble.ADDRESS: "give it like --rpc-url http://127.0.0.1:8545",
    Trouble.NAME: "is the name spelt right, and is this machine on the network?",
    Trouble.AWAY: "is the node running? name another with --rpc-url; to try things, "
    "`veche devnet` starts one",
    Trouble.TLS: "does --rpc-url begin with https://, and does this machine know "
    "who signed the certificate?",
    Trouble.LOST: "look how far it came, and run it again",
    Trouble.SLOW: "is the way to the node slow? try again, or ask another node",
    Trouble.BUSY: "what stands before the node says this, not the node: try later",
    Trouble.STATUS: "does the node answer at --rpc-url itself, with its path?",
    Trouble.LARGE: "no honest answer is so large: ask another node",
    Trouble.FOREIGN: "is --rpc-url that of a node? if it is, ask another one",
}

_HINTS: Final = {
    "WrongChainError": "give the node of the election's chain with --rpc-url",
    "ContractRefusedError": "what is refused changes nothing; `veche status` shows "
    "the phases",
    "NodeRefusedError": "the node says why; `veche status` shows how far it came",
    "TransactionLostError": "it may still be mined: look before you repeat it",
    "UnverifiedError": "go no further; ask another node, and tell the others",
    "FileError": "no part of it was written; mend that and run it again",
    "PasswordError": "is it the right password, and an unchanged key file?",
    "ManifestError": "elections/mgd-2019.toml shows every key of a manifest but those "
    "of who acts, which elections/test-accounts.toml shows",
    "RecordError": "give the file that `veche deploy` wrote with --election",
    "ForgottenError": "ask a node that has it: this one is behind, or of another chain",
    "LyingNodeError": "no answer was sent to it; ask the node of another organisation",
    "UnexpectedAnswerError": "is it the file that `veche deploy` wrote? if it is, ask "
    "another node",
    "BallotError": "a contest's ballots are sent when all of them hold, none before",
    "ContestError": "what was done for the others stands; run it again for these",
    "UnaskedError": "give --yes to do it without being asked",
    "OutputError": "what was done stands, this was its report: look before you repeat",
    "CountError": "no counts are published for this contest",
}
"""By the name of the error. None says that nothing changed: an act may have sent, or
written, something before; an error of the client knows what was sent."""


_WHO_ACTS: Final = ("accounts", "trustees.members", "issuers.members")
_OF_ACCOUNTS: Final = (
    "who acts may stand in a file of its own, as elections/test-accounts.toml: did "
    "you forget --accounts?"
)


def hint_for(error: Exception) -> str | None:
    """Suggest what helps after this error, and tell what was sent by then.

    None where the error says it all: a hint that helps not is read the next time, too.
    """
    step = _next_step(error)
    if not isinstance(error, ClientError) or not error.sent:
        return step
    if error.sent == error.succeeded:
        sent = f"transactions sent: {error.sent}, and all succeeded"
        return f"{sent}; {step}" if step else sent
    counts = f"transactions sent: {error.sent}, seen to succeed: {error.succeeded}"
    return f"{counts}; look before you repeat the others"


def _next_step(error: Exception) -> str | None:
    notes: list[str] = getattr(error, "__notes__", [])
    if notes:  # an act knows better what helps there
        return notes[0]
    if isinstance(error, ConnectionFailedError):
        return _STEPS[error.trouble]
    if isinstance(error, ManifestError) and error.subject.startswith(_WHO_ACTS):
        return _OF_ACCOUNTS
    own = error.hint if isinstance(error, InputError | NotYetError) else None
    return own or _HINTS.get(type(error).__name__)
