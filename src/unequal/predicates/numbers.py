"""How far numbers reach: the one place where precision is decided, before anything is computed.

A column or a written number has at most 27 digits before the point and 10 after it; a result has at
most 37 digits. Both engines compute exactly in decimals of 38 digits, but each widens or cuts
results by rules of its own, Spark's with one digit to spare; 37 digits are what both, and Python, hold
alike. What might not fit is brought to size by a `Fit` first, so that every operation is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from unequal.predicates.tree import Fit, Negative, Node, Product, Quotient, Sum, Type, number

WHOLE: Final = 27
DECIMALS: Final = 10
TOGETHER: Final = WHOLE + DECIMALS
KEPT: Final = 8
"""Decimals that a wide factor and a quotient keep."""
NARROW: Final = 18
"""Two factors of so many digits can always be multiplied."""
DIVISOR: Final = 20
"""Digits of a divisor; of them at most `NARROW` before the point."""
QUOTIENT: Final = number(10, KEPT)


def fit(node: Node, whole: int, decimals: int) -> Node:
    """The node where its type has no more digits on either side of the point; else a `Fit` to them."""
    if node.type.whole <= whole and node.type.decimals <= decimals:
        return node
    # Rounding may carry into one more digit before the point, as 9.96 to one decimal does.
    carry = int(node.type.decimals > decimals)
    return Fit(node, number(min(whole, node.type.whole + carry), min(decimals, node.type.decimals)))


def read(node: Node) -> Node:
    """A column's or a written number, as far as the language reaches."""
    return fit(node, WHOLE, DECIMALS)


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


def _squeezed(whole: int, decimals: int) -> Type:
    """Such a type in 37 digits: decimals beyond the tenth are given up first, then digits before the point."""
    decimals = max(min(decimals, DECIMALS), min(decimals, TOGETHER - whole))
    return number(min(whole, TOGETHER - decimals), decimals)


def alike(nodes: Sequence[Node]) -> list[Node]:
    """Numbers that are compared with each other, brought to types that one type can hold."""
    widest = common([node.type for node in nodes])
    shared = _squeezed(widest.whole, widest.decimals)
    return [fit(node, shared.whole, shared.decimals) for node in nodes]


def total(terms: Sequence[Node]) -> Node:
    """The sum of two or more numbers."""
    carry = len(str(len(terms) - 1))
    widest = common([term.type for term in terms])
    result = _squeezed(widest.whole + carry, widest.decimals)
    return Sum(tuple(fit(term, result.whole - carry, result.decimals) for term in terms), result)


def product(left: Node, right: Node) -> Node:
    """The product of two numbers."""
    if factor_types(left.type, right.type) is None:
        left, right = _shared_room(left, right)
    if factor_types(left.type, right.type) is None:
        left, right = (fit(factor, NARROW - min(factor.type.decimals, KEPT), KEPT) for factor in (left, right))
    return Product(left, right, number(left.type.whole + right.type.whole, left.type.decimals + right.type.decimals))


def _shared_room(left: Node, right: Node) -> tuple[Node, Node]:
    """Two factors with all of their decimals, and what that leaves of 37 digits shared before the point, at least ten each; or as they are."""
    room = TOGETHER - left.type.decimals - right.type.decimals
    if room < 2 * DECIMALS:
        return left, right
    first = min(left.type.whole, max(room // 2, room - right.type.whole))
    return fit(left, first, left.type.decimals), fit(right, room - first, right.type.decimals)


def factor_types(left: Type, right: Type) -> tuple[Type, Type] | None:
    """The types in which engines can multiply two numbers exactly, or None where there are none.

    Three rules meet here: together at most 37 digits; one of the two at least as wide as the other on both counts,
    which Ibis asks of two decimals; and one of 19 digits or more, for DuckDB keeps the product of two decimals of
    18 digits in 18 digits, and stops where it has more.
    """
    first, second = (left, right) if left.decimals >= right.decimals else (right, left)
    taller = number(max(first.digits, second.digits, NARROW + 1) - first.decimals, first.decimals)
    wider = number(max(second.whole, first.whole, NARROW + 1 - first.decimals), first.decimals)
    for one, other in ((taller, second), (wider, first)):
        if one.digits + other.digits <= TOGETHER:
            return one, other
    return None


def quotient(left: Node, right: Node) -> Node:
    """One number divided by another."""
    decimals = min(right.type.decimals, DECIMALS)
    return Quotient(fit(left, WHOLE, DECIMALS), fit(right, min(NARROW, DIVISOR - decimals), decimals), QUOTIENT)


def negative(node: Node) -> Node:
    """The number with its sign turned."""
    return Negative(node, node.type)


def rounded(node: Node, decimals: int) -> Node:
    """The number rounded to so many decimals."""
    return fit(node, TOGETHER - decimals, decimals)
