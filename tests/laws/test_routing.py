"""What holds of routing for all contacts: no floor is priced away, nobody starves, and one number orders as the discipline does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from unequal.config.moments import FLOOR_CLASSES
from unequal.config.policies import Moments, Routing
from unequal.contact_centre.routing import HIGHEST, Centre, Contact, Met
from unequal.treatments.shapes import Service

LAW = settings(deadline=None, derandomize=True, max_examples=100)
NOON = datetime(2026, 3, 2, 12)
NAMES = ("gold", "silver", "basic", "least")
LEVELS = ("low", "normal", "high", "urgent")
DISCIPLINES = ("first_come", "strict", "guard", "ageing")


@st.composite
def centres(draw, **fixed: Any) -> Centre:
    tiers = {
        name: {
            "words": "Words.", "wait_seconds": draw(st.one_of(st.none(), st.integers(0, 600))), "takes_service_away": name == "least",
            "channels": draw(st.sampled_from([[], ["web"], ["phone", "web"]])), "self_service_first": draw(st.booleans()),
            "weight": draw(st.one_of(st.none(), st.one_of(st.integers(0, 2000), st.integers(0, 999_999)).map(str))),
        }
        for name in NAMES[: draw(st.integers(0, 4))]
    }  # fmt: skip
    routing = {
        "discipline": draw(st.sampled_from(DISCIPLINES)), "guard_seconds": draw(st.integers(0, 600)), "self_service": "web", "call_back": "call_back",
        "wait_seconds": draw(st.integers(0, 600)), **fixed,
    }  # fmt: skip
    return Centre(Moments.model_validate({"tiers": tiers}), Routing.model_validate(routing))


contacts = st.builds(
    Contact, st.sampled_from(["phone", "web"]), st.just(NOON), st.one_of(st.integers(0, 5000), st.integers(0, 86_400)), st.sampled_from([None, "billing"]),
    expected_wait_seconds=st.one_of(st.none(), st.integers(0, 900)), tried_self_service=st.booleans(),
)  # fmt: skip
floors = st.lists(st.sampled_from(FLOOR_CLASSES), min_size=1, max_size=3, unique=True).map(
    lambda some: tuple(sorted(some, key=FLOOR_CLASSES.index))
)


def whose(data: st.DataObject, centre: Centre, some: tuple[str, ...] = ()) -> Met:
    tier = data.draw(st.sampled_from([None, *centre.tiers]))
    return Met(Service(tier, tier, tier), some, data.draw(st.booleans()))


@LAW
@given(centre=centres(), one=contacts, other=contacts, some=floors, data=st.data())
def test_a_floor_goes_before_everybody_else_whatever_they_are_worth_and_however_long_they_waited(centre, one, other, some, data):
    concerned, rich = centre.route(one, whose(data, centre, some)), centre.route(other, whose(data, centre))
    assert rich.priority < concerned.priority <= HIGHEST
    assert concerned.patience_seconds <= rich.patience_seconds
    assert concerned.offer is None, "whom a floor concerns is answered by a person where he is"


@LAW
@given(centre=centres(), one=contacts, other=contacts, data=st.data())
def test_a_priority_orders_contacts_as_the_discipline_does(centre, one, other, data):
    first, second = (centre.route(contact, whose(data, centre)) for contact in (one, other))
    urgent, less = (
        centre.discipline.urgency(routed.contact_class, contact.waited_seconds) for routed, contact in ((first, one), (second, other))
    )
    assert (urgent < less) or first.priority >= second.priority
    assert (urgent < less) or LEVELS.index(first.level) >= LEVELS.index(second.level)
    assert 0 <= first.priority <= HIGHEST


@LAW
@given(centre=centres(), one=contacts, later=st.integers(1, 5000), passed=st.integers(0, 5000), data=st.data())
def test_from_the_moment_that_is_promised_nobody_who_comes_in_goes_before(centre, one, later, passed, data):
    """The second comes in `later` seconds after the first; under ageing not before the promised moment. Both wait until some moment after it."""
    his, others = whose(data, centre), whose(data, centre)
    promised = centre.route(one, his).guard_at
    if promised is None:
        assert centre.discipline.name == "strict"
        return
    began = NOON - timedelta(seconds=one.waited_seconds)
    came = began + timedelta(seconds=later)
    if centre.discipline.name == "ageing":
        came = max(came, promised + timedelta(seconds=1))
    now = max(promised, came) + timedelta(seconds=passed)
    first, second = (
        centre.discipline.urgency(centre.route(one, met).contact_class, (now - begun).total_seconds())
        for met, begun in ((his, began), (others, came))
    )
    assert first > second
