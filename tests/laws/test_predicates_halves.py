"""Laws: a predicate answers for one customer as it does for the whole base; and the harness that says so notices where it does not."""

from __future__ import annotations

import os
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context
from typing import Any

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.predicates.grammar import COLUMNS, predicates
from tests.predicates.halves import EVENTS, ZONES, Drawn, answered, draw_rows, first_difference, read
from tests.predicates.hostile import COLUMNS as HOSTILE_COLUMNS
from tests.predicates.hostile import cases

from unequal.predicates import compared, connected, exact, fused, parse, patterns, sieving, single, tree, windows, windows_of
from unequal.terms.errors import PredicateError

LAW = settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
)
PREDICATES, ROWS = 25, 200
"""Of one example; twenty examples hold 100,000 pairs together."""


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Any]:
    connection = ibis.duckdb.connect(threads=1)
    yield connection
    connection.disconnect()


@pytest.fixture(scope="module")
def clock() -> Iterator[Callable[[str], None]]:
    """Puts this process into a time zone, and back afterwards."""
    before = os.environ.get("TZ")

    def into(zone: str | None) -> None:
        os.environ.pop("TZ", None)
        if zone is not None:
            os.environ["TZ"] = zone
        time.tzset()

    yield into
    into(before)


@st.composite
def window(draw: st.DrawFn) -> str:
    event = draw(st.sampled_from(["order", "CALL", '"store visit"']))
    amount, unit = draw(st.integers(1, 90)), draw(st.sampled_from(["minutes", "hours", "day", "DAYS", "weeks"]))
    if draw(st.booleans()):
        return f"count({event}, {amount} {unit}) {draw(st.sampled_from(['>', '>=', '=', '<>', '<']))} {draw(st.integers(0, 3))}"
    return f"{draw(st.sampled_from(['', 'not ']))}last({event}) within {amount} {unit}"


@st.composite
def with_windows(draw: st.DrawFn) -> str:
    text = draw(predicates).text
    match draw(st.integers(0, 3)):
        case 0:
            return f"({text}) {draw(st.sampled_from(['and', 'or']))} {draw(window())}"
        case 1:
            parts = [f"({text})", *draw(st.lists(window(), min_size=1, max_size=7))]
            return f" {draw(st.sampled_from(['and', 'or']))} ".join(draw(st.permutations(parts)))
    return text


@pytest.mark.slow
@LAW
@given(
    texts=st.lists(with_windows(), min_size=PREDICATES, max_size=PREDICATES),
    seed=st.integers(0, 2**32),
    zones=st.tuples(*[st.sampled_from(ZONES)] * 2),
)
def test_a_hundred_thousand_pairs_are_answered_alike_for_one_customer_and_for_the_base(duckdb, clock, texts, seed, zones):
    duckdb.raw_sql(f"SET TimeZone = '{zones[0]}'")
    clock(zones[1])
    asked = read(texts, COLUMNS)
    drawn = draw_rows(seed, asked, COLUMNS, ROWS)
    assert first_difference(drawn, asked, answered(duckdb, drawn, asked)) is None


@LAW
@given(texts=st.lists(with_windows(), min_size=10, max_size=10), seed=st.integers(0, 2**32))
def test_many_rules_asked_at_once_pass_every_row_that_each_passes_and_where_that_is_settled_no_other(texts, seed):
    plain = [PLAIN[place % len(PLAIN)] for place in range(seed % 1000, seed % 1000 + 30)]
    asked = read([*texts, *plain], COLUMNS)
    drawn = draw_rows(seed, asked, COLUMNS, 100)
    named = list(dict.fromkeys(window for predicate in asked for window in windows_of(predicate)))
    columns = _places(asked)
    rules = [[one] for one in asked] + [asked[at : at + 2] for at in range(0, len(asked), 2)] + [[]]
    sieve = sieving.sieve(rules, columns)
    singles = [[single.compile_single(one, columns) for one in several] for several in rules]
    for row, happened in zip(drawn.rows, drawn.happened, strict=True):
        whole = (*row, *windows.values(named, happened, drawn.at))
        passing = sieve.passing(whole)
        for number, several in enumerate(singles):
            passes, holds = bool(passing >> number & 1), all(one(whole) is True for one in several)
            assert passes or not holds, rules[number]
            assert passes is holds or not sieve.settled >> number & 1, rules[number]


def _places(asked):
    """Of every column and window its place in a row."""
    named = dict.fromkeys(window.name for predicate in asked for window in windows_of(predicate))
    return {name: place for place, name in enumerate([*COLUMNS, *named])}


def test_plain_rules_are_settled_without_asking_them():
    sieve = sieving.sieve([read([text], COLUMNS) for text in PLAIN], _places(read(PLAIN, COLUMNS)))
    settled = [text for number, text in enumerate(PLAIN) if sieve.settled >> number & 1]
    assert {"tier = 'gold'", "tier <> 'gold'", "orders >= 2.5", "tier between 'a' and 'c'", "profit_12m > 500 and amount <= 12.5"} <= set(
        settled
    )
    assert {"tier is null", "score > -2.5", "lower(tier) = 'gold'", "orders > visits"}.isdisjoint(settled)


@pytest.mark.slow
def test_what_is_accepted_of_a_hundred_thousand_hostile_texts_is_answered_alike(duckdb):
    accepted: dict[tree.Node, tree.Predicate] = {}
    for text in cases(seed=20260131, count=100_000):
        try:
            found = parse(text, HOSTILE_COLUMNS, events=EVENTS)
        except PredicateError:
            continue
        accepted.setdefault(found.root, found)
    types = {name: stored for name, stored in HOSTILE_COLUMNS.items() if name not in {"tags", "Order"}}
    asked = [
        found
        for found in accepted.values()
        if {"tags", "Order"}.isdisjoint(node.name for node, _ in tree.walk(found.root) if isinstance(node, tree.Column))
    ]
    assert len(asked) > 200
    for first in range(0, len(asked), 50):
        some = asked[first : first + 50]
        drawn = draw_rows(first, some, types, 40)
        assert first_difference(drawn, some, answered(duckdb, drawn, some)) is None


# Few predicates that between them use every node, in every place that is compiled in a way of its own.

PLAIN = (
    "rate + 1000000000000000000 = 1000000000000000000.0000000001", "tier = 'gold'", "tier <> 'gold'", "'b' < tier", "tier in ('gold', 'a', '')", "tier not in ('a', null)", "tier between 'a' and 'c'", "lower(tier) = 'gold'",
    "trim(tier) = 'gold'", "length(tier) >= 2", "lower(tier) in ('aσ', 'oσ', 'zσ', 'bσ', 'οδοσ', 'gold')", "coalesce(tier, \"Full Name\", 'x') = 'x'", 'starts_with(tier, "Full Name")',
    "ends_with(tier, 'd') or contains(tier, 'o')", "tier like 'g%d'", "tier like 'g_l%'", "tier like '%_l%_'", "tier like '%o%l%'", "tier ilike 'GO_D'", "tier like ''", "tier like '_'",
    "complained_30d", "not complained_30d", "complained_30d = true", "complained_30d <> is_open", "complained_30d is true", "complained_30d is not false", "tier is null",
    "orders = 3", "orders <> 2.5", "orders < 2.5", "orders <= 2.5", "orders > 2.5", "orders >= 2.5", "orders = 2.5", "orders in (1, 2.5, 3)", "orders between 1.5 and 3.5",
    "orders > visits", "orders + visits - 1 > profit_12m", "orders * visits = 12", "abs(orders) = 9223372036854775808", "-orders < 2",
    "profit_12m > 500", "profit_12m = amount", "profit_12m in (500, -0.0001, 12.5)", "profit_12m between -1 and 1.5", "round(profit_12m, 2) = 0.01 or round(amount, 1) = -0.1", "round(price, 3) = 0.005",
    "profit_12m / orders >= 12.5", "2 / orders = 0.66666667", "price * rate > 1", "price * rate is null", "profit_12m / amount is null", "coalesce(orders, profit_12m, 0) = 0",
    "score = 0.1", "score <> 0.1", "score < 0.00000001", "score <= 12.5", "score > -2.5", "score >= 0.00000001", "score is null", "score between -0.1 and 0.1", "score in (0.1, 2.5, 0)", "score * 3 = 0.3", "score + price > 1",
    "booked_on >= '2026-03-29'", "booked_on in ('2026-03-29', '2028-02-29')", "booked_on = due_on", "booked_on between due_on and '2028-02-29'", "days_between(booked_on, due_on) > 7", "month(booked_on) = 2 and day(booked_on) = 29",
    "occurred_at < '2026-03-29 01:00:00'", "date(occurred_at) = booked_on", "date(occurred_at) <= '2026-03-28'", "year(occurred_at) = 2027",
    "tier > 'a' and booked_on > '2026-03-29' and occurred_at <= '2026-03-29 01:00:00'", "profit_12m > 500 and amount <= 12.5", "price < 500 and rate >= 0.0000000001", "orders = 2.5 and is_open", "orders in (2.5, 3) and not is_open",
    "orders between 1 and 9 and profit_12m between -1 and 500 and is_open and tier in ('gold', 'a')", "orders >= 0 and visits >= -2.5 and tier >= 'a' and amount > -99 and profit_12m > -99 and price > -99 and booked_on > '2026-01-01'",
    "tier = 'gold' and complained_30d and is_open", "tier in ('gold', 'GOLD', 'a', '') and orders in (0, 1, 2, 3, 9) and complained_30d and is_open and visits > -5 and rate > -9 and length(tier) >= 0",
    "tier = 'gold' and complained_30d", "tier = 'gold' or complained_30d", "complained_30d and is_open and tier is null", "complained_30d or is_open or orders > 0",
    "orders > 0 and visits > 0 and score > 0 and is_open", "orders > 0 or visits > 0 or score > 0 or is_open", "(complained_30d and is_open) is null", "(not complained_30d) is null", "(orders between 1 and 2) is null", "(not is_open) = complained_30d", "(complained_30d or is_open) is null",
    "orders > 0 and visits > 0 and score > 0 and is_open and price > 0", "orders > 9 or visits > 9 or score > 9 or is_open or price > 9",
    "orders > 0 and visits > 0 and score > 0 and is_open and price > 0 and rate > 0", "orders > 9 or visits > 9 or score > 9 or is_open or price > 9 or rate > 9",
    "orders > 0 and visits > 0 and score > 0 and is_open and price > 0 and rate > 0 and amount > 0", "orders > 9 or visits > 9 or score > 9 or is_open or price > 9 or rate > 9 or amount > 9",
    "count(order, 30 days) >= 2", "count(call, 90 minutes) = 0", "last(call) within 7 days", 'not last("store visit") within 1 week and count("store visit", 3 weeks) > 0',
)  # fmt: skip


@pytest.fixture(scope="module")
def plain(duckdb: Any) -> tuple[Drawn, list[tree.Predicate], list[list[bool | None]]]:
    asked = read(PLAIN, COLUMNS)
    drawn = draw_rows(7, asked, COLUMNS, 600)
    return drawn, asked, answered(duckdb, drawn, asked)


def test_predicates_that_use_every_node_are_answered_alike(plain):
    drawn, asked, batch = plain
    assert first_difference(drawn, asked, batch) is None
    undecided = [predicate.text for predicate, answers in zip(asked, batch, strict=True) if not {True, False} <= set(answers)]
    assert undecided == ["tier not in ('a', null)", "orders <> 2.5", "orders = 2.5", "orders = 2.5 and is_open"]


# What is broken, where, and how.

compiled_all_of = fused.all_of

BROKEN: dict[str, tuple[Any, str, Any]] = {
    "ties are rounded to even": (exact, "ROOM", Context(prec=100, rounding=ROUND_HALF_EVEN)),
    "digits are cut off instead of rounded": (exact, "ROOM", Context(prec=100, rounding=ROUND_DOWN)),
    "sums have Python's own room": (exact, "ROOM", Context(prec=28, rounding=ROUND_HALF_UP)),
    "quotients are cut off": (exact, "_DIVIDING", Context(prec=8, rounding=ROUND_DOWN)),
    "floats are compared as they are": (exact, "first_float", lambda limit, beyond: float(limit)),
    "a float at the end is read": (exact, "FLOAT_END", float("inf")),
    "less is at most": (compared, "_COLUMN_WITH", {**compared._COLUMN_WITH, "<": compared._at_most}),
    "more is at least": (compared, "_COLUMN_WITH", {**compared._COLUMN_WITH, ">": compared._at_least}),
    "a side is not turned": (compared, "TURNED", {sign: sign for sign in compared.TURNED}),
    "fractions are cut for whole columns": (compared, "written_for", lambda _column, sign, literal: (sign, int(literal.value) if literal.type.kind is tree.Kind.NUMBER else literal.value)),
    "the bound itself is after the bound": (fused, "_after", lambda value: value),
    "a missing value settles plain conditions": (fused, "all_of", lambda among, reaches, _: compiled_all_of(among, reaches, lambda _row: False)),
    "unknown settles an and": (connected, "_never_false", lambda _parts, _row: None),
    "unknown settles an or": (connected, "_never_true", lambda _parts, _row: None),
    "not of unknown is true": (single, "_column_not", lambda at: lambda row: not row[at]),
    "a margin is left": (single, "_MARGINS", " \t\r\n"),
    "letters look at their neighbours": (single, "_OF_ONE", {**single._OF_ONE, "lower": str.lower}),
    "a pattern fits a part": (patterns, "_piece_by_piece", lambda pattern: lambda text: all(part in text for part in pattern if isinstance(part, str))),
    "the begin of a window is inside": (windows, "bisect_right", bisect_left),
}  # fmt: skip


@pytest.mark.parametrize(("module", "name", "broken"), BROKEN.values(), ids=BROKEN)
def test_the_harness_notices_a_broken_closure(monkeypatch, plain, module, name, broken):
    drawn, asked, batch = plain
    monkeypatch.setattr(module, name, broken)
    assert first_difference(drawn, asked, batch) is not None
