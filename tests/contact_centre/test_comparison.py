"""Disciplines are laid side by side on the same days, every class of them, and in dollars."""

from __future__ import annotations

from decimal import Decimal

import pytest

from unequal.contact_centre.comparison import Prices, beside, by_class, of_all
from unequal.contact_centre.disciplines import first_come, guard, strict
from unequal.contact_centre.offered_load import Lognormal, OfferedClass
from unequal.contact_centre.simulation import Centre, Pool, replicate

NAMES = ["gold", "base"]
CENTRE = Centre(
    tuple(OfferedClass(name, (rate,) * 3, Lognormal(240), 150) for name, rate in zip(NAMES, (20.0, 60.0), strict=True)),
    (Pool((5,)),),
    (20, 60),
)
PRICES = Prices((Decimal("40.00"), Decimal("5.00")), Decimal("30.00"))


@pytest.fixture(scope="module")
def played():
    return replicate(CENTRE, [first_come(NAMES), strict(NAMES), guard(NAMES, seconds=90)], replications=40, seed=2)


def test_every_class_stands_under_every_discipline(played):
    rows = by_class(played, PRICES)
    assert [(row.discipline, row.contact_class) for row in rows] == [
        (name, of) for name in ("first come", "strict", "guard 90 s") for of in NAMES
    ]
    gold = {row.discipline: row for row in rows if row.contact_class == "gold"}
    base = {row.discipline: row for row in rows if row.contact_class == "base"}
    assert gold["strict"].abandonment.expected < gold["first come"].abandonment.expected
    assert base["strict"].abandonment.expected > base["first come"].abandonment.expected
    assert base["strict"].wait_seconds_longest.expected > base["guard 90 s"].wait_seconds_longest.expected
    for row in rows:
        dollars = 40 if row.contact_class == "gold" else 5
        assert row.lost_expected.expected == pytest.approx(dollars * row.abandoned.expected)


def test_a_day_costs_its_agents_and_what_is_lost(played):
    rows = of_all(played, PRICES)
    for row, one in zip(rows, played, strict=True):
        assert row.agents_expected == 5 * 3 * 30
        assert row.total_expected.expected == pytest.approx(450 + row.lost_expected.expected)
        assert row.lost_expected.expected == pytest.approx(one.lost([40, 5]).mean())
        assert 0 < row.utilisation.expected < 1


def test_paired_on_the_same_days_a_difference_is_surer_than_its_parts(played):
    come, priority, _ = played
    dearer = beside(come, priority, PRICES)
    parts = [row.lost_expected for row in of_all([come, priority], PRICES)]
    assert dearer.dearer_expected.expected == pytest.approx(parts[0].expected - parts[1].expected)
    assert dearer.dearer_expected.high - dearer.dearer_expected.low < max(each.high - each.low for each in parts)
    assert dearer.dearer_expected.differs
    assert dearer.dearer_share == pytest.approx(dearer.dearer_expected.expected / parts[1].expected)
    assert dearer.abandonment[0].low > 0 > dearer.abandonment[1].high
    nothing = beside(priority, priority, Prices((Decimal(0), Decimal(0)), Decimal(0)))
    assert nothing.dearer_share != nothing.dearer_share
