"""What holds of levels of service for all histories: nobody flaps, nobody is worse off by what is remembered, floors lift whoever they concern."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.treatments.offered import AT, at_moment, made

from unequal.config.moments import FLOOR_CLASSES
from unequal.treatments.shapes import Service, Standing, TierHeld
from unequal.treatments.tiers import service_at

LAW = settings(deadline=None, derandomize=True, max_examples=60)
HOLDS_DAYS = 20
TIERS: dict[str, Any] = {
    "gold": {"words": "First.", "when": "orders >= 10", "holds_when": "orders >= 9", "holds_days": HOLDS_DAYS},
    "silver": {"words": "Soon.", "when": "orders >= 5", "holds_days": HOLDS_DAYS},
    "basic": {"words": "We answer.", "holds_days": HOLDS_DAYS},
    "least": {"words": "Help yourself.", "when": "orders < 2", "takes_service_away": True},
}
RANK = {name: rank for rank, name in enumerate(TIERS)}
_, RULES = made([], tiers={"least": TIERS["least"], **TIERS}, tier_trial="0")
histories = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 15)), min_size=2, max_size=25)


def met(history: list[tuple[int, int]], **more: Any) -> list[tuple[int, Service]]:
    """A customer who is met again and again: orders, and days since he was met last; of each meeting its day and his service."""
    held, day, found = None, 0, []
    for orders, days in history:
        day += days
        at = AT + timedelta(days=day)
        service, _ = service_at(at_moment(row={"orders": orders}, standing=Standing(tier=held), at=at, **more), RULES)
        held = TierHeld(str(service.earned), service.since)
        found.append((day, service))
    return found


@LAW
@given(history=histories)
def test_nobody_loses_a_tier_before_the_days_for_which_it_holds(history):
    told = met(history)
    for (_, before), (day, after) in pairwise(told):
        if RANK[after.earned] > RANK[before.earned]:
            assert AT + timedelta(days=day) >= before.since + timedelta(days=HOLDS_DAYS if before.earned != "least" else 0)


@LAW
@given(history=histories)
def test_what_is_remembered_never_makes_a_tier_worse_than_what_fits_now(history):
    for _, service in met(history):
        assert service.fits is None or RANK[service.earned] <= RANK[service.fits]


@LAW
@given(history=histories, floor=st.sampled_from(FLOOR_CLASSES))
def test_whom_a_floor_concerns_has_no_tier_that_takes_service_away(history, floor):
    assert all(service.tier != "least" for _, service in met(history, context={floor: True}))
