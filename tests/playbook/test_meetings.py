"""Where customers begin: the home page, the portal, the agent's screen, a complaint; each with who must not have it."""

from __future__ import annotations

from tests.playbook.conftest import Make
from tests.playbook.moments import some

from unequal.flow.portal import shown

HOME = ("home_page_welcome", "home_page_favourites", "home_page_we_missed_you")
AGENT = ("agent_for_work", "agent_for_yourself", "complaint_reply")


def test_three_friends_open_one_home_page_and_each_sees_another_offer(scene: Make) -> None:
    on = scene(*HOME)
    friends = {
        "home_page_welcome": on.one("web_users", *HOME, orders=1),
        "home_page_favourites": next(one for one in on.customers("web_users", *HOME, is_overdue=False) if on.told(one[0], "orders") > 2),
        "home_page_we_missed_you": next(one for one in on.customers("web_users", *HOME, is_overdue=True) if on.told(one[0], "orders") > 2),
    }
    seen = {policy: on.asks(who, "web", "home_page") for policy, (who, _) in friends.items()}
    assert {policy: told["treatment"]["policy"] for policy, told in seen.items()} == {policy: policy for policy in friends}
    assert len({told["treatment"]["text"] for told in seen.values()}) == 3
    objects = friends["home_page_favourites"][0]
    on.consents(objects, status="objected")
    told = on.asks(objects, "web", "home_page")
    assert told["treatment"] is None
    assert on.fell(told, "home_page_favourites") == "objected"


def test_the_portal_shows_terms_spend_and_authorisations_to_who_may_act_for_the_company_alone(scene: Make) -> None:
    on = scene("portal_reorder")
    buyer, _ = next(one for one in on.customers("contacts", "portal_reorder", is_purchaser=True) if on.live.portal(one[0]))
    told = on.asks(buyer, "portal", "portal")
    assert told["treatment"]["policy"] == "portal_reorder"
    seen = on.live.portal(buyer)
    assert all("purchaser" in one["may"] and one["spend"] is not None for one in seen)
    for one in seen:
        organisation = on.live.profile(one["customer_id"])
        assert organisation is not None
        assert one["contracts"] == organisation["contracts"]
        assert one["spend"] == organisation["spend"]
        assert {"contracts", "terms"} == one["contracts"].keys()
    stranger, _ = on.one("web_users", "portal_reorder", is_purchaser=False, is_payer=False, is_user=False)
    assert on.live.portal(stranger) == []
    assert on.live.portal("c_nobody") is None
    assert on.fell(on.asks(stranger, "portal", "portal"), "portal_reorder") == "not_eligible"


def test_who_only_uses_what_a_company_bought_does_not_see_what_it_spent(scene: Make) -> None:
    on = scene("portal_reorder")
    buyer, _ = next(one for one in on.customers("contacts", is_purchaser=True) if on.live.portal(one[0]))
    organisation = on.live.profile(on.live.portal(buyer)[0]["customer_id"])
    assert organisation is not None
    assert shown(organisation, {"user"})["spend"] is None
    assert shown(organisation, {"user", "payer"})["spend"] == organisation["spend"]
    for who, _ in on.customers("web_users", is_user=True, is_purchaser=False, is_payer=False):
        assert on.live.portal(who) == [], "a private customer's service is no company's"


def test_the_agents_screen_asks_once_and_offers_what_fits_the_answer(scene: Make) -> None:
    on = scene(*AGENT)
    (ann, _), (bob, _) = some(2, on.customers("shop_customers", *AGENT))
    told = on.asks(ann, "agent", "call")
    assert (told["treatment"], told["question"]["question"]) == (None, "buys_for")
    assert on.live.answer(ann, question="buys_for", answer="work", channel="agent", at=on.now)
    told = on.asks(ann, "agent", "call")
    assert (told["treatment"]["policy"], told["question"]) == ("agent_for_work", None)
    assert on.fell(told, "agent_for_yourself") == "not_applicable"
    assert on.live.answer(bob, question="buys_for", answer="self", channel="agent", at=on.now)
    assert on.asks(bob, "agent", "call")["treatment"]["policy"] == "agent_for_yourself"


def test_the_agents_page_is_that_screen_and_shows_the_question_and_then_the_offer(scene: Make) -> None:
    on = scene(*AGENT)
    (ann, _), (bob, _) = some(2, on.customers("shop_customers", *AGENT))
    page = on.live.agents.sheet(ann, channel=None, agent="person:mia")
    assert page is not None
    assert (page["decision"]["treatment"], page["decision"]["question"]["question"]) == (None, "buys_for")
    on.passes(minutes=1)
    assert on.live.answer(ann, question="buys_for", answer="work", channel="agent", at=on.now)
    page = on.live.agents.sheet(ann, channel=None, agent="person:mia")
    assert page is not None
    assert page["decision"]["treatment"]["policy"] == "agent_for_work"
    assert on.live.explain(page["decision"]["decision_id"])["replayed"]
    other = on.live.agents.sheet(bob, channel=None, agent="person:mia")
    assert other is not None
    assert other["decision"]["treatment"] is None, "nobody has told for what he buys"


def test_nothing_is_sold_before_the_complaint_is_closed(scene: Make) -> None:
    on = scene(*AGENT)
    ann, as_ann = on.one("shop_customers", *AGENT)
    on.live.answer(ann, question="buys_for", answer="work", channel="agent", at=on.now)
    on.sends("desk", as_ann, "Complaint Received", channel="chat")
    on.passes(minutes=10)
    told = on.asks(ann, "agent", "call")
    assert told["treatment"] is None
    assert on.fell(told, "agent_for_work") == "case_open"
    profile = on.live.profile(ann)
    assert profile is not None
    assert "complaint" in {one["case"] for one in profile["cases"]}
    on.sends("desk", as_ann, "Complaint Closed")
    on.passes(minutes=1)
    assert on.asks(ann, "agent", "call")["treatment"]["policy"] == "agent_for_work"


def test_a_complaint_is_answered_where_it_came_from_with_the_history_at_hand(scene: Make) -> None:
    on = scene("complaint_reply")
    people = some(4, (one for one in on.customers("shop_customers") if on.told(one[0], "orders") > 2))
    for (_, record), channel in zip(people, ("chat", "email", "counter", "chat"), strict=True):
        on.sends("desk", record, "Complaint Received", channel=channel)
    on.sends("desk", people[3][1], "Complaint Closed", at=on.now.replace(minute=1))
    messages = on.passes(minutes=3)
    assert {one["customer_id"]: one["channel"] for one in messages} == {people[0][0]: "chat", people[1][0]: "email", people[2][0]: "email"}
    history = next(one for one in messages if one["customer_id"] == people[0][0])["history"]
    assert history["orders"]["latest"]
    assert history["cases"][0]["case"] == "complaint"
    assert history["events"]["latest"][0]["event"] == "complaint"
    assert {"contacts", "events", "orders", "cases"} == history.keys()


def test_nobody_is_held_out_of_the_answer_to_a_complaint_and_who_objects_to_marketing_has_it_too(scene: Make) -> None:
    on = scene(
        "complaint_reply", contact_limits=[{"at_most": 1, "days": 7}], purposes={"service": {"consent": "not_needed"}, "marketing": {}}
    )
    people = some(40, on.customers("shop_customers"))
    for who, record in people:
        on.consents(who, status="objected")
        on.sends("desk", record, "Complaint Received", channel="chat")
    assert len(on.passes(minutes=3)) == 40
