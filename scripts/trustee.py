"""Take a trustee's part in the making of the election key."""

from __future__ import annotations

from typing import Annotated

import typer

from election.client.ceremony import trustees_ceremony
from election.protocol.ceremony.attempt import Step
from scripts.files.key_file import Role
from scripts.members import take_part, verify_keys
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    RpcUrl,
)
from scripts.session import enter, unlock
from scripts.terminal import show

EXAMPLE = "veche trustee --election election.json --key keys/trustee-1.json --wait"


def command(
    election: ElectionFile,
    key: KeyPath,
    password_file: PasswordFile = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Go on until it is over.")
    ] = False,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Take a trustee's next step in the making of the election key.

    Run it again at any time: it looks at the chain and does what is next, if anything.
    When it is over, the keys are verified as far as they are made, and the share is
    kept in any case. Run it again when both ceremonies are over and the boxes made.
    """
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles={Role.TRUSTEE})
    advance = take_part(trustees_ceremony(opened), key_file, wait=wait)
    result = {
        "attempt": advance.attempt,
        "step": advance.step.name.lower(),
        "acted": advance.acted,
        "has_share": advance.key_share is not None,
    }
    show(result, as_json=as_json)
    if advance.step is Step.FINAL:
        verify_keys(opened)
