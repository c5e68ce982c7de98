"""The harness that holds both halves of the predicates together: the same rows asked of an engine and of Python, row by row.

Rows come from one seed and lie where halves could part: on the values that the predicates write out and one step beside them,
on ties of every rounding, on the edges of windows, and on nothing at all.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import ibis
import pyarrow as pa
from tests.predicates.hostile import EVENTS

from unequal import predicates
from unequal.customer_base.happened import happened_within
from unequal.predicates import tree

ZONES = ("UTC", "Pacific/Auckland", "America/St_Johns", "Europe/Berlin", "Asia/Kathmandu")
STEP = timedelta(microseconds=1)
_ROOM = Context(prec=80, rounding=ROUND_HALF_UP)
_CHANGES = (  # nights in which clocks were changed somewhere
    datetime(2026, 3, 29, 1),
    datetime(2026, 10, 25, 1),
    datetime(2026, 4, 4, 14),
    datetime(2026, 3, 8, 5, 30),
    datetime(2028, 2, 29),
    datetime(2027, 1, 1),
)
_LETTERS = (
    "a",
    "b",
    "G",
    "Z",
    "0",
    " ",
    "%",
    "_",
    "\\",
    "'",
    "é",
    "ß",
    "Σ",
    "ς",
    "İ",
    "\u00a0",
    "\n",
    "\t",
    "😀",
    "gold",
    "GOLD",
    "e\u0301",
)

Compile = Callable[[tree.Predicate, Mapping[str, int]], Callable[[Sequence[Any]], bool | None]]


@dataclass(frozen=True)
class Drawn:
    """Customers and what happened to them.

    Args:
        types: of the columns, by name.
        rows: one for each customer; values in the order of `types`.
        happened: for each customer and event, the times, earliest first.
        at: the instant that windows are asked for.
    """

    types: Mapping[str, str]
    rows: list[tuple[Any, ...]]
    happened: list[dict[str, list[datetime]]]
    at: datetime


@dataclass(frozen=True)
class Difference:
    """Where the halves part."""

    text: str
    row: tuple[Any, ...]
    batch: bool | None
    single: bool | None


def draw_rows(seed: int, asked: Sequence[tree.Predicate], types: Mapping[str, str], count: int) -> Drawn:
    """So many customers for these predicates; the same for the same seed."""
    draw = random.Random(seed)
    literals: dict[tree.Kind, list[Any]] = {kind: [] for kind in tree.Kind}
    for predicate in asked:
        for node, _ in tree.walk(predicate.root):
            if isinstance(node, tree.Literal):
                literals[node.type.kind].append(node.value)
            if isinstance(node, tree.Matches):
                literals[tree.Kind.TEXT].append(_fitting(draw, node.pattern))
    rows = [tuple(_value(draw, stored, literals) for stored in types.values()) for _ in range(count)]
    at = draw.choice(_CHANGES) + timedelta(microseconds=draw.choice([0, 1, draw.randrange(10**11)]))
    spans = [window.span for predicate in asked for window in predicates.windows_of(predicate)] or [timedelta(days=7)]
    happened = [{event: _times(draw, at, spans) for event in EVENTS if draw.random() < 0.8} for _ in range(count)]
    return Drawn(types, rows, happened, at)


def _times(draw: random.Random, at: datetime, spans: Sequence[timedelta]) -> list[datetime]:
    """Times of one event, most of them on an edge of a window or one step beside it."""
    edges = [at, *(at - span for span in draw.choices(spans, k=2))]
    found = [draw.choice(edges) + STEP * draw.choice([-1, 0, 0, 1]) for _ in range(draw.randrange(4))]
    return sorted([*found, *(at - timedelta(minutes=draw.randrange(-5000, 500_000)) for _ in range(draw.randrange(4)))])


def _value(draw: random.Random, stored: str, literals: Mapping[tree.Kind, list[Any]]) -> Any:
    if draw.random() < 0.15:
        return None
    if stored == "string":
        return _text(draw, literals[tree.Kind.TEXT])
    if stored == "boolean":
        return draw.random() < 0.5
    if stored == "date":
        near = [
            day.date() if isinstance(day, datetime) else day
            for day in [*literals[tree.Kind.DATE], *literals[tree.Kind.TIMESTAMP], *_CHANGES]
        ]
        return draw.choice(near) + timedelta(days=draw.choice([-1, 0, 0, 1]))
    if stored.startswith("timestamp"):
        days = [datetime(day.year, day.month, day.day) for day in literals[tree.Kind.DATE]]
        return draw.choice([*literals[tree.Kind.TIMESTAMP], *days, *_CHANGES]) + STEP * draw.choice([-1, 0, 0, 1])
    numbers = [*literals[tree.Kind.NUMBER], Decimal(draw.randrange(-20, 20)), Decimal(draw.randrange(-(10**8), 10**8)).scaleb(-4)]
    return _float(draw, numbers) if stored.startswith("float") else _number(draw, stored, numbers)


def _number(draw: random.Random, stored: str, near: Sequence[Decimal]) -> int | Decimal:
    if stored.startswith("int"):
        most = 2 ** (int(stored[3:]) - 1) - 1
        value = int(draw.choice([*near, Decimal(most), Decimal(-most - 1)])) + draw.choice([-1, 0, 0, 1])
        return value if -most - 1 <= value <= most else draw.randrange(-20, 20)
    digits, scale = (int(part) for part in stored.removeprefix("decimal(").removesuffix(")").split(","))
    most = 10**digits - 1
    ties = [Decimal(5).scaleb(-draw.randint(1, 10)) * draw.choice([1, -1, 3, -7]) for _ in range(2)]
    chosen = _ROOM.scaleb(
        draw.choice([*near, *ties, Decimal(most).scaleb(-scale), Decimal(draw.randint(-most, most)).scaleb(-scale)]), scale
    )
    steps = int(_ROOM.to_integral_value(chosen)) + draw.choice([-1, 0, 0, 1])
    return _ROOM.scaleb(Decimal(steps if -most <= steps <= most else draw.randint(-most, most)), -scale)


def _float(draw: random.Random, near: Sequence[Decimal]) -> float:
    value = float(draw.choice(near))
    odd = (math.nan, math.inf, -math.inf, -0.0, 2.0**63, -(2.0**63), math.nextafter(2.0**63, 0), 1e300, 5e-324, 1e15 + 0.3)
    beside = (math.nextafter(value, math.inf), math.nextafter(value, -math.inf), value + 5e-9, value - 5e-9)
    return draw.choice([value, value, draw.choice(beside), draw.choice(odd), draw.uniform(-100, 100), draw.getrandbits(62) / 1e5])


def _text(draw: random.Random, near: Sequence[str]) -> str:
    made = "".join(draw.choices(_LETTERS, k=draw.randrange(4)))
    if not near or draw.random() < 0.3:
        return made
    text = draw.choice(near)
    return draw.choice([text, text, text.upper(), text.lower(), f" {text}\u00a0", text + made, made + text, text[:-1]]).replace(
        "\ud800", ""
    )


def _fitting(draw: random.Random, pattern: tree.Pattern) -> str:
    """A text that fits a pattern, or nearly."""
    return "".join(part if isinstance(part, str) else "".join(draw.choices(_LETTERS, k=draw.randrange(3))) for part in pattern)


def tables(connection: Any, drawn: Drawn) -> tuple[ibis.Table, ibis.Table]:
    """The customers and their moments as tables of an engine, the customers numbered by `row_number`."""
    types = {name: ibis.dtype(stored).to_pyarrow() for name, stored in drawn.types.items()}
    columns = {name: pa.array([row[place] for row in drawn.rows], of) for place, (name, of) in enumerate(types.items())}
    ids = [str(number) for number in range(len(drawn.rows))]
    customers = pa.table({"customer_id": ids, "row_number": pa.array(range(len(ids)), pa.int64()), **columns})
    found = [
        (whose, event, time) for whose, each in zip(ids, drawn.happened, strict=True) for event, times in each.items() for time in times
    ]
    moments = pa.table({
        "customer_id": pa.array([whose for whose, _, _ in found], pa.string()),
        "event": pa.array([event for _, event, _ in found], pa.string()),
        "happened_at": pa.array([time for _, _, time in found], pa.timestamp("us")),
    })  # fmt: skip
    return connection.create_table("drawn", customers, overwrite=True), connection.create_table("moment", moments, overwrite=True)


def answered(connection: Any, drawn: Drawn, asked: Sequence[tree.Predicate]) -> list[list[bool | None]]:
    """What the batch half answers: for each predicate, every row."""
    customers, moments = tables(connection, drawn)
    windows = [window for predicate in asked for window in predicates.windows_of(predicate)]
    beside = happened_within(customers, moments, windows, at=drawn.at)
    compiled = {f"p{number}": predicates.compile_batch(predicate, beside) for number, predicate in enumerate(asked)}
    found = beside.select("row_number", **compiled).order_by("row_number").to_pyarrow()
    return [found[name].to_pylist() for name in compiled]


def first_difference(
    drawn: Drawn,
    asked: Sequence[tree.Predicate],
    batch: Sequence[Sequence[bool | None]],
    compile_single: Compile = predicates.compile_single,
) -> Difference | None:
    """The first row that Python answers otherwise than the engine did, None where there is none. Answers are equal only as True, False or None."""
    windows = list(dict.fromkeys(window for predicate in asked for window in predicates.windows_of(predicate)))
    columns = {name: place for place, name in enumerate([*drawn.types, *(window.name for window in windows)])}
    rows = [(*row, *predicates.windows.values(windows, each, drawn.at)) for row, each in zip(drawn.rows, drawn.happened, strict=True)]
    for predicate, answers in zip(asked, batch, strict=True):
        single = compile_single(predicate, columns)
        for row, told in zip(rows, answers, strict=True):
            found = single(row)
            if found is not told:
                return Difference(predicate.text, row, told, found)
    return None


def read(texts: Iterable[str], types: Mapping[str, str]) -> list[tree.Predicate]:
    """Predicates that may have windows over EVENTS."""
    return [predicates.parse(text, types, events=EVENTS) for text in texts]
