"""Neither a folder nor a validator's key is used by two nodes of a machine."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from node.engine.comet.guard import hold_home, hold_key
from node.errors import HomeError, HomeInUseError, KeyInUseError
from node.exit_codes import ExitCode, exit_code

_KEY = b64encode(b"tests only: no validator's key..").decode()


def test_a_key_is_held_by_one_node_at_a_time() -> None:
    with hold_key(_KEY), pytest.raises(KeyInUseError) as refused, hold_key(_KEY):
        pass
    assert exit_code(refused.value) is ExitCode.IN_USE
    with hold_key(_KEY):
        pass


def test_observers_have_no_key_to_share() -> None:
    with hold_key(""), hold_key(""):
        pass


def test_a_folder_is_held_by_one_node_at_a_time(tmp_path: Path) -> None:
    with hold_home(tmp_path), pytest.raises(HomeInUseError), hold_home(tmp_path):
        pass
    with hold_home(tmp_path):
        pass


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HomeError), hold_home(tmp_path / "missing"):
        pass
