"""Who is held out: of one policy, of all marketing, alone or with his household; and how probable what was done had been."""

from __future__ import annotations

from fractions import Fraction

import pytest
from pydantic import ValidationError
from tests.treatments.offered import D, at_moment, chosen, effect, fell, made, policy

from unequal import treatments
from unequal.treatments.shapes import UNIVERSAL, Standing

MANY = 600
FIFTH = {"experiments": {"universal_holdout": "0.2"}}
NEWS = policy("news", effect=effect("0.10", "50.00"))
CALL = policy("call", purpose="service", effect=effect("0.10", "20.00"))


def found_of(several, *, households: int | None = None, **moments):
    """What is chosen for many customers; customer n lives in household n modulo so many."""
    ready = made(several, **moments)
    rows = [{"household_id": f"h_{number % households}"} if households else {} for number in range(MANY)]
    return [treatments.choose(at_moment(customer=f"c_{number}", row=row), *ready) for number, row in enumerate(rows)]


def test_whom_the_universal_holdout_draws_no_marketing_reaches_and_service_does():
    everybody = found_of([policy(), NEWS, CALL], **FIFTH)
    held = [one for one in everybody if one.universal == "held_out"]
    assert 90 < len(held) < 150  # a fifth, give or take three standard errors
    for one in held:
        assert (one.winner.policy, fell(one), fell(one, "news")) == ("call", "universal_holdout", "universal_holdout")
        assert [candidate.policy for candidate in one.held_out] == ["seat", "news"]
    assert all(one.winner.policy == "seat" for one in everybody if one.universal == "treated")
    assert len(held) + sum(one.universal == "treated" for one in everybody) == MANY


def test_what_was_drawn_once_stands_and_a_larger_share_only_adds_to_it():
    drawn = {share: found_of([policy()], experiments={"universal_holdout": share}) for share in ("0.1", "0.2")}
    small, large = ({number for number, one in enumerate(found) if one.universal == "held_out"} for found in drawn.values())
    assert small < large
    told = Standing(arms={UNIVERSAL: "treated"})
    assert fell(chosen(policy(), at_moment(customer=f"c_{min(large)}", standing=told), **FIFTH)) is None


def test_the_lot_of_the_universal_holdout_is_asked_only_where_marketing_would_have_been_done():
    assert chosen(policy(eligible="orders > 99"), **FIFTH).universal is None
    assert chosen(policy(effect=effect("0.001", "1.00")), **FIFTH).universal is None
    assert chosen(CALL, **FIFTH).universal is None
    assert chosen(policy()).universal is None, "without one declared there is none"


def test_what_serves_a_floor_reaches_whom_the_universal_holdout_draws():
    recall = policy("recall", serves_floor="safety")
    ready = made([recall, policy()], **FIFTH)
    for number in range(50):
        found = treatments.choose(at_moment(customer=f"c_{number}", context={"safety": True}), *ready)
        assert found.winner.policy == "recall"


@pytest.mark.parametrize("declared", [{"moments": {"experiments": {"assign_by": "household"}}}, {"policy": {"assign_by": "household"}}])
def test_a_household_is_held_out_with_all_its_members_where_that_is_declared(declared):
    seat = policy(holdout="0.3", **declared.get("policy", {}))
    arms: dict[int, set[str | None]] = {}
    for number, one in enumerate(found_of([seat], households=150, **declared.get("moments", {}))):
        arms.setdefault(number % 150, set()).add(fell(one))
    assert all(len(its) == 1 for its in arms.values())
    assert 28 < sum(its == {"held_out"} for its in arms.values()) < 62


def test_a_policy_that_draws_customers_does_so_though_the_project_draws_households():
    arms: dict[int, set[str | None]] = {}
    for number, one in enumerate(
        found_of([policy(holdout="0.3", assign_by="customer")], households=20, experiments={"assign_by": "household"})
    ):
        arms.setdefault(number % 20, set()).add(fell(one))
    assert all(its == {None, "held_out"} for its in arms.values())


def test_the_universal_holdout_draws_households_where_that_is_declared_and_who_lives_alone_by_himself():
    shared = {"experiments": {"universal_holdout": "0.2", "assign_by": "household"}}
    arms: dict[int, set[str]] = {}
    for number, one in enumerate(found_of([policy()], households=150, **shared)):
        arms.setdefault(number % 150, set()).add(one.universal)
    assert all(len(its) == 1 for its in arms.values())
    assert {one.universal for one in found_of([policy()], **shared)} == {"treated", "held_out"}


def test_the_household_is_kept_with_a_decision_only_where_a_lot_reads_it():
    assert "household_id" not in made([policy()])[1].reads
    assert "household_id" in made([policy()], experiments={"assign_by": "household"})[1].reads
    assert "household_id" in made([policy(assign_by="household")])[1].reads


def test_lots_of_two_policies_are_independent_so_that_where_they_meet_four_arms_arise():
    seats, news = policy(holdout="0.5"), policy("news", holdout="0.5")
    cells = [(fell(one) == "held_out", fell(one, "news") == "held_out") for one in found_of([seats, news])]
    counts = [cells.count(cell) for cell in ((True, True), (True, False), (False, True), (False, False))]
    assert all(abs(count - MANY / 4) < 3.3 * (MANY * 3 / 16) ** 0.5 for count in counts)


def test_the_propensity_is_what_the_lots_of_the_winner_and_of_those_before_it_make_likely():
    best, other = policy(holdout="0.5"), policy("news", holdout="0.2", effect=effect("0.10", "50.00"))
    told = {}
    for one in found_of([best, other]):
        told[one.winner and one.winner.policy, len(one.held_out)] = one.propensity
    assert told == {("seat", 0): D("0.5"), ("news", 1): D("0.5") * D("0.8"), (None, 2): D("0.5") * D("0.2")}


def test_the_universal_holdout_counts_once_however_many_policies_it_stops():
    told = {one.winner.policy: one.propensity for one in found_of([policy(holdout="0.5"), NEWS, CALL], **FIFTH)}
    tiny = D("0.000001")
    assert told["seat"] == D("0.8") * D("0.5")
    assert told["news"] == D("0.8") * D("0.5") * (1 - tiny)
    assert told["call"] == (D("0.2") + D("0.8") * D("0.5") * tiny) * (1 - tiny), "held out of all marketing, or of each by itself"


SEVERAL = {
    "marketing alone": [policy(holdout="0.4"), policy("news", holdout="0.3", effect=effect("0.10", "50.00"))],
    "a service below": [policy(holdout="0.3"), policy("call", purpose="service", holdout="0.4", effect=effect("0.10", "20.00"))],
    "a service between": [
        policy(holdout="0.3"), policy("call", purpose="service", holdout="0.4", effect=effect("0.10", "60.00")),
        policy("news", holdout="0.5", effect=effect("0.10", "20.00")),
    ],
    "a person decides first": [policy("ending", significant=True, holdout="0.4"), policy("call", holdout="0.5", effect=effect("0.10", "20.00"))],
}  # fmt: skip


@pytest.mark.parametrize("several", SEVERAL.values(), ids=SEVERAL.keys())
@pytest.mark.parametrize("declared", [{}, FIFTH], ids=["no universal holdout", "a fifth"])
def test_the_propensities_of_all_that_may_be_done_add_up_to_one_and_each_is_as_often_done(several, declared):
    everybody = found_of(several, **declared)
    done = [one.winner and one.winner.policy for one in everybody]
    told = {(action, one.propensity) for action, one in zip(done, everybody, strict=True)}
    assert len(told) == len(set(done)), "an action is as probable, however the lots fell that led to it"
    assert sum(chance for _, chance in told) == 1
    for action, chance in told:
        share = float(chance)
        assert abs(done.count(action) - MANY * share) < 4 * (MANY * share * (1 - share)) ** 0.5


def test_weighed_by_the_propensity_everybody_is_counted_once():
    """Horvitz and Thompson: the sum of 1 / propensity over who got a treatment estimates how many might have."""
    everybody = found_of([policy(holdout="0.4"), policy("news", holdout="0.3", effect=effect("0.10", "50.00")), CALL], **FIFTH)
    for name in ("seat", "news", "call"):
        weights = [1 / Fraction(one.propensity) for one in everybody if (one.winner and one.winner.policy) == name]
        assert abs(float(sum(weights)) / MANY - 1) < 0.25


def test_a_person_who_decides_is_none_of_the_lots():
    found = chosen([policy("ending", significant=True, holdout="0.4"), CALL])
    assert (found.for_review is None, found.winner.policy) in {(False, "call"), (True, "call")}
    assert found.propensity == 1 - D("0.000001"), "it is done however the lot of what a person decides falls"


def test_more_than_half_of_the_base_is_not_held_out():
    with pytest.raises(ValidationError, match=r"at most 0\.5"):
        made([policy()], experiments={"universal_holdout": "0.6"})
