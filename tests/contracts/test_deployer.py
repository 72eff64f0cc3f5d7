"""The Deployer makes a contract where its initcode says, once."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from web3.contract import Contract

from election.artifacts import read_artifact
from election.crypto.transcript import Address
from election.protocol.origin import derive_created_address
from tests.contracts.chain import LocalChain, make_account
from tests.contracts.election_setup import DEFAULT, ISSUERS, TRUSTEES, deploy_tools

anybody, somebody = make_account("anybody"), make_account("somebody else")


@cache
def prepare() -> tuple[LocalChain, Contract, bytes]:
    """Make a Deployer, and the initcode of an election."""
    chain = LocalChain()
    tools = deploy_tools(chain)
    deployer = chain.deploy("Deployer")
    rules = DEFAULT.rules(chain.now)
    return chain, deployer, encode(chain, rules, tools)


def encode(chain: LocalChain, rules: Any, tools: tuple[str, ...]) -> bytes:
    artifact = read_artifact("Election")
    factory = chain.web3.eth.contract(
        abi=list(artifact.abi), bytecode=artifact.initcode
    )
    payload = factory.constructor(
        rules,
        DEFAULT.trustees.encode(TRUSTEES),
        DEFAULT.issuers.encode(ISSUERS),
        DEFAULT.contests(),
        tools,
    ).data_in_transaction
    return bytes.fromhex(str(payload).removeprefix("0x"))


def foresee(deployer: Contract, initcode: bytes) -> str:
    address = Address(bytes.fromhex(deployer.address[2:]))
    return f"0x{derive_created_address(initcode, deployer=address).hex()}"


def test_election_stands_where_its_initcode_says() -> None:
    chain, deployer, initcode = prepare()
    with chain.unwound():
        chain.send(deployer.functions.deploy(initcode), anybody)
        foreseen = foresee(deployer, initcode)
        election = chain.contract_at(foreseen, read_artifact("Election"))
        (event,) = chain.events(election, "ElectionDeployed")
        assert event["deployer"] == deployer.address


def test_same_election_is_made_once() -> None:
    chain, deployer, initcode = prepare()
    with chain.unwound():
        chain.send(deployer.functions.deploy(initcode), anybody)
        again = chain.refusal(deployer.functions.deploy(initcode), somebody)
        assert again is not None


def test_reason_of_the_constructor_is_given_on() -> None:
    chain, deployer, _ = prepare()
    rules = list(DEFAULT.rules(chain.now))
    rules[0] = ""
    initcode = encode(chain, tuple(rules), ("0x" + "00" * 20,) * 6)
    reason = chain.refusal(deployer.functions.deploy(initcode), anybody)
    assert reason == "election: slug is empty"


@pytest.mark.parametrize("size", [49_152, 49_153])
def test_initcode_is_bounded_as_the_chain_bounds_it(size: int) -> None:
    chain, deployer, _ = prepare()
    reason = chain.refusal(deployer.functions.deploy(bytes(size)), anybody)
    assert (reason is None) == (size == 49_152)
