"""The tables of docs/reference/config.md: every section of the config and every key, from the models."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from tools.markdown import anchor, table
from unequal.config.model import WORDS_OF_PATTERN, Section
from unequal.config.project import Project
from unequal.config.schema import json_schema

_KIND = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "nothing"}
_BOUNDS = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than", "exclusiveMaximum": "less than"}


def reference(of: type[Section] = Project) -> str:
    """All sections of a file in the order in which a reader of it meets them."""
    schema = json_schema(of)
    return "\n".join(_section(name, path, schema) for name, path in _sections(schema))


def _sections(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each section once, with the path where it stands first; a section comes before those inside it."""
    seen: set[str] = set()
    waiting = [(str(schema["title"]), "")]
    while waiting:
        name, path = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        yield name, path
        inside = [
            (below, where)
            for key, kind in _definition(name, schema)["properties"].items()
            for below, where in _inside(kind, schema, f"{path}.{key}")
        ]
        waiting = inside + waiting


def _definition(name: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema if name == schema["title"] else schema["$defs"][name]
    return found


def _inside(kind: Mapping[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    name = _named(kind)
    if name and "properties" in _definition(name, schema):
        yield name, path
    for below in (*kind.get("anyOf", ()), *kind.get("oneOf", ())):
        yield from _inside(below, schema, path)
    for below in _values_of(kind):
        yield from _inside(below, schema, f"{path}.NAME")
    if isinstance(kind.get("items"), Mapping):
        yield from _inside(kind["items"], schema, f"{path}[]")


def _named(kind: Mapping[str, Any]) -> str:
    return str(kind.get("$ref", "")).rpartition("/")[2]


def _values_of(kind: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    values = [*kind.get("patternProperties", {}).values(), kind.get("additionalProperties")]
    return [value for value in values if isinstance(value, Mapping)]


def _title(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _section(name: str, path: str, schema: Mapping[str, Any]) -> str:
    section = _definition(name, schema)
    required = section.get("required", ())
    rows = [
        (f"`{key}`", _kind(kind, schema), "required" if key in required else _default(kind), str(kind.get("description", "")))
        for key, kind in section["properties"].items()
    ]
    where = f"At `{path.removeprefix('.')}`. " if path else ""
    example = yaml.safe_dump(section["examples"][0], sort_keys=False, allow_unicode=True, width=100)
    keys = table(("key", "holds", "default", "meaning"), rows)
    return f"### {_title(name)}\n\n{where}{section['description']}\n\n{keys}\n```yaml\n{example}```\n"


def _kind(kind: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    name = _named(kind)
    if name:
        definition = _definition(name, schema)
        return f"[{_title(name).lower()}](#{anchor(_title(name))})" if "properties" in definition else _kind(definition, schema)
    ways = [way for way in (*kind.get("anyOf", ()), *kind.get("oneOf", ())) if way.get("type") != "null"]
    if ways:
        return ", or ".join(_kind(way, schema) for way in ways)
    if "enum" in kind:
        return "one of " + ", ".join(f"`{choice}`" if str(choice).strip() else f'`"{choice}"`' for choice in kind["enum"])
    if "const" in kind:
        return f"`{kind['const']}`"
    return _collection(kind, schema) or _plain(kind)


def _collection(kind: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    if kind.get("type") == "array":
        return f"list of {_kind(kind['items'], schema)}"
    if kind.get("type") == "object":
        return f"name: {' or '.join(_kind(value, schema) for value in _values_of(kind))}"
    return ""


def _plain(kind: Mapping[str, Any]) -> str:
    words = [_KIND[kind["type"]] if kind.get("format") != "date" else "date"]
    words += [f"{word} {kind[bound]}" for bound, word in _BOUNDS.items() if bound in kind]
    pattern = WORDS_OF_PATTERN.get(kind.get("pattern", ""))
    return ", ".join(words) if pattern is None else f"{', '.join(words)}: {pattern}"


def _default(kind: Mapping[str, Any]) -> str:
    default = kind.get("default")
    if default in (None, [], {}) or isinstance(default, Mapping):
        return ""
    text = (
        ", ".join(map(str, default)) if isinstance(default, list) else str(default).lower() if isinstance(default, bool) else str(default)
    )
    return f"`{text}`" if text else '`""`'
