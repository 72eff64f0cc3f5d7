from __future__ import annotations

from pathlib import Path

import pytest

from scripts.shared.errors import InputError
from services.portal.client_key import (
    make_client_key,
    open_client_key,
    open_client_secret,
)
from services.shell.home import Home
from services.shell.vault import Vault


def test_key_and_secret_that_are_missing_or_spoilt_are_told_with_the_next_step(
    tmp_path: Path,
) -> None:
    home, vault = Home(tmp_path, "portal"), Vault(1)
    with pytest.raises(InputError, match="is not there") as missing:
        open_client_secret(home, vault)
    assert "veche portal client-secret" in str(missing.value.hint)
    made = make_client_key(home, vault)
    assert make_client_key(home, vault) == made
    (tmp_path / "client.key.json").write_text("{}")
    with pytest.raises(InputError, match="is no sealed file") as spoilt:
        open_client_key(home, vault)
    assert "veche portal client-key" in str(spoilt.value.hint)
