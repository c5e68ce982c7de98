"""The config that a new project begins with."""

from __future__ import annotations

from importlib import resources


def starter() -> str:
    """The text of a commented `unequal.yaml` that can be loaded as it stands, whether its data file is there or not."""
    return resources.files("unequal.config").joinpath("starter.yaml").read_text(encoding="utf-8")
