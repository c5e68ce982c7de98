"""Which rules exclude each other for certain."""

from __future__ import annotations

import pytest

from unequal.predicates import can_both_hold, parse

COLUMNS = {
    "band": "string", "orders": "int64", "value": "float64", "sales": "decimal(28, 4)", "is_lost": "boolean", "last_on": "date",
    "count(order, 30 days)": "int64",
}  # fmt: skip


def overlap(first: str, second: str) -> bool:
    read = [parse(text, COLUMNS, events=["order"]) for text in (first, second)]
    return can_both_hold(read[:1], read[1:])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("band = 'top'", "band = 'low'"),
        ("band in ('top', 'next')", "band not in ('top', 'next', 'low')"),
        ("orders >= 5", "orders < 5"),
        ("orders > 3", "orders < 4"),  # no whole number lies between
        ("orders between 1 and 3", "orders between 4 and 9"),
        ("value > 100.5", "value <= 100.5"),
        ("is_lost", "not is_lost"),
        ("is_lost is true", "is_lost = false"),
        ("band is null", "band = 'top'"),
        ("band is null", "band <> 'top'"),  # which is unknown where there is no band
        ("last_on > '2026-01-30'", "last_on < '2026-01-31'"),
        ("lower(band) = 'top'", "lower(band) = 'low'"),
        ("orders + 1 > 5", "orders + 1 < 5"),
        ("band = 'top' and (orders > 9 or sales > 500)", "orders <= 9 and sales <= 500"),
        ("not (band = 'top' or orders > 3)", "orders > 3"),
        ("count(order, 30 days) >= 2", "count(order, 90 days) < 2"),
        ("last(order) within 7 days", "count(order, 30 days) = 0"),
        ("orders = 1", "orders = 1 and orders = 2"),
    ],
)
def test_rules_that_exclude_each_other_are_found(first, second):
    assert not overlap(first, second)
    assert not overlap(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("band = 'top'", "orders > 3"),
        ("orders >= 5", "orders <= 5"),
        ("value > 3", "value < 4"),
        ("sales > orders", "sales < orders"),  # two columns beside each other are not looked into
        ("band like 'to%'", "band = 'low'"),
        ("count(order, 30 days) >= 2", "count(order, 7 days) = 0"),
        ("not (is_lost is true)", "is_lost is null"),
        ("orders > 3 or band = 'top'", "orders <= 3"),
    ],
)
def test_rules_of_which_that_is_not_proven_may_overlap(first, second):
    assert overlap(first, second)


def test_rules_of_too_many_cases_may_overlap():
    many = " and ".join(f"(orders > {number} or sales > {number})" for number in range(20))
    assert overlap(f"{many} and band = 'low'", "band = 'top'")
    assert not overlap("(orders > 1 or sales > 1) and band = 'low'", "band = 'top'")


def test_a_policy_without_rules_is_for_everybody():
    assert can_both_hold([], [])
