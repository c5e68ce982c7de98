"""Which level of service a customer has: rises at once, falls late, is not priced away by a floor, and is tried out by lot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.treatments.offered import AT, at_moment, chosen, days_ago, made, policy

from unequal.flow.deciding import met_of
from unequal.treatments.shapes import Service, Standing, TierHeld
from unequal.treatments.tiers import service_at

TIERS: dict[str, Any] = {
    "gold": {"words": "You are answered first.", "when": "orders >= 10", "holds_when": "orders >= 8", "holds_days": 30},
    "silver": {"words": "You are answered soon.", "when": "orders >= 4"},
    "basic": {"words": "We answer."},
}


def served(orders: int = 5, *, held: TierHeld | None = None, customer: str = "c_1", trial: str = "0", **more: Any) -> Service:
    standing = Standing(tier=held, arms=more.pop("arms", {}))
    moment = at_moment(row={"orders": orders, **more.pop("row", {})}, standing=standing, customer=customer, **more)
    return service_at(moment, made([], tiers=more.pop("tiers", TIERS), tier_trial=trial)[1])[0]


@pytest.mark.parametrize(
    ("orders", "held", "days", "tier"),
    [
        (12, None, 0, "gold"),
        (9, None, 0, "silver"),
        (12, "silver", 1, "gold"),
        (9, "gold", 300, "gold"),
        (7, "gold", 29.999, "gold"),
        (7, "gold", 30, "silver"),
        (0, "gold", 1, "gold"),
        (0, "silver", 0, "basic"),
        (7, "platinum", 1, "silver"),
    ],
)
def test_who_earns_a_better_tier_rises_at_once_and_who_earns_a_lesser_keeps_his_own_for_a_while(orders, held, days, tier):
    found = served(orders, held=None if held is None else TierHeld(held, days_ago(days)))
    assert (found.tier, found.is_new) == (tier, tier != held)
    assert found.since == (AT if tier != held else days_ago(days))


def test_a_tier_that_takes_service_away_is_the_least_and_spares_whom_a_floor_protects():
    tiers = {"least": {"words": "Help yourself.", "when": "orders < 2", "takes_service_away": True}, "usual": {"words": "We answer."}}

    def tier(**more):
        moment = at_moment(row={"orders": 1, **more.pop("row", {})}, **more)
        return service_at(moment, made([], tiers=tiers, tier_trial="0")[1])[0].tier

    assert (tier(), tier(row={"band_is_stable": False}), tier(context={"accessibility": True})) == ("least", "usual", "usual")
    held = Standing(tier=TierHeld("least", days_ago(3)))
    assert tier(standing=held, context={"bereavement": True}) == "usual", "a floor lifts out of it at once"


def test_without_a_tier_for_everybody_whoever_fits_none_leaves_the_one_that_takes_service_away_at_once():
    tiers = {
        "gold": TIERS["gold"],
        "least": {"words": "Help yourself.", "when": "orders < 2", "takes_service_away": True, "holds_days": 30},
    }

    def tier(orders=1, held=None, **more):
        moment = at_moment(row={"orders": orders, **more.pop("row", {})}, standing=Standing(tier=held), **more)
        return service_at(moment, made([], tiers=tiers, tier_trial="0")[1])[0].tier

    held = TierHeld("least", days_ago(3))
    assert (tier(), tier(held=held)) == ("least", "least")
    assert tier(held=held, context={"bereavement": True}) is None, "a floor lifts out of it"
    assert tier(held=held, row={"band_is_stable": False}) is None
    assert tier(5, held) is None, "no tier is better, and who earns a better one rises at once"
    assert tier(1, TierHeld("gold", days_ago(3))) == "gold", "who has more keeps it for its days"


def test_a_fall_to_no_tier_is_remembered_so_that_what_keeps_a_tier_does_not_give_it_back():
    def at(orders, held):
        moment = at_moment(row={"orders": orders}, standing=Standing(tier=held))
        rules = made([], tiers={"gold": TIERS["gold"]}, tier_trial="0")[1]
        return met_of(moment, service_at(moment, rules)[0], rules)

    fallen = at(7, TierHeld("gold", days_ago(40))).tier
    assert (fallen.tier, fallen.since, fallen.before) == ("", AT, "gold")
    assert at(8, TierHeld(fallen.tier, days_ago(1))) is None, "what kept gold gives none, and there is nothing new to remember"
    assert at(10, TierHeld(fallen.tier, days_ago(1))).tier.tier == "gold"


def test_the_lot_serves_the_same_few_as_the_tier_above_and_never_the_best():
    few = [served(1, customer=f"c_{number}", trial="0.05") for number in range(2000)]
    assert {(one.earned, one.arm, one.tier) for one in few} == {("basic", "held_out", "basic"), ("basic", "treated", "silver")}
    assert 60 <= sum(one.arm == "treated" for one in few) <= 140
    assert {served(12, customer=f"c_{number}", trial="1").arm for number in range(50)} == {None}
    assert [one.arm for one in few] == [served(1, customer=f"c_{number}", trial="0.05").arm for number in range(2000)]


def test_the_first_word_of_the_lot_stands_whatever_share_is_declared_later():
    assert served(1, trial="1", arms={"tier:basic": "held_out"}).tier == "basic"
    assert served(1, trial="0.000001", arms={"tier:basic": "treated"}).tier == "silver"
    assert served(1, trial="0", arms={"tier:basic": "treated"}).tier == "basic", "no trial any more"


def test_where_no_tier_fits_there_is_no_service_to_speak_of_and_what_was_held_counts_no_more():
    only = {"gold": TIERS["gold"]}

    def at(orders, held=None):
        return service_at(at_moment(row={"orders": orders}, standing=Standing(tier=held)), made([], tiers=only)[1])[0]

    assert at(1) == Service()
    assert at(1, TierHeld("gold", days_ago(40))).tier is None
    assert at(1, TierHeld("gold", AT + timedelta(days=1))).tier is None, "what was remembered later is not known yet"


def test_words_follow_the_tier_as_which_a_customer_is_served():
    told = [chosen(policy(), at_moment(row={"orders": 1}, customer=f"c_{number}"), tiers=TIERS).tier for number in range(60)]
    assert set(told) == {"We answer.", "You are answered soon."}


def test_a_tier_may_not_be_kept_by_a_protected_attribute():
    with pytest.raises(Exception, match="TRT001"):
        made([], tiers={"gold": {"words": "First.", "holds_when": "religion = 'x'"}})
