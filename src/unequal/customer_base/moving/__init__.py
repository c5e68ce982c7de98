"""Movement between bands: schemes, who stood where, where the change came from, and what of it chance alone would show."""

from unequal.customer_base.moving import chance, matrix, measuring, schemes, steps, tables
from unequal.customer_base.moving.matrix import Change, Windows, change_of, windows_of
from unequal.customer_base.moving.schemes import Scheme, schemes_of

__all__ = [
    "Change", "Scheme", "Windows", "chance", "change_of", "matrix", "measuring", "schemes", "schemes_of", "steps", "tables", "windows_of",
]  # fmt: skip
