"""What holds of survival, payback and default reasons whatever they are given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import dictionaries, floats, integers, lists, text, tuples

from unequal.customer_base.turnover import cohorts, reasons
from unequal.customer_base.turnover.survival import half_life, survival

lives = lists(tuples(integers(0, 60), integers(0, 60), floats(0, 1)), min_size=1, max_size=40)


def curve_of(rows):
    lost_at, watched = [min(one) for one in ((a, b) for a, b, _ in rows)], [max(a, b) for a, b, _ in rows]
    return survival(lost_at, watched, [chance for _, _, chance in rows])


@given(lives)
def test_survival_begins_at_one_never_rises_and_lies_in_its_range(rows):
    curve = curve_of(rows)
    assert curve.kept[0] == 1
    assert (np.diff(curve.kept) <= 1e-12).all()
    assert (curve.kept >= -1e-12).all()
    assert (curve.low <= curve.kept + 1e-12).all()
    assert (curve.kept <= curve.high + 1e-12).all()


@given(lives)
def test_survival_does_not_hang_on_the_order_of_customers(rows):
    assert curve_of(rows).kept == pytest.approx(curve_of(rows[::-1]).kept)


@given(lives)
def test_a_half_life_lies_in_its_range(rows):
    curve = curve_of(rows)
    found = half_life(np.maximum(curve.time, 0), curve.kept, curve.low, curve.high)
    assert found is None or found.low <= found.expected <= found.high


@given(floats(0.01, 500), dictionaries(integers(0, 24), floats(0, 1000), max_size=24), integers(1, 24), integers(1, 50))
def test_what_is_paid_back_is_earned_by_then_and_was_not_a_month_before(cost, brought, months, customers):
    found = cohorts.payback_months(cost, brought, {months: customers})
    earned = np.cumsum([brought.get(age, 0.0) / customers for age in range(months)])
    if found is None:
        assert earned[-1] < cost
    else:
        assert earned[found - 1] >= cost
        assert found == 1 or earned[found - 2] < cost


@given(dictionaries(text(max_size=6), integers(1, 1000), max_size=8))
def test_no_reason_that_says_something_is_set_aside_unless_it_is_declared(counts):
    assert all(name.strip().casefold() in reasons.SAYS_NOTHING for name in reasons.default_reasons(counts, None))
    assert reasons.default_reasons(counts, list(counts)) == frozenset(counts)
    assert reasons.default_reasons(counts, []) == frozenset()
