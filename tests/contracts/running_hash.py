"""What a contract answers for its events, beside what they give."""

from __future__ import annotations

from election.client.rpc import Connection
from election.crypto.transcript import Address, Hash
from election.protocol.abi import ContractName, encode_call
from election.protocol.board import Call
from election.protocol.record_hash import run_hashes
from election.protocol.views import RECORD_HASH


def read_both(connection: Connection, address: Address) -> tuple[Hash, Hash]:
    """Give the running hash that a contract answers, and that of its logs."""
    head = connection.read_head().number
    question = Call(address, encode_call(ContractName.ELECTION, RECORD_HASH))
    (answer,) = connection.call_all([question], block=hex(head))
    logs = connection.read_logs([address], first=0, last=head)
    assert logs
    return Hash(answer), run_hashes(logs)[address]
