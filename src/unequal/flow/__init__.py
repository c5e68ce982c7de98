"""The whole job, in order: batch.py is a run from top to bottom. Read it first.

The only room that opens things, publishes and reads the clock.
"""

from unequal.flow import assessing, checking, examining, exporting
from unequal.flow.batch import RunReport, run
from unequal.flow.opening import OpenProject, open_project
from unequal.flow.progress import SILENT, Progress
from unequal.flow.reading import OpenBase, open_base

__all__ = [
    "SILENT",
    "OpenBase",
    "OpenProject",
    "Progress",
    "RunReport",
    "assessing",
    "checking",
    "examining",
    "exporting",
    "open_base",
    "open_project",
    "run",
]
