"""Unequal: know what each of your customers is worth in dollars, and why.

>>> import unequal
>>> project = unequal.open("unequal.yaml")  # doctest: +SKIP
>>> project.ask("profit").to_pandas()  # doctest: +SKIP
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from unequal.version import __version__

if TYPE_CHECKING:
    from unequal.notebook import Project

__all__ = ["__version__", "open"]


def open(path: Path | str = "unequal.yaml") -> Project:  # noqa: A001 - `unequal.open(...)` reads as what it does
    """Open a project by its config, or by its folder, to run it and to ask it questions.

    Raises:
        ConfigError: there is no config, or it is not sound; every problem with its line.
    """
    # Imported here, so that importing one room does not load all of them.
    from unequal.notebook import open_project

    return open_project(path)
