"""What is typed of every service: `veche NAME init|serve|check|backup|restore`.

Each imports its service only when it is run, so that help appears at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scripts.shared.errors import InputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.options import AsJson, ListenHost, PasswordFile, path_option
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show, tell
from services.shell.home import Home

if TYPE_CHECKING:
    from services.shell.service import Service

HomeFolder = Annotated[
    Path | None,
    path_option("--home", help="Folder of the service, instead of that in VECHE_HOME."),
]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Port, instead of config.toml's; 0 is free."),
]
_CARD: Final = "only what it signs counts"
Commands = dict[str, tuple[Callable[..., None], str]]


def find_service(name: str) -> Service:
    """Import a service by its name."""
    found: Service = import_module(f"services.{name}.service").SERVICE
    return found


def home_of(name: str, folder: Path | None) -> Home:
    """Name the home: by --home, else by VECHE_HOME; raises InputError."""
    named = folder or (Path(told) if (told := os.environ.get("VECHE_HOME")) else None)
    if named is None:
        hint = "or set VECHE_HOME"
        raise InputError("--home", "is missing: the folder of the service", hint=hint)
    return Home(named.absolute(), name)


def password_of(given: Path | None, *, twice: bool = False) -> str:
    """Read the password: --password-file, VECHE_PASSWORD_FILE, systemd's, or asked."""
    from scripts.shared.session import read_password

    return read_password(find_password_file(given), twice=twice)


def find_password_file(given: Path | None) -> Path | None:
    """Find the file of the password, as all acts of services do; None: it is asked."""
    if given is None and (told := os.environ.get("VECHE_PASSWORD_FILE")):
        return Path(told)
    if given is None and (folder := os.environ.get("CREDENTIALS_DIRECTORY")):
        return Path(folder) / "password"
    return given


def make_commands(name: str) -> Commands:
    """Make the commands that every service has, each with an example."""

    def init(
        home: HomeFolder = None,
        password_file: PasswordFile = None,
        as_json: AsJson = False,
    ) -> None:
        """Make the home of the service, or what is missing in it.

        Prints the address of its account, which goes into the election's accounts
        file, and the key by which other services know it, for their config.toml. What
        is there already is not changed; a database is brought up to date.
        """
        from services.shell.opening import init_home

        kept, service = home_of(name, home), find_service(name)
        password = password_of(password_file, twice=not kept.key.exists())
        made = init_home(service, kept, password)
        made["config"] = str(kept.config)
        show(made, as_json=as_json)
        say(*_spell_next(service, kept, made))

    def serve_it(
        home: HomeFolder = None,
        host: ListenHost = None,
        port: Port = None,
        password_file: PasswordFile = None,
    ) -> None:
        """Serve until it is told to stop (Ctrl-C, SIGTERM).

        Prints one line when it answers; its log goes to stderr, a line of JSON for
        each event, without addresses, names, phones or codes.
        """
        from services.shell.opening import open_context
        from services.shell.serving import open_socket, serve

        kept, service = home_of(name, home), find_service(name)
        kept.require()
        with (
            kept.hold(),
            open_context(service, kept, password_of(password_file)) as context,
            open_socket(
                host or context.settings.listen_host,
                context.settings.listen_port if port is None else port,
            ) as listening,
        ):
            serve(
                service,
                context,
                listening,
                announce=lambda url: tell(f"serving {name} at {url}"),
            )

    def check(
        home: HomeFolder = None,
        password_file: PasswordFile = None,
        as_json: AsJson = False,
    ) -> None:
        """Look at everything before serving, and say all that is wrong.

        Ends with 0 if nothing is, else with 3.
        """
        from asyncio import run

        from services.shell.checking import check_service

        kept, service = home_of(name, home), find_service(name)
        wrong = run(check_service(service, kept, password_of(password_file)))
        result: dict[str, Any] = {"well": not wrong, "wrong": wrong}
        show(result, as_json=as_json)
        if wrong:
            raise typer.Exit(ExitCode.NOT_SO)

    begin = f"veche {name}"
    return {
        "init": (init, f"{begin} init --home {name} --password-file password"),
        "serve": (serve_it, f"{begin} serve --home {name} --password-file password"),
        "check": (check, f"{begin} check --home {name} --password-file password"),
        **_make_copy_commands(name),
        "case": (_make_case_command(), f"{begin} case 32CSTX --log {name}.log"),
    }


def _spell_next(service: Service, kept: Home, made: dict[str, Any]) -> Iterator[str]:
    """Say what others have to be given of a home that was made."""
    if service.role in (Role.PORTAL, Role.SMS_GATEWAY):
        yield f"give the commission the card of this key, and of no other: {_CARD}"
        yield f"  veche key card --key {kept.key} --out card.json"
    if service.is_called:
        yield from _spell_peer(service.name, made)


def _spell_peer(name: str, made: dict[str, Any]) -> Iterator[str]:
    """Spell how others name a service, to be copied."""
    yield "for config.toml of the other services:"
    key = ", ".join(f'{part} = "{value}"' for part, value in made["key"].items())
    yield f"[peers.{name}]"
    yield 'url = "https://..."  # its own'
    yield f"key = {{ {key} }}"


def _make_copy_commands(name: str) -> Commands:
    def backup(
        to: Annotated[Path, path_option(help="Folder to make; never overwritten.")],
        home: HomeFolder = None,
        as_json: AsJson = False,
    ) -> None:
        """Copy the home, while it serves or not, and read the copy back.

        Keys in the copy stay sealed by the password. Keep it as safe as the home:
        its rows are not sealed.
        """
        from services.shell.copying import back_up

        made = back_up(find_service(name), home_of(name, home), to)
        show({"backup": str(to), **made}, as_json=as_json)

    def restore_it(
        source: Annotated[Path, path_option("--from", help="What `backup` made.")],
        home: HomeFolder = None,
        as_json: AsJson = False,
    ) -> None:
        """Make a home of a copy, where none is, and count what came.

        Never serve both: of one service, one home is in use.
        """
        from services.shell.copying import restore

        service = find_service(name)
        made = restore(service, home_of(name, home), source)
        if service.after_restore:
            say(service.after_restore)
        show(made, as_json=as_json)

    begin = f"veche {name}"
    copied = f"{name}-copy"
    return {
        "backup": (backup, f"{begin} backup --home {name} --to {copied}"),
        "restore": (restore_it, f"{begin} restore --home new --from {copied}"),
    }


def _make_case_command() -> Callable[..., None]:
    def find_it(
        case: Annotated[str, typer.Argument(help="The number that the voter reads.")],
        log: Annotated[
            list[Path] | None,
            path_option("--log", help="A file of the log; else it is read from stdin."),
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Tell what a case was, by the number that a page gave for the support line.

        It stands in the log alone: when, and what the voter was told, and of a fault of
        the program where it happened; never whose it was.
        """
        from services.shell.case_file import find_case, read_case, read_logs

        own = read_case(case)
        found = list(find_case(own, read_logs(log or [])))
        if not found:
            hint = "is it the log of that day, and of the service whose page it was?"
            raise InputError(f"case {own}", "is not in this log", hint=hint)
        for each in found:
            show({"case": own, **each}, as_json=as_json)

    return find_it
