from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from election.client.leaf_requests import ask_for_credential, ask_to_register
from election.errors import EncodingError, TermsError
from election.protocol.attestation import Action, Role
from scripts.shared.errors import InputError
from scripts.shared.files.request_files import (
    place_attestation,
    read_attestation,
    read_request,
    write_attestation,
    write_request,
)
from scripts.shared.roles import Role as KeyRole
from tests.client.stage import Stage, deploy
from tests.honest import account
from tests.in_process import connect_in_process


@pytest.fixture(scope="module")
def stage() -> Stage:
    """An election whose lists are published."""
    made = deploy(connect_in_process())
    made.make_keys()
    made.publish_lists(3)
    return made


def test_request_is_read_as_it_was_written(stage: Stage, tmp_path: Path) -> None:
    place = stage.place(1, 2, nonce=0)
    blinded = stage.credential_request(1, 2).blinded
    for number, asked in enumerate(
        (
            ask_to_register(place, lock=account(5)),
            ask_for_credential(place, blinded, lock_key=None),
        )
    ):
        path = tmp_path / f"{number}.json"
        write_request(path, asked)
        assert read_request(path, stage.terms()) == asked


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ({"index": 1}, "voter 1: is not on the published list"),
        ({"index": 2**255}, "is not on the published list"),
        ({"voter": "0x" + "11" * 32}, "is not on the published list"),
        ({"path": []}, "is not on the published list"),
        ({"contest": 30}, "is not on the published list"),
        ({"contest": 2}, "contest 2: is not in the election"),
        ({"action": "elect"}, "action: "),
        ({"more": 1}, "more: "),
    ],
)
def test_request_that_was_changed_is_refused(
    stage: Stage, change: dict[str, Any], fact: str, tmp_path: Path
) -> None:
    path = tmp_path / "request.json"
    write_request(path, ask_to_register(stage.place(1, 2, nonce=0)))
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises((InputError, TermsError), match=fact):
        read_request(path, stage.terms())


def test_what_is_attested_follows_from_the_file(stage: Stage, tmp_path: Path) -> None:
    """The portal signs what it reads, never a hash that somebody gives it."""
    path = tmp_path / "request.json"
    asked = ask_to_register(stage.place(1, 2, nonce=0))
    write_request(path, asked)
    changed = json.loads(path.read_text()) | {"lock": "0x" + account(6).hex()}
    path.write_text(json.dumps(changed))
    assert read_request(path, stage.terms()).request != asked.request
    path.write_text(json.dumps(changed | {"action": "withdraw"}))
    assert read_request(path, stage.terms()).request.action is Action.WITHDRAW
    path.write_text(json.dumps(changed | {"action": "issue", "blinded": "0x00"}))
    with pytest.raises(EncodingError):
        read_request(path, stage.terms())


def test_attestation_is_read_for_its_role_only(stage: Stage, tmp_path: Path) -> None:
    asked = ask_to_register(stage.place(1, 0, nonce=0))
    portal, sms = stage.attest(asked)
    files = tmp_path / "portal.json", tmp_path / "sms.json"
    about, roles = asked.request, (Role.PORTAL, Role.SMS_GATEWAY)
    for path, made, role in zip(files, (portal, sms), roles, strict=True):
        write_attestation(path, made, about, role=role)
        assert read_attestation(path, about, role=role) == made
    with pytest.raises(InputError, match="the portal's attestation, not the sms gat"):
        read_attestation(files[0], about, role=Role.SMS_GATEWAY)


def test_attestation_beside_its_request_takes_the_place_of_an_earlier_one(
    stage: Stage, tmp_path: Path
) -> None:
    asked = ask_to_register(stage.place(1, 0, nonce=0))
    portal, _ = stage.attest(asked)
    path = place_attestation(tmp_path / "request.json", KeyRole.SMS_GATEWAY)
    assert path == tmp_path / "request.sms-gateway.json"
    for _ in range(2):
        write_attestation(path, portal, asked.request, role=Role.PORTAL, anew=True)
    with pytest.raises(InputError, match="file exists"):
        write_attestation(path, portal, asked.request, role=Role.PORTAL)
    path.write_text("mine")
    with pytest.raises(InputError):
        write_attestation(path, portal, asked.request, role=Role.PORTAL, anew=True)
    assert path.read_text() == "mine"
