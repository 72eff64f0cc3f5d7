from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.portal.stage import Stage, staged
from tests.services.running import cheapen_passwords


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as patch:
        cheapen_passwords(patch)
        with staged(tmp_path_factory.mktemp("stage")) as built:
            yield built
