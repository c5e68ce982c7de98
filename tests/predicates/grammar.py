"""Random predicates of the language, as a user would write them, each with what it means.

A predicate is drawn together with a function that answers it for a row. The function is built
beside the text and never sees our tree, so that reading a text wrongly (a precedence, a quote,
an escape) cannot go unnoticed. Rows and arithmetic come in two sizes: everyday values, on which
every rounding of the language but the documented ones has no effect, and extremes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from tests.predicates.reference import both, either, fits, opposite, rounded, small

from unequal.predicates.tree import Wild

COLUMNS: dict[str, str] = {
    "tier": "string",
    "Full Name": "string",
    'we"ird': "string",
    "complained_30d": "boolean",
    "is_open": "boolean",
    "orders": "int64",
    "visits": "int32",
    "profit_12m": "decimal(28, 4)",
    "price": "decimal(28, 10)",
    "amount": "decimal(18, 4)",
    "rate": "decimal(20, 10)",
    "score": "float64",
    "booked_on": "date",
    "due_on": "date",
    "occurred_at": "timestamp(6)",
}
DECIMALS_OF = {"profit_12m": (28, 4), "price": (28, 10), "amount": (18, 4), "rate": (20, 10)}
TEXTS = [name for name, stored in COLUMNS.items() if stored == "string"]
NUMBERS = [name for name, stored in COLUMNS.items() if stored.startswith(("int", "decimal", "float"))]
FLAGS = [name for name, stored in COLUMNS.items() if stored == "boolean"]
DAYS = [name for name, stored in COLUMNS.items() if stored == "date"]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Written:
    """A piece of a predicate, and what it is for a row."""

    text: str
    answer: Callable[[Row], Any]

    def __repr__(self) -> str:
        return f"Written({self.text!r})"


LETTERS = st.sampled_from([*"abGZz019 %_\\'\"!$.*[({^|?+é\u00dfΣς\u0130ı\u00a0\n\tſ😀", "gold", "GOLD", "${x}", "ΟΔΟΣ", "e\u0301"])
SHORT = st.lists(LETTERS, max_size=4).map("".join)
WORDS = st.one_of(st.sampled_from(["gold", "Gold", "platinum", "a%b", ""]), SHORT)
EVERYDAY = st.builds(Fraction, st.integers(-(10**8), 10**8), st.just(10**4))


def as_number(value: Any) -> Fraction | None:
    return None if value is None else Fraction(value)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def name(column: str) -> str:
    return column if column.isidentifier() else '"' + column.replace('"', '""') + '"'


def plain(value: Fraction) -> str:
    """A number with at most ten decimals, written out."""
    return format(Decimal(value.numerator) * (10**10 // value.denominator) / 10**10, "f")


def column(names: list[str]) -> st.SearchStrategy[Written]:
    return st.sampled_from(names).map(lambda chosen: Written(name(chosen), lambda row: row[chosen]))


def combined(how: Callable[..., Any], *pieces: Written) -> Callable[[Row], Any]:
    """An answer that is null where any piece is."""

    def answer(row: Row) -> Any:
        values = [piece.answer(row) for piece in pieces]
        return None if None in values else how(*values)

    return answer


# Texts

text_literal = WORDS.map(lambda value: Written(quoted(value), lambda _row: value))
text_atom = st.one_of(column(TEXTS), text_literal)


@st.composite
def text(draw: st.DrawFn) -> Written:
    inner = draw(text_atom)
    match draw(st.integers(0, 5)):
        case 0:
            return Written(f"lower({inner.text})", combined(small, inner))
        case 1:
            return Written(f"TRIM( {inner.text} )", combined(lambda value: value.strip(" \u00a0\t\r\n"), inner))
        case 2:
            other = draw(text_literal)
            return Written(
                f"coalesce({inner.text}, {other.text})", lambda row: other.answer(row) if inner.answer(row) is None else inner.answer(row)
            )
    return inner


# Numbers


@st.composite
def number_atom(draw: st.DrawFn) -> Written:
    kind = draw(st.integers(0, 5))
    if kind == 0:
        value = draw(st.one_of(EVERYDAY, st.integers(-20, 20).map(Fraction)))
        sign = "-" if value < 0 else ""
        return Written(sign + plain(abs(value)), lambda _row: value)
    if kind == 1:
        inner = draw(text_atom)
        return Written(f"length({inner.text})", combined(lambda value: Fraction(len(value)), inner))
    if kind == 2:
        part, day = draw(st.sampled_from(["year", "month", "day"])), draw(column([*DAYS, "occurred_at"]))
        return Written(f"{part}({day.text})", combined(lambda value: Fraction(getattr(value, part)), day))
    if kind == 3:
        left, right = draw(column(DAYS)), draw(column(DAYS))
        return Written(f"days_between({left.text}, {right.text})", combined(lambda one, two: Fraction((two - one).days), left, right))
    chosen = draw(column(NUMBERS))
    return Written(chosen.text, lambda row: as_number(chosen.answer(row)))


@st.composite
def number(draw: st.DrawFn) -> Written:
    left = draw(number_atom())
    kind = draw(st.integers(0, 9))
    if kind > 6:
        return left
    right = draw(number_atom())
    match kind:
        case 0:
            third = draw(number_atom())
            return Written(
                f"{left.text} + {right.text} - {third.text}", combined(lambda one, two, three: one + two - three, left, right, third)
            )
        case 1:
            return Written(f"{left.text} * {right.text}", combined(lambda one, two: one * two, left, right))
        case 2:
            return Written(
                f"{left.text} / {right.text}", combined(lambda one, two: None if two == 0 else rounded(one / two, 8), left, right)
            )
        case 3:
            decimals = draw(st.integers(0, 4))
            return Written(f"round({left.text}, {decimals})", combined(lambda one: rounded(one, decimals), left))
        case 4:
            return Written(f"abs({left.text})", combined(abs, left))
        case 5:
            return Written(f"-({left.text} - {right.text})", combined(lambda one, two: two - one, left, right))
        case _:
            return Written(
                f"coalesce({left.text}, {right.text})", lambda row: right.answer(row) if left.answer(row) is None else left.answer(row)
            )


# Dates and moments

a_date = st.dates(date(1999, 1, 1), date(2030, 12, 31))
a_moment = st.datetimes(datetime(1999, 1, 1), datetime(2030, 12, 31))


@st.composite
def day(draw: st.DrawFn) -> Written:
    match draw(st.integers(0, 3)):
        case 0:
            value = draw(a_date)
            return Written(f"date '{value.isoformat()}'", lambda _row: value)
        case 1:
            return Written("date(occurred_at)", combined(lambda moment: moment.date(), Written("", lambda row: row["occurred_at"])))
    return draw(column(DAYS))


@st.composite
def moment(draw: st.DrawFn) -> Written:
    if draw(st.booleans()):
        return draw(column(["occurred_at"]))
    value = draw(a_moment)
    return Written(f"timestamp '{value.isoformat(sep=' ')}'", lambda _row: value)


# Conditions

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
any_value = st.one_of(
    st.tuples(number(), number(), number()),
    st.tuples(text(), text(), text()),
    st.tuples(day(), day(), day()),
    st.tuples(moment(), moment(), moment()),
)


@st.composite
def comparison(draw: st.DrawFn) -> Written:
    left, right, third = draw(any_value)
    kind = draw(st.integers(0, 6))
    if kind == 0:
        inside = combined(lambda value, low, high: low <= value <= high, left, right, third)

        def between(row: Row) -> bool | None:
            value, low, high = left.answer(row), right.answer(row), third.answer(row)
            above = None if value is None or low is None else value >= low
            below = None if value is None or high is None else value <= high
            return both(above, below)

        assert inside is not None
        negated = draw(st.booleans())
        return Written(
            f"{left.text} {'not ' * negated}between {right.text} and {third.text}",
            (lambda row: opposite(between(row))) if negated else between,
        )
    if kind == 1:
        flag = draw(column(FLAGS))
        how, wanted = draw(st.sampled_from([("= true", True), ("<> false", True), ("= FALSE", False)]))
        return Written(f"{flag.text} {how}", combined(lambda value: value is wanted, flag))
    operator = draw(st.sampled_from(sorted(OPERATORS)))
    return Written(f"{left.text}{draw(SPACE)}{operator} {right.text}", combined(OPERATORS[operator], left, right))


SPACE = st.sampled_from([" ", "", "\n", "  ", "\t"])


@st.composite
def listed(draw: st.DrawFn) -> Written:
    value = draw(st.one_of(text(), number()))
    if draw(st.booleans()):
        value, options = draw(text()), draw(st.lists(text_literal, min_size=1, max_size=4))
    else:
        numbers = draw(st.lists(st.one_of(EVERYDAY, st.integers(-3, 3).map(Fraction)), min_size=1, max_size=4))
        value = draw(number())
        options = [Written(("-" if option < 0 else "") + plain(abs(option)), lambda _row, option=option: option) for option in numbers]
    with_null, negated = draw(st.booleans()), draw(st.booleans())
    texts = [option.text for option in options] + ["null"] * with_null

    def answer(row: Row) -> bool | None:
        seen = value.answer(row)
        if seen is None:
            return None
        found = True if any(option.answer(row) == seen for option in options) else None if with_null else False
        return opposite(found) if negated else found

    return Written(f"{value.text} {'NOT ' * negated}in ({', '.join(draw(st.permutations(texts)))})", answer)


PLACES = st.lists(st.one_of(st.sampled_from(list(Wild)), LETTERS), max_size=5).filter(lambda places: places.count(Wild.ANY) <= 5)


@st.composite
def patterned(draw: st.DrawFn) -> Written:
    value, places = draw(text()), draw(PLACES)
    escape = draw(st.sampled_from(["", "!", "\\"]))
    if not escape:
        places = [place for place in places if isinstance(place, Wild) or not set(place) & set("%_")]
    signs = "%_" + escape
    texts = [
        place.value if isinstance(place, Wild) else "".join(escape + letter if letter in signs else letter for letter in place)
        for place in places
    ]
    word = draw(st.sampled_from(["like", "ilike", "not like", "not ilike"]))
    fold: Callable[[str], str] = small if "ilike" in word else str
    pattern = tuple(place if isinstance(place, Wild) else fold(place) for place in places)

    def answer(row: Row) -> bool | None:
        seen = value.answer(row)
        found = None if seen is None else fits(fold(seen), pattern)
        return opposite(found) if word.startswith("not") else found

    return Written(f"{value.text} {word} {quoted(''.join(texts))}" + (f" escape '{escape}'" if escape else ""), answer)


@st.composite
def certain(draw: st.DrawFn) -> Written:
    if draw(st.booleans()):
        flag, (word, wanted) = draw(column(FLAGS)), draw(st.sampled_from([("true", True), ("false", False)]))
        negated = draw(st.booleans())
        return Written(f"{flag.text} is {'not ' * negated}{word}", lambda row: (flag.answer(row) is wanted) != negated)
    value, negated = draw(st.one_of(text(), number(), day(), column(FLAGS))), draw(st.booleans())
    return Written(f"{value.text} is {'not ' * negated}null", lambda row: (value.answer(row) is None) != negated)


@st.composite
def tested(draw: st.DrawFn) -> Written:
    function, how = draw(st.sampled_from([("starts_with", str.startswith), ("ends_with", str.endswith), ("contains", str.__contains__)]))
    one, two = draw(text()), draw(text())
    return Written(f"{function}({one.text}, {two.text})", combined(how, one, two))


clause = st.one_of(comparison(), comparison(), listed(), patterned(), certain(), tested(), column(FLAGS))


@st.composite
def not_level(draw: st.DrawFn, inner: st.SearchStrategy[Written]) -> Written:
    match draw(st.integers(0, 4)):
        case 0:
            part = draw(inner)
            return Written(f"not {part.text}", lambda row: opposite(part.answer(row))) if part.text.startswith("(") else part
        case 1:
            part = draw(clause)
            return Written(f"NOT {part.text}", lambda row: opposite(part.answer(row)))
        case 2:
            return draw(inner)
    return draw(clause)


def joined(word: str, join: Callable[..., Any], part: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    def build(parts: list[Written]) -> Written:
        return Written(f" {word} ".join(part.text for part in parts), lambda row: join(*[part.answer(row) for part in parts]))

    return st.lists(part, min_size=1, max_size=3).map(build)


def in_parentheses(inner: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    return inner.map(lambda part: Written(f"({part.text})", part.answer))


predicates: st.SearchStrategy[Written] = st.recursive(
    clause,
    lambda inner: joined("or", either, joined("and", both, not_level(in_parentheses(inner)))),
    max_leaves=6,
)


# Rows


def decimals(digits: int, scale: int) -> st.SearchStrategy[Decimal]:
    """Any value of decimal(digits, scale), the largest and the smallest steps among them."""
    most = 10**digits - 1
    steps = st.one_of(
        st.integers(-most, most),
        st.sampled_from([0, 1, -1, most, -most, 10**scale, 5 * 10 ** max(scale - 5, 0)]),
        st.integers(-(10**6), 10**6),
    )
    return steps.map(lambda step: Decimal(step).scaleb(-scale))


extremes: dict[str, st.SearchStrategy[Any]] = {
    "string": WORDS,
    "boolean": st.booleans(),
    "int64": st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-20, 20)),
    "int32": st.one_of(st.integers(-(2**31), 2**31 - 1), st.integers(-20, 20)),
    "float64": st.one_of(st.floats(), st.floats(-1e6, 1e6), st.sampled_from([0.5, 0.000000005, 1e15 + 0.3, -2.5])),
    "date": a_date,
    "timestamp(6)": a_moment,
    **{COLUMNS[column]: decimals(*DECIMALS_OF[column]) for column in DECIMALS_OF},
}
everyday: dict[str, st.SearchStrategy[Any]] = {
    **extremes,
    "int64": st.integers(-1000, 1000),
    "int32": st.integers(-1000, 1000),
    "float64": st.integers(-(10**6), 10**6).map(lambda sixteenths: sixteenths / 16),
    **{COLUMNS[column]: st.integers(-(10**8), 10**8).map(lambda step: Decimal(step).scaleb(-4)) for column in DECIMALS_OF},
}


def rows(of: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """One row; any value may be null."""
    return st.fixed_dictionaries({column: st.one_of(of[stored], of[stored], of[stored], st.none()) for column, stored in COLUMNS.items()})


def next_microsecond(value: datetime) -> datetime:
    return value + timedelta(microseconds=1)
