"""A played day is what can be worked out by hand, and replications are compared day by day."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from unequal.contact_centre.disciplines import first_come, guard, strict
from unequal.contact_centre.intervals import Estimate, difference, estimate
from unequal.contact_centre.offered_load import Contacts, Exponential, OfferedClass
from unequal.contact_centre.simulation import Centre, Pool, of_class, play_day, replicate
from unequal.terms.errors import ContactCentreError

NAMES = ["gold", "base"]
GOLD, BASE = (OfferedClass(name, (60.0, 60.0), Exponential(60), 120) for name in NAMES)
CENTRE = Centre((GOLD, BASE), (Pool((2,)),), (20, 20))


def contacts(*rows):
    """Rows of (arrived, class, takes, patient)."""
    columns = list(zip(*rows, strict=True))
    return Contacts(
        *(np.array(column, dtype=float) for column in (columns[0],)), np.array(columns[1]), *(np.array(c, dtype=float) for c in columns[2:])
    )


def began(day, discipline, centre):
    standing = np.array([(*discipline.standing(name), discipline.guard_seconds) for name in NAMES])
    when, by = play_day(centre, day, standing)
    return [None if math.isnan(each) else each for each in when], by.tolist()


DAY = contacts((0, 1, 100, 999), (10, 1, 50, 999), (20, 0, 50, 999), (30, 1, 50, 5), (40, 0, 50, 999))


def test_one_agent_serves_in_the_order_of_the_discipline_and_who_gave_up_is_not_served():
    one = replace(CENTRE, pools=(Pool((1,)),))
    assert began(DAY, first_come(NAMES), one)[0] == [0, 100, 150, None, 200]
    assert began(DAY, strict(NAMES), one)[0] == [0, 200, 100, None, 150]
    assert began(DAY, guard(NAMES, seconds=120), one)[0] == [0, 150, 100, None, 200]


def test_a_pool_serves_only_its_classes_and_a_contact_goes_to_the_first_listed_that_is_free():
    two = replace(CENTRE, pools=(Pool((1,), ("gold",)), Pool((1,))))
    assert began(DAY, strict(NAMES), two) == ([0, 100, 20, None, 70], [1, 1, 0, -1, 0])


def test_agents_who_go_finish_whom_they_serve_and_agents_who_come_take_who_waits():
    day = contacts((0, 1, 100, 9999), (10, 1, 4000, 9999), (20, 0, 50, 9999), (3605, 1, 50, 9999))
    assert began(day, first_come(NAMES), replace(CENTRE, pools=(Pool((1, 2)),)))[0] == [0, 100, 3600, 3650]
    assert began(day, first_come(NAMES), replace(CENTRE, pools=(Pool((2, 1)),)))[0] == [0, 10, 100, 4010]


def test_who_waits_when_the_lines_close_is_answered_still_and_who_comes_later_is_not():
    day = contacts((3500, 1, 200, 9999), (3510, 1, 50, 9999), (3520, 0, 50, 9999), (3710, 0, 50, 9999), (3900, 0, 50, 9999))
    assert began(day, first_come(NAMES), replace(CENTRE, pools=(Pool((1, 0)),)))[0] == [3500, 3700, 3750, 3800, None]


def test_the_figures_of_a_class_are_those_of_its_contacts():
    when = np.array([0, 100, 20, np.nan, 70], dtype=float)
    arrived, answered, gone, still, abandonment, within, mean, p50, _, longest = of_class(CENTRE, DAY, when, 1)
    assert (arrived, answered, gone, still) == (3, 2, 1, 0)
    assert (abandonment, within) == pytest.approx((1 / 3, 1 / 3))
    assert (mean, p50, longest) == pytest.approx(((0 + 90 + 5) / 3, 5, 90))
    late = of_class(replace(CENTRE, warm_up_seconds=15), DAY, when, 1)
    assert late[:4] == (1, 0, 1, 0)
    assert np.isnan(of_class(CENTRE, contacts((0, 0, 1, 1)), np.array([0.0]), 1)[4])


def test_who_waits_when_the_day_ends_is_neither_answered_nor_given_up():
    day = contacts((0, 1, 9000, 9999), (10, 1, 50, 9999))
    when, _ = began(day, first_come(NAMES), replace(CENTRE, pools=(Pool((1,)),)))
    assert when == [0, None]
    figures = of_class(CENTRE, day, np.array([0, np.nan]), 1)
    assert figures[:4] == (2, 1, 0, 1)
    assert figures[-1] == 7190


def test_hours_of_agents_are_those_of_the_part_that_counts():
    assert CENTRE.agent_hours == 4
    assert replace(CENTRE, pools=(Pool((2, 4)), Pool((1,), ("gold",))), warm_up_seconds=1800).agent_hours == 1 + 4 + 1.5


def test_every_discipline_meets_the_same_days():
    first, again = replicate(CENTRE, [first_come(NAMES), first_come(NAMES)], replications=5, seed=3)
    assert np.array_equal(first.measured, again.measured)
    assert difference(first.lost([40, 5]), again.lost([40, 5])) == Estimate(0, 0, 0)
    played = []
    replicate(CENTRE, [strict(NAMES)], replications=3, seed=3, tell=played.append)
    assert played == [1, 2, 3]


def test_dollars_are_lost_with_the_contacts_that_are_abandoned():
    (day,) = replicate(CENTRE, [strict(NAMES)], replications=4, seed=1)
    expected = 40 * day.of("abandoned", "gold") + 5 * day.of("abandoned", "base")
    assert day.lost([40, 5]) == pytest.approx(expected)


def test_an_interval_is_students_and_leaves_out_days_without_contacts():
    # Mean 5, standard deviation 2, four values: 5 ± 3.182 × 2 / 2.
    found = estimate([3, 5, 5, 7, math.nan])
    half = 3.1824 * math.sqrt(8 / 3) / 2
    assert (found.expected, found.low, found.high) == pytest.approx((5, 5 - half, 5 + half), rel=1e-4)
    assert math.isnan(estimate([]).expected)
    assert estimate([4.0]).expected == 4
    assert difference([5, 6, 8], [1, 2, 3]).differs
    assert not difference([5, 6], [5, 7]).differs


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("CTC007", lambda: Centre((GOLD, GOLD), (Pool((1,)),), (20, 20))),
        ("CTC007", lambda: Centre((GOLD, BASE), (Pool((1,)),), (20,))),
        ("CTC007", lambda: Centre((GOLD, BASE), (Pool((1,), ("gold",)),), (20, 20))),
        ("CTC007", lambda: Centre((GOLD, BASE), (Pool((-1,)),), (20, 20))),
        ("CTC007", lambda: Centre((GOLD, BASE), (), (20, 20))),
        ("CTC007", lambda: Centre((GOLD, replace(BASE, contacts_an_hour=(1.0,))), (Pool((1,)),), (20, 20))),
        ("CTC008", lambda: replicate(CENTRE, [strict(NAMES)], replications=1, seed=1)),
        ("CTC003", lambda: replicate(CENTRE, [strict(["gold"])], replications=2, seed=1)),
    ],
)
def test_what_does_not_fit_together_is_refused(code, made):
    with pytest.raises(ContactCentreError) as refused:
        made()
    assert refused.value.code == code
