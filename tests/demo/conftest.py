"""One small Meridian for all tests of the room."""

from pathlib import Path

import pytest

from unequal import demo

SMALL = 2_000


@pytest.fixture(scope="session")
def meridian(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("meridian")
    demo.build(folder, persons=SMALL, seed=2026)
    return folder
