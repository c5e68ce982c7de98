"""The project's config: `unequal.yaml` read into frozen models, every problem told with its place."""

from unequal.config import addresses, columns, customer_base, identity, ledger, sources, storage
from unequal.config.loading import Loaded, load
from unequal.config.project import Project
from unequal.config.sources import Source
from unequal.config.starter import starter

__all__ = [
    "Loaded", "Project", "Source", "addresses", "columns", "customer_base",
    "identity", "ledger", "load", "sources", "starter", "storage",
]  # fmt: skip
