"""What a policy must not do is found before it acts, with its place."""

from __future__ import annotations

import pytest
from tests.treatments.offered import MOMENTS, TYPES, made, policy

from unequal.config.policies import Moments
from unequal.terms.errors import Problems
from unequal.treatments import ready


def told(declared, **moments) -> list[str]:
    with pytest.raises(Problems) as refused:
        made(declared, **moments)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("changed", "code", "place"),
    [
        ({"eligible": "religion = 'x'"}, "TRT001", "seat.eligible (policies/seat.yaml:"),
        (
            {"effect": {"uplift": "0.1", "margin": "1", "variants": [{"when": "religion is null", "uplift": "0.2"}]}},
            "TRT001",
            "seat.effect.variants.0.when",
        ),
        ({"channels": {"telex": {"text": "Hi"}}}, "TRT002", "seat.channels.telex"),
        ({"purpose": "gossip"}, "TRT003", "seat.purpose"),
        ({"effect": {"uplift": "0.1", "margin": {"of": "band"}}}, "TRT004", "seat.effect.margin"),
        ({"effect": {"uplift": "0.1", "margin": {"of": "nothing"}}}, "TRT004", "seat.effect.margin"),
        ({"trigger": {"on": "flood"}}, "TRT005", "seat.trigger"),
        ({"trigger": {"on_day": "orders"}}, "TRT005", "seat.trigger.on_day"),
        ({"excludes": ["nobody"]}, "TRT006", "seat.excludes.0"),
        ({"eligible": "bnd = 'top'"}, "PRD008", "seat.eligible (policies/seat.yaml:"),
        ({"eligible": "count(flood, 3 days) > 1"}, "PRD021", "seat.eligible"),
    ],
)
def test_what_is_wrong_with_a_policy_is_told_with_its_place(changed, code, place):
    (problem,) = told([policy(**changed)])
    assert problem.startswith(code)
    assert place in problem


def test_a_lawful_reason_lets_a_policy_read_a_protected_attribute():
    assert len(made([policy(eligible="religion = 'x'", lawful_reason="A greeting at a feast, by consent.")])[0]) == 1


def test_a_rule_that_reads_a_protected_attribute_which_no_profile_holds_is_told_so():
    types = {name: stored for name, stored in TYPES.items() if name != "religion"}
    for changed in ({}, {"lawful_reason": "A greeting at a feast, by consent."}):
        with pytest.raises(Problems) as refused:
            ready([policy(eligible="orders > 1 and Religion = 'x'", **changed)], Moments.model_validate(MOMENTS), types=types,
                  time_zone="UTC", protected=["religion"])  # fmt: skip
        (problem,) = refused.value.problems
        assert (problem.code, problem.seen, problem.do) == ("TRT001", "religion", "leave the attribute out: no profile holds it")


def test_greetings_and_tiers_may_not_read_a_protected_attribute_and_floors_may():
    assert told([], tiers={"first": {"words": "First.", "when": "religion = 'x'"}})[0].startswith("TRT001")
    made([], floors={"accessibility": {"when": "religion = 'x'"}})


def test_service_is_not_taken_away_where_nothing_tells_whether_bands_are_stable():
    types = {name: stored for name, stored in TYPES.items() if name != "band_is_stable"}
    with pytest.raises(Problems, match="TRT007"):
        ready([policy(takes_service_away=True)], Moments.model_validate(MOMENTS), types=types, time_zone="UTC")


@pytest.mark.parametrize(("key", "column"), [("household", "household_others_expected"), ("referral", "through_others_expected")])
def test_what_goes_with_a_customer_counts_only_where_the_profile_tells_it(key, column):
    types = {name: stored for name, stored in TYPES.items() if name != column}
    counting = policy(counts={key: "0.25"})
    with pytest.raises(Problems, match="TRT004"):
        ready([counting], Moments.model_validate(MOMENTS), types=types, time_zone="UTC")
    types[column] = "float64"
    with pytest.raises(Problems) as refused:
        ready([counting], Moments.model_validate(MOMENTS), types=types, time_zone="UTC", untold=[column])
    (problem,) = refused.value.problems
    assert (problem.code, problem.seen, problem.where.startswith(f"seat.counts.{key} (")) == ("TRT004", column, True)
    ready([counting], Moments.model_validate(MOMENTS), types=types, time_zone="UTC", untold=["value_expected"])


@pytest.mark.parametrize(
    ("question", "seen"),
    [({"tells": "religion"}, "religion"), ({"tells": "band_is_stable"}, "business, leisure"), ({"tells": "orders"}, "orders: int64")],
)
def test_a_question_tells_only_what_it_can_and_may(question, seen):
    trip = {"text": "?", "tells": "trip", "answers": {"business": "Yes", "leisure": "No"}, "changes": "the offer"}
    (problem,) = told([], questions={"trip": {**trip, **question}})
    assert problem.startswith("TRT008")
    assert seen in problem


def test_what_is_said_of_a_channel_or_purpose_that_is_not_there_is_told():
    assert told([], contact_limits=[{"at_most": 1, "days": 1, "purpose": "gossip"}])[0].startswith("TRT009")


def test_all_that_is_wrong_with_all_policies_is_told_at_once():
    assert len(told([policy(purpose="gossip", eligible="bnd = 'top'"), policy("aisle", eligible="religion = 'x'")])) == 3
