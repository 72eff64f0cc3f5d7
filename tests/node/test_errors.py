from __future__ import annotations

import pytest

from node import errors
from node.rpc.errors import RpcError


def _tree(kind: type[Exception]) -> list[str]:
    return [
        name for sub in kind.__subclasses__() for name in (sub.__name__, *_tree(sub))
    ]


def test_every_error_is_drawn_in_the_tree() -> None:
    """RpcError lives with its codes, and is drawn all the same."""
    drawn = [
        line.lstrip("│├└─ ").split()[0]
        for line in (errors.__doc__ or "").splitlines()
        if "──" in line
    ]
    assert RpcError.__name__ in drawn
    assert sorted(drawn) == sorted(_tree(errors.NodeError))


@pytest.mark.parametrize(
    "error",
    [
        errors.ConfigError(("rpc.port", "is not a number")),
        errors.PortUnavailableError("127.0.0.1", 1, "is in use"),
        errors.WrongChainError(expected=1, found=None),
        errors.OversizedError("initcode", limit=1, found=2),
        errors.NonceError("too low", expected=1, found=0),
        errors.InsufficientFundsError(needed=1, found=0),
        errors.PoolFullError(1),
        errors.CallRevertedError(b""),
        errors.UnknownBlockError("7"),
        errors.UnknownSnapshotError(7),
        errors.TimestampError(latest=1, most=2, found=0),
        errors.RlpError("bytes end early"),
    ],
)
def test_a_message_names_a_subject_and_a_fact(error: errors.NodeError) -> None:
    subject, fact = str(error).split(": ", 1)
    assert subject.islower()
    assert fact
    assert not fact.endswith(".")
