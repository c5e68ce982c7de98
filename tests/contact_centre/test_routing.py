"""Where contacts go: by tier, floor, skill and language; and what is offered in the place of waiting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from unequal.config.policies import Moments, Routing
from unequal.contact_centre.routing import Centre, Contact, Met, Routed
from unequal.treatments.shapes import Service

NOON = datetime(2026, 3, 2, 12)
TIERS: dict[str, Any] = {
    "gold": {"words": "First.", "skill": "senior", "wait_seconds": 20, "host": "key_accounts", "perks": ["Free returns."]},
    "basic": {"words": "We answer.", "channels": ["phone", "chat"], "self_service_first": True},
    "least": {"words": "Help yourself.", "takes_service_away": True, "channels": ["web"]},
}
ROUTING: dict[str, Any] = {
    "queues": {"care": {"floors": ["bereavement"]}, "gold": {"tiers": ["gold"]}, "french": {"languages": ["fr"]}, "bills": {"skills": ["billing"]}, "general": {}},
    "self_service": "web", "self_service_skills": ["billing"], "call_back": "call_back",
}  # fmt: skip
FLOORS = {"bereavement": {"skill": "bereavement"}}
CHANNELS = {name: {"outbound": False} for name in ("phone", "chat", "web", "email")}


def routed(tier: str | None = None, *, floors: tuple[str, ...] = (), has_open_case: bool = False, waited: int = 0, **more: Any) -> Routed:
    routing = Routing.model_validate({**ROUTING, **more.pop("routing", {})})
    centre = Centre(Moments.model_validate({"tiers": TIERS, "floors": FLOORS, "channels": CHANNELS}), routing)
    contact = Contact(more.pop("channel", "phone"), NOON, waited, **more)
    return centre.route(contact, Met(Service(tier, tier, tier), floors, has_open_case))


@pytest.mark.parametrize(
    ("tier", "more", "queue"),
    [
        ("gold", {}, "gold"),
        ("gold", {"floors": ("bereavement",)}, "care"),
        ("gold", {"floors": ("safety",)}, "gold"),
        ("basic", {"language": "fr"}, "french"),
        ("basic", {"language": "de", "skill": "billing"}, "bills"),
        ("basic", {}, "general"),
        (None, {}, "general"),
    ],
)
def test_a_contact_goes_to_the_first_queue_that_it_fits(tier, more, queue):
    assert routed(tier, **more).queue == queue


def test_the_better_tier_is_answered_first_and_a_floor_before_all():
    order = [
        routed("gold", floors=("safety",)),
        routed("least", floors=("bereavement",)),
        routed("gold"),
        routed("basic"),
        routed(None),
        routed("least"),
    ]
    told = [one.priority for one in order]
    assert told == sorted(told, reverse=True)
    assert len(set(told)) == len(told)
    assert [one.level for one in order] == ["urgent", "urgent", "high", "normal", "normal", "low"]
    assert routed("least", waited=90).level == "high"


def test_who_has_waited_beyond_the_guard_outranks_the_best_tier_but_no_floor():
    waited = routed("least", waited=90).priority
    assert routed("gold", waited=89).priority < waited < routed("basic", floors=("accessibility",)).priority
    assert routed("least", waited=89).priority < routed("gold").priority
    assert routed("least", waited=30).guard_at == NOON + timedelta(seconds=60)


def test_each_discipline_says_from_when_on_nobody_is_overtaken():
    def guard_at(tier: str, **routing: Any) -> Any:
        found = routed(tier, waited=10, routing=routing).guard_at
        return None if found is None else (found - NOON).total_seconds()

    assert guard_at("basic", discipline="first_come") == -10
    assert guard_at("basic", discipline="strict") is None
    assert guard_at("basic", discipline="ageing") == -10 + 60, "gold has a head start of a minute over basic"
    assert guard_at("basic", discipline="guard", guard_seconds=45) == 35


def test_skills_are_told_with_the_floor_first_and_waits_are_the_tiers_own():
    gold = routed("gold", skill="billing", floors=("bereavement",))
    assert (gold.skills, gold.patience_seconds, gold.host, gold.perks) == (
        ("bereavement", "billing", "senior"),
        20,
        "key_accounts",
        ("Free returns.",),
    )
    assert [routed(tier).patience_seconds for tier in ("gold", "basic", None)] == [20, 120, 120]
    assert routed("least", floors=("safety",)).patience_seconds == 20, "a floor waits no longer than the best tier"


@pytest.mark.parametrize(
    ("tier", "more", "offer"),
    [
        ("basic", {"skill": "billing"}, ("web", "self_service")),
        ("basic", {"skill": "billing", "tried_self_service": True}, (None, None)),
        ("basic", {"skill": "billing", "has_open_case": True}, (None, None)),
        ("basic", {"skill": "a leak"}, (None, None)),
        ("basic", {"skill": "billing", "floors": ("safety",)}, (None, None)),
        ("basic", {"channel": "email", "skill": "billing"}, ("phone", "tier_channel")),
        ("least", {}, ("web", "tier_channel")),
        ("least", {"floors": ("accessibility",)}, (None, None)),
        ("gold", {"expected_wait_seconds": 21}, ("call_back", "call_back")),
        ("gold", {"expected_wait_seconds": 20}, (None, None)),
        (None, {"expected_wait_seconds": 121}, ("call_back", "call_back")),
    ],
)
def test_what_is_offered_in_the_place_of_waiting(tier, more, offer):
    found = routed(tier, **more)
    assert (found.offer, found.offer_because) == offer


def test_a_contact_by_a_channel_that_nobody_declared_is_sent_to_no_other():
    assert routed("least", channel="phone").offer == "web"
    assert routed("least", channel="voice_2").offer is None


def test_who_sees_the_level_alone_sees_that_he_who_has_waited_out_his_turn_is_next():
    ageing = {"discipline": "ageing"}
    waited = routed("least", waited=86_400, routing=ageing)
    assert waited.guard_at is not None
    assert waited.guard_at < NOON
    assert (waited.level, routed("least", routing=ageing).level, routed("gold", routing=ageing).level) == ("high", "low", "high")


def test_where_who_came_first_is_first_no_tier_has_a_level_of_its_own():
    levels = {routed(tier, waited=waited, routing={"discipline": "first_come"}).level for tier in (None, *TIERS) for waited in (0, 50_000)}
    assert levels == {"normal"}
    assert routed("least", floors=("fraud",), routing={"discipline": "first_come"}).level == "urgent"


@pytest.mark.parametrize("weights", [{"gold": 600, "basic": 300, "least": 0}, {"gold": 86_400, "basic": 43_200, "least": 0}])
def test_head_starts_and_waits_of_any_length_keep_their_order_in_one_number(weights: dict[str, int]):
    tiers = {name: {**tier, "weight": str(weights[name])} for name, tier in TIERS.items()}
    routing = Routing.model_validate({**ROUTING, "discipline": "ageing"})
    centre = Centre(Moments.model_validate({"tiers": tiers, "channels": CHANNELS}), routing)
    met = [(tier, waited) for tier in TIERS for waited in (0, 40, 400, 19_000, 20_000, 43_000, 60_000, 86_000)]
    standing = [weights[tier] + waited for tier, waited in met]
    told = [centre.route(Contact("phone", NOON, waited), Met(Service(tier, tier, tier))).priority for tier, waited in met]
    in_order = [number for _, number in sorted(zip(standing, told, strict=True))]
    assert in_order == sorted(in_order)
    assert max(told) < 20_000
    assert len(set(told)) == len(set(standing))
