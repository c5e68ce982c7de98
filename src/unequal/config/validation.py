"""What pydantic found wrong, told in the words of the config and at its places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from unequal.config.addresses import NO_REFERENCE
from unequal.config.document import Document, Refused
from unequal.config.model import WORDS_OF_PATTERN, Section
from unequal.config.problems import KeyPath, Problem, close_name, did_you_mean, dotted, shown
from unequal.config.project import Project
from unequal.config.schema import choices_at, keys_at, meaning_of

_NEEDS: Final = {
    "string_type": "a text",
    "int_type": "a whole number", "int_parsing": "a whole number", "int_from_float": "a whole number", "int_parsing_size": "a smaller number",
    "float_type": "a number", "float_parsing": "a number", "finite_number": "a number",
    "bool_type": "true or false", "bool_parsing": "true or false",
    "tuple_type": "a list", "dict_type": "a section with keys", "model_type": "a section with keys", "model_attributes_type": "a section with keys",
}  # fmt: skip
_BOUNDS: Final = {
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
    "greater_than": ("gt", "more than"),
    "less_than": ("lt", "less than"),
}


def problems_of(error: ValidationError, values: Any, document: Document, of: type[Section] = Project) -> list[Problem]:
    """One problem for each thing that is wrong; what follows from a refused value is left out."""
    found: list[Problem] = []
    if not isinstance(values, Mapping):
        return found  # the whole text was refused, and the document says why
    for detail in error.errors(include_url=False):
        path = _path_of(detail, values)
        if not _follows_from_a_refusal(values, path):
            found.append(_problem(detail, path, document, of))
    return _without_echoes(found, of)


def _path_of(detail: ErrorDetails, values: Any) -> KeyPath:
    """The error's place in the file: pydantic's own without the names of the ways a key can be written."""
    path: list[str | int] = []
    here = values
    last = len(detail["loc"]) - 1
    for index, part in enumerate(detail["loc"]):
        if isinstance(here, Mapping) and part in here:
            here = here[str(part)]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        elif not (index == last and detail["type"] == "missing"):
            continue
        path.append(part)
    return tuple(path)


def _follows_from_a_refusal(values: Any, path: KeyPath) -> bool:
    here = values
    for part in path:
        if isinstance(here, Mapping) and part not in here:
            return False
        here = here[part]
        if isinstance(here, Refused):
            return True
    # A list of which one item was refused is not too short by the user's fault.
    return isinstance(here, list) and any(isinstance(item, Refused) for item in here)


def _without_echoes(found: Iterable[Problem], of: type[Section]) -> list[Problem]:
    """A misspelt key is unknown, and the right one is missing: one mistake, told once."""
    found = list(found)
    misspelt = {
        (*problem.path[:-1], close_name(str(problem.path[-1]), keys_at(problem.path[:-1], of)))
        for problem in found
        if problem.code == "CFG010"
    }  # fmt: skip
    return [problem for problem in found if problem.code != "CFG011" or problem.path not in misspelt]


def _problem(detail: ErrorDetails, path: KeyPath, document: Document, of: type[Section]) -> Problem:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        advice = did_you_mean(str(path[-1]), keys_at(path[:-1], of))
        return Problem("CFG010", "the config has no such key", path, seen=shown(str(path[-1])), do=advice, at_key=True)
    if kind == "missing":
        section = dotted(path[:-1]) or "the config"
        return Problem("CFG011", f"{section} has no {path[-1]}", path, do=f"add {path[-1]}: {_advice(path, of)}", at_key=True)
    if detail["loc"][-1:] == ("[key]",):
        return Problem(
            "CFG014", "a name is not written as names are", path, seen=shown(str(path[-1])), do=f"write {_pattern(context)}", at_key=True
        )
    seen = _seen(detail["input"], path, document)
    if kind == "string_type" and isinstance(detail["input"], int | float):
        do = f'write it in quotes: "{document.written.get(path, detail["input"])}"'
        return Problem("CFG013", f"{dotted(path)} is a text, and this is read as {_kind_of(detail['input'])}", path, seen=seen, do=do)
    if kind in _NEEDS:
        keys = ", ".join(sorted(keys_at(path, of))) if kind.startswith("model") else ""
        return Problem(
            "CFG012",
            f"{dotted(path)} must be {_NEEDS[kind]}",
            path,
            seen=seen,
            do=f"write keys below it: {keys}" if keys else _advice(path, of),
        )
    return _unfit(detail, path, seen, of)


def _unfit(detail: ErrorDetails, path: KeyPath, seen: str, of: type[Section]) -> Problem:
    kind, name = detail["type"], dotted(path) or f"the {of.__name__.lower()}"
    if kind == "shape":
        quoted = "; a name that is a number stands in quotes" if isinstance(detail["input"], int | float) else ""
        return Problem("CFG012", f"{name} cannot be written in this way", path, seen=seen, do=f"write {detail['msg']}{quoted}")
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        key = str(detail.get("ctx", {}).get("discriminator", "")).strip("'")
        at: KeyPath = (*path, key)
        kinds = choices_at(at, of)
        if kind == "union_tag_not_found":
            return Problem("CFG011", f"{name} has no {key}", at, do=f"add {key}: one of {', '.join(kinds)}", at_key=True)
        return Problem(
            "CFG014",
            f"{name}.{key} has no such choice",
            at,
            seen=shown(str(detail["ctx"]["tag"])),
            do=_choice(str(detail["ctx"]["tag"]), kinds),
        )
    if kind in {"literal_error", "enum"}:
        do = _choice(str(detail["input"]), choices_at(path, of))
        return Problem("CFG014", f"{name} has no such choice", path, seen=seen, do=do)
    if kind == "string_pattern_mismatch":
        do = f"write {_pattern(detail.get('ctx', {}))}"
        return Problem("CFG014", f"{name} is not written as it must be", path, seen=seen, do=do)
    # Whoever writes a secret where its name belongs must not have it shown to whoever reads the message.
    told = "" if NO_REFERENCE in detail["msg"] else seen
    return Problem("CFG014", f"{name} {_fault(detail)}", path, seen=told, do=_advice(path, of))


def _fault(detail: ErrorDetails) -> str:
    """What is wrong with a value of the right kind, to follow its name."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return f"must be {words} {context[key]}"
    if kind in {"too_short", "string_too_short"}:
        return "is empty"
    if kind in {"too_long", "string_too_long"}:
        return f"is longer than {context['max_length']:,}"
    return f"is {context.get('error', detail['msg'])}"


def _choice(given: str, choices: tuple[str, ...]) -> str:
    listed = ", ".join(choice if choice.isidentifier() else f'"{choice}"' for choice in choices)
    near = close_name(given, choices)
    return f"did you mean {near}? The choices are {listed}" if near else f"choose from {listed}"


def _pattern(context: Mapping[str, Any]) -> str:
    pattern = str(context.get("pattern", ""))
    return WORDS_OF_PATTERN.get(pattern, "it shorter" if "max_length" in context else pattern)


def _advice(path: KeyPath, of: type[Section]) -> str:
    return _lowered(meaning_of(path, of)).removesuffix(".")


def _lowered(sentence: str) -> str:
    # "IANA" keeps its capitals, "A column" does not.
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def _kind_of(value: object) -> str:
    return "true or false" if isinstance(value, bool) else "a number"


def _seen(value: object, path: KeyPath, document: Document) -> str:
    """What stands in the file; never what the environment put in its place."""
    if isinstance(value, dict):
        return "a section" if value else "nothing"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return shown(document.written.get(path, str(value))) or "nothing"
