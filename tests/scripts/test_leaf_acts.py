"""A request is sent by the act that it asks for, and by no other."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from election.client.leaf_requests import ask_to_register, ask_to_withdraw
from election.protocol.attestation import Action, Role
from scripts import leaf_acts
from scripts.errors import InputError
from scripts.files.request_files import write_attestation, write_request
from tests.client.stage import RELAY, Stage, deploy, travel
from tests.in_process import connect_in_process


@pytest.fixture(scope="module")
def stage() -> Stage:
    """An election in phase REGISTRATION."""
    made = deploy(connect_in_process())
    made.make_keys()
    made.publish_lists(3)
    travel(made.connection, made.manifest.times.registration)
    return made


def send(action: Action, folder: Path) -> None:
    leaf_acts.send_request(
        action,
        folder / "request.json",
        portal=folder / "portal.json",
        sms=folder / "sms.json",
        terms=folder / "terms.json",
        terms_hash="",
        rpc_url="",
        key=folder / "key.json",
        password_file=None,
        as_json=True,
    )


@pytest.fixture
def folder(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a registrar; the election on a chain in this process."""
    monkeypatch.setattr(leaf_acts, "go_by", lambda *_: stage.terms())
    monkeypatch.setattr(leaf_acts, "reach", lambda *_: stage.opened.voter_list)
    key_file = SimpleNamespace(key=RELAY, path=tmp_path / "key.json")
    key_file.path.touch()
    monkeypatch.setattr(leaf_acts, "unlock", lambda *_, **__: key_file)
    return tmp_path


def test_request_to_withdraw_is_no_registration(
    stage: Stage, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = stage.place(1, 0, nonce=0)
    asked, wrong = ask_to_register(place), ask_to_withdraw(place)
    portal, sms = stage.attest(asked)
    write_attestation(folder / "portal.json", portal, role=Role.PORTAL)
    write_attestation(folder / "sms.json", sms, role=Role.SMS_GATEWAY)
    write_request(folder / "request.json", wrong)
    with pytest.raises(InputError, match="is a request to withdraw"):
        send(Action.REGISTER, folder)
    (folder / "request.json").unlink()
    write_request(folder / "request.json", asked)
    send(Action.REGISTER, folder)
    assert stage.opened.voter_list.online(1) == 1
    assert json.loads(capsys.readouterr().out)["state"] == "online"
    with pytest.raises(InputError, match="not about the leaf's next step"):
        send(Action.REGISTER, folder)
