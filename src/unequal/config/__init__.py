"""The project's config: `unequal.yaml` read into frozen models, every problem told with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.config import addresses, columns, ledger, policies, sources, storage, value
    from unequal.config.loading import Loaded, load
    from unequal.config.project import Project
    from unequal.config.sources import Source
    from unequal.config.starter import starter

__all__ = [
    "Loaded", "Project", "Source", "addresses", "columns", "ledger",
    "load", "policies", "sources", "starter", "storage", "value",
]  # fmt: skip

open_by_name(__name__, __all__, loading=["Loaded", "load"], project=["Project"], sources=["Source"], starter=["starter"])
