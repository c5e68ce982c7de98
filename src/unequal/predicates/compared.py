"""A value of one row compared with what is written out: one small closure a kind of comparison, for most conditions are of these.

A closure answers null where the value is null. What is written out is brought, once, to what compares fastest with the values
of the column: whole numbers with whole numbers, floats with the float where the rounded number passes the one that is meant.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from unequal.predicates import exact, tree
from unequal.predicates.column_types import is_float
from unequal.predicates.connected import Condition

Value = Callable[[Sequence[Any]], Any]

COMPARE: Final[dict[tree.Operator, Callable[[Any, Any], bool]]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
TURNED: Final[dict[tree.Operator, tree.Operator]] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The comparison that says the same with its sides changed."""


def is_whole(node: tree.Node) -> bool:
    """Whether a number comes as a Python integer."""
    match node:
        case tree.Column():
            return node.stored.removeprefix("!").startswith(("int", "uint"))
        case tree.Call():
            return node.function not in {"abs", "coalesce"}
        case _:
            return False


def column_with(sign: tree.Operator, column: tree.Column, at: int, literal: tree.Literal) -> Condition:
    """A column, which stands at a place of the row, compared with a literal."""
    if is_float(column.stored):
        return _float_with(sign, at, number(literal))
    sign, written = written_for(column, sign, literal)
    return _never(at) if written is None else _COLUMN_WITH[sign](at, written)


def value_with(sign: tree.Operator, value: Value, literal: tree.Literal) -> Condition:
    """What was computed compared with a literal."""
    compare, written = COMPARE[sign], literal.value

    def answer(row: Sequence[Any]) -> bool | None:
        found = value(row)
        return None if found is None else compare(found, written)

    return answer


def written_for(column: tree.Column, sign: tree.Operator, literal: tree.Literal) -> tuple[tree.Operator, Any]:
    """The comparison and the value as they suit the column; None where nothing in the column can be equal to it.

    >>> written_for(tree.Column("orders", tree.number(19), "int64"), ">", tree.Literal(Decimal("2.5"), tree.number(1, 1)))
    ('>', 2)
    """
    if not is_whole(column):
        return sign, literal.value
    value = number(literal)
    if sign in {"=", "<>"}:
        # A fraction stands between two whole numbers: never equal, and always unequal, as any number that is none is.
        return sign, int(value) if value == int(value) else None if sign == "=" else value
    return sign, math.ceil(value) if sign in {"<", ">="} else math.floor(value)


def number(literal: tree.Literal) -> Decimal:
    """The number that a literal of numbers says."""
    assert isinstance(literal.value, Decimal), "a number's literal is a Decimal"
    return literal.value


def column_between(column: tree.Column, at: int, low: tree.Literal, high: tree.Literal) -> Condition:
    """A column that holds no floats between two literals, both included."""
    _, least = written_for(column, ">=", low)
    _, most = written_for(column, "<=", high)

    def answer(row: Sequence[Any]) -> bool | None:
        value = row[at]
        return None if value is None else least <= value <= most

    return answer


def column_in(at: int, options: Iterable[Any]) -> Condition:
    """A column that holds no floats is one of some values."""
    listed = frozenset(options)

    def answer(row: Sequence[Any]) -> bool | None:
        value = row[at]
        return None if value is None else value in listed

    return answer


def value_in(value: Value, options: Iterable[Any], *, otherwise: bool | None) -> Condition:
    """What was computed is one of some values; false or unknown where it is not."""
    listed = frozenset(options)

    def answer(row: Sequence[Any]) -> bool | None:
        found = value(row)
        return None if found is None else True if found in listed else otherwise

    return answer


def values(sign: tree.Operator, left: Value, right: Value) -> Condition:
    """Two values of the row compared with each other."""
    compare = COMPARE[sign]

    def answer(row: Sequence[Any]) -> bool | None:
        one = left(row)
        if one is None:
            return None
        two = right(row)
        return None if two is None else compare(one, two)

    return answer


def _float_with(sign: tree.Operator, at: int, limit: Decimal) -> Condition:
    reached, passed = exact.first_float(limit, beyond=False), exact.first_float(limit, beyond=True)
    end = exact.FLOAT_END
    if sign in {"=", "<>"}:
        equal = sign == "="

        def same(row: Sequence[Any]) -> bool | None:
            value = row[at]
            return None if value is None or not -end < value < end else (reached <= value < passed) is equal

        return same
    mark, below = (reached if sign in {"<", ">="} else passed), sign in {"<", "<="}

    def answer(row: Sequence[Any]) -> bool | None:
        value = row[at]
        return None if value is None or not -end < value < end else (value < mark) is below

    return answer


def _never(at: int) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        return None if row[at] is None else False

    return answer


def _equal(at: int, written: Any) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        value = row[at]
        return None if value is None else value == written

    return answer


def _unequal(at: int, written: Any) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        value = row[at]
        return None if value is None else value != written

    return answer


def _less(at: int, written: Any) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        value = row[at]
        return None if value is None else value < written

    return answer


def _at_most(at: int, written: Any) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        value = row[at]
        return None if value is None else value <= written

    return answer


def _more(at: int, written: Any) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        value = row[at]
        return None if value is None else value > written

    return answer


def _at_least(at: int, written: Any) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        value = row[at]
        return None if value is None else value >= written

    return answer


_COLUMN_WITH: Final[dict[tree.Operator, Callable[[int, Any], Condition]]] = {
    "=": _equal, "<>": _unequal, "<": _less, "<=": _at_most, ">": _more, ">=": _at_least,
}  # fmt: skip
