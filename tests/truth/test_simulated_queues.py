"""The simulation agrees with Erlang A, with figures measured elsewhere, and contact by contact with ciw."""

from __future__ import annotations

import math

import ciw
import numpy as np
import pytest

from unequal.contact_centre.disciplines import first_come, guard, strict
from unequal.contact_centre.intervals import difference, estimate
from unequal.contact_centre.offered_load import Contacts, Exponential, Lognormal, OfferedClass, draw_day
from unequal.contact_centre.queueing import erlang_a, erlang_c
from unequal.contact_centre.simulation import Centre, Pool, play_day, replicate

NAMES = ["gold", "base"]


def steady(agents, load, *, patience, gold=0.15, hours=9, handling=None):
    """A centre at a steady rate, whose first hour is not counted."""
    handling = handling or Exponential(300)
    rate = load * agents / handling.mean_seconds * 3600
    classes = tuple(
        OfferedClass(name, (rate * share,) * hours, handling, patience) for name, share in zip(NAMES, (gold, 1 - gold), strict=True)
    )
    return Centre(classes, (Pool((agents,)),), (20, 20), warm_up_seconds=3600)


@pytest.fixture(scope="module")
def hundred():
    """100 agents, load 1.05, patience 180 s, 15 % gold: first-come, strict, guards of 90 and 60 s."""
    disciplines = [first_come(NAMES), strict(NAMES), guard(NAMES, seconds=90), guard(NAMES, seconds=60)]
    return replicate(steady(100, 1.05, patience=180), disciplines, replications=40, seed=11)


def shares(played, *names):
    counts = [sum(played.of(what, name) for name in names) for what in ("abandoned", "arrived")]
    return counts[0] / counts[1]


def within(found, truth, *, widths=1.5):
    """Whether a published figure lies within the interval, widened since many are asked: at 1.5 widths one in 250 lies outside by chance."""
    half = (found.high - found.low) / 2
    return abs(found.expected - truth) <= widths * half


def test_first_come_agrees_with_erlang_a(hundred):
    truth = erlang_a(105 / 300 * 3600, 300, 180, 100)
    played = hundred[0]
    assert within(estimate(shares(played, *NAMES)), truth.abandonment_expected)
    for name in NAMES:
        assert within(estimate(played.of("abandonment", name)), truth.abandonment_expected)
        assert within(estimate(played.of("wait_seconds_mean", name)), truth.wait_seconds_expected)
    assert within(estimate(played.utilisation), truth.utilisation_expected)


def test_strict_priority_moves_abandonment_from_gold_to_base_and_removes_none(hundred):
    """Measured elsewhere: gold waits 2.2 s, base abandons 8.3 %."""
    come, priority = hundred[:2]
    assert estimate(priority.of("wait_seconds_mean", "gold")).expected == pytest.approx(2.2, abs=0.1)
    assert within(estimate(priority.of("abandonment", "base")), 0.083)
    assert within(difference(shares(priority, *NAMES), shares(come, *NAMES)), 0.0)


def test_a_guard_of_ninety_seconds_costs_next_to_nothing_and_one_of_sixty_some_per_cent(hundred):
    """Measured elsewhere: nothing detectable, and 8 %; of what is lost where a gold contact counts for twelve of base."""
    dollars = [12, 1]
    lost = hundred[1].lost(dollars)
    ninety, sixty = (difference(each.lost(dollars), lost).expected / lost.mean() for each in hundred[2:])
    assert ninety < 0.01
    assert 0.05 < sixty < 0.11


@pytest.mark.parametrize(("agents", "load", "patience"), [(3, 0.9, 120), (20, 1.3, 60), (10, 1.0, 600)])
def test_small_centres_agree_with_erlang_a_too(agents, load, patience):
    (played,) = replicate(steady(agents, load, patience=patience, gold=0.5), [first_come(NAMES)], replications=60, seed=4)
    truth = erlang_a(load * agents * 12, 300, patience, agents)
    assert within(estimate(shares(played, *NAMES)), truth.abandonment_expected)


def test_without_abandonment_it_agrees_with_erlang_c():
    (played,) = replicate(steady(10, 0.8, patience=1e9, hours=30), [first_come(NAMES)], replications=40, seed=4)
    assert within(estimate(played.of("wait_seconds_mean", "base")), erlang_c(96, 300, 10).wait_seconds_expected)


def by_ciw(day, servers, *, takes, patience, priorities):
    """When each contact began by ciw, the same arrivals given; not a number where it gave up."""
    gaps = {name: np.diff(day.arrived[day.of == one], prepend=0.0).tolist() for one, name in enumerate(NAMES)}
    network = ciw.create_network(
        arrival_distributions={name: [ciw.dists.Sequential([*gaps[name], math.inf])] for name in NAMES},
        service_distributions={name: [ciw.dists.Deterministic(takes[name])] for name in NAMES},
        reneging_time_distributions={name: [ciw.dists.Deterministic(patience[name])] for name in NAMES},
        number_of_servers=[servers],
        **({"priority_classes": {"gold": 0, "base": 1}} if priorities else {}),
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(1e6)
    found = {name: [] for name in NAMES}
    for record in sorted(simulation.get_all_records(), key=lambda each: each.arrival_date):
        found[record.customer_class].append(record.service_start_date if record.record_type == "service" else math.nan)
    return [np.array(found[name]) for name in NAMES]


@pytest.mark.parametrize("priorities", [False, True])
@pytest.mark.parametrize("servers", [1, 4])
def test_contact_by_contact_a_day_is_what_ciw_makes_of_it(priorities, servers):
    takes, patience = {"gold": 97.0, "base": 131.0}, {"gold": 210.0, "base": 160.0}
    classes = [
        OfferedClass(name, (share * servers * 34,) * 4, Exponential(takes[name]), 1.0)
        for name, share in zip(NAMES, (0.3, 0.7), strict=True)
    ]
    drawn = draw_day(classes, interval_seconds=3600, busyness_variation=0.0, seed=(5, servers))
    of_class = [np.array([times[name] for name in NAMES])[drawn.of] for times in (takes, patience)]
    day = Contacts(drawn.arrived, drawn.of, *of_class)
    discipline = strict(NAMES) if priorities else first_come(NAMES)
    standing = np.array([(*discipline.standing(name), discipline.guard_seconds) for name in NAMES])
    began, _ = play_day(Centre(tuple(classes), (Pool((servers,)),), (20, 20), horizon_seconds=1e6), day, standing)
    theirs = by_ciw(day, servers, takes=takes, patience=patience, priorities=priorities)
    assert np.isnan(began).sum() > 5
    for one in range(2):
        np.testing.assert_allclose(began[day.of == one], theirs[one], rtol=0, atol=1e-6)


def test_with_lognormal_times_and_priorities_the_figures_are_those_of_ciw():
    centre = steady(5, 1.1, patience=200, gold=0.3, hours=8, handling=Lognormal(240, 0.8))
    (played,) = replicate(centre, [strict(NAMES)], replications=60, seed=8)
    spread = math.log1p(0.8**2)
    rates = [one.contacts_an_hour[0] / 3600 for one in centre.classes]
    network = ciw.create_network(
        arrival_distributions={name: [ciw.dists.Exponential(rate)] for name, rate in zip(NAMES, rates, strict=True)},
        service_distributions={name: [ciw.dists.Lognormal(math.log(240) - spread / 2, math.sqrt(spread))] for name in NAMES},
        reneging_time_distributions={name: [ciw.dists.Exponential(1 / 200)] for name in NAMES},
        number_of_servers=[5], priority_classes={"gold": 0, "base": 1},
    )  # fmt: skip
    theirs = {name: [] for name in NAMES}
    for trial in range(12):
        ciw.seed(trial)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(8 * 3600)
        records = [each for each in simulation.get_all_records() if each.arrival_date >= 3600]
        for name in NAMES:
            mine = [each.record_type == "renege" for each in records if each.customer_class == name]
            theirs[name].append(sum(mine) / len(mine))
    for name in NAMES:
        ours, other = estimate(played.of("abandonment", name)), estimate(theirs[name])
        widths = math.hypot((ours.high - ours.low) / 2, (other.high - other.low) / 2)
        assert abs(ours.expected - other.expected) <= 1.5 * widths
