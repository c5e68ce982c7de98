"""The API's description is complete, and nothing that fits it, or nearly, brings the server down."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from schemathesis.generation import GenerationMode
from tests.access.doors import gate
from tests.api.doors import client_of, credentials
from tests.api.made_up import tried_out
from tests.flow.reaching import AT, moment_of_contact, open_bakery

from unequal.access import permissions
from unequal.api import EVERY_ROUTE, application, described
from unequal.flow.live import Asked
from unequal.storage.state import HostTaskRow


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if "$ref" in value else set()
        return own.union(*(references(item) for item in value.values()))
    return set().union(*(references(item) for item in value)) if isinstance(value, list) else set()


def test_the_description_is_served_and_has_every_route_with_its_function_and_no_loose_end(tmp_path: Path) -> None:
    with client_of(tmp_path) as (client, _):
        served = client.get("/v1/openapi.json").json()
    assert served["openapi"] == "3.1.0"
    operations = {(method.upper(), path): operation for path, ways in served["paths"].items() for method, operation in ways.items()}
    assert operations.keys() == {(route.method, route.path) for route in EVERY_ROUTE}
    taking = {(route.method, route.path) for route in EVERY_ROUTE if route.body is not None}
    for (method, path), operation in operations.items():
        assert operation["x-function"] in permissions.FUNCTIONS
        assert operation["summary"]
        assert ("requestBody" in operation) == ((method, path) in taking)
        assert method in {"POST", "PATCH"} or (method, path) not in taking
        assert {one["name"] for one in operation["parameters"] if one["in"] == "path"} == {
            part[1:-1] for part in path.split("/") if part[:1] == "{"
        }
    assert {name.removeprefix("#/components/schemas/") for name in references(served)} <= served["components"]["schemas"].keys()
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)


def test_without_a_moment_of_contact_its_routes_are_not_there(tmp_path: Path) -> None:
    paths = {route.path for route in application(None, gate(tmp_path)).routes}
    assert "/v1/health" in paths
    assert "/v1/decide" not in paths


def test_the_description_is_the_same_each_time() -> None:
    assert described(EVERY_ROUTE) == described(EVERY_ROUTE)


@pytest.mark.slow
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("who", ["anonymous", "administrator", "agent", "service"])
def test_nothing_that_is_made_up_from_the_description_brings_the_server_down(tmp_path: Path, who: str, mode: GenerationMode) -> None:
    with client_of(tmp_path) as (client, door):
        tried = tried_out(client, credentials(door)[who], mode, is_signed_in=who not in {"anonymous", "service"})
    assert len(tried) >= len(EVERY_ROUTE) - 8


@pytest.mark.slow
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("who", ["policy_author", "privacy_officer", "agent", "service"])
def test_nothing_made_up_brings_the_moment_of_contact_down(bakery: Path, who: str, mode: GenerationMode) -> None:
    with moment_of_contact(bakery) as live:
        customer = live.lookup("crm", "38")[0]
        decision = live.decide(Asked("web", customer))["decision_id"]
        live.state.hosts.add([HostTaskRow("t_1", customer, "mia", "It is silent.", Decimal(9), date(2026, 3, 5), AT)], at_most=1)
        known = {"customer_id": customer, "decision_id": decision, "name": "cake", "task_id": "t_1"}
        with client_of(bakery, world=live, url=open_bakery(bakery).state_url, source_of=live.source_of) as (client, door):
            tried = tried_out(client, credentials(door)[who], mode, is_signed_in=who != "service", known=known)
            assert live.decide(Asked("web", customer))["decision_id"], "it still decides"
        live.tick()
    assert len(tried) >= len(EVERY_ROUTE) - 8
