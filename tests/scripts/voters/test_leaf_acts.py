"""A request is sent by the act that it asks for, and by no other."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from election.client.leaf_requests import (
    LeafRequest,
    ask_for_credential,
    ask_to_register,
    ask_to_withdraw,
)
from election.crypto.group import G
from election.crypto.scalar import Scalar
from election.crypto.signature import derive_address
from election.crypto.transcript import Hash
from election.protocol.attestation import LIFETIME, Action, Attestation, Role, attest
from election.protocol.text import spell_time
from election.protocol.voter_list import LeafState
from scripts.shared.errors import InPartError, InputError, NotYetError
from scripts.shared.files.request_files import write_attestation, write_request
from scripts.voters import leaf_acts, leaf_states, request
from scripts.voters.leaf_states import Move
from scripts.voters.request import look_ahead
from tests.client.stage import PORTAL, RELAY, SMS_GATEWAY, Stage, deploy, travel
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
    statements = {each: folder / f"{each}.json" for each in ("portal", "sms")}
    send_all(action, [folder / "request.json"], **statements)


def send_all(
    action: Action,
    requests: list[Path],
    *,
    portal: Path | None = None,
    sms: Path | None = None,
) -> None:
    leaf_acts.send_requests(
        action,
        requests,
        portal=portal,
        sms=sms,
        terms=Path("terms.json"),
        terms_hash="",
        rpc_url="",
        key=Path("key.json"),
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


def put(
    folder: Path, asked: LeafRequest, portal: Attestation, sms: Attestation
) -> None:
    """Write a request with statements that say to be about it."""
    about = asked.request
    for name in ("portal.json", "sms.json", "request.json"):
        (folder / name).unlink(missing_ok=True)
    write_attestation(folder / "portal.json", portal, about, role=Role.PORTAL)
    write_attestation(folder / "sms.json", sms, about, role=Role.SMS_GATEWAY)
    write_request(folder / "request.json", asked)


@pytest.mark.parametrize(
    ("role", "change", "fact"),
    [
        (Role.PORTAL, {"key": RELAY}, "not signed by this election's portal"),
        (Role.SMS_GATEWAY, {"key": PORTAL}, "not signed by this election's SMS gatew"),
        (Role.PORTAL, {"expiry": -1}, "expired at .*have the portal attest"),
        (Role.SMS_GATEWAY, {"expiry": LIFETIME + 60}, "valid for more than 900 s"),
    ],
)
def test_attestation_that_does_not_hold_is_told_apart_and_not_sent(
    stage: Stage, folder: Path, role: Role, change: dict[str, Any], fact: str
) -> None:
    asked = ask_to_register(stage.place(1, 1, nonce=0))
    now = stage.connection.read_clock()
    keys = {Role.PORTAL: PORTAL, Role.SMS_GATEWAY: SMS_GATEWAY}
    made = {
        each: attest(asked.request, key, role=each, expiry=now + LIFETIME)
        for each, key in keys.items()
    }
    expiry = now + change.get("expiry", LIFETIME)
    key = change.get("key", keys[role])
    made[role] = attest(asked.request, key, role=role, expiry=expiry)
    put(folder, asked, made[Role.PORTAL], made[Role.SMS_GATEWAY])
    head = stage.connection.read_head()
    with pytest.raises(InputError, match=fact) as refused:
        send(Action.REGISTER, folder)
    assert refused.value.subject.endswith(
        "portal.json" if role is Role.PORTAL else "sms.json"
    )
    was_timely = "key" in change
    assert (refused.value.hint is None) == was_timely  # else its clock may be at fault
    assert stage.connection.read_head() == head


def test_attestation_of_another_voters_request_is_named(
    stage: Stage, folder: Path
) -> None:
    asked, other = (ask_to_register(stage.place(1, at, nonce=0)) for at in (1, 2))
    put(folder, other, *stage.attest(other))
    (folder / "request.json").unlink()
    write_request(folder / "request.json", asked)
    with pytest.raises(InputError, match=r"portal.json: is about another request"):
        send(Action.REGISTER, folder)


def test_request_that_is_not_attested_yet_is_early_and_says_who_attests_it(
    stage: Stage, folder: Path
) -> None:
    path = folder / "register.json"
    write_request(path, ask_to_register(stage.place(1, 1, nonce=0)))
    with pytest.raises(NotYetError, match="not attested by the portal yet") as early:
        send_all(Action.REGISTER, [path])
    assert early.value.hint == f"the portal runs: veche attest {path}"


def test_each_of_several_requests_is_told_whatever_becomes_of_another(
    stage: Stage, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = stage.connection.request("evm_snapshot")
    paths = []
    for place in (1, 2):
        asked = ask_to_register(stage.place(1, place, nonce=0))
        paths.append(folder / f"{place}.json")
        write_request(paths[-1], asked)
        for role, statement in zip(Role, stage.attest(asked), strict=True):
            name = "portal" if role is Role.PORTAL else "sms-gateway"
            path = folder / f"{place}.{name}.json"
            write_attestation(path, statement, asked.request, role=role)
    (folder / "1.portal.json").unlink()
    early = r"1\.json: is not attested by the portal yet: 1\.portal\.json is not beside"
    with pytest.raises(InPartError, match=early):
        send_all(Action.REGISTER, paths)
    assert capsys.readouterr().out.count('"state": "online"') == 1
    stage.connection.request("evm_revert", snapshot)


def test_request_that_the_leafs_state_forbids_is_not_made(stage: Stage) -> None:
    handle = stage.opened.voter_list
    leaf = stage.place(30, 0, nonce=0).leaf
    with pytest.raises(
        InputError, match=r"request for a credential: .* not registered"
    ):
        leaf_states.require_state(handle, leaf, Move.ISSUE)
    leaf_states.require_state(handle, leaf, Move.REGISTER)
    act = stage.prepare(ask_to_register(stage.place(30, 0, nonce=0)))
    stage.connection.send(act, key=RELAY)
    with pytest.raises(InputError, match=r"request to register: .* online already"):
        leaf_states.require_state(handle, leaf, Move.REGISTER)
    leaf_states.require_state(handle, leaf, Move.WITHDRAW)


def test_request_is_looked_at_before_it_is_made(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Being early is no fault; what can never be sent is not written."""
    handle, leaf = stage.opened.voter_list, stage.place(30, 1, nonce=0).leaf
    assert look_ahead(handle, stage.terms(), leaf, Move.REGISTER) is None
    with pytest.raises(InputError, match="not registered to vote online"):
        look_ahead(handle, stage.terms(), leaf, Move.ISSUE)
    monkeypatch.setattr(request, "require_state", lambda *_: None)
    early = look_ahead(handle, stage.terms(), leaf, Move.ISSUE)
    assert "request for a credential: is taken from" in str(early)


@pytest.mark.parametrize("late", [False, True])
def test_move_out_of_its_time_is_told_when_it_is_taken(
    stage: Stage, *, late: bool
) -> None:
    times, handle = stage.manifest.times, stage.opened.voter_list
    snapshot = stage.connection.request("evm_snapshot")
    if late:
        travel(stage.connection, times.freeze)
        when = spell_time(times.freeze)
        with pytest.raises(
            InputError, match=f"register: was taken until {when}"
        ) as refused:
            leaf_states.require_time(handle, stage.opened.address, Move.REGISTER)
        assert "given a paper ballot by the polling" in str(refused.value.hint)
    else:
        when = spell_time(times.opening)
        with pytest.raises(NotYetError, match=f"credential: is taken from {when} on"):
            leaf_states.require_time(handle, stage.opened.address, Move.ISSUE)
        leaf_states.require_time(handle, stage.opened.address, Move.WITHDRAW)
    stage.connection.request("evm_revert", snapshot)


def test_request_to_withdraw_is_no_registration(
    stage: Stage, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = stage.place(1, 0, nonce=0)
    asked, wrong = ask_to_register(place), ask_to_withdraw(place)
    portal, sms = stage.attest(asked)
    put(folder, asked, portal, sms)
    (folder / "request.json").unlink()
    write_request(folder / "request.json", wrong)
    with pytest.raises(InputError, match="is a request to withdraw"):
        send(Action.REGISTER, folder)
    (folder / "request.json").unlink()
    write_request(folder / "request.json", asked)
    send(Action.REGISTER, folder)
    assert stage.opened.voter_list.online(1) == 1
    first = json.loads(capsys.readouterr().out)
    assert first["state"] == "online"
    head = stage.connection.read_head()
    send(Action.REGISTER, folder)
    told = capsys.readouterr()
    assert json.loads(told.out) == first
    assert "already: this very request" in told.err
    assert stage.connection.read_head() == head
    other = ask_to_register(place, lock=derive_address(RELAY))
    put(folder, other, *stage.attest(other))
    with pytest.raises(InputError, match="moved since by another request"):
        send(Action.REGISTER, folder)


def test_request_that_time_or_state_forbids_is_not_sent(
    stage: Stage, folder: Path
) -> None:
    """The contract would refuse it, too, in words that help nobody."""
    place, head = stage.place(30, 2, nonce=0), stage.connection.read_head()
    early, void = ask_for_credential(place, G * Scalar(5)), ask_to_withdraw(place)
    put(folder, early, *stage.attest(early))
    with pytest.raises(NotYetError, match="request for a credential: is taken from"):
        send(Action.ISSUE, folder)
    put(folder, void, *stage.attest(void))
    with pytest.raises(InputError, match="request to withdraw: cannot move leaf"):
        send(Action.WITHDRAW, folder)
    assert stage.connection.read_head() == head


@pytest.mark.parametrize(
    ("move", "is_registered", "hint"),
    [
        (Move.ISSUE, False, "polling station gives a paper ballot"),
        (Move.REGISTER, True, "vote with `veche request issue`"),
        (Move.PAPER, True, "give no paper ballot: this voter votes online"),
    ],
)
def test_whoever_is_refused_is_told_what_remains(
    stage: Stage, move: Move, is_registered: bool, hint: str
) -> None:
    handle, place = stage.opened.voter_list, stage.place(30, 2, nonce=0)
    snapshot = stage.connection.request("evm_snapshot")
    if is_registered:
        stage.connection.send(stage.prepare(ask_to_register(place)), key=RELAY)
    with pytest.raises(InputError, match="of voter AB-123: it is") as refused:
        leaf_states.require_state(handle, place.leaf, move, voter="AB-123")
    stage.connection.request("evm_revert", snapshot)
    assert hint in str(refused.value.hint)


@pytest.mark.parametrize(
    ("as_json", "state"), [(True, "none"), (False, "not online (paper is open)")]
)
def test_withdrawn_leaf_is_shown_in_words(
    as_json: bool, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    leaf = Hash(bytes(32))
    leaf_acts.show_leaf(leaf, LeafState.NONE, leaf, as_json=as_json)
    shown = capsys.readouterr().out
    assert state in shown
    assert as_json == (f'"{state}"' in shown)
