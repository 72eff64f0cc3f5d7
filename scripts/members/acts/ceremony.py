"""The command line of a member's part in a ceremony."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal

import typer

from scripts.members.acts.as_member import Asked, as_member
from scripts.shared.errors import InputError
from scripts.shared.options import AnyRpcUrl, SignedFile
from scripts.shared.roles import Role

Wait = Annotated[bool, typer.Option("--wait", help="Go on until it is over.")]


_TEXT: Final = """Take {whose} next step in the making of the {keys}.

    Run it again at any time: it looks at the chain and does what is next, if anything.
    When it is over, the share is kept, and the keys are verified as far as they are
    made; what the share came from is erased only if they hold. Run it again when both
    ceremonies are over and the boxes made.

    On a machine without a network name a record with --bundle: the step that is due by
    it is signed into --out, and `veche send` sends it from another machine.
    """


def make_command(
    part: Literal["TRUSTEES", "ISSUERS"], *, whose: str, keys: str, more: str = ""
) -> Callable[..., None]:
    """Make the command by which a member takes its next step.

    whose, keys: words of its help, and more of it.
    """

    def command(
        asked: Asked,
        wait: Wait = False,
        rpc_urls: AnyRpcUrl = None,
        out: SignedFile = None,
    ) -> None:
        from election.protocol.replay import Part

        sources = asked.take_sources(rpc_urls)
        sources.require_fitting(out)
        if sources.bundles:
            from scripts.members.signed_step import sign_next

            if wait:
                fact = "goes with a node: a record that was carried does not change"
                raise InputError("--wait", fact)
            sign_next(
                Part[part],
                sources,
                election=asked.election,
                key_file=asked.unlock(Role[part[:-1]]),
                out=out,
                as_json=asked.as_json,
            )
            return
        from scripts.members.ceremony import play

        play(
            Part[part],
            election=asked.election,
            key=asked.key,
            password_file=asked.password_file,
            wait=wait,
            rpc_url=rpc_urls,
            as_json=asked.as_json,
        )

    command.__doc__ = _TEXT.format(whose=whose, keys=keys) + more
    return as_member(command)
