"""From the tree to Python: closures in each other that answer for one row, as the batch half does for a table.

A node becomes a small function of the row, chosen once by what stands below it; nothing is looked up by name, and no text is
made or executed. A column compared with a literal, which most conditions are, is one function and one look into the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeGuard

from unequal.predicates import compared, connected, exact, fused, patterns, tree
from unequal.predicates.column_types import is_float
from unequal.predicates.compared import Value
from unequal.predicates.connected import Condition
from unequal.predicates.refusals import printable
from unequal.terms.errors import PredicateError

_MARGINS: Final = " \u00a0\t\r\n"


def compile_single(predicate: tree.Predicate, columns: Mapping[str, int]) -> Condition:
    """A predicate as a function of one row: true, false, or None where it is unknown.

    It answers as `compile_batch` does for a table that holds the row, and takes about half a microsecond for five conditions.

    Args:
        predicate: as `parse` gave it.
        columns: where each of the predicate's columns stands in a row. There may be more.

    Returns:
        A function of a row, which must have the values that the table would have: str, bool, int, Decimal, float, date, naive
        datetime in UTC; None where one is missing. Values of a float column come as floats. It keeps no state, so threads may share it.

    Raises:
        PredicateError: PRD019, a column of the predicate has no place.
    """
    for node, _ in tree.walk(predicate.root):
        if isinstance(node, tree.Column) and node.name not in columns:
            raise PredicateError("PRD019", "a predicate was read for another table", where=predicate.where,
                                 seen=f"the row has no column {printable(node.name)}", do="give every column of the predicate its place in the row")  # fmt: skip
    condition: Condition = _Single(columns).of(predicate.root)
    return condition


class _Single:
    """Compiles nodes over rows; one method a node."""

    def __init__(self, columns: Mapping[str, int]) -> None:
        self.columns = columns

    def of(self, node: tree.Node) -> Any:
        """The function of a row that gives a node's value."""
        return _COMPILED_BY[type(node)](self, node)

    # Leaves

    def column(self, node: tree.Column) -> Value:
        at = self.columns[node.name]
        if is_float(node.stored):
            return _float(at)

        def answer(row: Sequence[Any]) -> Any:
            return row[at]

        return answer

    def literal(self, node: tree.Literal) -> Value:
        value = node.value

        def answer(_row: Sequence[Any]) -> Any:
            return value

        return answer

    # Conditions

    def comparison(self, node: tree.Comparison) -> Condition:
        sign, left, right = node.operator, node.left, node.right
        if isinstance(left, tree.Literal):
            sign, left, right = compared.TURNED[sign], right, left
        if not isinstance(right, tree.Literal):
            return compared.values(sign, self.of(left), self.of(right))
        if isinstance(left, tree.Column):
            return compared.column_with(sign, left, self.columns[left.name], right)
        return compared.value_with(sign, self.of(left), right)

    def between(self, node: tree.Between) -> Condition:
        value, low, high = node.value, node.low, node.high
        if _is_plain(value) and isinstance(low, tree.Literal) and isinstance(high, tree.Literal):
            return compared.column_between(value, self.columns[value.name], low, high)
        return connected.both([self.comparison(tree.Comparison(">=", value, low)), self.comparison(tree.Comparison("<=", value, high))])

    def one_of(self, node: tree.OneOf) -> Condition:
        value, options = node.value, {option.value for option in node.options}
        if _is_plain(value) and not node.or_null:
            return compared.column_in(self.columns[value.name], options)
        return compared.value_in(self.of(value), options, otherwise=None if node.or_null else False)

    def matches(self, node: tree.Matches) -> Condition:
        return _known(self.of(node.value), patterns.matcher(node.pattern))

    def is_null(self, node: tree.IsNull) -> Condition:
        if _is_plain(node.value):
            at = self.columns[node.value.name]
            return lambda row: row[at] is None
        value = self.of(node.value)
        return lambda row: value(row) is None

    def is_truth(self, node: tree.IsTruth) -> Condition:
        value, truth = self.of(node.value), node.truth
        return lambda row: value(row) is truth

    def negation(self, node: tree.Not) -> Condition:
        if isinstance(node.part, tree.Column):
            return _column_not(self.columns[node.part.name])
        part = self.of(node.part)

        def answer(row: Sequence[Any]) -> bool | None:
            found = part(row)
            return None if found is None else not found

        return answer

    def conjunction(self, node: tree.And) -> Condition:
        plain = [(part, fused.plain(part, self.columns)) for part in node.parts]
        others = [self.of(part) for part, forms in plain if not forms]
        return connected.both([*self._fused([(part, forms) for part, forms in plain if forms]), *others])

    def _fused(self, plain: Sequence[tuple[tree.Node, Sequence[fused.Form]]]) -> Iterator[Condition]:
        """Plain conditions as few functions as take them."""
        for parts, among, reaches in fused.grouped(plain):
            one_by_one = connected.both([self.of(part) for part in parts])
            yield one_by_one if len(among) + len(reaches) == 1 else fused.all_of(among, reaches, one_by_one)

    def disjunction(self, node: tree.Or) -> Condition:
        return connected.either([self.of(part) for part in node.parts])

    # Numbers

    def sum(self, node: tree.Sum) -> Value:
        first, *others = [self.of(term) for term in node.terms]
        add = exact.ROOM.add

        def answer(row: Sequence[Any]) -> Any:
            total = first(row)
            if total is None:
                return None
            for other in others:
                term = other(row)
                if term is None:
                    return None
                total = add(total, term)
            return total

        return answer

    def product(self, node: tree.Product) -> Value:
        return _both_known(self.of(node.left), self.of(node.right), exact.ROOM.multiply)

    def quotient(self, node: tree.Quotient) -> Value:
        to_step, below = exact.step(node.type), exact.room(node.type)
        return _both_known(
            self.of(node.dividend), self.of(node.divisor), lambda dividend, divisor: exact.divided(dividend, divisor, to_step, below)
        )

    def negative(self, node: tree.Negative) -> Value:
        return _known(self.of(node.value), exact.ROOM.minus)

    def fit(self, node: tree.Fit) -> Value:
        to_step, below = exact.step(node.type), exact.room(node.type)
        return _known(self.of(node.value), lambda value: exact.fitted(value, to_step, below))

    # Functions

    def call(self, node: tree.Call) -> Value:
        given = [self.of(argument) for argument in node.arguments]
        if node.function == "coalesce":
            return _first_known(given)
        if len(given) == 1:
            return _known(given[0], _OF_ONE[node.function])
        return _both_known(given[0], given[1], _OF_TWO[node.function])


def _is_plain(node: tree.Node) -> TypeGuard[tree.Column]:
    """Whether a node's value is what stands in the row."""
    return isinstance(node, tree.Column) and not is_float(node.stored)


def _float(at: int) -> Value:
    def answer(row: Sequence[Any]) -> Any:
        value = row[at]
        return None if value is None else exact.from_float(value)

    return answer


def _column_not(at: int) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        value = row[at]
        return None if value is None else not value

    return answer


def _known(value: Value, then: Callable[[Any], Any]) -> Value:
    """A function of a value where that is not null."""

    def answer(row: Sequence[Any]) -> Any:
        found = value(row)
        return None if found is None else then(found)

    return answer


def _both_known(left: Value, right: Value, then: Callable[[Any, Any], Any]) -> Value:
    """A function of two values where neither is null."""

    def answer(row: Sequence[Any]) -> Any:
        one = left(row)
        if one is None:
            return None
        two = right(row)
        return None if two is None else then(one, two)

    return answer


def _first_known(given: Sequence[Value]) -> Value:
    def answer(row: Sequence[Any]) -> Any:
        for value in given:
            found = value(row)
            if found is not None:
                return found
        return None

    return answer


_COMPILED_BY: Final[dict[type[Any], Callable[[_Single, Any], Any]]] = {
    tree.Column: _Single.column,
    tree.Literal: _Single.literal,
    tree.Comparison: _Single.comparison,
    tree.Between: _Single.between,
    tree.OneOf: _Single.one_of,
    tree.Matches: _Single.matches,
    tree.IsNull: _Single.is_null,
    tree.IsTruth: _Single.is_truth,
    tree.Not: _Single.negation,
    tree.And: _Single.conjunction,
    tree.Or: _Single.disjunction,
    tree.Sum: _Single.sum,
    tree.Product: _Single.product,
    tree.Quotient: _Single.quotient,
    tree.Negative: _Single.negative,
    tree.Fit: _Single.fit,
    tree.Call: _Single.call,
}
_OF_ONE: Final[dict[str, Callable[[Any], Any]]] = {
    "lower": patterns.small_letters,
    "trim": lambda text: text.strip(_MARGINS),
    "length": len,
    "abs": exact.ROOM.abs,
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "date": lambda moment: moment.date(),
}
_OF_TWO: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": str.__contains__,
    "days_between": lambda start, end: (end - start).days,
}
