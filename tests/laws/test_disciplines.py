"""Nobody is overtaken beyond the guard, and floor classes go first, whoever arrives when and however long serving takes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis.strategies import booleans, composite, floats, integers, lists, sampled_from

from unequal.contact_centre.disciplines import Discipline, ageing, c_mu_theta, first_come, guard, strict

CLASSES = ["gold", "silver", "base"]
FLOORS = ["safety", "fraud"]
GUARD = 60.0


def disciplines() -> list[Discipline]:
    return [
        first_come(CLASSES, floors=FLOORS),
        strict(CLASSES, floors=FLOORS),
        guard(CLASSES, seconds=GUARD, floors=FLOORS),
        ageing(CLASSES, weights=[90, 30, 0], rate=0.5, floors=FLOORS),
        c_mu_theta(CLASSES, abandonment_costs=[9, 30, 3], handling_seconds=[300, 100, 200], patience_seconds=[60, 60, 90], floors=FLOORS),
    ]


@composite
def histories(draw):
    """When contacts arrive and of which class, how long each takes, and how many agents there are."""
    gaps = draw(lists(integers(0, 60), min_size=2, max_size=25))
    arrivals = [sum(gaps[: place + 1]) for place in range(len(gaps))]
    each = [(arrived, draw(sampled_from(CLASSES + FLOORS)), draw(integers(1, 200))) for arrived in arrivals]
    return each, draw(integers(1, 3))


def served(history, agents, discipline):
    """The moments at which contacts are taken, in order: (moment, contact), by the plainest of loops."""
    waiting, free_at, order, moment = list(range(len(history))), [0.0] * agents, [], 0.0
    while waiting:
        here = [one for one in waiting if history[one][0] <= moment]
        if not here or min(free_at) > moment:
            later = [history[one][0] for one in waiting if history[one][0] > moment] + [free for free in free_at if free > moment]
            moment = min(later)
            continue
        taken = here[discipline.first_of([(history[one][1], moment - history[one][0]) for one in here])]
        free_at[free_at.index(min(free_at))] = moment + history[taken][2]
        waiting.remove(taken)
        order.append((moment, taken))
    return order


@given(made=histories(), place=integers(0, 4), guarded=booleans())
def test_nobody_who_waited_for_the_guard_is_overtaken_by_who_came_later_and_no_floor_concerns(made, place, guarded):
    history, agents = made
    # The guard is no property of strict priority: with it every discipline keeps the law.
    discipline = replace(disciplines()[place], guard_seconds=GUARD if guarded or place == 2 else 25.0)
    taken_at = {one: moment for moment, one in served(history, agents, discipline)}
    for one, (arrived, of, _) in enumerate(history):
        if of in FLOORS:
            continue
        for other, moment in taken_at.items():
            overtakes = history[other][0] > arrived and moment < taken_at[one] and history[other][1] not in FLOORS
            assert not (overtakes and moment - arrived >= discipline.guard_seconds)


@given(made=histories(), place=integers(0, 4))
def test_nobody_is_taken_while_a_floor_class_waits_and_the_higher_floor_goes_first(made, place):
    history, agents = made
    standing = {"safety": 2, "fraud": 1}
    order = served(history, agents, disciplines()[place])
    taken_at = {one: moment for moment, one in order}
    for sequence, (moment, one) in enumerate(order):
        after = [other for _, other in order[sequence + 1 :] if history[other][0] <= moment]
        assert all(standing.get(history[one][1], 0) >= standing.get(history[other][1], 0) for other in after), taken_at


@given(first=floats(0, 1e6), later=floats(0, 1e6), of=sampled_from(CLASSES + FLOORS), place=integers(0, 4))
def test_within_a_class_who_came_first_is_never_behind(first, later, of, place):
    discipline = disciplines()[place]
    longest, shortest = max(first, later), min(first, later)
    assert discipline.urgency(of, longest) >= discipline.urgency(of, shortest)


@given(waited=floats(0, 1e6), ahead=floats(0, 1e6))
def test_under_ageing_nobody_is_overtaken_by_who_came_later_by_more_than_the_head_start(waited, ahead):
    aged = ageing(CLASSES, weights=[90, 30, 0], rate=0.5)
    if ahead > (90 - 0) / 0.5 + 1e-6:
        assert aged.urgency("base", waited + ahead) > aged.urgency("gold", waited)


def test_the_law_of_the_guard_is_able_to_fail():
    history = [(0, "gold", 100), (1, "base", 10), (2, "gold", 100), (150, "gold", 10)]
    order = [one for _, one in served(history, 1, strict(CLASSES))]
    assert order == [0, 2, 3, 1]
    assert [one for _, one in served(history, 1, guard(CLASSES, seconds=GUARD))] == [0, 1, 2, 3]
