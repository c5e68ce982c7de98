"""Who is served next under each discipline, and what a discipline refuses."""

from __future__ import annotations

import math

import pytest

from unequal.contact_centre.disciplines import Discipline, ageing, c_mu_theta, first_come, guard, strict
from unequal.terms.errors import ContactCentreError

TIERS = ["gold", "silver", "base"]


def test_first_come_looks_at_nothing_but_the_wait():
    assert first_come(TIERS).first_of([("gold", 5.0), ("base", 9.0), ("silver", 7.0)]) == 1


def test_strict_serves_the_classes_in_the_order_given_and_within_one_who_came_first():
    assert strict(TIERS).first_of([("base", 900.0), ("silver", 1.0), ("silver", 2.0)]) == 2


def test_the_guard_lets_through_whoever_has_waited_that_long_and_not_a_moment_before():
    guarded = guard(TIERS, seconds=90)
    assert guarded.first_of([("base", 90.0), ("gold", 89.0)]) == 0
    assert guarded.first_of([("base", 89.9), ("gold", 1.0)]) == 1
    assert guarded.first_of([("base", 95.0), ("gold", 91.0), ("silver", 96.0)]) == 2


def test_ageing_lets_a_low_class_overtake_after_the_difference_of_the_weights_over_the_rate():
    aged = ageing(TIERS, weights=[30, 10, 0], rate=0.5)
    assert aged.first_of([("base", 59.0), ("gold", 0.0)]) == 1
    assert aged.first_of([("base", 61.0), ("gold", 0.0)]) == 0


def test_where_waiting_itself_costs_nothing_the_index_is_what_is_lost_over_the_time_to_serve():
    by_index = c_mu_theta(TIERS, abandonment_costs=[40, 10, 5], handling_seconds=[400, 50, 300], patience_seconds=[60, 180, 600])
    assert by_index.weights == pytest.approx((0.1, 0.2, 5 / 300))


def test_what_waiting_costs_counts_by_patience_in_the_index():
    # h = 36 an hour = 0.01 a second; c = 0.01 + 5/200 = 0.035; cμ/θ = 0.035 / 100 × 200.
    by_index = c_mu_theta(["base"], abandonment_costs=[5], handling_seconds=[100], patience_seconds=[200], waiting_costs_an_hour=[36])
    assert by_index.weights == pytest.approx((0.07,))


def test_floor_classes_go_first_in_the_order_given_and_within_one_who_came_first():
    floored = guard(TIERS, seconds=10, floors=["safety", "fraud"])
    waiting = [("base", 500.0), ("fraud", 3.0), ("safety", 0.0), ("safety", 1.0), ("gold", 9.0)]
    assert floored.first_of(waiting) == 3


def test_of_equals_the_first_listed_is_served_and_of_nobody_nobody():
    assert first_come(TIERS).first_of([("gold", 5.0), ("base", 5.0)]) == 0
    assert first_come(TIERS).first_of([]) is None


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("CTC001", lambda: strict([])),
        ("CTC001", lambda: strict(["gold", "gold"])),
        ("CTC001", lambda: strict(["gold"], floors=["gold"])),
        ("CTC002", lambda: guard(["gold"], seconds=-1)),
        ("CTC002", lambda: guard(["gold"], seconds=math.nan)),
        ("CTC002", lambda: ageing(["gold"], weights=[1, 2])),
        ("CTC002", lambda: ageing(["gold"], weights=[math.inf])),
        ("CTC002", lambda: ageing(["gold"], weights=[1], rate=-1)),
        ("CTC002", lambda: c_mu_theta(["gold"], abandonment_costs=[1], handling_seconds=[0], patience_seconds=[1])),
        ("CTC002", lambda: c_mu_theta(["gold"], abandonment_costs=[-1], handling_seconds=[1], patience_seconds=[1])),
        ("CTC003", lambda: strict(["gold"]).urgency("base", 1.0)),
    ],
)  # fmt: skip
def test_a_discipline_that_orders_nobody_is_refused(code, made):
    with pytest.raises(ContactCentreError) as refused:
        made()
    assert refused.value.code == code


def test_two_disciplines_that_say_the_same_are_equal():
    assert strict(TIERS) == Discipline("strict", tuple(TIERS), (3.0, 2.0, 1.0), (0.0, 0.0, 0.0))
