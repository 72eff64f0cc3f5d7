"""Make the ballot boxes, once the keys are final."""

from __future__ import annotations

from scripts.shared.following import say_next, spell_start
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
)
from scripts.shared.roles import Role

EXAMPLE = "veche create-boxes --election election.json --key keys/commission.json"


def command(
    election: ElectionFile,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make the ballot boxes that are missing, after verifying the keys.

    Both ceremonies have to be final. Anybody may do it: the keys decide what is made.
    """
    from scripts.commission.create_boxes import create_boxes
    from scripts.shared.session import acting, enter, unlock

    opened = enter(election, rpc_urls)
    key_file = unlock(key, password_file, roles=set(Role))
    with acting(key_file):
        boxes = create_boxes(opened, key=key_file.key)
    boxes.report(
        lambda _, made: f"0x{made.handle.contract.address.hex()}", as_json=as_json
    )
    start = spell_start(opened, "list")
    say_next(f"the commission publishes the lists from {start} on", as_json=as_json)
