"""Every route, by everybody, for every purpose: what is let in and what is shown is what the tables say, and nothing else.

The harness is held to it: with any one check taken out, or the masks, it finds breaches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from tests.access.doors import CALLERS, filled
from tests.api.doors import BODIES, PATHS, QUERIES, Client, client_of, credentials, signed_in

from unequal.access import Accounts, Desk, fields, permissions
from unequal.access import desk as desk_module
from unequal.access.allowing import FUNCTION_OF
from unequal.api import EVERY_ROUTE, Route
from unequal.api.page_routing import EVERY_PAGE

DOCUMENTS = {
    "customers.read": "customer", "portal.read": "organisation", "decisions.make": "decision", "contacts.route": "route", "decisions.read": "explanation", "events.quarantined": "quarantined",
    "host_tasks.read": "host_task", "host_tasks.plan": "host_task", "policies.read": "policy", "policies.write": "policy", "policies.preview": "policy", "policies.approve": "policy",
    "policies.retire": "policy", "policies.revert": "policy",
}  # fmt: skip
"""Of functions that show documents: of which kind."""
AT_THE_DESK = frozenset({"/v1/customers/{customer_id}/organisations", "/v1/decide", "/v1/host-tasks", "/v1/host-tasks/plan"})
"""Routes without a purpose of their own, which serve customers."""
NOT_LET_IN = frozenset({401, 403})
REFUSE_BY_THEMSELVES = frozenset({"session.open", "set_up"})
"""Functions that turn anybody away for a wrong password or token, as the harness sends."""
Shown = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Shown]]:
    """A client, and what each caller shows."""
    with client_of(tmp_path_factory.mktemp("doors")) as (client, door):
        yield client, credentials(door)


def asked(client: Client, route: Route, shown: dict[str, Any], purpose: str | None) -> Any:
    """The answer to a good request on a route."""
    path = route.path
    for name, value in PATHS.items():
        path = path.replace(name, value)
    query = dict(QUERIES.get(route.path, {}))
    if purpose is not None:
        query |= {"purpose": purpose, "reason": "asked by the customer"}
    body = BODIES[route.method, route.path] if route.body is not None else None
    return client.request(route.method, path, params=query, json=body, headers=shown)


def purposes_of(route: Route) -> list[str | None]:
    has_purpose = route.query is not None and "purpose" in route.query.model_fields
    return list(fields.PURPOSES) if has_purpose else [None]


def leaves(value: Any) -> Iterator[str]:
    """Every text within a document."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str):
        yield value


def breaches(doors: tuple[Client, Shown], routes: Sequence[Route]) -> list[str]:
    """Where somebody gets in who must not, is kept out who may in, or sees what he must not, or not what he may."""
    client, shown = doors
    found = []
    for route in routes:
        for who, caller in CALLERS.items():
            may_in = permissions.may(route.function, caller.roles, caller.scopes)
            for purpose in purposes_of(route):
                # To sign out ends a session, so that one is made for it.
                is_last = route.name == "sign_out" and who in permissions.ROLES
                answer = asked(client, route, signed_in(client.door, who) if is_last else shown[who], purpose)
                place = f"{route.method} {route.path} by {who} for {purpose}: {answer.status_code}"
                classes = fields.seen_classes(
                    caller.roles, caller.scopes, purpose or ("service" if route.path in AT_THE_DESK else "analysis")
                )
                if not may_in or (purpose is not None and not classes):
                    found += [] if answer.status_code in NOT_LET_IN else [f"{place}, let in"]
                elif answer.status_code in NOT_LET_IN and route.function not in REFUSE_BY_THEMSELVES:
                    found.append(f"{place}, kept out")
                if answer.status_code < 300:
                    found += faults_of_fields(place, route, classes, answer)
    return found


def faults_of_fields(place: str, route: Route, classes: frozenset[str], answer: Any) -> list[str]:
    document = DOCUMENTS.get(route.function)
    if document is None:
        return []
    seen = {text for text in leaves(answer.json()) if text.startswith("canary ")}
    if "{adapter}" in route.path:
        # It tells a part of the route, in another system's words.
        return [
            f"{place}, shows {name}"
            for name in sorted(seen)
            if fields.class_of(document, name.removeprefix(f"canary {document} ")) not in classes
        ]
    wanted = {f"canary {document} {path}" for path, field_class in fields.FIELDS[document].items() if field_class in classes}
    assert len(set(leaves(filled(document)))) == len(fields.FIELDS[document]) + 1
    return [f"{place}, shows {name}" for name in sorted(seen - wanted)] + [f"{place}, hides {name}" for name in sorted(wanted - seen)]


def test_every_route_has_a_rule_and_every_rule_a_route(doors: tuple[Client, Shown]) -> None:
    client, _ = doors
    served = {(method, route.path) for route in client.app.routes for method in route.methods - {"HEAD"}}
    ruled = {(route.method, route.path) for route in EVERY_ROUTE}
    pages = {(page.method, page.path) for page in EVERY_PAGE}
    assert served - {("GET", "/v1/openapi.json")} - pages == ruled, "a route is served that stands in no table"
    assert {route.function for route in EVERY_ROUTE} == set(permissions.FUNCTIONS)
    assert {(route.method, route.path) for route in EVERY_ROUTE if route.body} == set(BODIES), "a route is not tried"


def test_every_route_by_everybody_for_every_purpose_shows_what_the_tables_say(doors: tuple[Client, Shown]) -> None:
    assert breaches(doors, EVERY_ROUTE) == []


GUARDED = sorted(FUNCTION_OF.items())


@pytest.mark.parametrize(("verb", "function"), GUARDED, ids=[verb for verb, _ in GUARDED])
def test_the_harness_turns_red_when_one_check_is_taken_out(
    doors: tuple[Client, Shown], monkeypatch: pytest.MonkeyPatch, verb: str, function: str
) -> None:
    kind, _, name = verb.partition(".")
    owner = {"Desk": Desk, "Accounts": Accounts}[kind]
    monkeypatch.setattr(owner, name, getattr(owner, name).__wrapped__)
    is_open = "anyone" in permissions.FUNCTIONS[function].roles
    if not is_open:
        assert breaches(doors, [route for route in EVERY_ROUTE if route.function == function]) != []


def test_the_harness_turns_red_when_fields_are_not_masked(doors: tuple[Client, Shown], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "masked", lambda _kind, document, _shown: dict(document))
    for function in DOCUMENTS:
        found = breaches(doors, [route for route in EVERY_ROUTE if route.function == function])
        assert any("shows canary" in breach for breach in found), function


def test_every_verb_of_the_desks_is_guarded() -> None:
    verbs = {f"{owner.__name__}.{name}" for owner in (Desk, Accounts) for name in vars(owner) if not name.startswith("_")}
    assert verbs == set(FUNCTION_OF)


def test_what_must_be_told_is_told_for_every_use(doors: tuple[Client, Shown]) -> None:
    client, shown = doors
    for route in EVERY_ROUTE:
        if not permissions.FUNCTIONS[route.function].is_told:
            continue
        head = client.get("/v1/audit/head", headers=shown["administrator"]).json()["number"]
        who = "agent" if route.function in {"consents.write", "goodwill.give", "host_tasks.finish"} else "policy_author"
        assert asked(client, route, shown[who], None).status_code < 300
        entries = client.get("/v1/audit", params={"after": head}, headers=shown["administrator"]).json()["entries"]
        assert [(entry["actor"], entry["action"]) for entry in entries] == [(f"person:a {who}", route.function)]
