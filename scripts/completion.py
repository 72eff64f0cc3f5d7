"""Let a shell complete the acts of `veche`, their options and the words they take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, StrEnum
from importlib import import_module
from typing import Annotated, Any, Final, get_args

import typer

from scripts.acts import ROOM_OF, SERVICE_COMMANDS, SERVICES, find_module
from scripts.command_line import make_app
from scripts.shared.terminal import tell

EXAMPLE = "veche completion bash > ~/.local/share/bash-completion/completions/veche"


class Shell(StrEnum):
    """Shells that are served."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


Words = Mapping[str, tuple[str, ...]]
"""What may follow, by the words of the act so far: `node`, `node init`."""


def command(
    shell: Annotated[Shell, typer.Argument(help="The shell that will complete.")],
) -> None:
    """Print what lets a shell complete the acts of `veche` and their options.

    The names stand in what is printed, so completing starts no program; print it
    again after an upgrade. For zsh, write it to a file `_veche` in a folder of
    `$fpath`; for fish, to ~/.config/fish/completions/veche.fish.
    """
    tell(*_WRITERS[shell](list_words()))


def list_words() -> Words:
    """List what may follow each act, service and command of theirs."""
    names = dict.fromkeys([*ROOM_OF, *SERVICES])
    found = {"": (*names, "--help", "--version")}
    for name in names:
        modules = {find_module(name)}
        if name in SERVICES:
            modules.add(find_module(name, SERVICE_COMMANDS))
        for each in sorted(modules):
            inner = typer.main.get_command(make_app(name, import_module(each)))
            for path, words in _walk(name, inner):
                found[path] = tuple(dict.fromkeys([*found.get(path, ()), *words]))
    return found


def _walk(path: str, command: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """List a command's words, and those of its commands; `Any`, as Typer's own are."""
    inner = getattr(command, "commands", {})
    taken = [word for each in command.params for word in _spell(each)]
    yield path, (*inner, *taken, "--help")
    for name, each in inner.items():
        yield from _walk(f"{path} {name}", each)


def _spell(parameter: Any) -> Iterator[str]:
    if parameter.param_type_name == "option":
        yield from (*parameter.opts, *parameter.secondary_opts)
        return
    annotation = parameter.type_descriptor.annotation
    for kind in get_args(annotation) or (annotation,):
        if isinstance(kind, type) and issubclass(kind, Enum):
            yield from (str(each.value) for each in kind)


_FIND: Final = """\
    local way= each
    for each in {so_far}; do
        case "$way${{way:+ }}$each" in
            {ways}) way="$way${{way:+ }}$each" ;;
            *) break ;;
        esac
    done
    local offered=
    case "$way" in
{offers}
    esac"""


def _write_finding(words: Words, *, so_far: str) -> list[str]:
    """Write what finds the words on offer, in what bash and zsh have in common."""
    ways = " | ".join(f'"{way}"' for way in words if way)
    offers = "\n".join(
        f'        "{way}") offered="{" ".join(offered)}" ;;'
        for way, offered in words.items()
    )
    return _FIND.format(so_far=so_far, ways=ways, offers=offers).splitlines()


def _write_bash(words: Words) -> Iterator[str]:
    yield from ("# veche: completion for bash", "_veche() {")
    yield from _write_finding(words, so_far='"${COMP_WORDS[@]:1:COMP_CWORD-1}"')
    yield '    COMPREPLY=($(compgen -W "$offered" -- "${COMP_WORDS[COMP_CWORD]}"))'
    yield from ("}", "complete -o default -F _veche veche")


def _write_zsh(words: Words) -> Iterator[str]:
    yield from ("#compdef veche", "_veche() {")
    yield from _write_finding(words, so_far='"${(@)words[2,CURRENT-1]}"')
    yield from ("    compadd -- ${=offered} || _files", "}")
    yield 'if [ "$funcstack[1]" = _veche ]; then'  # by its file in $fpath
    yield from ('    _veche "$@"', "else", "    compdef _veche veche", "fi")


def _write_fish(words: Words) -> Iterator[str]:
    yield "# veche: completion for fish"
    yield "function __veche_offered"
    yield "    set -l way"
    yield "    for each in (commandline -opc)[2..]"
    yield '        switch (string join " " -- $way $each)'
    ways = " ".join(f"'{way}'" for way in words if way)
    yield f"            case {ways}"
    yield "                set -a way $each"
    yield "            case '*'"
    yield "                break"
    yield from ("        end", "    end", '    switch (string join " " -- $way)')
    for way, offered in words.items():
        yield f"        case '{way}'"
        yield f"            printf '%s\\n' {' '.join(offered)}"
    yield from ("    end", "end", "complete -c veche -a '(__veche_offered)'")


_WRITERS: Final = {
    Shell.BASH: _write_bash,
    Shell.ZSH: _write_zsh,
    Shell.FISH: _write_fish,
}
