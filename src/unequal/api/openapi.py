"""The API's description in OpenAPI 3.1, made from the table of routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from unequal.access import permissions
from unequal.api import shapes
from unequal.api.credentials import COOKIE, CSRF_HEADER
from unequal.api.problems import PROBLEM_JSON
from unequal.api.routing import Route
from unequal.version import __version__

_REF: Final = "#/components/schemas/{model}"
_SCHEMES: Final = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key."},
    "write_key": {"type": "http", "scheme": "basic", "description": "A write key as the user name, as Segment's libraries send it."},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": f"Changes need the header {CSRF_HEADER} too."},
}
_OF_EVENTS: Final = ("write_key", "key")
_OF_PEOPLE: Final = ("session",)
_ALWAYS: Final = {"400": "It cannot be read.", "429": "Too many requests."}
_KNOWN: Final = {"401": "It is not known who asks.", "403": "You may not do or see this."}
_SENT: Final = {"413": "It is too large.", "415": "It is of another kind.", "422": "It does not fit."}


def described(routes: Iterable[Route]) -> dict[str, Any]:
    """The description of some routes."""
    routes = list(routes)
    models = {model for found in routes for model in (found.answer, found.body, found.query) if model is not None} | {shapes.Problem}
    # A model is described as it is sent to us, or as it is sent by us: no model of ours is both.
    ways: list[tuple[type[BaseModel], Any]] = [
        (model, "validation" if _is_sent(model) else "serialization") for model in sorted(models, key=lambda m: m.__name__)
    ]
    found, definitions = models_json_schema(ways, ref_template=_REF)
    schemas = {model: found[model, way] for model, way in ways}
    paths: dict[str, dict[str, Any]] = {}
    for one in routes:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schemas, definitions.get("$defs", {}))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Unequal", "version": __version__, "description": "One moment of contact: events in, decisions out."},
        "paths": paths,
        "components": {"schemas": definitions.get("$defs", {}), "securitySchemes": _SCHEMES},
    }


def _is_sent(model: type[BaseModel]) -> bool:
    return issubclass(model, shapes.Sent | shapes.Event | shapes.Batch)


def _operation(found: Route, schemas: Mapping[Any, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    function = permissions.FUNCTIONS[found.function]
    is_open = "anyone" in function.roles
    answers: dict[str, Any] = {str(found.status): _answer(found, schemas)}
    others = (
        _ALWAYS | ({} if is_open and found.body is None else _KNOWN) | (_SENT if found.body else {"422": _SENT["422"]}) | _rarely(found)
    )
    problem = {"content": {PROBLEM_JSON: {"schema": schemas[shapes.Problem]}}}
    answers |= {status: {"description": what, **problem} for status, what in sorted(others.items())}
    operation: dict[str, Any] = {
        "operationId": found.name,
        "summary": found.summary,
        "tags": [found.function.partition(".")[0]],
        "x-function": found.function,
        "parameters": [*_path_parameters(found.path), *_query_parameters(found, definitions)],
        "responses": answers,
        "security": [] if is_open else [{name: []} for name in (_OF_EVENTS if found.is_event else ("key", *_OF_PEOPLE))],
    }
    if found.body is not None:
        operation["requestBody"] = {
            "required": bool(found.body.model_fields),
            "content": {"application/json": {"schema": schemas[found.body]}},
        }
    return operation


def _rarely(found: Route) -> dict[str, str]:
    """What only some routes answer."""
    missing = {"404": "There is no such thing."} if "{" in found.path or found.function == "decisions.make" else {}
    return missing | dict(found.more) | ({"409": "It is taken, or must stay."} if found.function == "people.manage" and found.body else {})


def _answer(found: Route, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    if found.answer is None:
        return {"description": "Done."}
    return {"description": (found.answer.__doc__ or "").strip(), "content": {"application/json": {"schema": schemas[found.answer]}}}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(found: Route, definitions: Mapping[str, Any]) -> list[dict[str, Any]]:
    if found.query is None:
        return []
    schema = definitions[found.query.__name__]
    needed = schema.get("required", [])
    told = ((name, dict(field)) for name, field in schema["properties"].items())
    return [
        {"name": name, "in": "query", "required": name in needed, "description": field.pop("description", ""), "schema": field}
        for name, field in told
    ]
