"""The typed tree of a predicate: small, frozen, resolved; what every compilation reads.

Names are columns that exist, literals are Python values, types are known, and every
place where a number is rounded or may become unknown is a node of its own (`Fit`). So a
compilation maps nodes one by one and decides nothing.

A node that stands where true, false or unknown is meant is a `Condition`; any other is a
value with a `type`. A value may be null, and then whatever is computed from it is null,
except by `IsNull`, `IsTruth`, `coalesce`, and by `And` and `Or` as SQL has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Literal as OneOfThese

from unequal.predicates.windows import Window


class Kind(StrEnum):
    """What sort of thing a value is; the words that error messages use."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a value; a number knows how far it reaches on both sides of the point.

    Args:
        kind: the sort.
        whole: digits before the point; zero for what is no number.
        decimals: digits after the point. See `numbers` for how many there may be.
    """

    kind: Kind
    whole: int = 0
    decimals: int = 0

    @property
    def digits(self) -> int:
        """All digits of a number."""
        return self.whole + self.decimals


TEXT = Type(Kind.TEXT)
TRUTH = Type(Kind.TRUTH)
DATE = Type(Kind.DATE)
TIMESTAMP = Type(Kind.TIMESTAMP)


def number(whole: int, decimals: int = 0) -> Type:
    """The type of numbers with so many digits before and after the point."""
    return Type(Kind.NUMBER, whole, decimals)


class Wild(Enum):
    """What a place in a `like` pattern stands for."""

    ONE = "_"
    ANY = "%"


Operator = OneOfThese["=", "<>", "<", "<=", ">", ">="]
Pattern = tuple[str | Wild, ...]
"""Texts and wild places in turn; no two texts and no two `ANY` stand side by side."""


class Condition:
    """A node that is true, false or unknown."""

    __slots__ = ()

    @property
    def type(self) -> Type:
        """Always a truth."""
        return TRUTH


@dataclass(frozen=True, slots=True)
class Column:
    """A column's value. `stored` is its type in the table, as in "int64" or "decimal(18, 4)"; `window` is what it stands for, if it does."""

    name: str
    type: Type
    stored: str
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the text; never null. Numbers are Decimal, timestamps naive and in UTC."""

    value: str | bool | Decimal | date | datetime
    type: Type


@dataclass(frozen=True, slots=True)
class Comparison(Condition):
    """Two values of one kind compared: numbers exactly, texts by code point."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Condition):
    """`low <= value and value <= high`."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class OneOf(Condition):
    """The value is one of the options; with `or_null`, no match is unknown instead of false."""

    value: Node
    options: tuple[Literal, ...]
    or_null: bool


@dataclass(frozen=True, slots=True)
class Matches(Condition):
    """The whole text fits the pattern."""

    value: Node
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class IsNull(Condition):
    """The value is null; never unknown itself."""

    value: Node


@dataclass(frozen=True, slots=True)
class IsTruth(Condition):
    """The condition is what `truth` says, for certain; never unknown itself."""

    value: Node
    truth: bool


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """True where the part is false; unknown where it is unknown."""

    part: Node


@dataclass(frozen=True, slots=True)
class And(Condition):
    """False where any part is false; else unknown where any is unknown."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Condition):
    """True where any part is true; else unknown where any is unknown."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """The terms added; exact, for `type` has room for the largest sum."""

    terms: tuple[Node, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Product:
    """Two factors of together 37 digits or fewer multiplied; exact, all of their decimals kept."""

    left: Node
    right: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Quotient:
    """Rounded to `type.decimals`, half away from zero; null where the divisor is zero or `type` has no room."""

    dividend: Node
    divisor: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Negative:
    """The number with its sign turned."""

    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Fit:
    """The number rounded to `type.decimals`, half away from zero; null where it then has more digits than `type`."""

    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the short list, by name; its arguments have been checked."""

    function: str
    arguments: tuple[Node, ...]
    type: Type


Node = (
    Column | Literal | Comparison | Between | OneOf | Matches | IsNull | IsTruth | Not | And | Or
    | Sum | Product | Quotient | Negative | Fit | Call
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate read once: its text, where that stands, and its tree, which is a truth."""

    text: str
    root: Node
    where: str = ""


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes right below a node, in the order of the text."""
    parts: tuple[Node, ...]
    match node:
        case Column() | Literal():
            parts = ()
        case Comparison() | Product():
            parts = (node.left, node.right)
        case Quotient():
            parts = (node.dividend, node.divisor)
        case Between():
            parts = (node.value, node.low, node.high)
        case OneOf():
            parts = (node.value, *node.options)
        case Matches() | IsNull() | IsTruth() | Negative() | Fit():
            parts = (node.value,)
        case Not():
            parts = (node.part,)
        case And() | Or():
            parts = node.parts
        case Sum():
            parts = node.terms
        case Call():
            parts = node.arguments
    return parts


def walk(root: Node) -> Iterator[tuple[Node, int]]:
    """Every node from the root down with its depth, the root's being 1; left before right, without recursion."""
    waiting = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((part, depth + 1) for part in reversed(parts_of(node)))


def columns_of(predicate: Predicate) -> tuple[str, ...]:
    """The names of the columns that a predicate reads, each once, in the order of its text."""
    return tuple(dict.fromkeys(node.name for node, _ in walk(predicate.root) if isinstance(node, Column)))


def windows_of(predicate: Predicate) -> tuple[Window, ...]:
    """The windows over events that a predicate names, each once, in the order of its text; see `windows`."""
    found = (node.window for node, _ in walk(predicate.root) if isinstance(node, Column))
    return tuple(dict.fromkeys(window for window in found if window is not None))
