from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from election.client.ceremony import Ceremony, trustees_ceremony
from election.client.ceremony_member import Advance
from election.client.errors import ContractRefusedError
from election.client.open_election import open_election
from election.client.rpc import connect
from election.crypto.group import G1Point
from election.protocol.ceremony.attempt import Step
from scripts.errors import InputError
from scripts.files.key_file import (
    KeyFile,
    Role,
    StoredShare,
    change_secrets,
    create_key_file,
    open_key_file,
)
from scripts.members import take_part, take_step
from tests.client.stage import TRUSTEES, Stage, deploy, travel
from tests.in_process import connect_in_process
from tests.scripts.conftest import PASSWORD
from tests.scripts.key_files import make_key_file


def key_files(folder: Path) -> list[KeyFile]:
    made = []
    for number, key in enumerate(TRUSTEES[:3]):
        made.append(make_key_file(folder / f"{number}.json", Role.TRUSTEE, key))
    return made


def reopen(file: KeyFile) -> KeyFile:
    return open_key_file(file.path, password=PASSWORD)


@pytest.fixture
def ceremony() -> Ceremony[G1Point]:
    stage: Stage = deploy(connect_in_process())
    travel(stage.connection, stage.manifest.times.keys)
    return trustees_ceremony(stage.opened)


def test_share_is_kept_and_what_it_came_from_is_erased(
    ceremony: Ceremony[G1Point], tmp_path: Path
) -> None:
    files = key_files(tmp_path)
    for _ in range(5):
        assert all(take_step(ceremony, file).acted for file in files)
    assert reopen(files[0]).secrets == files[0].secrets
    share = take_step(ceremony, files[0]).key_share
    kept = reopen(files[0]).secrets
    assert kept.random == b""
    assert kept.key_share == share


def test_share_is_kept_beside_what_another_program_noted_meanwhile(
    ceremony: Ceremony[G1Point], tmp_path: Path
) -> None:
    files = key_files(tmp_path)
    for _ in range(5):
        assert all(take_step(ceremony, file).acted for file in files)
    change_secrets(files[0], lambda kept: replace(kept, decrypted={"a": "b"}))
    take_step(ceremony, files[0])
    assert reopen(files[0]).secrets.decrypted == {"a": "b"}


def test_kept_share_is_given_without_a_ceremony(
    ceremony: Ceremony[G1Point], tmp_path: Path
) -> None:
    file = key_files(tmp_path)[0]
    kept = replace(file.secrets, random=b"", share=StoredShare(2, (5,)))
    advance = take_step(ceremony, replace(file, secrets=kept))
    assert advance.key_share == kept.key_share
    assert advance.is_over


def test_members_that_wait_for_each_other_all_finish(
    node_url: str, tmp_path: Path
) -> None:
    stage = deploy(connect(node_url))
    travel(stage.connection, stage.manifest.times.keys)
    found: list[Advance] = []

    def run(file: KeyFile) -> None:
        own = open_election(connect(node_url), stage.opened.address)
        found.append(take_part(trustees_ceremony(own), file, wait=True))

    threads = [Thread(target=run, args=(file,)) for file in key_files(tmp_path)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [advance.step for advance in found] == [Step.FINAL] * 3
    assert {a.key_share.member for a in found if a.key_share} == {1, 2, 3}


def test_second_refusal_in_a_row_is_an_error(tmp_path: Path) -> None:
    stage = deploy(connect_in_process())
    ceremony, file = trustees_ceremony(stage.opened), key_files(tmp_path)[0]
    with pytest.raises(ContractRefusedError, match="not in phase KEYS"):
        take_part(ceremony, file, wait=True)


def test_key_file_without_secrets_takes_no_part(
    ceremony: Ceremony[G1Point], tmp_path: Path
) -> None:
    file = create_key_file(tmp_path / "key.json", Role.RELAY, password=PASSWORD)
    with pytest.raises(InputError, match="has no secrets for a ceremony"):
        take_step(ceremony, file)
