"""Why the system does not let a file be read or written, and what helps."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Final

from scripts.shared.errors import FileError, InputError, TakenError

_HELP: Final[Mapping[int, str]] = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room in your quota",
    errno.EFBIG: "a file may not be so large here",
    errno.EACCES: "ask its owner, or choose another place",
    errno.EPERM: "ask its owner, or choose another place",
    errno.EROFS: "choose another place",
    errno.EISDIR: "name a file in it",
    errno.ENAMETOOLONG: "choose a shorter one",
    errno.EEXIST: "it is not overwritten, choose another name",
    errno.ENOENT: "is its folder there?",
    errno.ELOOP: "no link may stand there, remove it",
    errno.ENOTDIR: "part of its path is a file",
}


_OPEN_ALREADY: Final = ("/dev/fd", "/proc/self/fd")
_MAY_BE_MISSING: Final = (FileNotFoundError, NotADirectoryError)


def find_name_fault(path: Path) -> str | None:
    """Say why no file here has such a name or could have it; None if one could.

    Of a named pipe nobody may ever write the other end, and a device may never end;
    what a shell opened, as by `<(...)`, is read.

    The system is asked, since each has other bounds, and a name that it does not even
    look up would stop an act in the middle.
    """
    try:
        mode = path.stat().st_mode
    except _MAY_BE_MISSING:
        return None
    except OSError as error:
        return _spell(error)
    except ValueError:
        return "holds a character that no name of a file has"
    if S_ISREG(mode) or S_ISDIR(mode) or str(path.parent) in _OPEN_ALREADY:
        return None
    return "is no file, but a pipe, a socket or a device"


@contextmanager
def name_unreadable(path: Path) -> Iterator[None]:
    """Turn what the system says of a file that is read into an InputError."""
    fault = find_name_fault(path)
    if fault is not None:
        raise InputError(str(path), fact=fault)
    try:
        yield
    except OSError as error:
        raise InputError(str(path), _spell(error)) from error


@contextmanager
def name_unwritable(path: Path) -> Iterator[None]:
    """Turn what the system says of a file that is written into a FileError.

    One that is there and is not overwritten is a TakenError.
    """
    try:
        yield
    except OSError as error:
        help_ = _HELP.get(error.errno or 0, "is the disk in order?")
        fact = f"{_spell(error)}; {help_}"
        if error.errno == errno.EEXIST:
            hint = "what is there was left as it is"
            raise TakenError(str(path), fact, hint=hint) from error
        raise FileError(str(path), fact) from error


def _spell(error: OSError) -> str:
    return (error.strerror or "cannot be used").lower()
