"""The API's description is complete, and nothing that fits it, or nearly, brings the server down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode
from tests.access.doors import gate
from tests.api.doors import ADDRESS, Client, client_of, credentials

from unequal.access import permissions
from unequal.api import EVERY_ROUTE, application, described


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
    for (method, path), operation in operations.items():
        assert operation["x-function"] in permissions.FUNCTIONS
        assert operation["summary"]
        assert ("requestBody" in operation) == (method in {"POST", "PATCH"})
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


def answered(client: Client, case: Any, shown: dict[str, Any]) -> Any:
    """The answer to a made-up request, with good credentials in the place of made-up ones where some are given."""
    made = requests.Request(**case.as_transport_kwargs(base_url=ADDRESS)).prepare()
    own = {name: value for name, value in made.headers.items() if not shown or name.lower() not in {"authorization", "cookie"}}
    headers = {name.encode(): value.encode() if isinstance(value, str) else value for name, value in {**own, **shown}.items()}
    return client.request(made.method, made.url, content=made.body, headers=headers)


@pytest.mark.slow
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("who", ["anonymous", "administrator", "agent", "service"])
def test_nothing_that_is_made_up_from_the_description_brings_the_server_down(tmp_path: Path, who: str, mode: GenerationMode) -> None:
    tried: set[str] = set()
    with client_of(tmp_path) as (client, door):
        shown = credentials(door)[who]
        for found in schemathesis.openapi.from_dict(described(EVERY_ROUTE)).get_all_operations():
            operation = found.ok()
            documented = operation.definition.raw["responses"]

            @settings(
                max_examples=8,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(operation.as_strategy(generation_mode=mode))
            def try_it(case: Any) -> None:
                answer = answered(client, case, shown)
                tried.add(case.operation.label)
                assert answer.status_code < 500, answer.text
                assert str(answer.status_code) in documented or answer.json()["code"] in {"API004", "API005"}, answer.text

            # What takes nothing cannot be asked wrongly; and to sign out is tried by those only who cannot.
            takes = "requestBody" in operation.definition.raw or operation.definition.raw["parameters"]
            if (takes or mode is GenerationMode.POSITIVE) and (operation.label != "DELETE /v1/session" or who in {"anonymous", "service"}):
                try_it()
    assert len(tried) >= len(EVERY_ROUTE) - 8
