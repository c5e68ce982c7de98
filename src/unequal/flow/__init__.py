"""The whole job, in order: batch.py is a run from top to bottom. Read it first.

The only room that opens things, publishes and reads the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.flow import checking, examining, exporting, identifying, live, people, reviewing
    from unequal.flow.batch import RunReport, run
    from unequal.flow.opening import OpenProject, open_project
    from unequal.flow.reading import open_base

__all__ = [
    "OpenProject",
    "RunReport",
    "checking",
    "examining",
    "exporting",
    "identifying",
    "live",
    "open_base",
    "open_project",
    "people",
    "reviewing",
    "run",
]

open_by_name(__name__, __all__, batch=["RunReport", "run"], opening=["OpenProject", "open_project"], reading=["open_base"])
