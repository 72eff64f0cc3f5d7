"""What was typed after options, looked at before a slip is obeyed.

With a variable that is empty `--rpc-url $NODE --key k` would name the node `--key`, and
of two homes the last would act. So what takes a value is given one, and once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from typer.core import TyperCommand

from scripts.shared.errors import UsageError

if TYPE_CHECKING:
    from typing_extensions import override
else:  # help waits for nothing that only a checker of types reads
    Method = TypeVar("Method")

    def override(method: Method) -> Method:
        """Mark nothing."""
        return method


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the name of an option.

    option: the first of all its names. takes_value: else it is a word alone, which says
    `is_on`. may_repeat: each value counts.
    """

    option: str
    takes_value: bool
    may_repeat: bool = False
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class _Given:
    """An option as it was typed; value: None of a word alone."""

    told: str
    value: str | None
    is_joined: bool


def find_slip(words: Sequence[str], known: Mapping[str, Known]) -> str | None:
    """Say what is wrong with how an option stands, or None if nothing is.

    What no option is, or lacks its value at the end, is for the parser to refuse.
    """
    seen: dict[str, _Given] = {}
    for given in _list_given(words, known):
        told, value = given.told, given.value
        if value == "":
            return f"{told}: is given an empty value; is a variable not set?"
        if value is not None and value.startswith("--") and not given.is_joined:
            what = f"{told}: is given no value, since {value} follows it"
            return f"{what}; if that is the value, write {told}={value}"
        before = seen.setdefault(known[told].option, given)
        if known[told].may_repeat:
            continue
        if value != before.value:
            return f"{told}: is given twice, and not alike"
        if known[told].is_on != known[before.told].is_on:
            return f"{told}: does not go with {before.told}"
    return None


def _list_given(words: Sequence[str], known: Mapping[str, Known]) -> Iterator[_Given]:
    left = iter(words)
    for word in left:
        if word == "--":
            return
        told, is_joined, joined = word.partition("=")
        if told not in known:
            continue
        if not known[told].takes_value:
            yield _Given(told, None, is_joined=False)
            continue
        value = joined if is_joined else next(left, None)
        if value is not None:
            yield _Given(told, value, is_joined=bool(is_joined))


def map_names(parameters: Sequence[Any]) -> dict[str, Known]:
    """Map the names of options; parameters: Typer's own, which it does not export."""
    found = {}
    for each in parameters:
        if each.param_type_name != "option":
            continue
        option, takes = each.opts[0], not each.is_flag and not each.count
        for name in each.opts:
            found[name] = Known(option, takes, each.multiple)
        for name in each.secondary_opts:
            found[name] = Known(option, takes, each.multiple, is_on=False)
    return found


class StrictCommand(TyperCommand):
    """A command line that obeys no slip."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse a slip before anything is read; raises UsageError."""
        slip = find_slip(args, map_names(self.params))
        if slip is not None and not ctx.resilient_parsing:
            subject, _, fact = slip.partition(": ")
            raise UsageError(subject, fact, hint=f"{ctx.command_path} --help")
        return super().parse_args(ctx, args)
