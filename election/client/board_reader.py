"""Read the whole public record of an election, up to the last final block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple
from itertools import chain

from election.client.errors import ConnectionFailedError, UnexpectedAnswerError
from election.client.rpc import FINAL, Connection
from election.crypto.transcript import Address
from election.errors import EncodingError
from election.protocol.abi import ContractName, decode_event
from election.protocol.board import Board, Log
from election.protocol.events import ElectionDeployed
from election.protocol.replay import find_contracts
from election.protocol.views import list_calls


def read_board(
    connection: Connection,
    election: Address,
    *,
    since: int = 0,
    keep: Callable[[Iterable[Log], range], Sequence[Log]] = lambda logs, _: tuple(logs),
    known: Sequence[Log] = (),
) -> Board:
    """Read logs, code and answers of the contracts that an election consists of.

    since: a block not after the deployment. keep: where to put the logs of which
    blocks. known: logs
    before `since` that are not asked for again, all of the Election contract's among
    them. Nothing is believed: what does not decode is kept for the audit to name.
    Raises UnexpectedAnswerError if no election stands at the address.
    """
    head = connection.read_head(FINAL)
    new = connection.read_logs([election], first=since, last=head.number)
    own = (*(log for log in known if log.address == election), *new)
    deployed = _find_deployment(own)
    if deployed is None:
        fact = f"is no election on chain {connection.chain_id}"
        raise UnexpectedAnswerError(f"0x{election.hex()}", fact)
    addresses = [contract.address for contract in find_contracts(election, own)]
    told = connection.iter_logs(addresses, first=since, last=head.number)
    logs = keep(chain(known, told), range(since, head.number + 1))
    if tuple(log for log in logs if log.address == election) != own:
        fact = "tells what the election announced in two versions"
        raise ConnectionFailedError(connection.url, fact)
    addresses.extend(astuple(deployed.blueprints))
    code = connection.read_code(addresses, block=head.number)
    calls = list_calls(election, logs)
    answers = connection.call_all(calls, block=hex(head.number))
    return Board(
        chain_id=connection.chain_id,
        election=election,
        logs=logs,
        code=dict(zip(addresses, code, strict=True)),
        answers=dict(zip(calls, answers, strict=True)),
        head=head,
    )


def _find_deployment(logs: tuple[Log, ...]) -> ElectionDeployed | None:
    for log in logs:
        try:
            event = decode_event(log, ContractName.ELECTION)
        except EncodingError:
            continue
        if isinstance(event, ElectionDeployed):
            return event
    return None
