from __future__ import annotations

from pathlib import Path

import pytest

from scripts.shared.errors import InputError
from services.registrar.salts import open_salts, seed_path
from services.shell.home import Home
from services.shell.vault import Vault


def test_seed_that_is_lost_or_spoilt_is_not_drawn_anew(tmp_path: Path) -> None:
    """Else nobody of a published list could be brought on the chain."""
    home, vault = Home(tmp_path, "registrar"), Vault(1)
    with pytest.raises(InputError, match="so that no salt is known"):
        open_salts(home, vault)
    drawn = open_salts(home, vault, make=True)
    assert open_salts(home, vault, make=True) == drawn
    seed_path(home).write_text("{}")
    with pytest.raises(InputError, match="is no seed of salts"):
        open_salts(home, vault, make=True)
