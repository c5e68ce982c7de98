"""Predicates: one boolean SQL expression, read once to a typed tree and compiled from there.

`parse` checks a text against the columns of a table. `compile_batch` and `holds` make an Ibis expression of it for a whole
base, `compile_single` a function of one row; both answer alike. `columns_of` and `windows_of` say what it reads, `windows` what
windows over events are, `led` follows ids that lead to others, `can_both_hold` whether rules exclude each other, `sieving` which of many
may hold for one row. The text itself is never executed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.predicates import sieving, windows
    from unequal.predicates.batch import compile_batch, holds
    from unequal.predicates.functions import FUNCTIONS
    from unequal.predicates.leading import led
    from unequal.predicates.overlap import can_both_hold
    from unequal.predicates.reading import parse
    from unequal.predicates.single import compile_single
    from unequal.predicates.tree import Predicate, columns_of, windows_of

__all__ = [
    "FUNCTIONS",
    "Predicate",
    "can_both_hold",
    "columns_of",
    "compile_batch",
    "compile_single",
    "holds",
    "led",
    "parse",
    "sieving",
    "windows",
    "windows_of",
]

open_by_name(
    __name__,
    __all__,
    batch=["compile_batch", "holds"],
    functions=["FUNCTIONS"],
    leading=["led"],
    overlap=["can_both_hold"],
    reading=["parse"],
    single=["compile_single"],
    tree=["Predicate", "columns_of", "windows_of"],
)
