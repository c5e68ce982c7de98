"""Laws: a choice is one and the same however it is asked for, and what is said to exclude each other never holds at once."""

from __future__ import annotations

import decimal
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.predicates.grammar import COLUMNS, extremes, predicates, rows
from tests.treatments.offered import D, at_moment, days_ago, effect, made, policy

from unequal import treatments
from unequal.predicates import can_both_hold, compile_single, parse
from unequal.treatments.shapes import Asked, Consent, Contact, Preference, Standing

LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example])
RULES = (
    None, "band = 'top'", "orders >= 3", "count(order, 30 days) >= 1", "last(complaint) within 7 days", "travels_for = 'business'",
    "travels_for is null", "contribution > 100 and orders < 9",
)  # fmt: skip
QUESTIONS = {
    "trip": {"text": "?", "tells": "travels_for", "answers": {"business": "Yes", "leisure": "No"}, "changes": "the offer", "cost": "0.10"}
}
FLOORS = {"safety": {}, "bereavement": {"when": "orders = 7"}}


@st.composite
def declared(draw, name):
    """A policy of any sort."""
    margin = draw(st.sampled_from(["100.00", "0", {"of": "value_expected", "times": "0.5"}, {"of": "contribution", "times": "-1"}]))
    uplift = draw(st.sampled_from(["0.10", "0.02", "-0.05", "0.3333"]))
    variants = draw(
        st.sampled_from(
            [[], [{"when": "orders >= 5", "uplift": "0.2"}, {"when": "band = 'low'", "margin": {"of": "through_others_expected"}}]]
        )
    )
    is_measured = draw(st.booleans())
    stated = effect(uplift, margin, variants=variants) if is_measured else {"uplift": uplift, "margin": margin, "variants": variants}
    floor = draw(st.sampled_from([None] * 8 + ["safety", "bereavement"]))
    changed = {
        "eligible": draw(st.sampled_from(RULES)), "effect": stated, "cost": draw(st.sampled_from(["0", "1.00", "4.50"])),
        "cost_to_serve": draw(st.sampled_from(["0", "-2.00", "0.3333"])), "purpose": draw(st.sampled_from(["marketing", "service"])),
        "counts": draw(st.sampled_from([{}, {"household": "0.3"}, {"household": "0.1", "referral": "0.5"}])),
        "lever": draw(st.sampled_from([None, None, None, {"amount": "3.00", "why": "Spring."}])), "holdout": draw(st.sampled_from(["0.000001", "0.5"])),
        "significant": draw(st.sampled_from([False, False, False, True])), "takes_service_away": draw(st.sampled_from([False, False, True])),
        "limits": draw(st.sampled_from([[], [{"days": 30}], [{"days": 30, "of": "issue", "at_most": 2}]])), "serves_floor": floor,
    }  # fmt: skip
    return policy(name, **{key: value for key, value in changed.items() if value is not None})


@st.composite
def moments(draw):
    """A moment of any customer."""
    days = st.integers(0, 60)
    contacts = [Contact("email", "marketing", f"p{draw(st.integers(0, 5))}", days_ago(day)) for day in draw(st.lists(days, max_size=3))]
    consents = [Consent("marketing", None, draw(st.sampled_from(["granted", "granted", "withdrawn", "objected"])), days_ago(9))]
    wishes = draw(
        st.sampled_from(
            [[], [], [Preference("topic:upgrade", None, "never", days_ago(1))], [Preference("channel", "email", "never", days_ago(1))]]
        )
    )
    asked = draw(st.sampled_from([[], [], [Asked("trip", days_ago(1), "business")], [Asked("trip", days_ago(1))]]))
    row = {
        "band": draw(st.sampled_from(["top", "low", None])), "band_is_stable": draw(st.sampled_from([True, False, None])),
        "orders": draw(st.one_of(st.none(), st.integers(0, 12))),
        "value_expected": draw(st.one_of(st.none(), st.floats(-1e6, 1e6), st.just(float("nan")))),
        "contribution": draw(st.one_of(st.none(), st.decimals(-500, 500, places=4))),
        "household_others_expected": draw(st.one_of(st.none(), st.floats(-1e6, 1e6), st.just(float("nan")))),
        "through_others_expected": draw(st.sampled_from([40.0, None])),
    }  # fmt: skip
    happened = {
        "order": sorted(map(days_ago, draw(st.lists(days, max_size=3)))),
        "complaint": [days_ago(day) for day in draw(st.lists(days, max_size=1))],
    }
    context = draw(st.sampled_from([{}, {}, {"safety": True}]))
    standing = Standing(contacts, consents, wishes, asked, {}, {"p1": D("999.00")})
    return at_moment(draw(st.sampled_from(["web", "email", "letter"])), row=row, standing=standing, context=context, happened=happened,
                     customer=f"c_{draw(st.integers(0, 99))}")  # fmt: skip


policies = st.integers(1, 8).flatmap(lambda many: st.tuples(*(declared(f"p{number}") for number in range(many))))


@settings(LAW, max_examples=60)
@given(several=policies, moment=moments(), data=st.data())
def test_a_choice_is_the_same_whatever_the_order_of_the_policies_and_the_decimal_context_of_the_process(several, moment, data):
    said = {"questions": QUESTIONS, "floors": FLOORS}
    first = treatments.choose(moment, *made(several, **said))
    other = made(data.draw(st.permutations(several)), **said)
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)):
        again = treatments.choose(moment, *other)
    assert repr(first) == repr(again)


@settings(LAW, max_examples=100)
@given(several=policies, moment=moments(), share=st.sampled_from(["0", "0.3"]))
def test_to_stop_early_changes_nothing_but_how_many_candidates_are_told(several, moment, share):
    ready = made(several, questions=QUESTIONS, floors=FLOORS, experiments={"universal_holdout": share})
    whole, quick = treatments.choose(moment, *ready), treatments.choose(moment, *ready, every=False)
    for part in ("winner", "question", "greeting", "tier", "held_out", "for_review", "lever_price", "floors", "propensity", "universal"):
        assert repr(getattr(whole, part)) == repr(getattr(quick, part)), part


@settings(LAW, max_examples=60)
@given(several=policies, moment=moments())
def test_what_a_policy_brings_is_the_sum_of_its_parts_and_the_winner_brings_most(several, moment):
    found = treatments.choose(moment, *made(several, questions=QUESTIONS, floors=FLOORS))
    for one in found.candidates:
        assert one.dollars is None or one.dollars == sum(one.parts.values(), Decimal(0))
        assert one.fell is None or one.fell in treatments.shapes.REASONS
    if found.winner is not None and not found.floors:
        assert all(one.dollars + one.lever <= found.winner.dollars + found.winner.lever for one in found.candidates if one.fell == "outbid")
        assert found.winner.dollars + found.winner.lever > 0
    assert found.lever_price >= 0


@settings(LAW, max_examples=100)
@given(several=st.lists(predicates, min_size=2, max_size=5), row=rows(extremes))
def test_rules_that_both_hold_for_a_row_are_never_said_to_exclude_each_other(several, row):
    columns = {name: at for at, name in enumerate(COLUMNS)}
    values = [row[name] for name in COLUMNS]
    read = [parse(written.text, COLUMNS) for written in several]
    # Of each rule one of the forms that are sure to be answered holds: itself, its opposite, or that it is unknown.
    read += [parse(f"not ({written.text})", COLUMNS) for written in several if len(written.text) < 1000 and written.text.count("(") < 15]
    true = [one for one in read if compile_single(one, columns)(values) is True]
    for one in true:
        for other in true:
            assert can_both_hold([one], [other]), (one.text, other.text, row)
    assert can_both_hold(true, [])
