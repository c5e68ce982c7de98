"""Laws of movement: no dollar is made or lost, and where nobody changed, chance explains what is seen."""

from __future__ import annotations

from decimal import Decimal as D

import numpy as np
from hypothesis import given
from hypothesis.strategies import decimals, integers, lists, sampled_from, tuples

from unequal.customer_base import moving
from unequal.customer_base.moving.chance import Measured, Months, banding, by_chance

BANDS = ("best", "good", "rest")
MONEY = decimals(min_value=-(10**9), max_value=10**9, places=4)
PLACES = [
    (start, end)
    for start in (*BANDS, "new", "reactivated", "away")
    for end in (*BANDS, "lost", "away")
    if (start == "away") == (end == "away") and not (start in ("new", "reactivated") and end == "lost")
]


@given(lists(tuples(sampled_from(PLACES), integers(1, 10**6), MONEY, MONEY), max_size=40))
def test_a_change_is_within_and_movement_and_entry_less_exit_to_the_last_unit(drawn):
    rows = [{"from_band": start, "to_band": end, "customers": many, "before": before, "after": after} for (start, end), many, before, after in drawn]  # fmt: skip
    change = moving.change_of(rows)
    assert change.after - change.before == sum((row["after"] - row["before"] for row in rows), D(0))
    assert change.total == change.within + change.movement + change.new + change.reactivated - change.exit
    assert change.stayed + change.entered + change.left == sum(row["customers"] for row in rows if row["from_band"] != "away")


def movement_of(amount) -> dict[str, list[Measured]]:
    """Movement between two bands that part at 120 a year, of customers x months x 2."""
    lines = banding("lines", {"least": [120.0]})
    return by_chance(Months(amount, amount), lines, lines, bands=2, draws=100)


def orders(random, rate):
    """Orders of 10 each: Poisson by customer and month."""
    return random.poisson(np.repeat(rate[:, :, None], 12, axis=2)).transpose(0, 2, 1) * 10.0


def test_where_nobody_changed_the_excess_holds_nothing_about_nine_times_in_ten():
    covered = []
    for seed in range(40):
        random = np.random.default_rng(seed)
        rate = random.gamma(2.0, 0.5, size=400)
        moved = movement_of(orders(random, np.stack([rate, rate], axis=1)))["moved"][0]
        covered.append(moved.excess[1] <= 0 <= moved.excess[2])
    assert 0.8 <= np.mean(covered) <= 1.0


def test_who_stood_on_top_falls_back_though_nobody_changed_and_chance_says_by_how_much():
    random = np.random.default_rng(7)
    rate = random.gamma(2.0, 0.5, size=4000)
    best = movement_of(orders(random, np.stack([rate, rate], axis=1)))["change"][0]
    assert best.observed < 0
    assert best.low <= best.observed <= best.high


def test_true_change_is_seen_beyond_chance():
    random = np.random.default_rng(3)
    rate = random.gamma(2.0, 0.5, size=2000)
    changed = np.where(random.random(2000) < 0.3, rate[random.permutation(2000)], rate)
    moved = movement_of(orders(random, np.stack([rate, changed], axis=1)))["moved"][0]
    assert moved.excess[1] > 0
