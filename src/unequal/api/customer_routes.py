"""Routes for customers, decisions, and what customers say."""

from __future__ import annotations

from typing import Any, Final

from unequal import contact_centre
from unequal.access import verbs
from unequal.api import routing_shapes, shapes
from unequal.api.routing import Call, route
from unequal.terms.errors import AccessError, ApiError

_OF_ROUTES: Final = tuple(routing_shapes.RouteAsk.model_fields)


@route("GET", "/v1/customers", "customers.look_up", query=shapes.LookUp, answer=shapes.FoundCustomers)
def look_up(call: Call) -> Any:
    """Who an identifier may be."""
    asked = call.query
    return call.desk.lookup(call.caller, asked.kind, asked.value, purpose=asked.purpose, reason=asked.reason)


@route("GET", "/v1/customers/{customer_id}", "customers.read", query=shapes.Purpose, answer=shapes.Customer)
def customer(call: Call) -> Any:
    """One customer: the fields that the caller may see for his purpose."""
    return call.desk.profile(call.caller, call.path["customer_id"], purpose=call.query.purpose, reason=call.query.reason)


@route("GET", "/v1/customers/{customer_id}/organisations", "portal.read", answer=shapes.Organisations)
def organisations(call: Call) -> Any:
    """For which organisations a customer may act today, with their terms, spend and authorisations: what a portal shows whoever is logged in."""
    return {"organisations": call.desk.organisations(call.caller, call.path["customer_id"])}


@route("POST", "/v1/customers/{customer_id}/consents", "consents.write", body=shapes.ConsentGiven, status=204)
def consent(call: Call) -> Any:
    """Record a consent, its withdrawal, or an objection: it acts with the next decision."""
    call.desk.consent(call.caller, call.path["customer_id"], **_given(call))


@route("POST", "/v1/customers/{customer_id}/preferences", "preferences.write", body=shapes.PreferenceGiven, status=204)
def prefer(call: Call) -> Any:
    """Record what a customer prefers: it acts with the next decision, in every channel."""
    call.desk.prefer(call.caller, call.path["customer_id"], **_given(call))


@route("POST", "/v1/customers/{customer_id}/answers", "answers.write", body=shapes.AnswerGiven, status=204)
def answer(call: Call) -> Any:
    """Record what a customer answered: the question is asked in no channel again."""
    call.desk.answer(call.caller, call.path["customer_id"], **_given(call))


@route("POST", "/v1/decide", "decisions.make", body=shapes.Ask, answer=shapes.Decision, is_soon=True)
def decide(call: Call) -> Any:
    """What to do for a customer now: treatment, question, greeting, tier; the contact is reserved."""
    asked = call.body
    if (asked.customer_id is None) == (asked.kind is None) or (asked.kind is None) != (asked.value is None):
        raise ApiError("API003", "the body does not fit", where="customer_id", do="give customer_id, or kind and value")
    return call.desk.decide_soon(
        call.caller, verbs.Asking(asked.channel, asked.customer_id, asked.kind, asked.value, asked.context, asked.purpose)
    )


@route("POST", "/v1/route", "contacts.route", body=routing_shapes.RouteAsk, answer=routing_shapes.Route, is_soon=True)
def route_contact(call: Call) -> Any:
    """Where a contact goes: queue, priority, skills, patience, and what to offer in the place of waiting."""
    asked = call.body
    if (asked.customer_id is not None and asked.kind is not None) or (asked.kind is None) != (asked.value is None):
        raise ApiError("API003", "the body does not fit", where="customer_id", do="give customer_id, or kind and value, or none of them")
    return call.desk.route_soon(call.caller, verbs.RouteAsking(**{name: getattr(asked, name) for name in _OF_ROUTES}))


@route("POST", "/v1/route/{adapter}", "contacts.route", body=routing_shapes.Webhook, answer=routing_shapes.WebhookAnswer)
def route_webhook(call: Call) -> Any:
    """Where a contact goes, for a system that sends its own shape of webhook: tasks or tickets."""
    adapter = contact_centre.adapters.ADAPTERS.get(call.path["adapter"])
    if adapter is None:
        known = ", ".join(contact_centre.adapters.ADAPTERS)
        raise AccessError("ACC012", "there is no such adapter", seen=call.path["adapter"][:100], do=f"use one of: {known}")
    sent = call.body.model_dump()
    asked = verbs.RouteAsking(**adapter.asked(sent, call.server.now()))
    return adapter.told(sent, call.desk.route_soon(call.caller, asked).result())


@route("GET", "/v1/decisions/{decision_id}", "decisions.read", query=shapes.Purpose, answer=shapes.Decision)
def explain(call: Call) -> Any:
    """A decision, replayed: every candidate and why it fell."""
    return call.desk.explain(call.caller, call.path["decision_id"], purpose=call.query.purpose, reason=call.query.reason)


@route("GET", "/v1/agent/{customer_id}", "agent_page.read", query=shapes.OnChannel, answer=shapes.Sheet)
def sheet(call: Call) -> Any:
    """What an agent's page tells of a contact: opened again, it is the same contact and decision."""
    return call.desk.sheet(call.caller, call.path["customer_id"], call.query.channel)


@route(
    "POST", "/v1/decisions/{decision_id}/goodwill", "goodwill.give", body=shapes.GoodwillGiven, status=204,
    more={"409": "Another gift has this goodwill_id."},
)  # fmt: skip
def give_goodwill(call: Call) -> Any:
    """Give a customer something at one's discretion, within the limits."""
    call.desk.give_goodwill(call.caller, call.path["decision_id"], **call.body.model_dump())


@route("GET", "/v1/goodwill", "goodwill.read", query=shapes.Since, answer=shapes.AgentsMeasured)
def goodwill(call: Call) -> Any:
    """What agents gave and did otherwise, and why: by agent, kind and reason."""
    return {"measured": call.desk.goodwill(call.caller, since=call.query.since, until=call.query.until or call.server.now())}


@route("POST", "/v1/decisions/{decision_id}/outcome", "outcomes.write", body=shapes.Outcome, status=204)
def outcome(call: Call) -> Any:
    """Say what came of a decision: once for each kind and `at`; without `at`, once for each kind and amount."""
    said: dict[str, Any] = {name: getattr(call.body, name) for name in type(call.body).model_fields}
    call.desk.record_outcome(call.caller, call.path["decision_id"], **said)


def _given(call: Call) -> dict[str, Any]:
    """What the body says; now, where it says no time."""
    given: dict[str, Any] = {name: getattr(call.body, name) for name in type(call.body).model_fields}
    return {**given, "at": given["at"] or call.server.now()}
