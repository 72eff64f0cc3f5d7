"""A second device without a browser finds out what was encrypted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from election.crypto.randomness import SecretSource
from election.protocol.ballot import prepare_choice
from scripts.__main__ import run
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.terms_file import digest_terms, render_terms
from scripts.voters.ballot import _spell_opening
from tests import honest
from tests.scripts.conftest import make_terms

PREPARED: Final = prepare_choice(
    2, honest.box(), source=SecretSource(bytes(64), b"check")
)
CODE: Final = PREPARED.tracking_code.hex()
TERMS: Final = make_terms(portal=honest.account(7))
LINK: Final = _spell_opening(PREPARED, TERMS.contest(1), 1)[1]
NONCE: Final = f"{PREPARED.nonce:064x}"


def check(folder: Path, link: str, code: str, *more: str) -> int:
    text = render_terms(TERMS)
    (folder / "terms.json").write_text(text)
    pinned = digest_terms(text.encode())
    terms = [f"--terms={folder}/terms.json", f"--terms-hash={pinned}"]
    kept = f"--out={folder}/mismatch.json"
    return run(
        ["check-ballot", link, f"--tracking-code={code}", *terms, kept, "--json", *more]
    )


def test_the_name_inside_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = " ".join(CODE[at : at + 4] for at in range(0, 64, 4)).upper()
    assert check(tmp_path, LINK, written) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["agrees"]
    assert told["choice"].startswith(honest.CANDIDATES[1])
    assert not (tmp_path / "mismatch.json").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(("choice=2", "choice=1"), CODE, id="another choice"),
        pytest.param(("choice=2", "choice=9"), CODE, id="nobody"),
        pytest.param((NONCE, NONCE[:-1] + "0"), CODE, id="another r"),
        pytest.param(("", ""), "00" * 32, id="another ballot than was shown"),
    ],
)
def test_what_is_not_inside_ends_with_3_and_leaves_evidence(
    change: tuple[str, str],
    code: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert check(tmp_path, LINK.replace(*change), code) == 3
    told = capsys.readouterr()
    assert "choice" not in json.loads(told.out)
    assert "do not vote with that device" in told.err
    kept: dict[str, Any] = json.loads((tmp_path / "mismatch.json").read_text())
    assert (kept["format"], kept["agrees"]) == ("veche-mismatch/1", False)


def test_another_name_than_was_chosen_is_kept_as_evidence(tmp_path: Path) -> None:
    assert check(tmp_path, LINK, CODE, "--chose-another") == 3
    kept = json.loads((tmp_path / "mismatch.json").read_text())
    assert (kept["agrees"], kept["voter_chose_another"]) == (True, True)


@pytest.mark.parametrize(
    ("link", "code", "said"),
    [
        (LINK.partition("&choice")[0], CODE, "link: is no link of an opened ballot"),
        (LINK.replace(NONCE, "ff" * 32), CODE, "link: has an r that is none"),
        (LINK, CODE[1:], "--tracking-code: is not 64 digits"),
    ],
)
def test_what_is_no_opening_is_refused(
    link: str,
    code: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = ExitCode.USAGE if said.startswith("--") else ExitCode.INPUT
    assert check(tmp_path, link, code) == own
    assert said in " ".join(capsys.readouterr().err.split())
