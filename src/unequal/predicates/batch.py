"""From the tree to Ibis: one expression for a whole table, the same on DuckDB and on Spark.

Engines are never asked for what they answer differently. Decimals are cast before and after
every operation, so that each node has exactly the type the tree gives it (`decimals`); `like`
never meets an engine's own escape rule, and letters are made small in one way (`texts`). No
value of a predicate is ever written into SQL by us: Ibis builds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops

from unequal.predicates import decimals, numbers, texts, tree
from unequal.predicates.column_types import column_type, is_float
from unequal.predicates.refusals import printable
from unequal.terms.errors import PredicateError

_INT64_DIGITS: Final = 19
"""Whole numbers of fewer digits than this always fit an int64."""
_FALSE: Final = ibis.literal(value=False)
_LITERAL_TYPES: Final = {tree.Kind.TRUTH: "boolean", tree.Kind.DATE: "date", tree.Kind.TIMESTAMP: "timestamp(6)"}


def compile_batch(predicate: tree.Predicate, table: ibis.Table) -> ibis.Expr:
    """A predicate as a boolean Ibis expression over a table; null where it is unknown.

    Args:
        predicate: as `parse` gave it.
        table: has the predicate's columns, of the types that `parse` was told, or narrower ones.

    Returns:
        A boolean column, one value a row of the table. `table.filter` keeps the rows where it is true. Where rows
        are also kept when it does not hold, use `holds`: the opposite of unknown is unknown, and both would be left out.

    Raises:
        PredicateError: PRD019, the table lacks a column or holds another type in it.
    """
    for node, _ in tree.walk(predicate.root):
        if isinstance(node, tree.Column):
            _check_column(predicate, node, table)
    return _Batch(table).of(predicate.root)


def holds(predicate: tree.Predicate, table: ibis.Table) -> ibis.Expr:
    """True where a predicate is true, false where it is false or unknown; never null.

    Args:
        predicate: as `parse` gave it.
        table: see `compile_batch`.

    Returns:
        A boolean column without nulls, one value a row, so that `~holds(...)` keeps exactly the other rows.

    Raises:
        PredicateError: PRD019, as `compile_batch`.
    """
    condition: Any = compile_batch(predicate, table)
    return condition.fill_null(_FALSE)


def _check_column(predicate: tree.Predicate, column: tree.Column, table: ibis.Table) -> None:
    found = table.schema().get(column.name)
    stored = "" if found is None else str(found)
    has = column_type(stored)
    fits = has is not None and has.kind is column.type.kind and has.whole <= column.type.whole and has.decimals <= column.type.decimals
    if fits and is_float(stored) == is_float(column.stored):
        return
    if found is None and column.window is not None:
        raise PredicateError("PRD019", "a predicate was read for another table", where=predicate.where,
                             seen=f"it has no column for the window {printable(column.window.written)}", do="count the events of every customer first")  # fmt: skip
    seen = f"it has no column {printable(column.name)}" if found is None else f"{printable(column.name)} is {stored}, not {column.stored}"
    raise PredicateError("PRD019", "a predicate was read for another table", where=predicate.where, seen=seen,
                         do="parse it with the types of the table it is used on")  # fmt: skip


class _Batch:
    """Compiles nodes over one table; one method a node."""

    def __init__(self, table: ibis.Table) -> None:
        self.table = table

    def of(self, node: tree.Node) -> Any:
        """The Ibis value of a node. Whole numbers may come as integers; `exact` makes them decimals."""
        return _COMPILED_BY[type(node)](self, node)

    def exact(self, node: tree.Node, as_type: tree.Type | None = None) -> Any:
        """A number as a decimal of its own type, or of a wider one."""
        wanted = as_type or node.type
        if isinstance(node, tree.Literal):
            return decimals.literal(_decimal(node), wanted)
        return decimals.cast(self.of(node), wanted)

    def operand(self, node: tree.Node) -> Any:
        """The value of a node beside an operator; a condition is cast to what it is already."""
        # Ibis writes no parentheses around `not` and `between`, and engines would take the operator into them: NOT (a) IS NULL.
        value = self.of(node)
        return ops.Cast(value, to=dt.boolean).to_expr() if isinstance(node, tree.Condition) else value

    # Leaves

    def column(self, node: tree.Column) -> Any:
        column = self.table[node.name]
        return decimals.from_float(column, node.type) if is_float(node.stored) else column

    def literal(self, node: tree.Literal) -> Any:
        match node.value:
            case str():
                return texts.literal(node.value)
            case Decimal():
                return decimals.literal(node.value, node.type)
            case _:
                return ibis.literal(node.value, type=_LITERAL_TYPES[node.type.kind])

    # Conditions

    def comparison(self, node: tree.Comparison) -> Any:
        return _COMPARE[node.operator](*self._alike([node.left, node.right]))

    def between(self, node: tree.Between) -> Any:
        value, low, high = self._alike([node.value, node.low, node.high])
        return value.between(low, high)

    def one_of(self, node: tree.OneOf) -> Any:
        value, *options = self._alike([node.value, *node.options])
        found = value.isin(options)
        return found | ibis.literal(None, type="boolean") if node.or_null else found

    def matches(self, node: tree.Matches) -> Any:
        return texts.matching(self.of(node.value), node.pattern)

    def is_null(self, node: tree.IsNull) -> Any:
        return self.operand(node.value).isnull()

    def is_truth(self, node: tree.IsTruth) -> Any:
        # `x = true` alone would be unknown where x is.
        return (self.operand(node.value) == ibis.literal(node.truth)).fill_null(_FALSE)

    def negation(self, node: tree.Not) -> Any:
        return ~self.of(node.part)

    def conjunction(self, node: tree.And) -> Any:
        return _balanced(lambda left, right: left & right, [self.of(part) for part in node.parts])

    def disjunction(self, node: tree.Or) -> Any:
        return _balanced(lambda left, right: left | right, [self.of(part) for part in node.parts])

    # Numbers

    def sum(self, node: tree.Sum) -> Any:
        # Widened first: DuckDB does not widen the sum of two decimals of 18 digits, and Ibis refuses unequal ones.
        terms = [self.exact(term, node.type) for term in node.terms]
        return _balanced(lambda left, right: decimals.cast(left + right, node.type), terms)

    def product(self, node: tree.Product) -> Any:
        types = numbers.factor_types(node.left.type, node.right.type)
        assert types is not None, "a product of the tree can be computed exactly"
        wide, narrow = (node.left, node.right) if node.right.type == types[1] else (node.right, node.left)
        return decimals.multiplied(self.exact(wide, types[0]), self.exact(narrow, types[1]), node.type)

    def quotient(self, node: tree.Quotient) -> Any:
        return decimals.divided(self.exact(node.dividend), self.exact(node.divisor), node.type)

    def negative(self, node: tree.Negative) -> Any:
        return decimals.cast(-self.exact(node.value), node.type)

    def fit(self, node: tree.Fit) -> Any:
        if isinstance(node.value, tree.Column):
            return decimals.fitted_column(self.of(node.value), node.type)
        return decimals.fitted(self.exact(node.value), node.type)

    # Functions

    def call(self, node: tree.Call) -> Any:
        first, *others = node.arguments
        match node.function:
            case "coalesce" if node.type.kind is tree.Kind.NUMBER:
                return ibis.coalesce(*[self.exact(argument, node.type) for argument in node.arguments])
            case "abs":
                # As a decimal: the smallest int64 has no opposite.
                return decimals.cast(self.exact(first).abs(), node.type)
            case _:
                return _FUNCTIONS[node.function](self.of(first), *[self.of(argument) for argument in others])

    def _alike(self, nodes: Sequence[tree.Node]) -> list[Any]:
        """Values ready to be compared: numbers of one type, whole ones as they are stored."""
        if nodes[0].type.kind is not tree.Kind.NUMBER:
            return [self.operand(node) for node in nodes]
        if all(_is_integer(node) for node in nodes):
            return [ibis.literal(int(_decimal(node)), type="int64") if isinstance(node, tree.Literal) else self.of(node) for node in nodes]
        shared = numbers.common([node.type for node in nodes])
        return [self.exact(node, shared) for node in nodes]


def _balanced(join: Callable[[Any, Any], Any], parts: Sequence[Any]) -> Any:
    """Joins many by halves, so that three hundred parts nest nine deep: engines' parsers recurse."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(_balanced(join, parts[:middle]), _balanced(join, parts[middle:]))


def _decimal(node: tree.Literal) -> Decimal:
    assert isinstance(node.value, Decimal), "a number's literal is a Decimal"
    return node.value


def _is_integer(node: tree.Node) -> bool:
    """Whether a number can be compared as an int64, as stored or as its function gives it."""
    match node:
        case tree.Column():
            return node.stored.removeprefix("!").startswith("int")
        case tree.Literal():
            return node.type.decimals == 0 and node.type.whole < _INT64_DIGITS
        case tree.Call():
            return node.function not in {"abs", "coalesce"}
        case _:
            return False


_COMPILED_BY: Final[dict[type[Any], Callable[[_Batch, Any], Any]]] = {
    tree.Column: _Batch.column,
    tree.Literal: _Batch.literal,
    tree.Comparison: _Batch.comparison,
    tree.Between: _Batch.between,
    tree.OneOf: _Batch.one_of,
    tree.Matches: _Batch.matches,
    tree.IsNull: _Batch.is_null,
    tree.IsTruth: _Batch.is_truth,
    tree.Not: _Batch.negation,
    tree.And: _Batch.conjunction,
    tree.Or: _Batch.disjunction,
    tree.Sum: _Batch.sum,
    tree.Product: _Batch.product,
    tree.Quotient: _Batch.quotient,
    tree.Negative: _Batch.negative,
    tree.Fit: _Batch.fit,
    tree.Call: _Batch.call,
}
_COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "lower": texts.in_small_letters,
    "trim": texts.without_margins,
    "length": lambda text: text.length(),
    "starts_with": lambda text, start: text.startswith(start),
    "ends_with": lambda text, end: text.endswith(end),
    "contains": lambda text, part: text.contains(part),
    "coalesce": ibis.coalesce,
    "year": lambda day: day.year(),
    "month": lambda day: day.month(),
    "day": lambda day: day.day(),
    "date": lambda moment: moment.date(),
    "days_between": lambda start, end: end.delta(start, unit="day"),
}
