"""Law: what many customers are offered by columns is what each of them is offered alone, digit for digit."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.laws.test_policies import QUESTIONS, declared
from tests.treatments.offered import AT, ROW, TYPES, at_moment, days_ago, made

from unequal import predicates
from unequal.treatments import allocation, shapes

CUSTOMERS = 12
AMOUNTS = st.one_of(
    st.none(), st.decimals(-10_000, 10_000, places=4), st.sampled_from([Decimal("0.5000"), Decimal("99999999999999.9999"), Decimal("-0.0001")])
)  # fmt: skip
FORECASTS = st.one_of(st.none(), st.floats(-1e6, 1e6), st.sampled_from([0.05, 1e12]))


@st.composite
def rows(draw):
    """A customer of any sort of whom the state holds nothing, and his days with an order."""
    row = {
        **ROW, "band": draw(st.sampled_from(["top", "low", None])), "band_is_stable": draw(st.sampled_from([True, False, None])),
        "orders": draw(st.sampled_from([None, 2, 3, 5, 7, 12])), "value_expected": draw(FORECASTS),
        "contribution": draw(AMOUNTS), "household_others_expected": draw(FORECASTS), "through_others_expected": draw(FORECASTS), "household_id": draw(st.sampled_from([None, "h_1", "h_2", "h_3"])),
    }  # fmt: skip
    return row, sorted(days_ago(day) for day in draw(st.lists(st.integers(0, 60), max_size=2)))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True).flatmap(lambda names: st.tuples(*[declared(f"p{name}") for name in names])),
       st.lists(rows(), min_size=1, max_size=CUSTOMERS), st.sampled_from(["web", "letter"]), st.sampled_from(["customer", "household"]))  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_many_are_offered_is_what_each_is_offered_alone(several, customers, channel, drawn) -> None:
    policies, rules = made(
        several,
        purposes={"marketing": {"consent": "not_needed", "direct_marketing": True}, "service": {"consent": "not_needed"}},
        questions=QUESTIONS,
        experiments={"universal_holdout": "0.3", "assign_by": drawn},
    )
    moments = [
        at_moment(channel, row=row, customer=f"c_{at}", happened={"order": times}) for at, (row, times) in enumerate(customers)
    ]  # fmt: skip
    whole = [
        [*one.profile.row, *predicates.windows.values(rules.windows, one.profile.happened.moments, AT), *[None] * 9] for one in moments
    ]  # fmt: skip

    def coded(place: int):
        return np.arange(len(whole)), [row[place] for row in whole]

    nobody = shapes.Moment(shapes.Profile("", (None,) * len(TYPES), {}), shapes.Standing(), channel, {}, AT)
    plain = allocation.plain(nobody, policies, rules)
    assert plain is not None
    alone, found = plain.of([one.profile.customer_id for one in moments], coded)
    together = {
        (int(customer), one.policy.name, int(value), bool(held))
        for one in found for customer, value, held in zip(one.customers, one.value, one.is_held_out, strict=True)
    }  # fmt: skip
    each = {
        (at, one.offer.policy.name, int(one.offer.score.scaleb(4)), one.code in {"held_out", "universal_holdout"})
        for at, moment in enumerate(moments) if not alone[at]
        for one in allocation.offered(moment, policies, rules) if one.offer.score is not None
    }  # fmt: skip
    assert together == each
