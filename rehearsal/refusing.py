"""Send what has to be refused, and hear why it was."""

from __future__ import annotations

from election.client.errors import ContractRefusedError
from election.client.rpc import Connection
from election.client.wire import Act
from election.crypto.signature import SigningKey
from election.errors import ElectionError


def read_refusal(connection: Connection, act: Act, sender: SigningKey) -> str:
    """Send an act that a contract has to refuse; returns its reason.

    Raises ElectionError if it went through.
    """
    try:
        connection.send(act, key=sender)
    except ContractRefusedError as error:
        return str(error)
    raise ElectionError("attack", "went through")
