"""Answer one request after the other, in a process that may be killed at any time."""

from __future__ import annotations

import os
import resource
import socket
from pathlib import Path

import msgspec

from node.chain import Chain
from node.config import Config
from node.disk.ground import Inode
from node.disk.home import Identity, read_home
from node.disk.store import DiskStore
from node.readers.frames import (
    ANSWER,
    HELLO,
    LAST_ANSWER,
    NO_MEMORY,
    receive_frame,
    send_frame,
)
from node.rpc.answering import Answering, failure
from node.rpc.backend import Snapshot
from node.rpc.errors import SERVER_ERROR, RpcError
from node.rpc.filters import Filter, Filters

FOLLOWING = 8  # bytes
_NICE = 5  # blocks are made first
_KIB = 1_024  # the unit of ru_maxrss


class Polled(msgspec.Struct, frozen=True, array_like=True):
    """Hold a filter that is asked; number: its id, in decimal."""

    number: str
    installed: Filter


class Job(msgspec.Struct, frozen=True, array_like=True):
    """Hold one request; timestamp: the next block's, in seconds.

    inode: of the file that the node has open, None if it says none.

    polled: before the answer to such a one come `FOLLOWING` bytes: the first block that
    the filter has not reported.
    """

    timestamp: int
    request: msgspec.Raw
    polled: Polled | None = None
    inode: Inode | None = None


def serve_reads(
    channel: socket.socket, config: Config, home: Path, identity: Identity
) -> None:
    """Answer requests from the channel until it closes.

    Raises: HomeError, StoreError.
    """
    most = config.reads.memory
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(_NICE)
    send_frame(channel, HELLO, b"%d" % os.getpid())
    answering = Answering()
    with read_home(home, identity) as store:
        while (body := receive_frame(channel)) is not None:
            try:
                answer = _answer(answering, config, store, body)
            except MemoryError:
                send_frame(channel, NO_MEMORY)
                return
            if _is_swollen(most):
                send_frame(channel, LAST_ANSWER, answer)
                return
            send_frame(channel, ANSWER, answer)


def _answer(
    answering: Answering, config: Config, store: DiskStore, body: bytes
) -> bytes:
    job = msgspec.json.decode(body, type=Job)
    if job.inode != store.inode:
        return _refuse(job)
    with store.instant() as view:
        chain = Chain(config, view)
        timestamp = max(job.timestamp, chain.head.header.timestamp + 1)
        request = msgspec.json.decode(job.request)
        if job.polled is None:
            return answering.answer(Snapshot(chain, timestamp), request)
        number, installed = int(job.polled.number), job.polled.installed
        filters = Filters({number: installed})
        answer = answering.answer(Snapshot(chain, timestamp, filters), request)
        following = (filters.get(number) or installed).next_block
        return following.to_bytes(FOLLOWING, "big") + answer


def _refuse(job: Job) -> bytes:
    """Answer that the node's own chain is not what stands in its folder."""
    fact = "its file was replaced, and says nothing of this node's chain"
    request = msgspec.json.decode(job.request)
    answer = failure(request, RpcError(SERVER_ERROR, f"store: {fact}"))
    if job.polled is None:
        return answer
    return job.polled.installed.next_block.to_bytes(FOLLOWING, "big") + answer


def _is_swollen(most: int) -> bool:
    """Say whether what was answered left so much that the next might find no room."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB > most // 2
