"""How the contracts' modules meet points, signatures, paths and attestations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from vyper.compiler import compile_from_file_input  # type: ignore[import-untyped]
from vyper.compiler.input_bundle import FilesystemInputBundle  # type: ignore[import-untyped]
from vyper.compiler.settings import OptimizationLevel, Settings  # type: ignore[import-untyped]
from web3 import Web3
from web3.contract import Contract

from election.artifacts import EVM_VERSION, OPTIMIZE, ROOT
from tests.honest import account
from tests.vectors.judges.files import number
from tests.vectors.judges.scene import NOBODY, Scene

Input = Mapping[str, Any]
_DOUBLES: Final = Path(__file__).parents[2] / "contracts" / "doubles"
_INSIDE: Final = account(110)


@cache
def _compile() -> tuple[type[Contract], Scene]:
    """Compile the double with the contracts' source, and put it into a scene."""
    bundle = FilesystemInputBundle([ROOT / "contracts", _DOUBLES])
    output = compile_from_file_input(
        bundle.load_file(Path("Inside.vy")),
        input_bundle=bundle,
        output_formats=["abi", "bytecode"],
        settings=Settings(
            evm_version=EVM_VERSION, optimize=OptimizationLevel.from_string(OPTIMIZE)
        ),
    )
    initcode = bytes.fromhex(output["bytecode"].removeprefix("0x"))
    contract = Web3().eth.contract(abi=output["abi"])
    return contract, Scene().create(_INSIDE, initcode, maker=NOBODY)


def _ask(function: str, *arguments: Any, now: int = 1) -> None:
    contract, scene = _compile()
    payload = bytes.fromhex(contract.encode_abi(function, arguments)[2:])
    scene.at(now).ask(_INSIDE, payload)


def meet_point(case: Input) -> None:
    """Ask the chain about a point, as a ceremony does before it keeps one."""
    raw, kind = bytes.fromhex(case["bytes"]), 1 if case["group"] == "G1" else 2
    _ask("check_point", kind, raw, case["infinity"] == "allowed")


def _signature(case: Input) -> tuple[int, ...]:
    return tuple(number(case[name]) for name in ("v", "r", "s"))


def _address(text: str) -> str:
    return Web3.to_checksum_address(bytes.fromhex(text))


def meet_signature(case: Input) -> None:
    """Recover who signed."""
    digest, signer = bytes.fromhex(case["hash"]), _address(case["signer"])
    _ask("check_signature", digest, *_signature(case), signer)


def meet_path(case: Input) -> None:
    """Look for a leaf on a list."""
    leaf, root = (bytes.fromhex(case[name]) for name in ("leaf", "root"))
    path = [bytes.fromhex(each) for each in case["path"]]
    _ask("check_path", leaf, case["index"], path, root, case["size"])


def meet_attestation(case: Input) -> None:
    """Take a statement of portal or SMS gateway, as the voter list."""
    ctx, leaf, subject = (bytes.fromhex(case[n]) for n in ("ctx", "leaf", "subject"))
    _ask(
        "check_attestation",
        _address(case["signer"]),
        ctx,
        case["role"],
        case["action"],
        leaf,
        case["nonce"],
        subject,
        (case["expiry"], _signature(case)),
        now=case["now"],
    )
