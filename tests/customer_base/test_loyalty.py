"""Who leaves, and what warns of it: number functions on made customers, and tables by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from unequal import storage
from unequal.customer_base.loyalty import events, leaving
from unequal.customer_base.loyalty.leaving import Fit, Rhythm, added, learn, left_beyond_rhythm, precision_at, rhythm
from unequal.customer_base.loyalty.mornings import days_to_learn_on

SPANS = events.Spans(timedelta(weeks=10), timedelta(weeks=13), timedelta(weeks=26))
MORNING = date(2025, 1, 1)


def made(customers: int, seed: int = 7) -> tuple[Rhythm, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Customers who order at rates of a known rhythm, and leave by known weights: rhythm, features, orders, known days, later, left."""
    chance = np.random.default_rng(seed)
    true = Rhythm(1.2, 100.0)
    rate = chance.gamma(true.shape, 1 / true.days, customers)
    known = np.full(customers, 400.0)
    features = np.column_stack([chance.normal(size=customers), (chance.random(customers) < 0.2).astype(float)])
    left = chance.random(customers) < expit(-2.0 + features @ np.array([-0.8, 1.5]))
    orders = chance.poisson(rate * known)
    later = np.where(left, 0, chance.poisson(rate * 182.0))
    return true, features, orders, known, later, left


def test_rhythm_and_weights_of_made_customers_are_found_again():
    true, features, orders, known, later, left = made(20_000)
    own = rhythm(orders, known, later, 182.0)
    assert own.shape / own.days == pytest.approx(true.shape / true.days, rel=0.1)
    anyway = own.silent(orders, known, 182.0)
    fit = learn(features, (later == 0).astype(float), anyway, np.arange(len(later)))
    assert np.all(np.abs(fit.weights - np.array([-2.0, -0.8, 1.5])) <= 3 * fit.errors)
    assert fit.chances(features).mean() == pytest.approx(left.mean(), abs=0.01)
    # Without knowing who left, silences beyond own rhythm add up to as many.
    assert left_beyond_rhythm((later == 0).astype(float), anyway).sum() == pytest.approx(left.sum(), rel=0.1)


def test_a_silence_that_own_rhythm_explains_is_no_departure():
    _, features, orders, known, later, left = made(20_000)
    naive = learn(features, (later == 0).astype(float), np.zeros(len(later)), np.arange(len(later)))
    told = learn(features, (later == 0).astype(float), Rhythm(1.2, 100.0).silent(orders, known, 182.0), np.arange(len(later)))
    assert naive.chances(features).mean() > 1.5 * left.mean()
    assert told.chances(features).mean() == pytest.approx(left.mean(), abs=0.01)


def test_ranges_do_not_narrow_when_customers_are_looked_at_twice():
    _, features, orders, known, later, _ = made(2_000)
    silent, anyway, of = (later == 0).astype(float), Rhythm(1.2, 100.0).silent(orders, known, 182.0), np.arange(len(later))
    once = learn(features, silent, anyway, of)
    twice = learn(np.vstack([features] * 2), np.r_[silent, silent], np.r_[anyway, anyway], np.r_[of, of])
    assert np.all(twice.errors >= once.errors)


@given(st.integers(0, 50), st.floats(1, 2_000), st.floats(1, 1_000), st.floats(0.05, 5), st.floats(5, 500))
def test_the_longer_a_silence_and_the_more_orders_the_less_likely_is_it_of_one_who_stays(orders, known, ahead, shape, days):
    own = Rhythm(shape, days)

    def silent(count: int, span: float) -> float:
        return float(own.silent(np.array([count]), np.array([known]), span)[0])

    assert 0 < silent(orders, ahead) < 1
    assert silent(orders + 1, ahead) < silent(orders, ahead)
    assert silent(orders, ahead * 2) < silent(orders, ahead)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40).filter(lambda rows: any(so for _, so in rows)))
def test_precision_at_full_recall_is_no_less_than_the_share_of_whom_it_is_so(rows):
    scores, is_so = np.array([float(score) for score, _ in rows]), np.array([float(so) for _, so in rows])
    assert is_so.mean() - 1e-12 <= precision_at(scores, is_so, 1.0) <= 1
    assert precision_at(scores, np.zeros(len(rows)), 0.5) == 0


def test_nothing_is_added_where_all_is_as_usual_and_its_error_is_none():
    fit = Fit(np.array([-2.0, 1.0]), np.eye(2) * 0.01)
    features = np.array([[0.0], [1.0]])
    gain, error = added(fit, features, np.zeros((2, 1)))
    assert gain == pytest.approx([0.0, expit(-1.0) - expit(-2.0)])
    assert error[0] == 0
    assert error[1] > 0


def test_mornings_end_half_a_year_after_the_first_order():
    assert days_to_learn_on(date(2025, 1, 1), date(2024, 12, 1)) == ()
    assert len(days_to_learn_on(date(2025, 1, 1), date(2020, 1, 1))) == 7


def test_customers_of_a_morning_are_counted_by_hand(duckdb_engine: storage.Engine):
    """Ann ordered thrice within the year and came again; Bert ordered once, and once on the morning itself, which is after it."""
    bought = duckdb_engine.rows(
        {"customer_id": "string", "day": "date", "sales": "float64", "channel": "string", "market": "string"},
        [
            {"customer_id": name, "day": day, "sales": sales, "channel": channel, "market": "us"}
            for name, day, sales, channel in (
                ("ann", date(2024, 3, 1), 5.0, "store"), ("ann", date(2024, 9, 1), 10.0, "store"), ("ann", date(2024, 12, 1), 20.0, "web"),
                ("ann", date(2025, 2, 1), 7.0, "store"), ("ann", date(2025, 4, 2), 8.0, "store"),
                ("bert", date(2024, 12, 31), 9.0, "web"), ("bert", MORNING, 9.0, "web"),
            )
        ],
    )  # fmt: skip
    found = duckdb_engine.fetch(events.customers_at(bought, MORNING, SPANS))
    assert found == [{
        "customer_id": "ann", "first_day": date(2024, 3, 1), "last_day": date(2024, 12, 1), "orders": 3, "orders_lately": 1, "sales_before": 30.0,
        "channel": "web", "market": "us", "later": 1, "sales_after": 15.0, "last_after": date(2025, 2, 1),
    }]  # fmt: skip


def test_a_behaviour_is_counted_lately_and_before_with_its_days(duckdb_engine: storage.Engine):
    days = [date(2024, 5, 1), date(2024, 6, 1), date(2024, 11, 1), date(2024, 12, 24), MORNING, date(2025, 2, 2)]
    types = {"customer_id": "string", "day": "date", "behaviour": "string"}
    happened = duckdb_engine.rows(types, [{"customer_id": "ann", "day": day, "behaviour": "contact visit"} for day in days])
    found = duckdb_engine.fetch(events.counts_at(happened, ["contact visit"], MORNING, SPANS))
    assert found == [{
        "customer_id": "ann", "recent_0": 2, "before_0": 2, "since_0": date(2024, 11, 1), "last_0": date(2024, 12, 24), "after": date(2025, 2, 2),
    }]  # fmt: skip


def test_a_declared_behaviour_counts_the_rows_for_which_its_rule_holds(duckdb_engine: storage.Engine):
    rows = duckdb_engine.rows(
        {"member_no": "string", "booked_on": "date", "kind": "string"},
        [{"member_no": "m1", "booked_on": date(2024, 5, 1), "kind": kind} for kind in ("spent", "collected")]
        + [{"member_no": "nobody", "booked_on": date(2024, 5, 2), "kind": "spent"}],
    )
    owners = duckdb_engine.rows(dict.fromkeys(("source", "record_id", "customer_id"), "string"),
                                [{"source": "members", "record_id": "m1", "customer_id": "ann"}, {"source": "crm", "record_id": "m1", "customer_id": "bert"}])  # fmt: skip
    declared = events.Declared("points_spent", "members", "member_no", "booked_on", "kind = 'spent'")
    found = duckdb_engine.fetch(events.declared_events(declared, rows, owners))
    assert found == [{"customer_id": "ann", "day": date(2024, 5, 1), "behaviour": "declared points_spent"}]


def test_a_feature_without_weight_makes_no_difference():
    fit = leaving.Fit(np.array([-1.0, 0.0]), np.zeros((2, 2)))
    assert leaving.difference(fit, np.zeros((3, 1)), 0, 0.0, 1.0) == (0.0, 0.0, 0.0)
