"""Who wins, in dollars worked by hand."""

from __future__ import annotations

import pytest
from tests.treatments.offered import D, at_moment, chosen, days_ago, effect, fell, made, policy

from unequal import treatments
from unequal.treatments.shapes import Asked, Preference, Standing

TRIP = {"trip": {"text": "On business?", "tells": "travels_for", "answers": {"business": "Yes", "leisure": "No"}, "changes": "the offer"}}


def test_dollars_are_uplift_times_margin_less_treatment_channel_and_service():
    # 0.10 × 100.00 − 1.00 − 0.80 − 0.25
    found = chosen(policy(purpose="service", cost_to_serve="0.25"), at_moment("letter"))
    assert found.winner.dollars == D("7.9500")
    assert sum(found.winner.parts.values()) == found.winner.dollars


def test_a_margin_may_be_a_multiple_of_what_is_expected_of_the_customer():
    # 0.02 × 0.5 × 800 − 1
    assert chosen(policy(effect=effect("0.02", {"of": "value_expected", "times": "0.5"}))).winner.dollars == D("7.0000")
    unknown = at_moment(row={"value_expected": None})
    assert fell(chosen(policy(effect=effect("0.02", {"of": "value_expected"})), unknown)) == "worth_unknown"
    assert (
        fell(chosen(policy(effect=effect("0.02", {"of": "value_expected"})), at_moment(row={"value_expected": float("nan")})))
        == "worth_unknown"
    )


def test_of_an_assumed_effect_half_the_gain_and_the_saving_count_and_all_of_the_loss():
    # 0.10 × 100 × 0.5 + 2 × 0.5 − 1; and −0.10 × 100 in full
    assert chosen(policy(effect={"uplift": "0.10", "margin": "100.00"}, cost_to_serve="-2.00")).winner.dollars == D("5.0000")
    assert chosen(policy(effect={"uplift": "-0.10", "margin": "100.00"})).candidates[0].dollars == D("-11.0000")


def test_household_and_referral_value_count_where_the_policy_says_so():
    # 0.10 × 100 + 0.10 × (0.25 × 200) + 0.10 × (0.5 × 40) − 1
    assert chosen(policy(counts={"household": "0.25", "referral": "0.5"})).winner.dollars == D("16.0000")


def test_who_lives_alone_and_brings_nobody_is_worth_what_he_is_worth_himself():
    counting = {"counts": {"household": "0.25", "referral": "0.5"}}
    alone = at_moment(row={"household_others_expected": None, "through_others_expected": None})
    found = chosen(policy(**counting), alone)
    assert (found.winner.dollars, found.winner.parts["household"], found.winner.parts["referral"]) == (D("9.0000"), 0, 0)
    one = at_moment(row={"household_others_expected": None})
    # 0.10 × 100 + 0.10 × (0.5 × 40) − 1; what is asked of one thing alone is bounded another way.
    assert chosen(policy(**counting), one).winner.dollars == D("11.0000")
    for counts in ({"household": "0.25"}, {"referral": "0.5"}):
        ready = made([policy(counts=counts)])
        assert treatments.choose(alone, *ready, every=False).winner.dollars == D("9.0000")


def test_an_effect_may_differ_among_customers_and_the_first_that_fits_counts():
    variants = [{"when": "orders >= 5", "uplift": "0.01"}, {"when": "orders >= 1", "margin": "500.00"}]
    told = [
        chosen(policy(effect=effect("0.10", "100.00", variants=variants)), at_moment(row={"orders": n})).candidates[0].dollars
        for n in (5, 1, 0)
    ]
    assert told == [D("0.0000"), D("49.0000"), D("9.0000")]


def test_what_brings_nothing_is_not_done():
    found = chosen(policy(cost="10.00"))
    assert (found.winner, fell(found)) == (None, "not_worth_it")


def test_a_lever_is_shown_apart_and_so_is_what_it_costs():
    pushed = policy("pushed", effect=effect("0.05", "100.00"), lever={"amount": "6.00", "why": "The depot must be filled."})
    found = chosen([policy(), pushed])
    # The seat brings 9.00, the pushed one 4.00, and 10.00 with its lever.
    assert (found.winner.policy, found.winner.dollars, found.winner.lever, found.lever_price) == (
        "pushed",
        D("4.0000"),
        D("6.00"),
        D("5.0000"),
    )
    assert found.winner.why[-1] == "is pushed by $6.00: The depot must be filled."
    assert chosen([policy()]).lever_price == 0


def test_ties_go_to_the_first_name():
    assert chosen([policy("b"), policy("a")]).winner.policy == "a"


def test_the_winner_says_at_most_three_reasons_in_dollars():
    rich = policy(counts={"household": "0.25"}, lever={"amount": "2.00", "why": "Spring."}, effect={"uplift": "0.10", "margin": "100.00"})
    why = chosen(rich).winner.why
    assert why == (
        "gains $5.00 on the average; assumed, of which 0.5 counts",
        "gains $2.50 with household and referred customers",
        "is pushed by $2.00: Spring.",
    )


def test_every_policy_is_told_with_why_it_fell():
    found = chosen(
        [
            policy(),
            policy("less", effect=effect("0.05", "100.00")),
            policy("nobody", eligible="orders < 0"),
            policy("mail", channels={"email": {"text": "Hi"}}),
        ]
    )
    assert {one.policy: one.fell for one in found.candidates} == {
        "seat": None,
        "less": "outbid",
        "nobody": "not_eligible",
        "mail": "channel_not_offered",
    }


def test_a_question_is_worth_what_its_answer_changes_and_is_asked_where_it_could():
    trips = [policy(), policy("lounge", eligible="travels_for = 'business'", effect=effect("0.5", "100.00"))]
    found = chosen(trips, questions=TRIP)
    # On business the lounge brings 49 instead of 9; half of all are thought to be.
    assert (found.question.question, found.question.worth) == ("trip", D("20.0000"))
    assert chosen(
        trips, questions={"trip": {**TRIP["trip"], "likely": {"business": "0.1", "leisure": "0.9"}, "cost": "0.50"}}
    ).question.worth == D("3.5000")


def test_no_question_is_asked_whose_answer_would_change_nothing():
    assert chosen([policy()], questions=TRIP).question is None
    weak = policy("lounge", eligible="travels_for = 'business'", effect=effect("0.02", "100.00"))
    assert chosen([policy(), weak], questions=TRIP).question is None
    assert (
        chosen(
            [policy(), policy("lounge", eligible="travels_for = 'business'", cost="0.00")],
            questions={"trip": {**TRIP["trip"], "cost": "2.00"}},
        ).question
        is None
    )


@pytest.mark.parametrize(
    "standing",
    [
        Standing(asked=[Asked("trip", days_ago(400))]),
        Standing(preferences=[Preference("questions", None, "never", days_ago(1))]),
        Standing(preferences=[Preference("question:trip", None, "never", days_ago(1))]),
    ],
)
def test_a_question_is_asked_once_in_any_channel_and_never_again_where_that_is_wished(standing):
    trips = [policy(), policy("lounge", eligible="travels_for = 'business'", effect=effect("0.5", "100.00"))]
    assert chosen(trips, at_moment("phone", standing=standing), questions=TRIP).question is None


def test_of_what_the_answer_would_rule_out_nothing_is_gained_by_not_asking():
    # Unless on leisure the winner is worth nothing: then the second best, at 9, is done.
    only = policy("lounge", applicable="coalesce(travels_for, 'business') = 'business'", effect=effect("0.5", "100.00"))
    found = chosen([policy(), only], questions=TRIP)
    assert (found.winner.policy, found.question.worth) == ("lounge", D("4.5000"))


def test_the_first_greeting_and_tier_that_fit_are_told_in_words_for_the_customer():
    said = {
        "greetings": {"caller": {"words": "Good to hear you.", "channels": ["phone"]}, "known": {"words": "Good to see you.", "when": "orders >= 2"}},
        "tiers": {"first": {"words": "You are answered first.", "when": "band = 'top'"}, "least": {"words": "Help yourself.", "takes_service_away": True},
                  "all": {"words": "We answer within a day."}},
    }  # fmt: skip
    assert (chosen(policy(), **said).greeting, chosen(policy(), at_moment("phone"), **said).greeting) == (
        "Good to see you.",
        "Good to hear you.",
    )
    told = [chosen(policy(), at_moment(row=row), **said).tier for row in ({}, {"band": "low"}, {"band": "low", "band_is_stable": False})]
    assert told == ["You are answered first.", "Help yourself.", "We answer within a day."]
