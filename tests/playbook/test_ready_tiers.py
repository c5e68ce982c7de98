"""Tiers for a bank, an airline and a telecom: sound as they are, and tried on Meridian, each with somebody who must not have it."""

from __future__ import annotations

import pytest
from tests.playbook.conftest import Make

from unequal import flow
from unequal.flow.routes import RouteAsked
from unequal.flow.tier_preview import preview_tiers
from unequal.treatments.playbook import service_levels

EXPECTED = {
    "tiers_bank": ("private", "private_bankers", 300),
    "tiers_airline": ("first", "travel_desk", 250),
    "tiers_telecom": ("key", "key_accounts", 200),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_best_tier_has_who_brings_most_and_nobody_who_brings_less(scene: Make, name: str) -> None:
    best, host, least = EXPECTED[name]
    on = scene(**service_levels()[name].needs, tier_trial="0")
    yearly = {who: on.told(who, "contribution_12m") or 0 for who in on.live.profiles.customers()}
    above = max(yearly, key=lambda who: yearly[who])
    below = max((who for who in yearly if yearly[who] < least), key=lambda who: yearly[who])
    got, other = (on.live.route(RouteAsked("phone", who)) for who in (above, below))
    assert (got["host"], got["queue"] != "general") == (host, True)
    assert (other["host"], other["queue"]) == (None, "general")
    told = {row["tier"]: row["customers"] for row in preview_tiers(flow.open_project(on.folder, {}), {}, on.now).tiers}
    assert 0 < told[best] <= sum(amount >= least for amount in yearly.values())
    assert set(told) == set(service_levels()[name].needs["tiers"])


def test_the_lowest_tier_of_the_telecom_spares_doubtful_bands_floors_and_whom_we_let_down(scene: Make) -> None:
    on = scene(**service_levels()["tiers_telecom"].needs, tier_trial="0")
    costly = [
        who
        for who in on.live.profiles.customers()
        if (on.told(who, "contribution_12m") or 0) <= -50 and on.told(who, "band") == "unprofitable"
    ]
    low = {who for who in costly if on.live.route(RouteAsked("phone", who))["level"] == "low"}
    assert low == {who for who in costly if on.told(who, "band_is_stable") and not on.told(who, "is_let_down")}
    assert 0 < len(low) < len(costly)
    one = min(low)
    assert on.live.route(RouteAsked("phone", one, skill="billing"))["offer"]["channel"] == "web"
    floored = on.live.route(RouteAsked("phone", one, context={"accessibility": True}))
    assert (floored["level"], floored["queue"], floored["offer"]) == ("urgent", "care", None)
