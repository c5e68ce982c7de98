"""Whether rules can hold for one customer at once: an analysis of their trees that says "cannot" only where that is proven.

Rules are brought to a list of cases, in each of which every value has a range, a set of choices, or must be absent. A case whose values
cannot be so is struck out; where none is left, the rules exclude each other, whatever the data. Whatever is not understood is taken to be
possible. Three-valued as predicates are: a condition that is unknown is neither true nor false, so each must be so for certain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any, Final

from unequal.predicates import tree
from unequal.predicates.tree import Predicate

MOST_CASES: Final = 1000
"""More cases than this are not gone through: the rules may then overlap."""
_WIDE: Final = Context(prec=100)

Case = Mapping[tree.Node, "Domain"]
"""What must be so of each value; nothing of those that are not named."""


@dataclass(frozen=True, slots=True)
class Domain:
    """What a value may be. `null` True: it must be absent; False: it must not; None: not told."""

    null: bool | None = None
    low: Any = None
    low_open: bool = False
    high: Any = None
    high_open: bool = False
    choices: frozenset[Any] | None = None
    barred: frozenset[Any] = frozenset()

    def meets(self, other: Domain) -> Domain | None:
        """What is in both; None where nothing is."""
        if self.null is not None and other.null is not None and self.null is not other.null:
            return None
        low, low_open = _tighter(self, other, "low", lambda one, two: one > two)
        high, high_open = _tighter(self, other, "high", lambda one, two: one < two)
        choices = self.choices if other.choices is None else other.choices if self.choices is None else self.choices & other.choices
        met = Domain(self.null if other.null is None else other.null, low, low_open, high, high_open, choices, self.barred | other.barred)
        return None if met.is_empty else met

    @property
    def is_empty(self) -> bool:
        """Whether no value can be so."""
        if self.null:
            return False
        if self.choices is not None:
            return not any(self._holds(choice) for choice in self.choices)
        if self.low is None or self.high is None:
            return False
        if self.low == self.high:
            return self.low_open or self.high_open or self.low in self.barred
        return bool(self.low > self.high)

    def _holds(self, value: Any) -> bool:
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = self.high is None or value < self.high or (value == self.high and not self.high_open)
        return above and below and value not in self.barred


def _tighter(one: Domain, other: Domain, side: str, beyond: Callable[[Any, Any], bool]) -> tuple[Any, bool]:
    first, second = getattr(one, side), getattr(other, side)
    first_open, second_open = getattr(one, f"{side}_open"), getattr(other, f"{side}_open")
    if first is None or (second is not None and beyond(second, first)):
        return second, second_open
    if second is None or beyond(first, second):
        return first, first_open
    return first, first_open or second_open


_PRESENT: Final = Domain(null=False)


class _TooManyError(Exception):
    """There are more cases than are gone through."""


def can_both_hold(first: Sequence[Predicate], second: Sequence[Predicate]) -> bool:
    """Whether one row could make all of the predicates true.

    Args:
        first, second: read for the same table, each list meaning that all of it holds.

    Returns:
        False only where no row of any table can; True where one may, or where it is not known.
    """
    roots = tuple(predicate.root for predicate in (*first, *second))
    if not roots:
        return True
    try:
        cases = _cases(tree.And(roots), wanted=True)
    except _TooManyError:
        return True
    return any(_windows_agree(case) for case in cases)


def _cases(node: tree.Node, *, wanted: bool) -> list[Case]:
    """The cases in which a condition is certainly true, or certainly false; none where it cannot be."""
    case = _CASES.get(type(node))
    # Any other condition is a value that is true or false, as a column of truths or a call.
    return case(node, wanted) if case is not None else _one(node, Domain(null=False, choices=frozenset({wanted})))


def _connected(node: tree.And | tree.Or, wanted: bool) -> list[Case]:
    parts = [_cases(part, wanted=wanted) for part in node.parts]
    return _all_of(parts) if isinstance(node, tree.And) is wanted else _any_of(parts)


def _certain(node: tree.IsTruth, wanted: bool) -> list[Case]:
    # `x is true` is false where x is false or unknown: the second is not told apart.
    return _cases(node.value, wanted=node.truth) if wanted else [{}]


def _between(node: tree.Between, wanted: bool) -> list[Case]:
    return _cases(tree.And((tree.Comparison(">=", node.value, node.low), tree.Comparison("<=", node.value, node.high))), wanted=wanted)


def _all_of(parts: Iterable[list[Case]]) -> list[Case]:
    found: list[Case] = [{}]
    for cases in parts:
        joined = (_joined(one, other) for one in found for other in cases)
        if len(found) * len(cases) > MOST_CASES * 10:
            raise _TooManyError
        found = [case for case in joined if case is not None]
        if len(found) > MOST_CASES:
            raise _TooManyError
    return found


def _any_of(parts: Iterable[list[Case]]) -> list[Case]:
    found = [case for cases in parts for case in cases]
    if len(found) > MOST_CASES:
        raise _TooManyError
    return [{}] if any(not case for case in found) else found


def _joined(one: Case, other: Case) -> Case | None:
    met = dict(one)
    for term, domain in other.items():
        both = domain if term not in met else met[term].meets(domain)
        if both is None:
            return None
        met[term] = both
    return met


def _one(term: tree.Node, domain: Domain) -> list[Case]:
    """The case that a value is so; with what it is computed from present, where it would be null otherwise."""
    if domain.is_empty:
        return []
    case = {term: domain}
    inner = term
    while isinstance(inner, tree.Fit | tree.Negative):
        inner = inner.value
        case[inner] = _PRESENT
    return [case]


_OPPOSITE: Final[Mapping[tree.Operator, tree.Operator]] = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_TURNED: Final[Mapping[tree.Operator, tree.Operator]] = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _compared(node: tree.Comparison, wanted: bool) -> list[Case]:
    left, right, operator = node.left, node.right, node.operator
    if isinstance(left, tree.Literal) and not isinstance(right, tree.Literal):
        left, right, operator = right, left, _TURNED[operator]
    if isinstance(left, tree.Literal):
        return [{}]
    if not isinstance(right, tree.Literal):
        return _all_of([_one(left, _PRESENT), _one(right, _PRESENT)])
    return _one(left, _range(operator if wanted else _OPPOSITE[operator], right.value, left.type))


def _range(operator: tree.Operator, value: Any, kind: tree.Type) -> Domain:
    match operator:
        case "=":
            return Domain(null=False, choices=frozenset({value}))
        case "<>":
            barred = Domain(null=False, barred=frozenset({value}))
            return replace(barred, choices=frozenset({True, False})) if kind.kind is tree.Kind.TRUTH else barred
        case ">" | ">=":
            return Domain(null=False, **_edge("low", value, kind, is_open=operator == ">"))
        case _:
            return Domain(null=False, **_edge("high", value, kind, is_open=operator == "<"))


def _edge(side: str, value: Any, kind: tree.Type, *, is_open: bool) -> dict[str, Any]:
    """The edge of a range; where values come in steps, the first or last of them that is within."""
    if kind.kind is tree.Kind.NUMBER and isinstance(value, Decimal):
        step = Decimal(1).scaleb(-kind.decimals, _WIDE)
        last = value.quantize(step, ROUND_CEILING if side == "low" else ROUND_FLOOR, _WIDE)
        if is_open and last == value:
            last = _WIDE.add(last, step if side == "low" else step.copy_negate())
        return {side: last}
    if kind.kind is tree.Kind.DATE and is_open and isinstance(value, date) and date.min < value < date.max:
        return {side: value + timedelta(days=1 if side == "low" else -1)}
    return {side: value, f"{side}_open": is_open}


def _listed(node: tree.OneOf, wanted: bool) -> list[Case]:
    if isinstance(node.value, tree.Literal) or not all(isinstance(option, tree.Literal) for option in node.options):
        return [{}]
    values = frozenset(option.value for option in node.options)
    if wanted:
        return _one(node.value, Domain(null=False, choices=values))
    # With null in the list, no match is unknown.
    choices = frozenset({True, False}) if node.value.type.kind is tree.Kind.TRUTH else None
    return [] if node.or_null else _one(node.value, Domain(null=False, choices=choices, barred=values))


def _like(node: tree.Matches, wanted: bool) -> list[Case]:
    if isinstance(node.value, tree.Literal):
        return [{}]
    if len(node.pattern) == 1 and isinstance(node.pattern[0], str):
        text = frozenset({node.pattern[0]})
        return _one(node.value, Domain(null=False, choices=text) if wanted else Domain(null=False, barred=text))
    return _one(node.value, _PRESENT)


_CASES: Final[dict[type[Any], Callable[[Any, bool], list[Case]]]] = {
    tree.And: _connected,
    tree.Or: _connected,
    tree.Not: lambda node, wanted: _cases(node.part, wanted=not wanted),
    tree.IsTruth: _certain,
    tree.IsNull: lambda node, wanted: [{node.value: Domain(null=wanted)}],
    tree.Between: _between,
    tree.Comparison: _compared,
    tree.OneOf: _listed,
    tree.Literal: lambda node, wanted: [{}] if node.value is wanted else [],
    tree.Matches: _like,
}
"""For each kind of condition, who goes through its cases."""


def _windows_agree(case: Case) -> bool:
    """Whether windows over one event can be so together: within a longer span nothing can have happened less often than within a shorter."""
    spans: dict[str, list[tuple[timedelta, Decimal, Decimal | None]]] = {}
    for term, domain in case.items():
        window = getattr(term, "window", None)
        if window is not None:
            spans.setdefault(window.event, []).append((window.span, *_counted(domain)))
    return not any(
        shorter <= longer and most is not None and least > most
        for several in spans.values() for shorter, least, _ in several for longer, _, most in several
    )  # fmt: skip


def _counted(domain: Domain) -> tuple[Decimal, Decimal | None]:
    """How often at least, and at most, what a window tells of happened within it; a truth tells whether at all."""
    told = [*(domain.choices or ())]
    if any(isinstance(choice, bool) for choice in told):
        return Decimal(int(False not in told)), Decimal(0) if True not in told else None
    least = min(told) if told else domain.low
    return max(Decimal(0), least if least is not None else Decimal(0)), max(told) if told else domain.high
