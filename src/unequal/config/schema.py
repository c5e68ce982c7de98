"""The JSON schema of `unequal.yaml`, and what it says of a place in a config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from unequal.config.model import Section
from unequal.config.problems import KeyPath
from unequal.config.project import Project


class _InOrderOfWriting(GenerateJsonSchema):
    """Examples and keys stay as they are written: alphabetical order would tear apart what belongs together."""

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:  # noqa: ARG002 - pydantic's signature
        return value


def json_schema(of: type[Section] = Project) -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a project's config, or of another file's, for editors and other tools."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **of.model_json_schema(schema_generator=_InOrderOfWriting)}


@cache
def _schema(of: type[Section]) -> dict[str, Any]:
    return json_schema(of)


def keys_at(path: KeyPath, of: type[Section] = Project) -> dict[str, str]:
    """The keys that a section may have, and what each means; empty where any key may stand.

    A place that can be written in several ways has the keys of all of them.
    """
    return {
        key: str(meaning.get("description", ""))
        for way in _ways_at(path, of)
        for key, meaning in way.get("properties", {}).items()
    }  # fmt: skip


def meaning_of(path: KeyPath, of: type[Section] = Project) -> str:
    """What the key at a path means; empty where the grammar says nothing."""
    return keys_at(path[:-1], of).get(str(path[-1]), "") if path else ""


def choices_at(path: KeyPath, of: type[Section] = Project) -> tuple[str, ...]:
    """The texts that may stand at a path; empty where any may."""
    return tuple(
        str(choice) for way in _ways_at(path, of) for choice in (*way.get("enum", ()), *([way["const"]] if "const" in way else ()))
    )


def _ways_at(path: KeyPath, of: type[Section]) -> list[Mapping[str, Any]]:
    whole = _schema(of)
    ways = list(_ways_of(whole, whole))
    for part in path:
        ways = [way for schema in ways for below in _below(schema, part) for way in _ways_of(below, whole)]
    return ways


def _below(schema: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, int):
        found = [schema.get("items")]
    else:
        # A mapping whose keys are the project's own names has one pattern for all of them.
        found = [schema.get("properties", {}).get(part, schema.get("additionalProperties")), *schema.get("patternProperties", {}).values()]
    yield from (below for below in found if isinstance(below, Mapping))


def _ways_of(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        yield from _ways_of(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
        return
    yield schema
    for way in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _ways_of(way, whole)
