"""Meridian, small, made and run once for all that is held against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.truth.examples import opened

from unequal import demo, flow


@pytest.fixture(scope="session")
def published_meridian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one published run; not to be changed."""
    folder = tmp_path_factory.mktemp("meridian")
    demo.build(folder, persons=600, seed=2026)
    flow.run(flow.open_project(folder, {}))
    return folder


@pytest.fixture
def meridian(published_meridian: Path) -> Iterator[tuple[Path, flow.reading.OpenBase]]:
    """The folder, and its base, open."""
    with flow.open_base(flow.open_project(published_meridian, {})) as base:
        yield published_meridian, base


@pytest.fixture(scope="session")
def cdnow(unequal_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[flow.reading.OpenBase]:
    """The example of CDNOW, run and open."""
    yield from opened("cdnow", unequal_data, tmp_path_factory.mktemp("example"))
