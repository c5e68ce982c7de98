"""The whole job, in order: batch.py is a run from top to bottom. Read it first.

The only room that opens things, publishes and reads the clock.
"""

from unequal.flow import assessing, checking, examining, exporting, identifying, reviewing, tracing
from unequal.flow.batch import RunReport, run
from unequal.flow.opening import OpenProject, open_project
from unequal.flow.reading import open_base

__all__ = [
    "OpenProject",
    "RunReport",
    "assessing",
    "checking",
    "examining",
    "exporting",
    "identifying",
    "open_base",
    "open_project",
    "reviewing",
    "run",
    "tracing",
]
