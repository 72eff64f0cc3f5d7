"""Close the lock of a chain's deployments: docs/adr/0027-permission-is-the-price.md."""

from __future__ import annotations

from typing import Final

from scripts.shared.following import say_next
from scripts.shared.options import AnyRpcUrl, AsJson, KeyPath, PasswordFile, Yes
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show

EXAMPLE: Final = "veche node lock --key keys/commission.json"


def command(
    key: KeyPath,
    yes: Yes = False,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Close the lock of deployments, for good: nobody makes contracts any more.

    A deployer of the chain does it, once the boxes of its elections are made. A lock
    that is closed stays so, and is told as done.
    """
    from election.crypto.signature import derive_address
    from scripts.nodes.deployment_lock import (
        close_lock,
        is_locked,
        require_deployer,
        spell_closing,
    )
    from scripts.shared.asking import Asker
    from scripts.shared.session import acting, connect_any, unlock

    connection = connect_any(rpc_urls)
    key_file = unlock(key, password_file, roles=set(Role))
    sender = derive_address(key_file.key)
    already = is_locked(connection)
    if not already:
        require_deployer(connection, sender, str(key))
        ask = Asker("Close the lock of deployments?", yes, as_json)
        ask(*spell_closing(connection.chain_id))
        with acting(key_file):
            close_lock(connection, key=key_file.key)
    result = {"chain_id": connection.chain_id, "lock": "closed"}
    show(result | {"already": already} if as_json else result, as_json=as_json)
    if already:
        say("it was closed before, and nothing was sent")
    say_next("`veche node status` shows it, of every node", as_json=as_json)
