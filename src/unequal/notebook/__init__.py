"""Unequal from Python: open a project, ask it, and get tables and charts."""

from unequal.notebook.project import Asked, Project, open_project

__all__ = ["Asked", "Project", "open_project"]
