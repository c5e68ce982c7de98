"""The text of `unequal.yaml` as plain values, each with its place.

YAML is a large language, and a config needs little of it. Aliases, anchors, tags, directives
and further documents are refused while the text is read, before anything could be expanded,
and a plain scalar is a number, true, false, null or a text: never a date, a number of base
sixty or an octal one, and `no` is the country as long as no key asks for true or false.
See docs/reference/config.md, "How the file is read".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from unequal.config.problems import KeyPath, Mark, Problem, dotted, shown
from unequal.terms.errors import ConfigError

DEEPEST: Final = 20
"""Levels of nesting; the grammar needs ten."""

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FRACTION: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_WORDS: Final[dict[str, bool | None]] = {"true": True, "True": True, "false": False, "False": False, "null": None, "~": None, "": None}
_UNPRINTABLE: Final = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _mark(event: Event) -> Mark:
    assert event.start_mark is not None, "events of a text have marks"
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


class Refused:
    """Stands for a value that was refused, so that the rest of the file can still be judged."""


@dataclass
class Document:
    """What a config file holds, where it stands and what is wrong with how it is written.

    Args:
        name: of the file, as errors show it.
        values: mappings, lists, texts, numbers, flags and nothing else.
        keys: where each key or list item begins.
        starts: where each value begins.
        written: each text as the file has it, before anything of the environment is put in.
        problems: what was refused.
    """

    name: str
    values: Any = None
    keys: dict[KeyPath, Mark] = field(default_factory=dict)
    starts: dict[KeyPath, Mark] = field(default_factory=dict)
    written: dict[KeyPath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def mark_of(self, problem: Problem) -> Mark:
        """Where a problem is."""
        return problem.mark or self.mark(problem.path, at_key=problem.at_key)

    def mark(self, path: KeyPath, *, at_key: bool = True) -> Mark:
        """Where a path is, or the nearest heading above it that exists."""
        for length in range(len(path), 0, -1):
            part = path[:length]
            # A text is pointed at where it begins, a heading where its key is.
            place = self.starts if part in self.written and not at_key else self.keys
            if part in place:
                return place[part]
        return Mark(1, 1)

    def where(self, path: KeyPath) -> str:
        """File and line of a path: `unequal.yaml:12`."""
        return f"{self.name}:{self.mark(path).line}"

    def error(self, problem: Problem) -> ConfigError:
        """The problem with its place."""
        mark = self.mark_of(problem)
        place = f"{self.name}:{mark.line}:{mark.column}"
        where = f"{dotted(problem.path)} ({place})" if problem.path else place
        return ConfigError(problem.code, problem.what, where=where, seen=problem.seen, do=problem.do)

    def errors(self, problems: list[Problem]) -> list[ConfigError]:
        """All problems with their places, in the order of the file; one message for each key and problem."""

        def position(problem: Problem) -> tuple[int, int, str]:
            mark = self.mark_of(problem)
            return mark.line, mark.column, problem.code

        return [self.error(problem) for problem in sorted(dict.fromkeys(problems), key=position)]


_BEGIN: Final = "begin with `project:`, `reporting_currency:` and `time_zone:`; `unequal init` writes a start"


def read_document(text: str, name: str, *, begin: str = _BEGIN) -> Document:
    """Read the text of a config; what is refused is listed in its problems.

    Args:
        text: YAML.
        name: of the file, as errors show it.
        begin: what to write in a file that holds no keys.

    Raises:
        ConfigError: CFG002, the text is not YAML, is empty, or is no list of keys; CFG006, it is nested too deeply.
    """
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        before = text[: unprintable.start()]
        place = f"{name}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        raise ConfigError(
            "CFG002", "the config holds a character that is no text", where=place,
            seen=f"U+{ord(unprintable.group()):04X}", do="save the file as plain text in UTF-8",
        )  # fmt: skip
    try:
        return _Reading(text, name).document(begin)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, text, name) from None


def _not_yaml(error: yaml.MarkedYAMLError, text: str, name: str) -> ConfigError:
    mark = error.problem_mark or error.context_mark
    line = mark.line if mark else 0
    lines = text.split("\n")
    written = lines[min(line, len(lines) - 1)]
    do = "mend the text there or in the line above: a key ends in a colon and a space, and what is below it stands further in"
    if "${" in written and "{" in written.replace("${", ""):
        do = "inside { } a text with ${NAME} stands in quotes"
    elif "\t" in written:
        do = "indent by spaces, not by tabs"
    # The line itself is not shown: it may hold what should not have been written here.
    place = f"{name}:{line + 1}:{mark.column + 1 if mark else 1}"
    return ConfigError("CFG002", "the config is not YAML", where=place, seen=error.problem or "", do=do)


def plain_value(text: str) -> str | int | float | bool | None:
    """What a scalar without quotes is.

    >>> [plain_value(text) for text in ("52", "0.10", "true", "no", "01234", "1e3", "12:30", "2026-01-31")]
    [52, 0.1, True, 'no', '01234', '1e3', '12:30', '2026-01-31']
    """
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


class _Reading:
    """One pass over the events of the text: nothing is expanded, and nothing is kept of what is refused."""

    def __init__(self, text: str, name: str) -> None:
        self._events: Iterator[Event] = yaml.parse(text, Loader=_LOADER)
        self._document = Document(name)
        self._opened = 0

    def document(self, begin: str) -> Document:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._refuse_directives(event)
                self._opened += 1
            elif isinstance(event, NodeEvent):
                self._document.values = self._value(event, ())
            if self._opened > 1:
                self._refuse(event, "a second document", "keep one document in the file, and no line with `---` but the first")
                break
        if not isinstance(self._document.values, dict) and not self._document.problems:
            raise ConfigError(
                "CFG002", "the config holds no keys", where=f"{self._document.name}:1:1",
                do=begin,
            )  # fmt: skip
        return self._document

    def _refuse_directives(self, event: DocumentStartEvent) -> None:
        if event.version or event.tags:
            self._refuse(event, "a directive", "take out the line that begins with %")

    def _refuse(self, event: Event, what: str, do: str, path: KeyPath = (), seen: str = "") -> None:
        self._problem("CFG003", f"{what} of YAML is refused", path, _mark(event), do, seen=seen)

    def _value(self, event: NodeEvent, path: KeyPath) -> Any:
        self._document.starts[path] = _mark(event)
        if isinstance(event, AliasEvent):
            self._refuse(event, "an alias", "write the value out where it is needed", path, f"*{event.anchor}")
            return Refused()
        refused = self._refuse_decorations(event, path)
        value = self._collection(event, path) if isinstance(event, CollectionStartEvent) else self._scalar(event, path)
        return Refused() if refused else value

    def _refuse_decorations(self, event: NodeEvent, path: KeyPath) -> bool:
        tag = getattr(event, "tag", None)
        if event.anchor is not None:
            self._refuse(event, "an anchor", "write the value out where it is needed", path, f"&{event.anchor}")
        if tag is not None:
            self._refuse(event, "a tag", "take out the tag; a text stands in quotes", path, str(tag))
        return event.anchor is not None or tag is not None

    def _scalar(self, event: Event, path: KeyPath) -> Any:
        assert isinstance(event, ScalarEvent)
        self._document.written[path] = event.value
        return event.value if event.style else plain_value(event.value)

    def _collection(self, event: Event, path: KeyPath) -> Any:
        if len(path) >= DEEPEST:
            mark = _mark(event)
            raise ConfigError(
                "CFG006", f"the config is nested deeper than {DEEPEST} levels",
                where=f"{self._document.name}:{mark.line}:{mark.column}", do="write it flatter: no key of the config lies so deep",
            )  # fmt: skip
        return self._list(path) if isinstance(event, SequenceStartEvent) else self._mapping(path)

    def _list(self, path: KeyPath) -> list[Any]:
        items: list[Any] = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            assert isinstance(event, NodeEvent)
            here = (*path, len(items))
            self._document.keys[here] = _mark(event)
            items.append(self._value(event, here))
        return items

    def _mapping(self, path: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            assert isinstance(event, NodeEvent)
            key = self._key(event, path, values)
            following = next(self._events)
            assert isinstance(following, NodeEvent)
            if key is None:
                self._skip(following)
                continue
            here = (*path, key)
            self._document.keys[here] = _mark(event)
            values[key] = self._value(following, here)
        return values

    def _key(self, event: NodeEvent, path: KeyPath, values: dict[str, Any]) -> str | None:
        """The key's text; None where it is refused, and then the value behind it is passed over."""
        mark = _mark(event)
        if not isinstance(event, ScalarEvent):
            self._problem("CFG005", "a key must be a text", path, mark, "write one text before the colon")
            self._skip(event)
            return None
        if self._refuse_decorations(event, (*path, event.value)):
            return None
        key = event.value if event.style else plain_value(event.value)
        if not isinstance(key, str):
            self._problem("CFG005", "a key must be a text", path, mark, f'write it in quotes: "{shown(event.value)}"', seen=event.value)
            return None
        if key in values:
            first = self._document.keys[*path, key]
            do = f"keep one of them; the first is in line {first.line}"
            self._problem("CFG004", "a key stands twice in one section", path, mark, do, seen=key)
            return None
        return key

    def _problem(self, code: str, what: str, path: KeyPath, mark: Mark, do: str, *, seen: str = "") -> None:
        self._document.problems.append(Problem(code, what, path, seen=shown(seen), do=do, mark=mark))

    def _skip(self, event: Event) -> None:
        """Pass over a refused node without keeping anything of it."""
        opened = int(isinstance(event, CollectionStartEvent))
        while opened:
            event = next(self._events)
            opened += isinstance(event, MappingStartEvent | SequenceStartEvent) - isinstance(event, MappingEndEvent | SequenceEndEvent)
