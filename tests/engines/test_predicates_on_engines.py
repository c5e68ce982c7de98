"""A predicate means on DuckDB and on Spark what its tree means, edges first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.predicates.grammar import COLUMNS, extremes, predicates, rows
from tests.predicates.reference import evaluate

from unequal import storage
from unequal.predicates import compile_batch, holds, parse
from unequal.predicates.tree import Predicate

EMPTY: dict[str, Any] = dict.fromkeys(COLUMNS)
TEXTS = ["", " ", "a", "A", "gold", "a%b", "a_b", "a\\b", "a\nb", "a\n", " \t\u00a0a\r\n", "fav", "v", "f", "${env:HOME}", "$", "{", "é", "e\u0301", "😀", "\uffff",
         "ß", "ẞ", "ΟΔΟΣ", "οδος", "Σ", "İ", "i", "ı", "ſ", "Straße", "'", '"', "a'b", "\\", "\\n", "a.b", "(a)", "[a]", "a+b", "^a$", "\\z", "x\x0by", "x\x0cy"]  # fmt: skip
WHOLE = [0, 1, -1, 3, 7, 2**31, 10**17, 10**18 - 1, 10**18, 2**63 - 1, -(2**63)]
FLOATS = [
    0.0,
    -0.0,
    0.1,
    0.5,
    -2.5,
    5e-9,
    -5e-9,
    1e-300,
    123456.123456785,
    1e15 + 0.3,
    9.2e18,
    9.3e18,
    1e300,
    -1e300,
    math.inf,
    -math.inf,
    math.nan,
]
DECIMALS = {
    "profit_12m": [
        D(0),
        D("0.0001"),
        D("-0.0001"),
        D("12.5"),
        D("999999999999999999999999.9999"),
        D("-999999999999999999999999.9999"),
        D(10000000000),
        D("9999999999.9999"),
    ],
    "price": [
        D(0),
        D("0.0000000001"),
        D("-0.00000001"),
        D(3),
        D("0.000000005"),
        D("999999999999999999.9999999999"),
        D("9999999999.99999999"),
        D("9999999999.999999995"),
    ],
    "amount": [D(0), D("0.0001"), D("99999999999999.9999"), D("-99999999999999.9999"), D(2), D(-3), D("10000000000.0000")],
    "rate": [D(0), D("0.0000000001"), D("9999999999.9999999999"), D("1.5"), D(-7), D("0.3333333333")],
}


def edge_rows() -> list[dict[str, Any]]:
    """Every edge of every type meets edges of the others."""
    found = []
    for at in range(60):
        row = dict(EMPTY)
        row.update({"tier": TEXTS[at % len(TEXTS)], "Full Name": TEXTS[(at * 7) % len(TEXTS)], 'we"ird': TEXTS[(at * 11 + 3) % len(TEXTS)]})
        row.update({name: values[(at * (place + 2) + at // 8) % len(values)] for place, (name, values) in enumerate(DECIMALS.items())})
        row.update(
            {"orders": WHOLE[(at * 3) % len(WHOLE)], "visits": [0, 1, -1, 2**31 - 1, -(2**31)][at % 5], "score": FLOATS[at % len(FLOATS)]}
        )
        row.update({"complained_30d": [True, False, None][at % 3], "is_open": [None, True, False, True][at % 4]})
        row.update(
            {
                "booked_on": [date(1, 1, 1), date(1582, 10, 10), date(2024, 2, 29), date(9999, 12, 31)][at % 4],
                "due_on": [date(2026, 1, 31), None, date(1900, 1, 1)][at % 3],
            }
        )
        row.update(
            {
                "occurred_at": [
                    datetime(2026, 1, 31, 23, 59, 59, 999999),
                    datetime(1969, 12, 31, 23, 0),
                    datetime(1, 1, 1),
                    datetime(9999, 12, 31, 23, 59, 59),
                ][at % 4]
            }
        )
        found.append(row)
    return [*found, EMPTY]


EDGES = [
    *[f"tier {how} '{pattern}'" for how in ("like", "not ilike") for pattern in ("%", "_", "a%", "%A", "%v%", "a_b", "%\\%", "%ος", "%.%", "${env:HOME}", "__%", "straße", "^a$", "i%", "_\n%", "")],
    "tier like 'a!%b' escape '!' or tier like '!_%' escape '!' or \"we\"\"ird\" like '%\\\\_' escape '\\'",
    "tier = '${env:HOME}' or tier in ('$', '${x}${y}', '\\n', 'a''b', '\\')",
    *[f'tier {operator} "we""ird"' for operator in ("=", "<>", "<", "<=", ">", ">=")],
    "tier between 'A' and 'a'",
    'lower(tier) = lower("Full Name")', "lower(tier) = 'οδοσ'", "lower(tier) = 'ss' or lower(tier) = 'ß'", "length(lower(tier)) = length(tier)",
    "trim(tier) = 'a'", "length(trim(tier)) < length(tier)", "trim(tier) = tier", "length(tier) = 1",
    "contains(tier, 'a') or starts_with(tier, '$') or ends_with(tier, '\n')", 'contains(tier, "we""ird")', 'starts_with(tier, "we""ird")', "ends_with(tier, '')",
    "coalesce(tier, \"we\"\"ird\", 'x') = 'a'", "tier in ('a', null) or tier not in ('b', null)", "complained_30d or is_open", "complained_30d and is_open", "not complained_30d",
    "complained_30d = is_open", "complained_30d is not true", "complained_30d is false", "(complained_30d and is_open) is null", "coalesce(complained_30d, false)",
    "score > 0.1", "score = 0.1", "score = 0.00000001", "score < 0", "score is null", "score > 1000000000000000", "score * 2 > 1", "score = -2.5", "score = 123456.12345679",
    # Few quotients: each is six thousand characters of SQL, which Spark takes its time to read.
    "profit_12m / orders > 1", "profit_12m / amount is null", "price / price = 1", "amount / -7 = 0.42857143", "1 / orders = 0.14285714", "amount / rate < 0",
    "orders * orders > 1", "orders * price > 100", "price * price > 1", "profit_12m * rate > 0", "amount * 0.00125 > 1", "profit_12m * 0.05 = 0.000005", "price * 3 = 0.0000000003",
    "orders + orders > orders", "orders - visits > 0", "profit_12m + price - amount + rate > 0.0001", "profit_12m + profit_12m > profit_12m", "-orders > 0", "abs(orders) > 9223372036854775807",
    "abs(profit_12m) > 1", "round(price, 4) = price", "round(price, 8) = 10000000000", "round(amount, 0) = amount", "round(score, 2) = 0.1", "round(rate, 9) > rate",
    "orders = 9223372036854775807", "orders < -9223372036854775807", "orders > 9223372036854775808", "orders = 1.5", "orders between -1 and 2.5", "orders in (1, 7, 1000000000000000000)", "orders in (1, 0.5)",
    "price = 0.0000000001", "price in (0.0000000001, 3)", "profit_12m = 12.5", "profit_12m >= 999999999999999999999999.9999", "coalesce(profit_12m, orders, 0) = 0", "amount = profit_12m",
    "year(booked_on) = 1 or month(booked_on) = 2 or day(booked_on) = 10", "booked_on >= '1582-10-10'", "booked_on in ('0001-01-01', '9999-12-31')", "days_between(booked_on, due_on) > 0",
    "days_between(due_on, booked_on) = -736359", "date(occurred_at) = '2026-01-31'", "date(occurred_at) = booked_on", "occurred_at = '2026-01-31 23:59:59.999999'", "occurred_at < timestamp '1970-01-01 00:00:00'",
    "occurred_at between '0001-01-01 00:00:00' and '2026-01-31T23:59:59'", "year(occurred_at) = 9999 and month(occurred_at) = 12", "day(occurred_at) = 31", "date(occurred_at) < date '1970-01-01'",
    "true", "not false", "1 = 1.0", "'a' < 'B' or 'é' > 'z'",
]  # fmt: skip


def answers(engine: storage.Engine, table: Any, read: Sequence[Predicate]) -> list[dict[str, Any]]:
    """What an engine answers to many predicates at once, row by row."""
    compiled = {f"p{at}": compile_batch(predicate, table) for at, predicate in enumerate(read)}
    return sorted(engine.fetch(table.select("row_number", **compiled)), key=lambda row: int(row["row_number"]))


def assert_meant(engine: storage.Engine, texts: Sequence[str], found: Sequence[Mapping[str, Any]]) -> None:
    read = [parse(text, COLUMNS) for text in texts]
    table = engine.rows({**COLUMNS, "row_number": "int64"}, [{**row, "row_number": at} for at, row in enumerate(found)])
    for row, answer in zip(found, answers(engine, table, read), strict=True):
        for at, predicate in enumerate(read):
            assert answer[f"p{at}"] is evaluate(predicate.root, row), (engine.name, predicate.text, row)


def test_both_engines_answer_at_every_edge_as_the_tree_means_it(engine):
    assert_meant(engine, EDGES, edge_rows())


@pytest.mark.spark
def test_spark_answers_drawn_predicates_as_the_tree_means_them(spark_engine):
    @seed(20260131)
    @settings(deadline=None, max_examples=2, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(written=st.lists(predicates, min_size=10, max_size=12), found=st.lists(rows(extremes), min_size=10, max_size=20))
    def drawn(written, found):
        assert_meant(spark_engine, [predicate.text for predicate in written], found)

    drawn()


def test_both_engines_run_the_deepest_and_the_longest_predicates(engine):
    table = engine.rows(COLUMNS, [{**EMPTY, "orders": 2, "price": D(2), "complained_30d": True}])
    longest = [
        "(complained_30d or complained_30d and " * 19 + "orders > 1" + ")" * 19,
        "*".join(["price"] * 14) + " = 16384",
        " + ".join(["price"] * 140) + " = 280",
        " or ".join(["price / orders > 1"] * 2) + " or complained_30d",
        "not " * 20 + "complained_30d",
        "orders in (" + ", ".join(str(number) for number in range(2, 290)) + ")",
    ]
    for text in longest:
        predicate = parse(text, COLUMNS)
        assert engine.count(table.filter(holds(predicate, table))) == 1, text[:60]
