"""Config text with comments: plain values in, YAML out that says why each line stands there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_NOT_TEXT: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "~"})
_WIDTH: Final = 100


@dataclass(frozen=True)
class Said:
    """A value with what is to be said above it."""

    value: Any
    comment: str


@dataclass(frozen=True)
class Inline:
    """A mapping that stands on one line."""

    value: Mapping[str, Any]


@dataclass(frozen=True)
class Omitted:
    """A line that is only a comment: what could stand here."""

    comment: str


def text_of(tree: Mapping[str, Any], *, indent: int = 0) -> str:
    """YAML of a tree of mappings, with the comments that stand above its keys."""
    return "\n".join(_lines(tree, indent)) + "\n"


def comment_lines(comment: str, indent: int = 0) -> list[str]:
    """A comment, wrapped."""
    pad = " " * indent
    paragraphs = comment.split("\n")
    return [f"{pad}# {line}" if line else f"{pad}#" for paragraph in paragraphs for line in (wrap(paragraph, _WIDTH - indent) or [""])]


def _lines(tree: Mapping[str, Any], indent: int) -> list[str]:
    pad, lines = " " * indent, []
    for key, given in tree.items():
        value = given
        while isinstance(value, Said):
            lines += comment_lines(value.comment, indent)
            value = value.value
        if isinstance(value, Omitted):
            lines += comment_lines(value.comment, indent)
        elif isinstance(value, Mapping) and value:
            lines += [f"{pad}{scalar(key)}:", *_lines(value, indent + 2)]
        elif _is_list_of_mappings(value):
            lines.append(f"{pad}{scalar(key)}:")
            lines += [f"{pad}  - {flow(each)}" for each in value]
        else:
            lines.append(f"{pad}{scalar(key)}: {flow(value)}")
    return lines


def _is_list_of_mappings(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and bool(value) and isinstance(value[0], Inline)


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Inline):
        return "{" + ", ".join(f"{scalar(key)}: {flow(each)}" for key, each in value.value.items()) + "}"
    if isinstance(value, Mapping):
        return flow(Inline(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A scalar; text is quoted where YAML would read it as something else.

    >>> scalar("Customer ID"), scalar("12"), scalar("no"), scalar(",")
    ('Customer ID', '"12"', '"no"', '","')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT else json.dumps(text, ensure_ascii=False)
