"""Members on a machine without a network, and what is carried to and fro."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from election.client import rpc
from election.client.casting import cast_ballots
from election.client.sending import sign_act
from election.client.tallying import submit_share
from election.client.transport import Post
from election.client.wire import Act
from election.crypto.signature import SigningKey, derive_address
from election.protocol.board import Board
from election.protocol.decryption import Result, ShareMessage, make_share
from finality.proof_file import decode_proof
from scripts.anybody.freeze import freeze
from scripts.anybody.publish_result import publish_results
from scripts.shared.carried import Sources, read_carried
from scripts.shared.errors import InputError, UnverifiedError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.bundle_file import read_bundle, write_bundle
from scripts.shared.files.deployment_file import read_deployment
from scripts.shared.files.signed_file import read_signed, render_signed
from scripts.shared.roles import Role
from tests.audit.signing import prove
from tests.audit.tampering import answer_for
from tests.client.stage import (
    ISSUERS,
    RELAY,
    TRUSTEES,
    Stage,
    deploy,
    make_manifest,
    make_source,
    travel,
)
from tests.in_process import connect_in_process
from tests.scripts.members.offline_desk import Desk, set_desk

TRUSTEE: Final = TRUSTEES[1]


@dataclass(frozen=True, slots=True)
class Case:
    """An election to be counted, and what a trustee signed of it without a network."""

    stage: Stage
    folder: Path
    told: dict[str, Any]
    said: str


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Two contests whose sums are frozen, of three ballots and of two."""
    stage = deploy(connect_in_process())
    stage.make_keys()
    stage.publish_lists(3)
    stage.register_all()
    stage.issue_all()
    cast_ballots(stage.boxes[1], stage.ballots(1, [1, 2, 2]), key=RELAY)
    cast_ballots(stage.boxes[30], stage.ballots(30, [3, 1]), key=RELAY)
    travel(stage.connection, stage.manifest.times.cast_closing)
    freeze(stage.opened, [1, 30], key=RELAY)
    folder = tmp_path_factory.mktemp("case")
    desk = set_desk(stage, folder, Role.TRUSTEE, TRUSTEE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rpc, "open_post", lambda _: stage.connection._post)
        bundle = desk.export()
    shown = desk.offline("share", "--compare", f"--bundle={bundle}").result
    agreed = [f"--agreed={each['comparison_hash']}" for each in shown.values()]
    (folder / "agreed").write_text(" ".join(agreed))
    out = f"--out={folder / 'signed.json'}"
    signed = desk.offline("share", *agreed, f"--bundle={bundle}", out)
    return Case(stage, folder, {"shown": shown, **signed.result}, signed.err)


@pytest.fixture
def desk(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    connection = case.stage.connection
    snapshot = connection.request("evm_snapshot")
    monkeypatch.setattr(rpc, "open_post", lambda _: connection._post)
    shutil.copytree(case.folder, tmp_path, dirs_exist_ok=True)
    yield Desk(case.stage, tmp_path, TRUSTEE)
    connection.request("evm_revert", snapshot)


def agreed(desk: Desk) -> list[str]:
    return (desk.folder / "agreed").read_text().split()


def sign_again(desk: Desk, bundle: Path, out: str = "again.json") -> Any:
    """Sign the shares by another record."""
    words = [*agreed(desk), f"--bundle={bundle}", f"--out={desk.folder / out}"]
    return desk.offline("share", *words)


def give_online(desk: Desk, contest: int, key: SigningKey) -> None:
    """Let a trustee give a share as one who has a node."""
    from election.client.open_election import read_box
    from election.client.tallying import recompute_tally

    stage = desk.stage
    frozen = recompute_tally(stage.opened, read_box(stage.opened, contest))
    message = make_share(frozen.tally, stage.shares[key], source=make_source("x"))
    assert submit_share(stage.opened, frozen, message, key=key)


def test_what_was_signed_without_a_network_is_sent_from_elsewhere(desk: Desk) -> None:
    signed = desk.folder / "signed.json"
    before = desk.sent
    assert desk.send(signed) == ["sent", "sent"]
    assert (desk.shares(1), desk.shares(30), desk.sent) == (1, 1, before + 2)
    assert desk.send(signed) == ["there", "there"]
    assert desk.sent == before + 2


def test_both_machines_say_the_same_of_what_is_signed(case: Case, desk: Desk) -> None:
    assert case.told["contests"] == {"1": "signed", "30": "signed"}
    shown = case.told["shown"]["1"]
    sum_ = f"the sum of 3 ballots, hash {shown['comparison_hash']}"
    assert f"contest 1, First: signing your share of {sum_}" in case.said
    assert "by this machine's clock" in case.said  # which nothing is judged by
    sent = desk.online("send", desk.folder / "signed.json")
    assert sent.result["fingerprint"] == case.told["fingerprint"]
    assert "the share of contest 1, the share of contest 30" in sent.err
    assert case.told["fingerprint"] in sent.err


def test_what_is_carried_back_holds_no_secret(case: Case, desk: Desk) -> None:
    kept = desk.open_key().secrets
    (part,) = kept.parts.values()
    assert part.share is not None
    text = (case.folder / "signed.json").read_text().lower()
    for secret in (kept.account, *part.share.secrets):
        assert f"{secret:064x}" not in text
        assert str(secret) not in text


def test_sums_are_noted_as_decrypted_before_the_file_is_written(desk: Desk) -> None:
    """Where a file goes nobody knows: its shares count as given for ever."""
    assert len(desk.open_key().secrets.decrypted) == 2


def test_next_call_goes_on_from_what_was_verified_offline(
    case: Case, desk: Desk
) -> None:
    assert "going on from block" in case.said
    assert [*desk.folder.glob("key.json.*.verified")]


def test_record_that_ends_before_what_was_verified_is_told_from_a_lie(
    desk: Desk,
) -> None:
    old = desk.folder / "record.gz"
    travel(desk.stage.connection, desk.stage.connection.read_clock() + 60)
    new = desk.export("later.gz")
    compare = "share", "--compare"
    assert desk.offline(*compare, f"--bundle={new}").code == 0
    done = desk.offline(*compare, f"--bundle={old}")
    assert done.code == ExitCode.NOT_YET
    assert "export it anew" in done.err


def tell_another_history(board: Board) -> Board:
    """Move all that came last a block on, with what the contracts answer for it."""
    last = board.logs[-1].block_number
    logs = tuple(
        replace(log, block_number=last + 1) if log.block_number == last else log
        for log in board.logs
    )
    head = replace(board.head, number=board.head.number + 1)
    return answer_for(replace(board, logs=logs, head=head))


def test_record_of_another_history_than_was_verified_is_refused(desk: Desk) -> None:
    board = read_bundle(desk.folder / "record.gz")
    write_bundle(desk.folder / "other.gz", tell_another_history(board))
    done = desk.offline("share", "--compare", f"--bundle={desk.folder / 'other.gz'}")
    assert done.code == ExitCode.NOT_SO
    assert "does not go on from the record verified up to block" in done.err
    assert "blames" not in done.err


def test_two_records_that_differ_are_refused_with_both_names(desk: Desk) -> None:
    board = read_bundle(desk.folder / "record.gz")
    write_bundle(desk.folder / "other.gz", tell_another_history(board))
    deployment = read_deployment(desk.folder / "election.json")
    paths = [desk.folder / "record.gz", desk.folder / "other.gz"]
    with pytest.raises(UnverifiedError, match="bundles tell different") as refused:
        read_carried(deployment, paths)
    assert all(str(path) in str(refused.value) for path in paths)
    with pytest.raises(InputError, match="names one file twice"):
        read_carried(deployment, [paths[0], paths[0]])


def test_record_of_another_election_is_refused(desk: Desk) -> None:
    deployment = read_deployment(desk.folder / "election.json")
    with pytest.raises(InputError, match="is the record of another election"):
        read_carried(replace(deployment, chain_id=1), [desk.folder / "record.gz"])


def test_record_that_does_not_tell_the_next_number_is_refused_by_name(
    desk: Desk,
) -> None:
    plain = desk.folder / "plain.gz"
    assert desk.online("export", f"--out={plain}").code == 0
    done = sign_again(desk, plain)
    assert done.code == ExitCode.INPUT
    assert "does not say how many transactions your account sent" in done.err
    assert "veche export --for CARD" in done.err
    assert not (desk.folder / "again.json").exists()


def test_file_that_is_there_is_not_overwritten(desk: Desk) -> None:
    done = sign_again(desk, desk.folder / "record.gz", "signed.json")
    assert done.code == ExitCode.INPUT
    assert "is there already: carry it" in done.err


def test_share_that_is_on_the_record_is_not_signed_again(desk: Desk) -> None:
    desk.send(desk.folder / "signed.json")
    done = sign_again(desk, desk.export("later.gz")).result
    assert done["contests"] == {"1": "given before", "30": "given before"}
    assert (done["file"], (desk.folder / "again.json").exists()) == (None, False)


def test_second_file_of_one_record_changes_nothing(desk: Desk) -> None:
    """A share is made anew each time; one of a contest is all that counts."""
    assert sign_again(desk, desk.folder / "record.gz").code == 0
    again = desk.folder / "again.json"
    assert again.read_bytes() != (desk.folder / "signed.json").read_bytes()
    assert desk.send(again) == ["sent", "sent"]
    assert desk.send(desk.folder / "signed.json") == ["there", "there"]


def test_share_that_was_given_otherwise_does_not_stop_the_next(desk: Desk) -> None:
    """Its number is used up, and the other share was signed for the next one, too."""
    give_online(desk, 1, TRUSTEE)
    assert desk.send(desk.folder / "signed.json") == ["there", "sent"]


def test_share_that_nobody_needs_any_more_does_not_stop_the_next(desk: Desk) -> None:
    """Its number is free, and the other share was signed for that one, too."""
    for key in (TRUSTEES[0], TRUSTEES[2]):
        give_online(desk, 1, key)
    publish_results(desk.stage.opened, [1], key=RELAY)
    assert desk.send(desk.folder / "signed.json") == ["needless", "sent"]


def test_file_whose_numbers_others_took_is_to_be_signed_again(desk: Desk) -> None:
    for key in (TRUSTEES[0], TRUSTEE):
        give_online(desk, 1, key)
    publish_results(desk.stage.opened, [1], key=TRUSTEE)
    done = desk.online("send", desk.folder / "signed.json")
    assert done.code == ExitCode.IN_PART
    assert json.loads(done.out)["acts"][0]["result"] == "there"
    assert "another one took its place" in done.err
    assert "export the record anew, and sign again by it" in done.err
    assert sign_again(desk, desk.export("later.gz")).code == 0
    assert desk.send(desk.folder / "again.json") == ["sent"]


def test_file_that_comes_before_an_earlier_one_waits(desk: Desk) -> None:
    board = read_bundle(desk.folder / "record.gz")
    ahead = {account: number + 5 for account, number in board.sent.items()}
    write_bundle(desk.folder / "ahead.gz", replace(board, sent=ahead))
    assert sign_again(desk, desk.folder / "ahead.gz").code == 0
    done = desk.online("send", desk.folder / "again.json")
    assert done.code == ExitCode.NOT_YET
    assert "send first what was signed before it" in done.err
    assert desk.shares(1) == 0


def spoil_share(desk: Desk, *, s: int = 0, trustee: int = 0) -> Path:
    """Sign a share of contest 1 that is wrong, before the true one of contest 30."""
    signed = read_signed(desk.folder / "signed.json")
    act, other = (each.act for each in signed.acts)
    values = signed.acts[0].values
    message = ShareMessage(values[2], values[3], values[4], values[5] + s)
    tally, number = desk.stage.opened.tally, values[1] + trustee
    act = tally.submit_share(1, number, share=message)
    first = desk.sent
    acts = [
        [sign_as(desk, each, nonce=first + at) for at in range(place + 1)]
        for place, each in enumerate((act, other))
    ]
    chain_id, account = desk.stage.connection.chain_id, derive_address(TRUSTEE)
    path = desk.folder / "spoilt.json"
    path.write_text(render_signed(chain_id, desk.stage.opened.address, account, acts))
    return path


@pytest.mark.parametrize(
    ("wrong", "fact"),
    [({"s": 1}, "tally: the proof of the share"), ({"trustee": 1}, "tally: ")],
)
def test_share_that_the_tally_refuses_stops_no_other_and_is_told(
    desk: Desk, wrong: dict[str, int], fact: str
) -> None:
    spoilt = spoil_share(desk, **wrong)
    for result in ("sent", "there"):
        done = desk.online("send", spoilt)
        assert done.code == ExitCode.IN_PART
        assert [each["result"] for each in json.loads(done.out)["acts"]][1] == result
        assert f"contest 1: {fact}" in done.err or result == "there"
        assert "sign again by it" in done.err
    assert (desk.shares(1), desk.shares(30)) == (0, 1)


class DiedError(BaseException):
    """Ends a program as a kill does: nothing after it is done."""


def die_at(post: Post, fatal: int) -> Post:
    """Give what posts to a node, and dies before or after one of its requests."""
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 1
        if taken == fatal:
            raise DiedError

    def watched(body: bytes) -> bytes:
        count()
        answer = post(body)
        count()
        return answer

    return watched


def test_sender_that_is_killed_at_any_request_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps nothing, so that a kill is the end of its requests and no more."""
    signed, before = desk.folder / "signed.json", desk.sent
    post, connection = desk.stage.connection._post, desk.stage.connection
    for fatal in range(1, 200, 7):
        snapshot = connection.request("evm_snapshot")
        dying = die_at(post, fatal)
        monkeypatch.setattr(rpc, "open_post", lambda _, dying=dying: dying)
        try:
            desk.online("send", signed)
        except DiedError:
            ended = False
        else:
            ended = True
        monkeypatch.setattr(rpc, "open_post", lambda _: post)
        assert set(desk.send(signed)) <= {"sent", "there"}
        assert (desk.shares(1), desk.shares(30), desk.sent) == (1, 1, before + 2)
        connection.request("evm_revert", snapshot)
        if ended:
            break
    else:
        pytest.fail("the act has more requests than were tried")


def test_two_senders_at_once_send_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, before = desk.stage.connection._post, desk.sent

    def post_twice(body: bytes) -> bytes:
        if b"eth_sendRawTransaction" in body:
            post(body)  # of the other sender
        return post(body)

    monkeypatch.setattr(rpc, "open_post", lambda _: post_twice)
    assert desk.send(desk.folder / "signed.json") == ["sent", "sent"]
    assert desk.sent == before + 2


def test_issuer_answers_without_a_network_as_with_one(
    desk: Desk, tmp_path: Path
) -> None:
    answers = []
    for name in ("apart", "beside"):
        (tmp_path / name).mkdir()
        issuer = set_desk(desk.stage, tmp_path / name, Role.ISSUER, ISSUERS[0])
        out = issuer.folder / "answers"
        act = ["issue", f"--out={out}"]
        if name == "apart":
            done = issuer.offline(*act, f"--bundle={tmp_path / 'record.gz'}")
        else:
            done = issuer.online(*act, *issuer.options[1:])
        assert done.result["1"]["requests"] == 3
        answers.append({each.name: each.read_bytes() for each in out.iterdir()})
    assert answers[0] == answers[1]
    assert len(answers[0]) == 2


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        (
            ["share", "--compare", "--bundle=x", "--rpc-url=http://node"],
            "no node is asked",
        ),
        (["share", "--compare", "--out=x"], "goes with --bundle"),
        (["share", "--compare", f"--genesis-hash={'0' * 64}"], "goes with --bundle"),
        (["share", f"--agreed={'0' * 64}", "--bundle=x"], "what you sign is written"),
        (["trustee", "--wait", "--bundle=x"], "does not change"),
    ],
)
def test_options_that_do_not_go_together_are_a_slip(
    desk: Desk, words: list[str], fact: str
) -> None:
    done = desk.offline(*words)
    assert done.code == ExitCode.USAGE
    assert fact in done.err


def test_one_record_of_an_election_that_counts_takes_a_second_or_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a network signed, whose genesis is given, is more than two nodes' word."""
    connection = connect_in_process()
    manifest = replace(make_manifest(connection.read_clock()), test=False)
    stage = deploy(connection, manifest)
    desk = set_desk(stage, tmp_path, Role.TRUSTEE, TRUSTEE)
    monkeypatch.setattr(rpc, "open_post", lambda _: connection._post)
    board = read_bundle(desk.export())
    signed = replace(board, finality=prove(board))
    for name in ("one.gz", "two.gz"):
        write_bundle(tmp_path / name, signed)
    assert signed.finality is not None
    genesis = sha256(decode_proof(signed.finality.text).genesis.encode()).digest()
    deployment = read_deployment(tmp_path / "election.json")
    one, two = tmp_path / "one.gz", tmp_path / "two.gz"
    with pytest.raises(InputError, match="one source could show an election of its ow"):
        Sources(bundles=[one]).accept(deployment, ["record"])
    Sources(bundles=[one, two]).accept(deployment, ["record"])
    Sources(bundles=[one], genesis=genesis).accept(deployment, ["record"])
    with pytest.raises(UnverifiedError, match="who signed the record"):
        Sources(bundles=[one], genesis=bytes(32)).accept(deployment, ["record"])


Change = Callable[[dict[str, Any], Desk], None]


def sign_as(desk: Desk, act: Act, key: SigningKey = TRUSTEE, **other: Any) -> str:
    fields = {"chain_id": desk.stage.connection.chain_id, "nonce": 0} | other
    return sign_act(act, key, **fields).raw


def share_of(desk: Desk) -> Act:
    return read_signed(desk.folder / "signed.json").acts[0].act


def set_field(name: str, value: Any) -> Change:
    return lambda file, _: file.update({name: value})


def flip_a_byte(file: dict[str, Any], _: Desk) -> None:
    raw = file["acts"][0][0]
    file["acts"][0][0] = raw[:-1] + ("0" if raw[-1] != "0" else "1")


def add_a_byte(file: dict[str, Any], _: Desk) -> None:
    file["acts"][0][0] += "00"


def sign_by_another(file: dict[str, Any], desk: Desk) -> None:
    file["acts"][0] = [sign_as(desk, share_of(desk), TRUSTEES[0])]


def sign_for_another_chain(file: dict[str, Any], desk: Desk) -> None:
    file["acts"][0] = [sign_as(desk, share_of(desk), chain_id=1)]


def do_another_act(file: dict[str, Any], desk: Desk) -> None:
    result = Result((1, 2), (1, 2))
    file["acts"][0] = [sign_as(desk, desk.stage.opened.tally.finalize(1, result))]


def call_another_contract(file: dict[str, Any], desk: Desk) -> None:
    act = replace(share_of(desk), to=desk.stage.opened.address)
    file["acts"][0] = [sign_as(desk, act)]


def call_nothing(file: dict[str, Any], desk: Desk) -> None:
    act = replace(share_of(desk), payload=b"abcd")
    file["acts"][0] = [sign_as(desk, act)]


def mix_acts(file: dict[str, Any], _: Desk) -> None:
    file["acts"][1][0] = file["acts"][0][0]


def leave_a_gap(file: dict[str, Any], desk: Desk) -> None:
    act = share_of(desk)
    file["acts"][0] = [sign_as(desk, act, nonce=each) for each in (0, 2)]


BAD: Final[dict[str, tuple[Change, str]]] = {
    "format": (set_field("format", "veche-signed/9"), "format"),
    "no acts": (set_field("acts", []), "acts"),
    "a field": (set_field("password", "x"), "password"),
    "account": (set_field("account", "0x" + "11" * 20), "not by the file's account"),
    "chain": (set_field("chain_id", 5), "the file of 5"),
    "election": (set_field("election", "0x" + "11" * 20), "of no contract on which"),
    "bytes": (flip_a_byte, "act 1: is signed by|act 1: no key made it"),
    "more bytes": (add_a_byte, "act 1: is not in its one encoding"),
    "signer": (sign_by_another, "not by the file's account"),
    "other chain": (sign_for_another_chain, "act 1: is of chain 1"),
    "other act": (do_another_act, "is no act of a member: finalize"),
    "other contract": (call_another_contract, "is of no contract on which members"),
    "nothing": (call_nothing, "is of no act of Tally"),
    "mixed": (mix_acts, "act 2: is another one under another number"),
    "gap": (leave_a_gap, "is signed for numbers that do not follow"),
}


@pytest.mark.parametrize("what", BAD)
def test_file_that_is_not_what_a_member_signs_is_refused_before_a_node_is_asked(
    desk: Desk, what: str
) -> None:
    change, fact = BAD[what]
    path = desk.folder / "signed.json"
    file = json.loads(path.read_text())
    change(file, desk)
    path.write_text(json.dumps(file))
    with pytest.raises(InputError, match=fact):
        read_signed(path)


def test_file_that_is_none_asks_no_node(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / "signed.json").write_text("a diary")
    monkeypatch.setattr(rpc, "open_post", lambda _: pytest.fail("a node was asked"))
    done = desk.online("send", desk.folder / "signed.json")
    assert done.code == ExitCode.INPUT
    assert "is not json" in done.err
    assert "it has to be a file of signed acts" in done.err


def test_file_of_another_election_is_refused(desk: Desk) -> None:
    other = deploy(desk.stage.connection)
    folder = desk.folder / "other"
    folder.mkdir()
    elsewhere = set_desk(other, folder, Role.TRUSTEE, TRUSTEE)
    done = elsewhere.online("send", desk.folder / "signed.json")
    assert done.code == ExitCode.INPUT
    assert "is signed for another election" in done.err
