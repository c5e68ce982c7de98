"""The functions of the language: few, and each with one meaning on every engine and in Python.

What is missing here is missing on purpose. `upper` is: engines disagree on what the capital
of a sharp s or of a ligature is, and `lower` does for comparing. So is anything that reads the clock, a file, the
network or a setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from unequal.predicates.tree import DATE, TEXT, TRUTH, Kind, Type, number

COUNT: Final = number(10)
"""What lengths, parts of dates and differences in days are: whole numbers."""

_TEXT = frozenset({Kind.TEXT})
_NUMBER = frozenset({Kind.NUMBER})
_DAY = frozenset({Kind.DATE})
_MOMENT = frozenset({Kind.TIMESTAMP})
_ANY = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Args:
        name: in small letters; a predicate may write it in any case.
        arguments: for each place, the kinds it takes.
        result: what it gives; None where that follows from its arguments.
        meaning: one sentence for the reference.
        example: a predicate that uses it.
        more: whether the last place may be repeated.
    """

    name: str
    arguments: tuple[frozenset[Kind], ...]
    result: Type | None
    meaning: str
    example: str
    more: bool = False

    @property
    def signature(self) -> str:
        """How it is written, with the kinds of its arguments."""
        places = [" or ".join(sorted(kinds)) if kinds != _ANY else "value" for kinds in self.arguments]
        return f"{self.name}({', '.join([*places, *(['...'] if self.more else [])])})"

    @property
    def gives(self) -> str:
        """The kind of its result, in words."""
        if self.result is not None:
            return str(self.result.kind)
        return "the kind of its arguments" if self.arguments[0] == _ANY else "number"


_LIST: Final = (
    Function("lower", (_TEXT,), TEXT, "The text in small letters, letter by letter, whatever the language.", "lower(city) = 'são paulo'"),
    Function("trim", (_TEXT,), TEXT, "The text without spaces, no-break spaces, tabs and line breaks at both ends.", "trim(code) = 'A1'"),
    Function("length", (_TEXT,), COUNT, "How many characters (Unicode code points) the text has.", "length(postcode) = 5"),
    Function("starts_with", (_TEXT, _TEXT), TRUTH, "The first text begins with the second.", "starts_with(sku, 'BK-')"),
    Function("ends_with", (_TEXT, _TEXT), TRUTH, "The first text ends with the second.", "ends_with(email, '.edu')"),
    Function("contains", (_TEXT, _TEXT), TRUTH, "The second text stands somewhere in the first.", "contains(lower(title), 'postage')"),
    Function("coalesce", (_ANY, _ANY), None, "The first of its arguments that is not null.", "coalesce(orders, 0) = 0", more=True),
    Function("abs", (_NUMBER,), None, "The number without its sign.", "abs(amount) > 1000"),
    Function(
        "round",
        (_NUMBER, _NUMBER),
        None,
        "The number rounded to so many decimals, 0 to 10, written as a number; half away from zero.",
        "round(profit / orders, 2) >= 12.50",
    ),
    Function("year", (_DAY | _MOMENT,), COUNT, "The year.", "year(booked_on) = 2026"),
    Function("month", (_DAY | _MOMENT,), COUNT, "The month, 1 to 12.", "month(booked_on) in (11, 12)"),
    Function("day", (_DAY | _MOMENT,), COUNT, "The day of the month, 1 to 31.", "day(booked_on) = 1"),
    Function("date", (_MOMENT,), DATE, "The day of a timestamp, in UTC.", "date(occurred_at) <= '2026-01-31'"),
    Function(
        "days_between",
        (_DAY, _DAY),
        COUNT,
        "Days from the first date to the second; negative where the second is earlier.",
        "days_between(ordered_on, delivered_on) > 7",
    ),
)

FUNCTIONS: Final[dict[str, Function]] = {function.name: function for function in _LIST}
"""The functions by name."""

INSTEAD: Final[dict[str, str]] = {
    "upper": "compare lower(x) with a text in small letters",
    "cast": "values keep the type of their column; write a date as date '2026-01-31'",
    "len": "write length(x)",
    "if": "write the cases with and, or and not",
    "now": "a predicate has no clock; compare with a date that is written out",
    "today": "a predicate has no clock; compare with a date that is written out",
    "current_date": "a predicate has no clock; compare with a date that is written out",
    "count": "a predicate looks at one row; count first, then compare the column",
    "last": "a predicate looks at one row; compare the date of the last one with a date that is written out",
    "sum": "a predicate looks at one row; add up first, then compare the column",
    "nullif": "division by zero is null already; otherwise write the cases with and, or and not",
}
"""What to write instead of a function that other languages have."""
