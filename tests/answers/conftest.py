"""A company that has been run twice, shared by the questions that look back."""

from __future__ import annotations

import pytest
from tests.answers.growing_company import run_twice


@pytest.fixture(scope="session")
def twice(tmp_path_factory):
    """Its folder, and the ids of its two runs."""
    folder = tmp_path_factory.mktemp("growing")
    return folder, run_twice(folder)
