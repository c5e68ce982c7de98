"""Occasions from days, and histories that come counted."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import numpy as np
from hypothesis import given
from hypothesis.strategies import dates, integers, sampled_from

from unequal import config
from unequal.value import by_period

DAYS = {
    "customer_id": "string", "day": "date", "is_order": "boolean", "spend": "decimal(28, 4)", "margin": "decimal(28, 4)",
    "service": "decimal(28, 4)",
}  # fmt: skip
COUNTED = {"no": "string", "customer_id": "string", "x": "int64", "t": "int64", "n": "int64"}
OWNERS = {"source": "string", "record_id": "string", "customer_id": "string"}
MAPPING = config.value.Histories.model_validate(
    {"source": "donors", "customer": {"id": "no"}, "repeat": "x", "last": "t", "opportunities": "n"}
)
periods = sampled_from(["week", "month", "quarter", "year"])


def day(who: str, when: date, spend: str, *, is_order: bool = True) -> dict[str, object]:
    return {"customer_id": who, "day": when, "is_order": is_order, "spend": D(spend), "margin": D(spend), "service": D(-1)}


def test_several_orders_of_one_period_are_one_occasion_and_what_went_back_is_in_its_margin(engine):
    days = engine.rows(
        DAYS,
        [
            day("ann", date(2024, 2, 29), "10"), day("ann", date(2024, 12, 31), "20"), day("ann", date(2025, 1, 1), "5"),
            day("ann", date(2024, 7, 1), "-4", is_order=False), day("bert", date(2024, 7, 1), "-4", is_order=False),
        ],
    )  # fmt: skip
    found = engine.fetch(by_period.occasions(days, "year").order_by("customer_id", "day"))
    assert found == [
        {"customer_id": "ann", "day": date(2024, 1, 1), "is_order": True, "spend": D(30), "margin": D(26), "service": D(-3)},
        {"customer_id": "ann", "day": date(2025, 1, 1), "is_order": True, "spend": D(5), "margin": D(5), "service": D(-1)},
        {"customer_id": "bert", "day": date(2024, 1, 1), "is_order": False, "spend": D(0), "margin": D(-4), "service": D(-1)},
    ]
    spans = engine.fetch(by_period.first_and_last(days))
    assert spans == [{"customer_id": "ann", "first_day": date(2024, 2, 29), "last_day": date(2025, 1, 1)}]


def test_both_engines_begin_each_kind_of_period_on_the_same_day(engine):
    days = engine.rows(DAYS, [day("ann", date(2025, 5, 18), "10")])
    begin = {every: engine.fetch(by_period.occasions(days, every))[0]["day"] for every in ("week", "month", "quarter", "year")}
    assert begin == {"week": date(2025, 5, 12), "month": date(2025, 5, 1), "quarter": date(2025, 4, 1), "year": date(2025, 1, 1)}


@given(when=dates(date(1960, 1, 1), date(2100, 1, 1)), every=periods, ahead=integers(0, 40))
def test_periods_follow_each_other_without_a_gap_and_a_day_lies_in_its_own(when, every, ahead):
    (number,) = by_period.period_of(np.array([when], dtype="datetime64[D]"), every).tolist()
    begin, end = by_period.first_day_of(number, every), by_period.first_day_of(number + 1, every)
    assert begin <= when < end
    later = by_period.first_day_of(number + ahead, every)
    assert by_period.period_of(np.array([later - timedelta(days=1), later], dtype="datetime64[D]"), every).tolist() == [
        number + ahead - 1,
        number + ahead,
    ]


def test_the_first_period_is_no_opportunity_and_the_one_under_way_counts_for_those_who_came_in_it():
    orders, first, last = (np.array(each) for each in ([1, 3, 2, 1], [10, 10, 10, 15], [10, 13, 15, 15]))
    found = by_period.opportunities(orders, first, last, now=15)
    assert found.bought.tolist() == [0, 2, 1, 0]
    assert found.last.tolist() == [0, 3, 5, 0]
    assert found.offered.tolist() == [4, 4, 5, 0]


def test_a_counted_history_goes_to_the_customer_whose_record_it_is_whatever_its_columns_are_called(engine):
    rows = engine.rows(COUNTED, [{"no": "1", "customer_id": "theirs", "x": 2, "t": 3, "n": 6}, {"no": "9", "x": 0, "t": 0, "n": 6}])
    owners = engine.rows(OWNERS, [{"source": "donors", "record_id": "1", "customer_id": "ann"}])
    found = engine.fetch(by_period.counted_histories(rows, MAPPING, owners))
    assert found == [{"customer_id": "ann", "bought": 2, "last": 3, "offered": 6}]


def test_two_histories_of_one_customer_are_put_together_from_their_ends(engine):
    """Six opportunities by one record, the last act 3 ago; by the other the first act 2 ago, and none since."""
    rows = engine.rows(COUNTED, [{"no": "1", "x": 2, "t": 3, "n": 6}, {"no": "2", "x": 0, "t": 0, "n": 2}])
    owners = engine.rows(OWNERS, [{"source": "donors", "record_id": no, "customer_id": "ann"} for no in "12"])
    found = engine.fetch(by_period.counted_histories(rows, MAPPING, owners))
    assert found == [{"customer_id": "ann", "bought": 3, "last": 4, "offered": 6}]


def test_histories_that_cannot_be_are_found(engine):
    sound = [(0, 0, 0), (0, 0, 6), (1, 6, 6), (6, 6, 6)]
    wrong = [(3, 2, 6), (1, 7, 6), (0, 2, 6), (-1, 0, 6), (None, 0, 6), (1, None, 6), (1, 1, None)]
    rows = engine.rows(COUNTED, [{"no": str(place), "x": x, "t": t, "n": n} for place, (x, t, n) in enumerate([*sound, *wrong])])
    found = engine.fetch(by_period.impossible(rows, MAPPING))
    assert {int(row["no"]) for row in found} == set(range(len(sound), len(sound) + len(wrong)))
