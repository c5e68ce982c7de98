"""Unequal from Python: open a project, ask it, and get tables and charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.notebook.project import Asked, Project, open_project

__all__ = ["Asked", "Project", "open_project"]

open_by_name(__name__, __all__, project=["Asked", "Project", "open_project"])
