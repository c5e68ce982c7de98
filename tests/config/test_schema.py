"""The JSON schema and the examples of the reference: they agree with what loads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from tests.config.projects import SOUND

from unequal import config
from unequal.config.model import Section
from unequal.config.schema import choices_at, json_schema, keys_at, meaning_of


def sections(start: type[Section] = Section) -> Iterator[type[Section]]:
    for section in start.__subclasses__():
        yield section
        yield from sections(section)


SECTIONS: list[type[Section]] = list(sections())


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_has_an_example_that_validates(section: type[Section]) -> None:
    examples = section.model_json_schema()["examples"]
    assert examples
    for example in examples:
        section.model_validate(example)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_and_key_says_what_it_means(section: type[Section]) -> None:
    assert section.__doc__
    assert [name for name, field in section.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("text", [SOUND, config.starter()])
def test_what_loads_agrees_with_the_schema(text: str) -> None:
    jsonschema.Draft202012Validator(json_schema()).validate(yaml.load(text, Loader=yaml.BaseLoader))


@pytest.mark.parametrize(("old", "new"), [("list_revenue", "revenue"), ("read: data/customers", "reed: data/customers"), ("EUR", "eur")])
def test_what_does_not_load_disagrees_with_the_schema(old: str, new: str) -> None:
    wrong = yaml.load(SOUND.replace(old, new), Loader=yaml.BaseLoader)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json_schema()).validate(wrong)


def test_the_schema_is_a_schema_and_can_be_written() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


def test_the_schema_says_what_may_stand_at_a_place() -> None:
    assert "read" in keys_at(("sources", "any_name"))
    assert keys_at(("sources",)) == {}
    assert {"value", "column", "source", "key"} == set(keys_at(("sources", "x", "postings", "currency")))
    assert choices_at(("sources", "x", "overlap")) == ("count_once", "keep")
    assert "list_revenue" in choices_at(("sources", "x", "postings", "rules", 0, "line"))
    assert meaning_of(("time_zone",)).startswith("IANA")
    assert meaning_of(()) == ""


def test_the_starter_is_shipped_with_the_package() -> None:
    assert (Path(config.__file__).parent / "starter.yaml").read_text(encoding="utf-8") == config.starter()
