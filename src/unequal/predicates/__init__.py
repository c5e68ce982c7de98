"""Predicates: one boolean SQL expression, read once to a typed tree and compiled from there.

`parse` checks a text against the columns of a table, `compile_batch` and `holds` make an Ibis
expression of it for a whole base, `columns_of` says what it reads, `led` follows ids that lead to others. The text itself is never executed.
"""

from unequal.predicates.batch import compile_batch, holds
from unequal.predicates.functions import FUNCTIONS, Function
from unequal.predicates.leading import led
from unequal.predicates.reading import parse
from unequal.predicates.tree import Predicate, columns_of

__all__ = ["FUNCTIONS", "Function", "Predicate", "columns_of", "compile_batch", "holds", "led", "parse"]
