"""Who may be done what: each gate, at its edges, with a customer who must not be reached."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.treatments.offered import AT, ENDING, D, at_moment, chosen, days_ago, effect, fell, policy

from unequal.terms.errors import TreatmentError
from unequal.treatments import check_preference
from unequal.treatments.shapes import REASONS, Asked, Consent, Contact, Preference, Standing


def by_email(standing: Standing, *, at: datetime = AT, **more):
    return at_moment("email", standing=standing, at=at, **more)


AGREED = Consent("marketing", None, "granted", days_ago(300))


def wishing(name, value, channel=None):
    return Standing(consents=[AGREED], preferences=[Preference(name, channel, value, days_ago(3))])


@pytest.mark.parametrize(
    ("rule", "row", "code"),
    [
        ("band = 'top'", {"band": "top"}, None),
        ("band = 'top'", {"band": "low"}, "not_eligible"),
        ("band = 'top'", {"band": None}, "not_known"),
        ("count(order, 30 days) >= 1", {}, "not_eligible"),
    ],
)
def test_a_customer_whom_the_rule_is_not_for_or_of_whom_too_little_is_known_is_not_reached(rule, row, code):
    assert fell(chosen(policy(eligible=rule), at_moment(row=row))) == code


def test_each_of_the_three_rules_says_which_of_them_it_fell_at():
    rules = {"eligible": "orders >= 1", "applicable": "orders >= 6", "suitable": "orders >= 9"}
    told = [fell(chosen(policy(**rules), at_moment(row={"orders": orders}))) for orders in (0, 5, 8, 9)]
    assert told == ["not_eligible", "not_applicable", "not_suitable", None]


def test_a_window_ends_with_the_moment_and_begins_a_span_before_it_which_is_outside():
    rule = policy(eligible="count(order, 30 days) = 1")
    assert fell(chosen(rule, at_moment(happened={"order": [days_ago(30)]}))) == "not_eligible"
    assert fell(chosen(rule, at_moment(happened={"order": [days_ago(29.999), AT]}))) == "not_eligible"
    assert fell(chosen(rule, at_moment(happened={"order": [AT]}))) is None


def test_an_objection_stops_marketing_in_every_channel_and_a_later_consent_lifts_it():
    objected = Consent("marketing", None, "objected", days_ago(2))
    for channel in ("web", "phone", "email", "letter"):
        assert fell(chosen(policy(), at_moment(channel, standing=Standing(consents=[AGREED, objected])))) == "objected"
    lifted = [AGREED, objected, Consent("marketing", "email", "granted", days_ago(1))]
    assert fell(chosen(policy(), by_email(Standing(consents=lifted)))) is None
    assert fell(chosen(policy(), at_moment("phone", standing=Standing(consents=lifted)))) == "objected"


def test_of_consent_and_objection_at_one_instant_the_objection_counts():
    both = [Consent("marketing", None, status, days_ago(1)) for status in ("objected", "granted", "withdrawn")]
    assert fell(chosen(policy(), by_email(Standing(consents=both)))) == "objected"


def test_a_message_of_ours_needs_consent_and_what_is_said_where_customers_begin_does_not():
    assert fell(chosen(policy(), by_email(Standing()))) == "no_consent"
    assert fell(chosen(policy(), at_moment("web"))) is None
    withdrawn = Standing(consents=[AGREED, Consent("marketing", None, "withdrawn", days_ago(1))])
    assert fell(chosen(policy(), by_email(withdrawn))) == "no_consent"
    assert fell(chosen(policy(purpose="service"), by_email(withdrawn))) is None


def test_a_consent_that_is_given_later_does_not_count_yet():
    assert (
        fell(chosen(policy(), by_email(Standing(consents=[Consent("marketing", None, "granted", datetime(2026, 2, 1))])))) == "no_consent"
    )


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (("channel", "never", "email"), "prefers_other_channel"),
        (("channel", "preferred", "letter"), "prefers_other_channel"),
        (("channel", "preferred", "email"), None),
        (("channel", "any", "email"), None),
        (("time", "18:00-20:00", None), "prefers_other_time"),
        (("time", "13:00-14:00", None), None),  # noon in UTC is 13 o'clock in Berlin
        (("topic:travel", "never", None), "prefers_other_topics"),
        (("topic:upgrade", "never", None), "prefers_other_topics"),
        (("topic:insurance", "never", None), None),
    ],
)
def test_what_a_customer_wishes_is_obeyed(wish, code):
    assert fell(chosen(policy(), by_email(wishing(*wish)))) == code


def test_the_last_word_of_a_wish_counts_and_any_takes_it_back():
    wishes = [Preference("topic:travel", None, "never", days_ago(3)), Preference("topic:travel", None, "any", days_ago(2))]
    assert fell(chosen(policy(), at_moment(standing=Standing(preferences=wishes)))) is None


def test_a_wish_for_fewer_contacts_counts_those_in_every_channel():
    contacts = [Contact("phone", "service", "other", days_ago(5)), Contact("web", "marketing", "other", days_ago(9))]
    wish = Preference("frequency", None, "2 per 30 days", days_ago(1))
    assert fell(chosen(policy(), at_moment(standing=Standing(contacts=contacts, preferences=[wish])))) == "prefers_fewer"
    assert fell(chosen(policy(), at_moment(standing=Standing(contacts=contacts[:1], preferences=[wish])))) is None


@pytest.mark.parametrize(
    ("name", "value"), [("channel", "sometimes"), ("time", "evening"), ("topic:travel", "often"), ("colour", "never"), ("frequency", "2")]
)
def test_a_wish_that_could_not_be_obeyed_is_refused_before_it_is_kept(name, value):
    with pytest.raises(TreatmentError, match="TRT020"):
        check_preference(name, value)


def test_a_limit_counts_contacts_in_every_channel_and_a_contact_at_its_edge_is_over():
    limit = {"contact_limits": [{"at_most": 2, "days": 7, "purpose": "marketing"}]}

    def with_contacts(*days, purpose="marketing"):
        return at_moment(standing=Standing(contacts=[Contact("letter", purpose, "other", days_ago(day)) for day in days]))

    assert fell(chosen(policy(), with_contacts(1, 6.99), **limit)) == "contact_limit"
    assert fell(chosen(policy(), with_contacts(1, 7), **limit)) is None
    assert fell(chosen(policy(), with_contacts(1, 2, purpose="service"), **limit)) is None
    assert fell(chosen(policy(purpose="service"), with_contacts(1, 2), **limit)) is None


def test_a_policy_reaches_a_customer_as_often_as_it_says_and_its_kind_may_count_too():
    had = at_moment(standing=Standing(contacts=[Contact("web", "marketing", "aisle", days_ago(10))]))
    other = policy("aisle", effect=effect("0.01", "100.00"))
    assert fell(chosen([policy(limits=[{"days": 30}]), other], had)) is None
    assert fell(chosen([policy(limits=[{"days": 30, "of": "group"}]), other], had)) == "policy_limit"
    assert fell(chosen([policy(), policy("aisle", limits=[{"days": 30}])], had), "aisle") == "policy_limit"


def test_a_policy_is_not_for_whom_one_that_it_excludes_has_reached_lately():
    had = at_moment(standing=Standing(contacts=[Contact("web", "marketing", "window", days_ago(10))]))
    assert fell(chosen([policy(excludes=["window"], excludes_days=10), policy("window")], had)) is None
    assert fell(chosen([policy(excludes=["window"], excludes_days=11), policy("window")], had)) == "excluded"


def test_nobody_is_contacted_in_a_quiet_hour_of_the_companys_zone_but_whoever_calls_is_answered():
    quiet = {"quiet_hours": {"start": "21:00", "end": "08:00"}}
    agreed = Standing(consents=[AGREED])
    for at, code in (
        (datetime(2026, 1, 31, 6, 59), "quiet_hours"),
        (datetime(2026, 1, 31, 7), None),
        (datetime(2026, 1, 31, 20), "quiet_hours"),
    ):
        assert fell(chosen(policy(), by_email(agreed, at=at), **quiet)) == code
    assert fell(chosen(policy(), at_moment("phone", at=datetime(2026, 1, 31, 3)), **quiet)) is None


def test_a_policy_that_waits_for_a_trigger_or_a_moment_is_not_chosen_without_it():
    triggered = policy(trigger={"on": "complaint", "delay_minutes": 45})
    assert fell(chosen(triggered)) == "not_its_moment"
    assert fell(chosen(triggered, at_moment(context={"trigger": "seat"}))) is None
    assert fell(chosen(policy(moments=["checkout"]), at_moment(context={"moment": "home"}))) == "not_its_moment"
    assert fell(chosen(policy(moments=["checkout"]), at_moment(context={"moment": "checkout"}))) is None


def test_a_service_message_of_ours_carries_no_marketing():
    agreed = Standing(consents=[AGREED])
    assert fell(chosen(policy(), by_email(agreed, purpose="service"))) == "other_purpose"
    assert fell(chosen(policy(), at_moment("phone", purpose="service"))) is None


def test_a_budget_is_spent_when_one_more_treatment_would_not_fit():
    assert fell(chosen(policy(budget="10.00"), at_moment(standing=Standing(spent={"seat": D("9.00")})))) is None
    assert fell(chosen(policy(budget="10.00"), at_moment(standing=Standing(spent={"seat": D("9.01")})))) == "budget_spent"


def test_an_effect_that_nobody_measured_may_spend_no_more_than_is_declared_for_such():
    assumed = policy(effect={"uplift": "0.5", "margin": "100.00"}, budget="5000.00")
    assert fell(chosen(assumed, at_moment(standing=Standing(spent={"seat": D("999.00")})))) is None
    assert fell(chosen(assumed, at_moment(standing=Standing(spent={"seat": D("999.01")})))) == "assumed_budget_spent"


def test_service_is_not_taken_away_on_a_band_that_is_not_known_to_be_stable():
    takes = policy(takes_service_away=True)
    told = [fell(chosen(takes, at_moment(row={"band_is_stable": stable}))) for stable in (True, False, None)]
    assert told == [None, "band_unstable", "band_unstable"]


def test_a_floor_silences_marketing_protects_service_and_outranks_dollars():
    grief = {"floors": {"bereavement": {"when": "band = 'low'"}}}
    kind = policy("condolence", purpose="service", serves_floor="bereavement", effect=effect("0", "0"), cost="25.00")
    takes = policy("less", purpose="service", takes_service_away=True)
    found = chosen([policy(), kind, takes], at_moment(row={"band": "low"}), **grief)
    assert (found.winner.policy, found.floors, fell(found), fell(found, "less")) == (
        "condolence",
        ("bereavement",),
        "floor_silences",
        "floor_protects",
    )
    assert found.winner.dollars == D("-25.0000")
    assert fell(chosen([policy(), kind], **grief), "condolence") == "floor_not_in_force"
    assert chosen([policy(), kind], at_moment(context={"bereavement": True})).floors == ("bereavement",)


def test_no_wish_limit_or_lot_holds_back_what_serves_a_floor():
    recall = policy("recall", purpose="service", serves_floor="safety", holdout="0.5", cost="25.00")
    limit = {"contact_limits": [{"at_most": 1, "days": 7}], "quiet_hours": {"start": "00:00", "end": "23:59"}}
    standing = Standing(
        contacts=[Contact("email", "service", "other", days_ago(1))], preferences=[Preference("frequency", None, "1 per 30 days", AT)]
    )
    for customer in range(20):
        moment = by_email(standing, context={"safety": True}, customer=f"c_{customer}")
        assert chosen(recall, moment, **limit).winner.policy == "recall"


@pytest.mark.parametrize(
    ("more", "code"),
    [({"context": {"accessibility": True}}, "floor_protects"), ({"row": {"band_is_stable": False}}, "band_unstable"), ({}, "for_a_person")],
)
def test_nobodys_service_ends_under_a_floor_on_a_doubtful_band_or_without_a_person(more, code):
    ending = policy("ending", **{**ENDING, "purpose": "service"}, effect=effect("0.5", "100.00"))
    assert fell(chosen(ending, at_moment(**more)), "ending") == code


def test_what_is_significant_goes_to_a_person_and_is_not_done():
    ending = policy("ending", **ENDING, effect=effect("0.5", "100.00"))
    found = chosen([policy(), ending])
    assert (found.winner.policy, found.for_review.policy, fell(found, "ending")) == ("seat", "ending", "for_a_person")
    assert chosen([policy(), policy("ending", significant=True, effect=effect("0.05", "100.00"))]).for_review is None


def test_who_is_held_out_is_so_for_good_whatever_share_or_version_comes_later():
    draws = [chosen(policy(holdout="0.2"), at_moment(customer=f"c_{number}")) for number in range(1000)]
    held = {number for number, found in enumerate(draws) if found.winner is None}
    assert 160 < len(held) < 240  # a fifth, give or take three standard errors
    assert all([one.policy for one in draws[number].held_out] == ["seat"] for number in held)
    more = {number for number in range(1000) if chosen(policy(holdout="0.3"), at_moment(customer=f"c_{number}")).winner is None}
    assert held < more
    kept = at_moment(customer=f"c_{min(held)}", standing=Standing(arms={"seat": "treated"}))
    assert fell(chosen(policy(holdout="0.2"), kept)) is None


def test_an_answer_that_was_given_stands_where_nothing_else_is_known():
    question = {
        "questions": {"faith": {"text": "?", "tells": "trip", "answers": {"business": "Yes", "leisure": "No"}, "changes": "the seat"}}
    }
    rule = policy(eligible="trip = 'business'")
    told = Standing(asked=[Asked("faith", days_ago(9), "leisure"), Asked("faith", days_ago(3), "business")])
    assert fell(chosen(rule, at_moment(standing=told), **question)) is None
    assert fell(chosen(rule, **question)) == "not_known"


def test_every_code_that_is_given_is_explained():
    assert all(words.endswith(".") for words in REASONS.values())
