"""The small company as yesterday's run left it: made once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.company import write_company
from tests.flow.reaching import write_bakery
from tests.postgres import postgres_server, postgres_url

from unequal import flow
from unequal.flow.profiles import Profiles

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture(scope="session")
def yesterday(tmp_path_factory) -> Path:
    """A company with one published run; not to be changed."""
    folder = tmp_path_factory.mktemp("yesterday") / "company"
    write_company(folder)
    flow.run(flow.open_project(folder, {}))
    return folder


@pytest.fixture
def company(yesterday, tmp_path) -> Path:
    """A copy of yesterday's company, for the test to do with as it likes."""
    return shutil.copytree(yesterday, tmp_path / "company")


@pytest.fixture
def profiles(company) -> Iterator[Profiles]:
    """Profiles of that copy, held in memory."""
    with Profiles.open(flow.open_project(company, {})) as held:
        yield held


@pytest.fixture(scope="session")
def bakery_as_run(tmp_path_factory) -> Path:
    """A bakery with policies in force; not to be changed."""
    folder = tmp_path_factory.mktemp("bakery") / "bakery"
    write_bakery(folder)
    return folder


@pytest.fixture
def bakery(bakery_as_run, tmp_path) -> Path:
    """A copy of that bakery, for the test to do with as it likes."""
    return shutil.copytree(bakery_as_run, tmp_path / "bakery")
