"""What a shell is told of acts: it starts no program, and asks bash itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.acts import ACTS, SERVICES
from scripts.completion import Shell, Words, list_words
from tests.scripts.conftest import Cli

_ASK = (
    '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _veche;'
    ' printf "%s\\n" "${COMPREPLY[@]}"'
)


@pytest.fixture(scope="module")
def words() -> Words:
    return list_words()


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completion")
    path = folder / "veche"
    path.write_text(Cli(folder, "")("completion", "bash").out)
    return path


def complete(script: Path, *line: str) -> list[str]:
    bash = shutil.which("bash")
    assert bash is not None
    command = [bash, "--norc", "-c", _ASK, str(script), "veche", *line]
    done = subprocess.run(  # noqa: S603  ours
        command, capture_output=True, text=True, check=True, env={}
    )
    assert not done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (["depl"], ["deploy"]),
        (["deploy", "--acc"], ["--accounts"]),
        (["deploy", "manifest.toml", "--acc"], ["--accounts"]),
        (["keygen", "trus"], ["trustee"]),
        (["node", "lock", "--y"], ["--yes"]),
        (["issuer", "--wa"], ["--wait"]),
        (["issuer", "ser"], ["serve"]),
        (["issuer", "serve", "--ho"], ["--home", "--host"]),
        (["deploy", "--nonsense"], []),
    ],
    ids=" ".join,
)
def test_bash_offers_what_an_act_takes(
    script: Path, line: list[str], offered: list[str]
) -> None:
    assert complete(script, *line) == offered


def test_every_act_and_service_has_its_words(words: Words) -> None:
    names = {*SERVICES, *(act for acts in ACTS.values() for act in acts)}
    assert names == {way for way in words if way and " " not in way}
    assert names <= {*words[""]}


@pytest.mark.parametrize("shell", list(Shell))
def test_every_word_stands_in_what_is_printed(
    shell: Shell, words: Words, cli: Cli
) -> None:
    printed = cli("completion", shell.value).out
    for way, offered in words.items():
        assert f'"{way}")' in printed or f"case '{way}'" in printed
        assert " ".join(offered) in printed
