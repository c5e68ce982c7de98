"""One small Meridian for all tests of the room."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def meridian(small_meridian: Path) -> Path:
    return small_meridian
