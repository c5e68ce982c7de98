"""What holds in every played day: nobody is made or lost, nobody idles while someone waits, and the guard and the floors are kept."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis.strategies import booleans, composite, floats, integers, lists, sampled_from
from tests.laws.test_disciplines import served

from unequal.contact_centre.disciplines import Discipline, ageing, c_mu_theta, first_come, guard, strict
from unequal.contact_centre.offered_load import Contacts, Exponential, Lognormal, OfferedClass
from unequal.contact_centre.simulation import Centre, Pool, of_class, play_day, replicate

NAMES = ["gold", "base"]
ALL = [*NAMES, "fraud"]
HOUR, DAY = 300.0, 900.0
DISCIPLINES = [
    first_come(NAMES, floors=["fraud"]), strict(NAMES, floors=["fraud"]), guard(NAMES, seconds=40, floors=["fraud"]),
    ageing(NAMES, weights=[50, 0], floors=["fraud"]),
    c_mu_theta(NAMES, abandonment_costs=[9, 5], handling_seconds=[200, 50], patience_seconds=[60, 60], floors=["fraud"]),
]  # fmt: skip


@composite
def centres(draw, *, patient=True):
    """A day of contacts of three classes, before pools that change by the interval; one of them may serve everybody."""
    arrived = sorted(draw(lists(floats(0, DAY), min_size=1, max_size=30)))
    of = [draw(integers(0, 2)) for _ in arrived]
    takes = [draw(floats(1, 200)) for _ in arrived]
    stay = [draw(floats(1, 150)) if patient else 1e9 for _ in arrived]
    staff = lists(integers(0, 3), min_size=3, max_size=3).map(tuple)
    pools = (Pool(draw(staff)), Pool(draw(staff), ("gold", "fraud"))) if draw(booleans()) else (Pool(draw(staff)),)
    classes = tuple(OfferedClass(name, (1.0, 1.0, 1.0), Exponential(60), 60) for name in ALL)
    centre = Centre(classes, pools, (20, 20, 20), interval_seconds=HOUR)
    return centre, Contacts(np.array(arrived), np.array(of), np.array(takes), np.array(stay))


def played(centre, day, discipline):
    standing = np.array([(*discipline.standing(name), discipline.guard_seconds) for name in ALL])
    return play_day(centre, day, standing)


def until(centre, day, began):
    """When each contact stops to wait."""
    return np.where(np.isnan(began), np.minimum(day.arrived + day.patient, centre.horizon_seconds), began)


def there(centre, pool, moment):
    """How many agents of a pool may be serving; those of a pool that has closed may have stayed for who waited then."""
    until_now = centre.agents[pool, : min(2, int(moment // HOUR)) + 1].tolist()
    return next((agents for agents in reversed(until_now) if agents), 0)


@given(made=centres(), discipline=sampled_from(DISCIPLINES))
def test_all_that_arrived_were_answered_gave_up_or_are_still_there(made, discipline):
    centre, day = made
    began, by = played(centre, day, discipline)
    assert ((by >= 0) == ~np.isnan(began)).all()
    for one in range(3):
        arrived, answered, abandoned, still = of_class(centre, day, began, one)[:4]
        assert arrived == answered + abandoned + still == ((day.of == one) & (day.arrived < DAY)).sum()
    taken = ~np.isnan(began)
    assert (began[taken] >= day.arrived[taken]).all()
    assert (began[taken] <= (day.arrived + day.patient)[taken]).all()


@given(made=centres(), discipline=sampled_from(DISCIPLINES))
def test_nobody_idles_while_someone_waits_whom_he_may_serve(made, discipline):
    centre, day = made
    began, by = played(centre, day, discipline)
    moments = np.unique(
        np.concatenate(
            [day.arrived, began[~np.isnan(began)], (began + day.takes)[~np.isnan(began)], [HOUR, 2 * HOUR], until(centre, day, began)]
        )
    )
    moments = moments[moments <= DAY]
    for now in (moments[:-1] + moments[1:]) / 2:
        waiting = (day.arrived <= now) & (until(centre, day, began) > now)
        for pool in range(len(centre.pools)):
            serving = ((by == pool) & (began <= now) & (began + day.takes > now)).sum()
            wanted = any(centre.serves[pool, one] for one in day.of[waiting])
            assert not wanted or serving >= centre.agents[pool, int(now // HOUR)]


@given(made=centres(), discipline=sampled_from(DISCIPLINES))
def test_never_more_are_served_at_once_than_agents_were_there_when_the_last_began(made, discipline):
    centre, day = made
    began, by = played(centre, day, discipline)
    for contact in np.flatnonzero(by >= 0):
        at = began[contact]
        serving = ((by == by[contact]) & (began <= at) & (began + day.takes > at)).sum()
        assert serving <= there(centre, by[contact], at)


@given(made=centres(), place=integers(0, 4))
def test_in_the_simulation_too_nobody_is_overtaken_beyond_the_guard(made, place):
    centre, day = made
    discipline = DISCIPLINES[place] if place == 2 else Discipline("any", tuple(NAMES), (3.0, 1.0), (0.1, 0.1), 25.0, ("fraud",))
    began, by = played(centre, day, discipline)
    ends = until(centre, day, began)
    for one in np.flatnonzero(day.of < 2):
        # Overtaken: someone who came later, whom no floor concerns, is taken by a pool that serves this one too, while this one still waits.
        may = np.array([pool >= 0 and centre.serves[pool, day.of[one]] for pool in by])
        overtakes = may & (day.arrived > day.arrived[one]) & (day.of < 2) & (began < ends[one])
        assert not (overtakes & (began - day.arrived[one] >= discipline.guard_seconds)).any()


@given(made=centres(), discipline=sampled_from(DISCIPLINES))
def test_nobody_is_taken_while_a_floor_waits_for_the_same_agents(made, discipline):
    centre, day = made
    began, by = played(centre, day, discipline)
    ends = until(centre, day, began)
    for one in np.flatnonzero(day.of == 2):
        assert not ((by >= 0) & (day.of < 2) & (day.arrived > day.arrived[one]) & (began > day.arrived[one]) & (began < ends[one])).any()


@given(made=centres(patient=False), agents=integers(1, 3), discipline=sampled_from(DISCIPLINES))
def test_the_compiled_day_is_the_plain_loop_over_the_same_discipline(made, agents, discipline):
    _, day = made
    # On whole seconds that no two contacts share, so that both see the same order of equal moments.
    arrived = np.arange(len(day.arrived)) * 7.0
    day = Contacts(arrived, day.of, np.round(day.takes) + 0.5, day.patient)
    centre = Centre(
        tuple(OfferedClass(name, (1.0,), Exponential(60), 60) for name in ALL), (Pool((agents,)),), (20, 20, 20), horizon_seconds=1e7
    )
    began, _ = played(centre, day, discipline)
    history = [(at, ALL[one], takes) for at, one, takes in zip(day.arrived, day.of, day.takes, strict=True)]
    plain = {contact: moment for moment, contact in served(history, agents, discipline)}
    assert began.tolist() == [plain[contact] for contact in range(len(history))]


@settings(max_examples=8)
@given(agents=integers(2, 8), load=floats(0.7, 1.4), patience=floats(30, 400), discipline=sampled_from(DISCIPLINES), seed=integers(0, 1000))
def test_on_the_same_days_more_agents_never_raise_abandonment(agents, load, patience, discipline, seed):
    rate = load * agents / 240 * 3600 / 3
    classes = tuple(OfferedClass(name, (rate,) * 4, Lognormal(240, 1.0), patience) for name in ALL)
    shares = []
    for more in (0, 1, 2):
        (found,) = replicate(Centre(classes, (Pool((agents + more,)),), (20, 20, 20)), [discipline], replications=30, seed=seed)
        shares.append(sum(found.of("abandoned", name).sum() for name in ALL) / sum(found.of("arrived", name).sum() for name in ALL))
    assert shares[0] >= shares[1] >= shares[2]
