"""Plain conditions of an `and` in one function: a call for each of them would take longer than what it does.

Two forms are enough. A text, a whole number or a flag is among some values; anything that has an order is at least a bound, or is
not: `more than 500` is `at least the next number after 500`. Their order among each other does not matter, for asking one changes nothing. Where all
hold, the answer is true. Where any does not, it may be false or unknown, and the conditions are asked one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from unequal.predicates import compared, exact, tree
from unequal.predicates.column_types import is_float
from unequal.predicates.connected import Condition

_NEXT: Final = Decimal(1).scaleb(-39)
"""Less than the step between any two decimals that a column can hold."""
_DAY, _MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
MOST: Final = 3
"""Conditions of each form that one function takes."""


@dataclass(frozen=True, slots=True)
class Among:
    """The value in a place of the row is one of these."""

    at: int
    values: frozenset[Any]


@dataclass(frozen=True, slots=True)
class Reaches:
    """The value in a place of the row is at least `bound`, or is not."""

    at: int
    bound: Any
    holds: bool


@dataclass(frozen=True, slots=True)
class Besides:
    """The value in a place of the row is known, and none of these."""

    at: int
    values: frozenset[Any]


Form = Among | Reaches


def plain(node: tree.Node, columns: Mapping[str, int]) -> tuple[Form, ...]:
    """A condition in these forms, all of which hold where it is true; nothing where it cannot be said in them."""
    match node:
        case tree.Column():
            return (Among(columns[node.name], frozenset({True})),)
        case tree.Not(part=tree.Column() as column):
            return (Among(columns[column.name], frozenset({False})),)
        case tree.OneOf(value=tree.Column() as column) if _is_hashed(column) and not node.or_null:
            return (Among(columns[column.name], _written(column, node.options)),)
        case tree.Comparison(operator=sign, left=tree.Column() as column, right=tree.Literal() as literal):
            return _compared(sign, column, literal, columns)
        case tree.Comparison(operator=sign, left=tree.Literal() as literal, right=tree.Column() as column):
            return _compared(compared.TURNED[sign], column, literal, columns)
        case tree.Between(value=tree.Column() as column, low=tree.Literal() as low, high=tree.Literal() as high):
            above, below = _compared(">=", column, low, columns), _compared("<=", column, high, columns)
            return (*above, *below) if above and below else ()
    return ()


def besides(node: tree.Node, columns: Mapping[str, int]) -> tuple[Besides, ...]:
    """A condition that leaves out a value, where values are quickly found in a set; nothing where it is no such condition."""
    match node:
        case (
            tree.Comparison(operator="<>", left=tree.Column() as column, right=tree.Literal() as literal)
            | tree.Comparison(operator="<>", left=tree.Literal() as literal, right=tree.Column() as column)
        ) if _is_hashed(column):
            return (Besides(columns[column.name], _written(column, [literal])),)
    return ()


def grouped(plain: Sequence[tuple[tree.Node, Sequence[Form]]]) -> Iterator[tuple[list[tree.Node], list[Among], list[Reaches]]]:
    """Conditions in groups that one function each takes: the conditions, and their forms."""
    parts: list[tree.Node] = []
    among: list[Among] = []
    reaches: list[Reaches] = []
    for part, forms in plain:
        more = sum(isinstance(form, Among) for form in forms)
        if len(among) + more > MOST or len(reaches) + len(forms) - more > MOST:
            yield parts, among, reaches
            parts, among, reaches = [], [], []
        parts.append(part)
        among.extend(form for form in forms if isinstance(form, Among))
        reaches.extend(form for form in forms if isinstance(form, Reaches))
    if parts:
        yield parts, among, reaches


def _is_hashed(column: tree.Column) -> bool:
    """Whether its values are quickly found in a set. Decimals and dates are quicker to compare."""
    return column.type.kind in {tree.Kind.TEXT, tree.Kind.TRUTH} or compared.is_whole(column)


def _written(column: tree.Column, literals: Sequence[tree.Literal]) -> frozenset[Any]:
    """The literals that a value of the column can be equal to."""
    written = (compared.written_for(column, "=", literal)[1] for literal in literals)
    return frozenset(value for value in written if value is not None)


def _compared(sign: tree.Operator, column: tree.Column, literal: tree.Literal, columns: Mapping[str, int]) -> tuple[Form, ...]:
    at = columns[column.name]
    if is_float(column.stored) or sign == "<>":
        return ()
    if sign == "=":
        return (Among(at, _written(column, [literal])),) if _is_hashed(column) else ()
    sign, written = compared.written_for(column, sign, literal)
    bound = written if sign in {"<", ">="} else _after(written)
    return () if bound is None else (Reaches(at, bound, sign in {">", ">="}),)


def _after(value: Any) -> Any:
    """The first value of its kind after one; None where there is none."""
    match value:
        case bool():
            return None
        case str():
            return value + "\0"
        case int():
            return value + 1
        case Decimal():
            return exact.ROOM.add(value, _NEXT)
        case datetime():
            return value + _MICROSECOND if value.year < MAXYEAR else None
        case date():
            return value + _DAY if value.year < MAXYEAR else None
    return None


def all_of(among: Sequence[Among], reaches: Sequence[Reaches], one_by_one: Condition) -> Condition:
    """Two or more plain conditions, at most MOST of each form, as one function.

    Args:
        among, reaches: the conditions.
        one_by_one: answers for all of them together; asked where a value is missing.
    """
    ordered = _REACHING[len(reaches)](one_by_one, *reaches) if reaches else _always
    return _AMONG[len(among)](one_by_one, ordered, *among) if among else ordered


def _always(_row: Sequence[Any]) -> bool:
    return True


def _among_one(slow: Condition, then: Condition, a: Among) -> Condition:
    a_at, a_values = a.at, a.values

    def answer(row: Sequence[Any]) -> bool | None:
        if (value := row[a_at]) not in a_values:
            return slow(row) if value is None else False
        return then(row)

    return answer


def _among_two(slow: Condition, then: Condition, a: Among, b: Among) -> Condition:
    a_at, a_values, b_at, b_values = a.at, a.values, b.at, b.values

    def answer(row: Sequence[Any]) -> bool | None:
        if (value := row[a_at]) not in a_values or (value := row[b_at]) not in b_values:
            return slow(row) if value is None else False
        return then(row)

    return answer


def _among_three(slow: Condition, then: Condition, a: Among, b: Among, c: Among) -> Condition:
    a_at, a_values, b_at, b_values, c_at, c_values = a.at, a.values, b.at, b.values, c.at, c.values

    def answer(row: Sequence[Any]) -> bool | None:
        if (value := row[a_at]) not in a_values or (value := row[b_at]) not in b_values or (value := row[c_at]) not in c_values:
            return slow(row) if value is None else False
        return then(row)

    return answer


def _reaching_one(slow: Condition, x: Reaches) -> Condition:
    x_at, x_bound, x_holds = x.at, x.bound, x.holds

    def answer(row: Sequence[Any]) -> bool | None:
        value = row[x_at]
        return slow(row) if value is None else (value >= x_bound) is x_holds

    return answer


def _reaching_two(slow: Condition, x: Reaches, y: Reaches) -> Condition:
    x_at, x_bound, x_holds = x.at, x.bound, x.holds
    y_at, y_bound, y_holds = y.at, y.bound, y.holds

    def answer(row: Sequence[Any]) -> bool | None:
        one, two = row[x_at], row[y_at]
        if one is None or two is None:
            return slow(row)
        return (one >= x_bound) is x_holds and (two >= y_bound) is y_holds

    return answer


def _reaching_three(slow: Condition, x: Reaches, y: Reaches, z: Reaches) -> Condition:
    x_at, x_bound, x_holds = x.at, x.bound, x.holds
    y_at, y_bound, y_holds = y.at, y.bound, y.holds
    z_at, z_bound, z_holds = z.at, z.bound, z.holds

    def answer(row: Sequence[Any]) -> bool | None:
        one, two, three = row[x_at], row[y_at], row[z_at]
        if one is None or two is None or three is None:
            return slow(row)
        return (one >= x_bound) is x_holds and (two >= y_bound) is y_holds and (three >= z_bound) is z_holds

    return answer


_AMONG: Final[dict[int, Callable[..., Condition]]] = {1: _among_one, 2: _among_two, 3: _among_three}
_REACHING: Final[dict[int, Callable[..., Condition]]] = {1: _reaching_one, 2: _reaching_two, 3: _reaching_three}
