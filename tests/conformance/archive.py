"""Read the cases of an archive of ethereum/tests' GeneralStateTests.

A test is one state and a transaction with several payloads, gas limits and values; each
of its results names one of each, and is a case.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conformance.state_case import Case

_FORK = "Cancun"
_ROOT = "GeneralStateTests/"


def read_tests(archive: Path) -> Iterator[list[Case]]:
    """Yield the cases of one file after the other, as the archive has them."""
    with tarfile.open(archive) as members:
        for member in members:
            file = members.extractfile(member)
            if file is None or not member.name.endswith(".json"):
                continue
            folder = member.name.partition(_ROOT)[2].removesuffix(".json")
            yield [
                case
                for test in json.load(file).items()
                for case in _split(folder, *test)
            ]


def _split(file: str, title: str, test: dict[str, Any]) -> Iterator[Case]:
    sent = test["transaction"]
    name = file if title == file.rpartition("/")[2] else f"{file} {title}"
    for at, result in enumerate(test["post"].get(_FORK, ())):
        chosen = result["indexes"]
        lists = sent.get("accessLists")
        yield {
            "name": f"{name} {at}",
            "env": test["env"],
            "pre": test["pre"],
            "blob": "maxFeePerBlobGas" in sent,
            "transaction": {
                **{key: sent[key] for key in _KEYS if key in sent},
                "data": sent["data"][chosen["data"]],
                "gasLimit": sent["gasLimit"][chosen["gas"]],
                "value": sent["value"][chosen["value"]],
                "accessList": (lists[chosen["data"]] if lists else None) or [],
            },
            "hash": result["hash"],
            "logs": result["logs"],
            "refused": "expectException" in result,
        }


_KEYS = (
    "gasPrice",
    "maxFeePerGas",
    "maxPriorityFeePerGas",
    "nonce",
    "secretKey",
    "to",
)
