"""How far numbers reach: the one place where precision is decided, before anything is computed.

A number of the language has at most 27 digits before the point and 10 after it. Both engines
compute exactly in decimals of 38 digits, but each widens or cuts results by rules of its own,
Spark's with one digit to spare; 37 digits are what both, and Python, hold alike. What might
not fit is brought to size by a `Fit` first, so that every operation below is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from unequal.predicates.tree import Fit, Negative, Node, Product, Quotient, Sum, Type, number

WHOLE: Final = 27
DECIMALS: Final = 10
TOGETHER: Final = WHOLE + DECIMALS
FACTOR: Final = TOGETHER // 2
"""What two wide factors may have each, so that their product is exact: 18 digits."""
KEPT: Final = 8
"""Decimals that a wide factor, a divisor and a quotient keep."""
QUOTIENT: Final = number(FACTOR - KEPT, KEPT)
DIVIDEND_WHOLE: Final = 20


def fit(node: Node, whole: int, decimals: int) -> Node:
    """The node where its type has no more digits on either side of the point; else a `Fit` to them."""
    if node.type.whole <= whole and node.type.decimals <= decimals:
        return node
    # Rounding may carry into one more digit before the point, as 9.96 to one decimal does.
    carry = int(node.type.decimals > decimals)
    return Fit(node, number(min(whole, node.type.whole + carry), min(decimals, node.type.decimals)))


def literal_type(value: Decimal) -> Type | None:
    """The type of a number as it is written, or None where it has too many digits."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int), "a written number is finite"
    decimals = max(0, -exponent)
    whole = max(0, len(digits) + exponent)
    return number(whole, decimals) if whole <= WHOLE and decimals <= DECIMALS else None


def common(types: Sequence[Type]) -> Type:
    """The type that holds every number of the given types exactly."""
    return number(max(type_.whole for type_ in types), max(type_.decimals for type_ in types))


def total(terms: Sequence[Node]) -> Node:
    """The sum of two or more numbers."""
    carry = len(str(len(terms) - 1))
    widest = common([term.type for term in terms])
    whole = min(widest.whole, WHOLE - carry)
    return Sum(tuple(fit(term, whole, widest.decimals) for term in terms), number(whole + carry, widest.decimals))


def product(left: Node, right: Node) -> Node:
    """The product of two numbers; rounded to 10 decimals where it may have more."""
    if factor_types(left.type, right.type) is None:
        left, right = _factor(left), _factor(right)
    exact = number(left.type.whole + right.type.whole, left.type.decimals + right.type.decimals)
    return fit(Product(left, right, exact), WHOLE, DECIMALS)


def _factor(node: Node) -> Node:
    decimals = min(node.type.decimals, KEPT)
    return node if node.type.digits <= FACTOR else fit(node, FACTOR - decimals, decimals)


def factor_types(left: Type, right: Type) -> tuple[Type, Type] | None:
    """The types in which engines can multiply two numbers exactly, or None where there are none.

    Three rules meet here: together at most 37 digits; one of the two at least as wide as the other on both counts,
    which Ibis asks of two decimals; and one of 19 digits or more, for DuckDB keeps the product of two decimals of
    18 digits in 18 digits, and stops where it has more.
    """
    first, second = (left, right) if left.decimals >= right.decimals else (right, left)
    taller = number(max(first.digits, second.digits, FACTOR + 1) - first.decimals, first.decimals)
    wider = number(max(second.whole, first.whole, FACTOR + 1 - first.decimals), first.decimals)
    for one, other in ((taller, second), (wider, first)):
        if one.digits + other.digits <= TOGETHER:
            return one, other
    return None


def quotient(left: Node, right: Node) -> Node:
    """One number divided by another."""
    divisor_decimals = min(right.type.decimals, KEPT)
    return Quotient(fit(left, DIVIDEND_WHOLE, KEPT), fit(right, FACTOR - divisor_decimals, divisor_decimals), QUOTIENT)


def negative(node: Node) -> Node:
    """The number with its sign turned."""
    return Negative(node, node.type)


def rounded(node: Node, decimals: int) -> Node:
    """The number rounded to so many decimals."""
    return fit(node, WHOLE, decimals)
