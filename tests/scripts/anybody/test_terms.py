"""Terms of an election: taken from audited records, pinned by a hash, read strictly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from election.client.deployment import Deployment
from election.client.issuing import read_issuer_keys
from election.client.open_election import read_box
from election.crypto.transcript import ZERO_HASH
from election.errors import TermsError
from election.protocol.board import Board
from election.protocol.terms import accept_leaf
from election.protocol.voter_list import claim_leaf
from scripts.__main__ import run
from scripts.anybody import terms
from scripts.anybody.terms import agree_on_terms
from scripts.shared import carried
from scripts.shared.acceptance import read_record
from scripts.shared.errors import InputError, NotYetError, UnverifiedError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.bundle_file import write_bundle
from scripts.shared.files.deployment_file import store_deployment
from scripts.shared.files.terms_file import digest_terms, read_terms, render_terms
from tests.client.stage import Stage, deploy, travel
from tests.in_process import connect_in_process


@pytest.fixture(scope="module")
def stage() -> Stage:
    """An election of which contest 1 has voters, in LIST."""
    made = deploy(connect_in_process())
    made.make_keys()
    made.publish_lists(3)
    return made


@pytest.fixture(scope="module")
def early(stage: Stage) -> Board:
    return read_record(stage.opened)


@pytest.fixture(scope="module")
def board(stage: Stage, early: Board) -> Board:
    """Its record once the lists are closed."""
    assert early.head.timestamp < stage.manifest.times.registration
    travel(stage.connection, stage.manifest.times.registration)
    return read_record(stage.opened)


@pytest.fixture(scope="module")
def text(board: Board) -> str:
    return render_terms(agree_on_terms([board]))


def write(path: Path, text: str) -> tuple[Path, str]:
    path.write_text(text, encoding="utf-8")
    return path, digest_terms(text.encode())


def test_terms_are_what_the_contracts_say(stage: Stage, board: Board) -> None:
    terms = agree_on_terms([board, board])
    assert (terms.election, terms.title, terms.test) == (
        stage.opened.address,
        "TEST",
        True,
    )
    for contest, published in terms.contests.items():
        assert published.box.ctx == read_box(stage.opened, contest).box.ctx
        assert published.root == stage.lists[contest].tree.root
        assert published.issuer_keys == read_issuer_keys(stage.opened, contest)


def test_terms_are_read_as_they_were_written(
    board: Board, text: str, tmp_path: Path
) -> None:
    path, pinned = write(tmp_path / "terms.json", text)
    assert pinned == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_terms(path, pinned=pinned) == agree_on_terms([board])


def test_terms_with_another_hash_are_refused(text: str, tmp_path: Path) -> None:
    path, pinned = write(tmp_path / "terms.json", text)
    path.write_text(text.replace("TEST", "TEXT"), encoding="utf-8")
    with pytest.raises(InputError, match=r"has the hash .* what is pinned is another"):
        read_terms(path, pinned=pinned)


def test_mistyped_digit_of_a_pinned_hash_is_named(text: str, tmp_path: Path) -> None:
    path, pinned = write(tmp_path / "terms.json", text)
    other = "0" if pinned[6] != "0" else "1"
    with pytest.raises(InputError, match="differs from it in digit 7: mistyped"):
        read_terms(path, pinned=pinned[:6] + other + pinned[7:])


def change_key(file: dict[str, Any]) -> None:
    terms = file["contests"][0]["terms"]
    terms["election_keys"] = "0x" + terms["election_keys"][-256:] * 2


def repeat_contest(file: dict[str, Any]) -> None:
    file["contests"].append(file["contests"][0])


def drop_points(file: dict[str, Any]) -> None:
    file["contests"][0]["terms"]["election_keys"] = "0x"


def add_key(file: dict[str, Any]) -> None:
    file["rpc_url"] = "http://127.0.0.1"


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (change_key, "has another ctx than its terms"),
        (repeat_contest, "lists a contest twice"),
        (drop_points, "g1 points: 0 bytes"),
        (add_key, "rpc_url"),
    ],
)
def test_terms_that_contradict_themselves_are_refused_whatever_is_pinned(
    change: Callable[[dict[str, Any]], None], fact: str, text: str, tmp_path: Path
) -> None:
    file = json.loads(text)
    change(file)
    path, pinned = write(tmp_path / "terms.json", json.dumps(file))
    with pytest.raises(InputError, match=fact):
        read_terms(path, pinned=pinned)


def test_terms_on_which_nodes_differ_are_refused(board: Board) -> None:
    """The other node shows a record in which nothing but the list is another."""
    other = deploy(connect_in_process())
    other.make_keys()
    other.publish_lists(2)
    travel(other.connection, other.manifest.times.registration)
    with pytest.raises(UnverifiedError, match="differ from one source to another"):
        agree_on_terms([board, read_record(other.opened)])


def test_terms_are_not_taken_from_a_record_that_does_not_hold(board: Board) -> None:
    tampered = replace(board, logs=board.logs[:-1])
    with pytest.raises(UnverifiedError, match=r"check \d+"):
        agree_on_terms([board, tampered])


def test_terms_are_not_taken_before_the_lists_are_closed(early: Board) -> None:
    with pytest.raises(NotYetError, match="may still be corrected until"):
        agree_on_terms([early])


def test_terms_from_before_the_lists_have_none(early: Board, board: Board) -> None:
    terms = agree_on_terms([early], before_lists=True)
    later = agree_on_terms([board])
    assert {each.size for each in terms.contests.values()} == {0}
    assert terms.contest(1).box.ctx == later.contest(1).box.ctx
    with pytest.raises(InputError, match="are closed since"):
        agree_on_terms([board], before_lists=True)


def test_leaf_is_accepted_where_it_stands_only(stage: Stage, board: Board) -> None:
    contest = agree_on_terms([board]).contest(1)
    claim = claim_leaf(stage.lists[1], 2)
    assert accept_leaf(claim, contest) == stage.lists[1].tree.levels[0][2]
    with pytest.raises(TermsError, match="is not on the published list"):
        accept_leaf(replace(claim, index=1), contest)
    with pytest.raises(TermsError, match="has no voter list"):
        accept_leaf(claim, replace(contest, size=0))


def test_contest_that_is_not_in_the_election_is_named(board: Board) -> None:
    with pytest.raises(TermsError, match="contest 2: is not in the election"):
        agree_on_terms([board]).contest(2)


def write_twice(stage: Stage, board: Board, folder: Path) -> list[str]:
    """Write the record to two files, and the deployment beside them; give options."""
    own = Deployment(
        stage.connection.chain_id,
        ZERO_HASH,
        0,
        0,
        (("Election", stage.opened.address),),
    )
    store_deployment(folder / "election.json", own)
    options = [f"--election={folder / 'election.json'}", f"--out={folder / 'terms'}"]
    for name in ("one", "two"):
        write_bundle(folder / name, board)
        options.append(f"--bundle={folder / name}")
    return options


def test_terms_of_one_bundle_are_of_a_rehearsal_only(
    stage: Stage,
    board: Board,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its address does not say who sent what of its ceremonies."""
    *one, two = write_twice(stage, board, tmp_path)
    assert run(["terms", *one]) == 0
    assert "warning: the word of one source" in capsys.readouterr().err
    (tmp_path / "terms").unlink()
    real = replace(agree_on_terms([board]), test=False)
    monkeypatch.setattr(terms, "agree_on_terms", lambda _, **__: real)
    assert run(["terms", *one]) == ExitCode.USAGE
    assert "name a second" in capsys.readouterr().err
    assert not (tmp_path / "terms").exists()
    assert run(["terms", *one, one[-1]]) == 2
    assert "names one file twice" in capsys.readouterr().err
    assert run(["terms", *one, two]) == 0
    assert "warning: the word" not in capsys.readouterr().err


def test_terms_need_a_source() -> None:
    deployment: Any = None
    with pytest.raises(InputError, match="two in all"):
        terms.read_sources(deployment, [], [])


@pytest.mark.parametrize(("chain", "election"), [(1, "other"), (2, "own")])
def test_terms_are_not_read_from_the_record_of_another_election(
    chain: int, election: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = SimpleNamespace(chain_id=chain, election=election)
    monkeypatch.setattr(carried, "read_bundle", lambda _: board)
    deployment: Any = SimpleNamespace(chain_id=1, election="own")
    with pytest.raises(InputError, match="another election"):
        carried.read_own_bundle(Path("bundle"), deployment)
