"""Days are drawn as declared, and what is drawn of one class does not hang on another."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from unequal.contact_centre.offered_load import Exponential, Lognormal, Observed, OfferedClass, busyness_variation_of, draw_day
from unequal.terms.errors import ContactCentreError

GOLD = OfferedClass("gold", (120.0, 0.0, 60.0), Lognormal(300, 0.8), 180)
BASE = OfferedClass("base", (600.0, 300.0, 0.0), Observed((100.0, 200.0)), 90)


def days(classes, many=200, busyness=0.0):
    return [draw_day(classes, interval_seconds=3600, busyness_variation=busyness, seed=(7, day)) for day in range(many)]


def test_contacts_come_in_their_intervals_at_their_rates_and_in_order():
    drawn = days([GOLD, BASE])
    assert all((np.diff(day.arrived) >= 0).all() for day in drawn)
    hour = np.concatenate([day.arrived // 3600 for day in drawn]).astype(int)
    of = np.concatenate([day.of for day in drawn])
    counts = [[((of == one) & (hour == each)).sum() / len(drawn) for each in range(3)] for one in range(2)]
    assert counts[0] == pytest.approx([120, 0, 60], abs=4 * math.sqrt(120 / 200))
    assert counts[1] == pytest.approx([600, 300, 0], abs=4 * math.sqrt(600 / 200))


def test_handling_and_patience_have_the_means_that_were_declared():
    drawn = days([GOLD, BASE])
    takes, patient, of = (np.concatenate([getattr(day, name) for day in drawn]) for name in ("takes", "patient", "of"))
    assert takes[of == 0].mean() == pytest.approx(300, rel=0.02)
    assert takes[of == 0].std() / takes[of == 0].mean() == pytest.approx(0.8, rel=0.05)
    assert set(takes[of == 1]) == {100.0, 200.0}
    assert [patient[of == one].mean() for one in range(2)] == pytest.approx([180, 90], rel=0.03)


def test_the_same_seed_draws_the_same_day_and_another_rate_of_one_class_leaves_the_others():
    first, again = (days([GOLD, BASE], 1)[0] for _ in range(2))
    assert (first.arrived == again.arrived).all()
    busier = days([replace(GOLD, contacts_an_hour=(240.0, 0.0, 0.0)), BASE], 1)[0]
    for name in ("arrived", "takes", "patient"):
        assert (getattr(first, name)[first.of == 1] == getattr(busier, name)[busier.of == 1]).all()


def test_whole_days_are_busier_or_quieter_by_as_much_as_was_measured():
    counts = [len(day.arrived) for day in days([GOLD, BASE], 600, busyness=0.2)]
    assert busyness_variation_of(counts) == pytest.approx(0.2, abs=0.02)
    assert busyness_variation_of([len(day.arrived) for day in days([GOLD, BASE], 600)]) < 0.02
    assert busyness_variation_of([5]) == 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"contacts_an_hour": ()},
        {"contacts_an_hour": (-1.0,)},
        {"handling": Exponential(0)},
        {"handling": Observed(())},
        {"patience_seconds": 0.0},
    ],
)
def test_contacts_that_cannot_be_drawn_are_refused(wrong):
    with pytest.raises(ContactCentreError) as refused:
        replace(GOLD, **wrong)
    assert refused.value.code == "CTC006"


def test_a_day_of_an_outage_does_not_make_all_days_look_as_if_they_differed():
    usual = [12, 15, 9, 14, 11, 13, 10, 12, 16, 12]
    assert busyness_variation_of([*usual, 72]) == busyness_variation_of(usual) == 0.0
    assert busyness_variation_of([]) == 0.0
