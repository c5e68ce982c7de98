"""Drivers of profit: they add up, are those of Shapley's definition, and tell nothing where nothing differs."""

from __future__ import annotations

from dataclasses import fields
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.strategies import booleans, floats, integers, sampled_from

from unequal.terms.money import UNITS_PER_DOLLAR
from unequal.value import drivers
from unequal.value.drivers import LIFETIME, PROFIT, Activity
from unequal.value.whole_units import in_whole_units


def activity(seed: int, customers: int = 7, *, told: bool = True, scale: float = 1.0) -> Activity:
    """Customers some of whom did nothing, or have costs without sales."""
    chance = np.random.default_rng(seed)
    columns = {each.name: chance.gamma(2, 20, customers) * scale * (chance.random(customers) > 0.15) for each in fields(Activity)}
    columns["tenure"] = chance.integers(0, 24, customers).astype(float)
    columns["orders"] = chance.integers(0, 9, customers).astype(float)
    columns["returns"] *= chance.choice([-0.1, 1.0], customers)
    return Activity(**columns) if told else Activity(**{**columns, "at_base_prices": None, "at_base_costs": None})


@given(seed=integers(0, 10**6), told=booleans(), scale=sampled_from([1e-2, 1.0, 1e5]))
def test_drivers_add_up_to_the_difference_from_the_base(seed, told, scale):
    customers = activity(seed, told=told, scale=scale)
    found = drivers.profit_drivers(customers)
    difference = customers.profit - customers.profit.mean()
    assert sum(found.values()) == pytest.approx(difference, rel=1e-9, abs=1e-9 * scale)
    # Over the base, differences from its mean cancel.
    assert sum(each.sum() for each in found.values()) == pytest.approx(0, abs=1e-6 * scale)


@given(seed=integers(0, 10**6), scale=sampled_from([1e-2, 1.0, 1e7]))
def test_drivers_in_whole_units_add_up_exactly(seed, scale):
    customers = activity(seed, scale=scale)
    found = drivers.profit_drivers(customers)
    differences = np.rint((customers.profit - customers.profit.mean()) * UNITS_PER_DOLLAR).astype(np.int64)
    units = drivers.drivers_in_units(found, differences)
    assert (sum(units.values()) == differences).all()
    for name, each in units.items():
        assert np.abs(each - found[name] * UNITS_PER_DOLLAR).max() <= 2 + 1e-6 * scale * UNITS_PER_DOLLAR


@settings(max_examples=10)
@given(seed=integers(0, 10**6))
def test_drivers_are_the_mean_over_all_orders_of_changing_them(seed):
    chance = np.random.default_rng(seed)
    # A longest product of five and others of two and three: five drivers can be changed in 120 orders.
    terms = [(1.0, ("a", "b", "c", "d", "e")), (-1.0, ("a", "b")), (-1.0, ("b", "c", "e")), (2.0, ("d",))]
    own, base = ({name: chance.normal(size=1) for name in "abcde"} for _ in range(2))
    tried = dict.fromkeys("abcde", 0.0)
    for order in permutations("abcde"):
        now = dict(base)
        for name in order:
            before = drivers.value_of(terms, now)[0]
            now[name] = own[name]
            tried[name] += (drivers.value_of(terms, now)[0] - before) / 120
    found = drivers.shapley(terms, own, base)
    assert {name: of[0] for name, of in found.items()} == pytest.approx(tried, abs=1e-9)


@given(seed=integers(0, 10**6), terms=sampled_from([PROFIT, LIFETIME]), same=integers(0, 6))
def test_what_does_not_differ_drives_nothing_and_exchange_turns_the_sign(seed, terms, same):
    chance = np.random.default_rng(seed)
    names = list(dict.fromkeys(name for _, of in terms for name in of))
    own, base = ({name: chance.normal(size=3) for name in names} for _ in range(2))
    own[names[same]] = base[names[same]]
    there, back = drivers.shapley(terms, own, base), drivers.shapley(terms, base, own)
    assert (there[names[same]] == 0).all()
    for name in names:
        assert there[name] == pytest.approx(-back[name])
    total = drivers.value_of(terms, own) - drivers.value_of(terms, base)
    assert sum(there.values()) == pytest.approx(total, abs=1e-9)


@given(a=floats(-9, 9), b=floats(-9, 9), to=floats(-9, 9))
def test_drivers_that_may_be_exchanged_get_the_same(a, b, to):
    terms = [(1.0, ("one", "other", "third")), (-2.0, ("one", "other"))]
    own = {name: np.array([to]) for name in ("one", "other")} | {"third": np.array([b])}
    base = {name: np.array([a]) for name in ("one", "other")} | {"third": np.array([a])}
    found = drivers.shapley(terms, own, base)
    assert found["one"] == pytest.approx(found["other"])


def test_a_customer_who_only_pays_less_for_the_same_is_driven_by_price_alone():
    both = {
        "tenure": [12, 12], "orders": [6, 6], "list_revenue": [600, 540], "discounts": [0, 0], "returns": [0, 0], "cost_of_goods": [300, 300],
        "freight": [30, 30], "service": [24, 24], "at_base_prices": [570, 570], "at_base_costs": [300, 300],
    }  # fmt: skip
    found = drivers.profit_drivers(Activity(**{name: np.array(of, dtype=float) for name, of in both.items()}))
    assert found["price"] == pytest.approx([30, -30])
    assert {name: of for name, of in found.items() if np.abs(of).max() > 1e-9}.keys() == {"price"}


def test_dear_service_for_nothing_sold_is_told_as_service():
    columns = {each.name: np.zeros(2) for each in fields(Activity)}
    columns |= {"tenure": np.ones(2), "service": np.array([0.0, 40.0])}
    found = drivers.profit_drivers(Activity(**columns))
    assert found["service"] == pytest.approx([20, -20])


def test_money_that_nothing_counts_is_told_as_other():
    columns = {each.name: np.full(2, 10.0) for each in fields(Activity)}
    columns |= {"list_revenue": np.array([10.0, 0.0]), "at_base_prices": None, "at_base_costs": None, "discounts": np.array([0.0, 5.0])}
    found = drivers.profit_drivers(Activity(**columns))
    assert found["other"][1] != 0
    assert sum(found.values()) == pytest.approx([7.5, -7.5])


def test_a_customer_may_be_held_against_a_base_that_he_is_not_of():
    customers, base = activity(1), activity(2, customers=30)
    found = drivers.profit_drivers(customers, base)
    assert sum(found.values()) == pytest.approx(customers.profit - base.profit.mean())


def test_value_to_come_has_its_drivers_too():
    own = {name: np.array([1.0, 0.5]) for name in ("alive", "orders", "stay", "spend", "margin_rate", "cost_per_order", "fixed_cost")}
    found = drivers.value_drivers(own, dict.fromkeys(own, 1.0))
    assert sum(found.values()) == pytest.approx(drivers.value_of(LIFETIME, own) + 1.0)
    assert found["fixed_cost"][1] > 0 > found["spend"][1]


@given(seed=integers(0, 10**6), parts=integers(1, 9))
def test_whole_units_are_near_what_they_stand_for_and_add_up(seed, parts):
    chance = np.random.default_rng(seed)
    money = chance.normal(0, 50, (20, parts))
    wholes = np.rint(money.sum(axis=1) * UNITS_PER_DOLLAR).astype(np.int64)
    units = in_whole_units(money, wholes)
    assert (units.sum(axis=1) == wholes).all()
    assert (np.abs(units - money * UNITS_PER_DOLLAR) <= 1 + 1e-6).all()
    assert (units == in_whole_units(money, wholes)).all()


def test_parts_of_another_whole_are_refused():
    with pytest.raises(ValueError, match="not of their whole"):
        in_whole_units(np.array([[1.0, 2.0]]), np.array([40_000]))
    with pytest.raises(ValueError, match="not of these differences"):
        drivers.drivers_in_units({"one": np.array([1.0])}, np.array([40_000]))
