"""The project's config: `unequal.yaml` read into frozen models, every problem told with its place."""

from unequal.config import addresses, columns, identity, ledger, sources, storage, value
from unequal.config.loading import Loaded, load
from unequal.config.project import Project
from unequal.config.sources import Source
from unequal.config.starter import starter

__all__ = [
    "Loaded", "Project", "Source", "addresses", "columns", "identity",
    "ledger", "load", "sources", "starter", "storage", "value",
]  # fmt: skip
