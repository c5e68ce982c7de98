"""What a predicate's tree means, said once more and as plainly as possible: the oracle of the law tests.

Numbers are exact fractions, texts are compared by Python, `like` walks the pattern character by
character. Nothing here is shared with the compilations but the tree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from unequal.predicates import tree


def evaluate(node: tree.Node, row: Mapping[str, Any]) -> Any:  # noqa: C901, PLR0911, PLR0912 - one line a node
    """The value of a node for one row; None is null, or unknown. Numbers come as Fraction."""
    match node:
        case tree.Column():
            return _stored(row[node.name], node)
        case tree.Literal():
            return Fraction(node.value) if isinstance(node.value, Decimal) else node.value
        case tree.Comparison():
            return _compare(node.operator, evaluate(node.left, row), evaluate(node.right, row))
        case tree.Between():
            value = evaluate(node.value, row)
            return both(_compare(">=", value, evaluate(node.low, row)), _compare("<=", value, evaluate(node.high, row)))
        case tree.OneOf():
            value = evaluate(node.value, row)
            if value is None:
                return None
            found = any(value == evaluate(option, row) for option in node.options)
            return True if found else None if node.or_null else False
        case tree.Matches():
            value = evaluate(node.value, row)
            return None if value is None else fits(value, node.pattern)
        case tree.IsNull():
            return evaluate(node.value, row) is None
        case tree.IsTruth():
            return evaluate(node.value, row) is node.truth
        case tree.Not():
            return opposite(evaluate(node.part, row))
        case tree.And():
            return both(*[evaluate(part, row) for part in node.parts])
        case tree.Or():
            return either(*[evaluate(part, row) for part in node.parts])
        case tree.Call():
            return _call(node, row)
        case _:
            return _number(node, row)


def _number(node: tree.Node, row: Mapping[str, Any]) -> Fraction | None:
    values = [evaluate(part, row) for part in tree.parts_of(node)]
    if any(value is None for value in values):
        return None
    match node:
        case tree.Sum():
            exact = sum(values, Fraction(0))
        case tree.Product():
            exact = values[0] * values[1]
        case tree.Negative():
            exact = -values[0]
        case tree.Fit():
            return fitting(values[0], node.type)
        case tree.Quotient():
            return None if values[1] == 0 else fitting(values[0] / values[1], node.type)
        case _:
            raise AssertionError(node)
    assert fitting(exact, node.type) == exact, "an operation that is said to be exact is not"
    return exact


def rounded(value: Fraction, decimals: int) -> Fraction:
    """Half away from zero."""
    steps = math.floor(abs(value) * 10**decimals + Fraction(1, 2))
    return Fraction(steps if value >= 0 else -steps, 10**decimals)


def fitting(value: Fraction, type_: tree.Type) -> Fraction | None:
    near = rounded(value, type_.decimals)
    return near if abs(near) < 10**type_.whole else None


def _stored(value: Any, node: tree.Column) -> Any:
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value) or abs(value) >= 2**63:
            return None
        whole = math.floor(abs(value))
        steps = math.floor((abs(value) - whole) * 1e8 + 0.5)  # in doubles, as the language says
        exact = whole + Fraction(steps, 10**8)
        return fitting(exact if value >= 0 else -exact, node.type)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Fraction(value)
    return value


def _compare(operator: str, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    return {"=": left == right, "<>": left != right, "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[
        operator
    ]


def opposite(value: bool | None) -> bool | None:
    return None if value is None else not value


def both(*values: bool | None) -> bool | None:
    return False if False in values else None if None in values else True


def either(*values: bool | None) -> bool | None:
    return True if True in values else None if None in values else False


def fits(text: str, pattern: tuple[str | tree.Wild, ...]) -> bool:
    """Whether the whole text fits, tried place by place."""

    @cache
    def from_here(at: int, place: int) -> bool:
        if place == len(pattern):
            return at == len(text)
        part = pattern[place]
        if part is tree.Wild.ONE:
            return at < len(text) and from_here(at + 1, place + 1)
        if part is tree.Wild.ANY:
            return any(from_here(later, place + 1) for later in range(at, len(text) + 1))
        assert isinstance(part, str)
        return text[at : at + len(part)] == part and from_here(at + len(part), place + 1)

    return from_here(0, 0)


def small(text: str) -> str:
    """Letter by letter, so that no letter's neighbours matter."""
    return "".join(letter.lower() for letter in text)


def _call(node: tree.Call, row: Mapping[str, Any]) -> Any:  # noqa: C901, PLR0911 - one line a function
    values = [evaluate(argument, row) for argument in node.arguments]
    if node.function == "coalesce":
        return next((value for value in values if value is not None), None)
    if any(value is None for value in values):
        return None
    first: Any = values[0]
    match node.function:
        case "lower":
            return small(first)
        case "trim":
            return first.strip(" \u00a0\t\r\n")
        case "length":
            return Fraction(len(first))
        case "starts_with":
            return first[: len(values[1])] == values[1]
        case "ends_with":
            return first.endswith(values[1])
        case "contains":
            return values[1] in first
        case "abs":
            return abs(first)
        case "year" | "month" | "day":
            return Fraction(getattr(first, node.function))
        case "date":
            assert isinstance(first, datetime)
            return first.date()
        case "days_between":
            assert isinstance(first, date)
            return Fraction((values[1] - first).days)
    raise AssertionError(node.function)
