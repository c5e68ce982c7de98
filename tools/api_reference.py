"""The tables of docs/reference/api.md: routes, bodies, roles and fields, from the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.markdown import anchor, table
from unequal.access import fields, permissions
from unequal.api import EVERY_ROUTE, described

_WHO = {"anyone": "anybody", "signed_in": "every person", "ingest": "ingest key", "service": "service key"}


def routes() -> str:
    """Every route with what it does, takes and answers, and who may use it."""
    return "\n".join(_routes(described(EVERY_ROUTE)))


def _routes(description: Mapping[str, Any]) -> Iterator[str]:
    for found in EVERY_ROUTE:
        operation = description["paths"][found.path][found.method.lower()]
        yield f"### {found.method} {found.path}\n\n{operation['summary']}.\n"
        who = ", ".join(_WHO.get(role, role) for role in sorted(permissions.FUNCTIONS[found.function].roles))
        yield f"- for: {who} (`{found.function}`)"
        yield from _taken(found.body, operation)
        answer = f"{found.status}" + (f", {_link(found.answer.__name__)}" if found.answer else "")
        others = ", ".join(status for status in operation["responses"] if status != str(found.status))
        yield f"- answers: {answer}; else {others}\n"


def _taken(body: Any, operation: Mapping[str, Any]) -> Iterator[str]:
    asked = [f"`{one['name']}`{'' if one['required'] else ' (may be absent)'}" for one in operation["parameters"] if one["in"] == "query"]
    if asked:
        yield f"- query: {', '.join(asked)}"
    if body:
        yield f"- body: {_link(body.__name__)}"


def _link(model: str) -> str:
    return f"[{model}](#{anchor(model)})"


def models() -> str:
    """Every body and answer with its fields."""
    schemas = described(EVERY_ROUTE)["components"]["schemas"]
    used = {model.__name__ for found in EVERY_ROUTE for model in (found.body, found.answer) if model} | {"Problem"}
    below = {name for model in sorted(used) for name in _named(schemas[model])}
    return "\n".join(_model(name, schemas[name]) for name in sorted(used | below))


def _model(name: str, schema: Mapping[str, Any]) -> str:
    needed = schema.get("required", [])
    rows = [
        [f"`{field}`", _type(told), "" if field in needed else "may be absent", str(told.get("description", ""))]
        for field, told in schema.get("properties", {}).items()
    ]
    open_to_more = "" if schema.get("additionalProperties") is not True else "Further fields are let through.\n"
    return f"### {name}\n\n{schema.get('description', '')}\n{open_to_more}\n" + (
        table(["field", "type", "", "meaning"], rows) if rows else ""
    )


def _type(told: Mapping[str, Any]) -> str:
    if "$ref" in told:
        return _link(told["$ref"].rpartition("/")[2])
    if "anyOf" in told:
        return " or ".join(dict.fromkeys(_type(one) for one in told["anyOf"]))
    if "enum" in told:
        return ", ".join(f"`{value}`" for value in told["enum"])
    if "const" in told:
        return f"`{told['const']}`"
    if told.get("type") == "array":
        return f"list of {_type(told['items'])}"
    return {"null": "nothing", "string": "text", "object": "object"}.get(str(told.get("type")), str(told.get("type", "anything"))) + (
        f" ({told['format']})" if "format" in told else ""
    )


def _named(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"].rpartition("/")[2]} if "$ref" in value else set()
        return own.union(*(_named(item) for item in value.values()))
    return set().union(*(_named(item) for item in value)) if isinstance(value, list) else set()


def functions() -> str:
    """Every function and who may use it."""
    every = {**permissions.ROLES, **permissions.KEY_KINDS}
    rows = [[f"`{role}`", what] for role, what in every.items()]
    allowed = [
        [f"`{name}`", function.what, ", ".join(_WHO.get(role, role) for role in sorted(function.roles)), "yes" if function.is_told else ""]
        for name, function in permissions.FUNCTIONS.items()
    ]
    return table(["role or key", "who that is"], rows) + "\n" + table(["function", "what", "who may", "always in the audit"], allowed)


def classes() -> str:
    """Every class of fields, and to whom it is shown for which purpose."""
    rows = [[f"`{name}`", what, "; ".join(_readers(name))] for name, what in fields.CLASSES.items()]
    lines = [[f"`{kind}`", f"`{path}`", f"`{name}`"] for kind, paths in fields.FIELDS.items() for path, name in paths.items()]
    return table(["class", "what", "shown to"], rows) + "\n" + table(["document", "field", "class"], lines)


def _readers(name: str) -> Iterator[str]:
    for role, purposes in fields.READERS[name].items():
        whole = purposes == frozenset(fields.PURPOSES)
        yield role if whole else f"{role} for {', '.join(sorted(purposes))}"
