"""What the models of buying and staying are called in the literature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MODELS: Final[Mapping[str, str]] = {
    "bg_nbd": "BG/NBD", "pareto_nbd": "Pareto/NBD", "bg_nbd_seasonal": "BG/NBD by seasons", "pareto_nbd_seasonal": "Pareto/NBD by seasons",
    "bg_bb": "BG/BB", "sbg": "sBG", "bdw": "BdW", "last_year_again": "Last year again", "mean": "The mean for everyone", "zero": "Nothing",
}  # fmt: skip
"""A model's word in the config: its name in the literature."""
