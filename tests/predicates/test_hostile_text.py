"""Hostile text gets nowhere; and the harness that says so would notice if it did."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
from tests.predicates.hostile import COLUMNS, EVENTS, FUNCTIONS, HOSTILE, fault, first_fault

from unequal import predicates
from unequal.terms.errors import PredicateError

ROOM = Path(predicates.__file__).parent


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_broke_out_of_other_products_is_refused(text):
    with pytest.raises(PredicateError) as refused:
        predicates.parse(text, COLUMNS, where="--where")
    assert refused.value.where.startswith("--where")
    assert refused.value.do


@pytest.mark.slow
@pytest.mark.parametrize("events", [(), EVENTS], ids=["without events", "with events"])
def test_a_hundred_thousand_hostile_texts_neither_escape_nor_crash(events):
    assert first_fault(partial(predicates.parse, events=events), seed=20260131, count=100_000) is None


def test_the_functions_are_those_that_were_agreed():
    assert set(predicates.FUNCTIONS) == FUNCTIONS


# The harness itself: each line takes one safeguard out of a copy of the room, and must be noticed.

# What the judge must say stands first.

WEAKENED: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
    "any function is let through": (
        "accepted with the function",
        [
            ("scanning", "if folded in FUNCTIONS:", "if folded:"),
            (
                "reading",
                "FUNCTIONS[token.function]",
                'FUNCTIONS.get(token.function) or Function(token.function, (frozenset(tree.Kind),), tree.TRUTH, "", "")',
            ),
        ],
    ),
    "any class of sqlglot's is let through": (
        "accepted with the function Tuple",
        [
            ("shape", "if not self.levels[-1].lists:", "if not self.levels:"),
            ("reading", "_READERS.get(type(node), (None, ()))", "_READERS.get(type(node), (_any_class, tuple(node.args)))"),
            (
                "reading",
                "_PAIR: Final = ",
                "_any_class = lambda _, node: _Read(tree.Call(type(node).__name__, (), tree.TRUTH), 0, 1)\n_PAIR: Final = ",
            ),
        ],
    ),
    "any column is let through": (
        "accepted with the column",
        [
            ("scanning", "        if name in self.columns:\n            return name", "        return name"),
            ("scanning", "column_type(self.columns[found])", 'column_type(self.columns.get(found, "string"))'),
            ("scanning", "Column(found, type_, self.columns[found])", 'Column(found, type_, self.columns.get(found, "string"))'),
        ],
    ),
    "text is not measured": ("accepted beyond its caps", [("scanning", "MAX_BYTES: Final = 4096", "MAX_BYTES: Final = 1 << 30")]),
    "nesting is not counted": ("RecursionError", [("shape", "MAX_NESTING: Final = 20", "MAX_NESTING: Final = 1 << 30")]),
    "waiting nots are not counted": (
        "RecursionError",
        [("shape", "        self.depth += 1\n", "        self.depth += token.type is TokenType.L_PAREN\n")],
    ),
    "an and of a between ends what waits": (
        "RecursionError",
        [("shape", "elif token.type is TokenType.AND and level.open_betweens:", "elif False:")],
    ),
    "parts are not counted": ("accepted beyond its caps", [("reading", "MAX_NODES: Final = 300", "MAX_NODES: Final = 1 << 30")]),
    "depth of the tree is not limited": ("accepted beyond its caps", [("reading", "MAX_DEPTH: Final = 45", "MAX_DEPTH: Final = 1 << 30")]),
    "characters are not checked": (
        "accepted with a control character",
        [("scanning", 'if unicodedata.category(char) in {"Cc", "Cs"} or', "if"), ("scanning", "in _DIRECTIONS:", "in ():")],
    ),
    "the order of tokens is not checked": ("crashed", [("reading", "    check_shape(source, tokens)\n", "")]),
    "sqlglot's refusals are not caught": ("ParseError", [("reading", "except ParseError as error:", "except KeyError as error:")]),
    "what a terminal would act upon is printed": (
        "refused badly",
        [("refusals", "char if char.isprintable() else ascii(char)[1:-1]", "char")],
    ),
    "types are not checked": ("", [("reading", "if read.node.type.kind is not tree.Kind.TRUTH:", "if read.node.type.kind is None:")]),
    "the text is evaluated by Python": (
        "asked the interpreter to compile",
        [("reading", "    check_shape(source, tokens)\n", "    eval('tokens')\n    check_shape(source, tokens)\n")],
    ),
    "a file is opened on the way": (
        "asked the interpreter to open",
        [("reading", "    check_shape(source, tokens)\n", "    open('/dev/null').close()\n    check_shape(source, tokens)\n")],
    ),
}
COPIED = ("refusals", "scanning", "shape", "reading")


@pytest.fixture
def weakened() -> Iterator[dict[str, ModuleType]]:
    """Where copies of the room's modules live for one test."""
    copies: dict[str, ModuleType] = {}
    yield copies
    for name in copies:
        sys.modules.pop(f"weakened.{name}", None)


def copy_room(copies: dict[str, ModuleType], changes: list[tuple[str, str, str]]) -> None:
    for name in COPIED:
        source = (ROOM / f"{name}.py").read_text(encoding="utf-8")
        for changed, old, new in changes:
            if changed == name:
                assert source.count(old) == 1, f"the harness no longer knows where to weaken {name}.py: {old}"
                source = source.replace(old, new)
        for other in COPIED:
            source = source.replace(f"from unequal.predicates.{other} import", f"from weakened.{other} import")
        copies[name] = sys.modules[f"weakened.{name}"] = ModuleType(f"weakened.{name}")
        source += "\nfrom unequal.predicates.functions import Function\n"
        exec(compile(source, f"weakened/{name}.py", "exec"), copies[name].__dict__)


@pytest.mark.parametrize(("told", "changes"), WEAKENED.values(), ids=WEAKENED)
def test_the_harness_notices_when_a_safeguard_is_taken_out(weakened, told, changes):
    copy_room(weakened, changes)
    found = first_fault(weakened["reading"].parse, seed=20260131, count=20_000)
    assert found is not None
    assert told in found[1]


def test_the_harness_is_silent_about_an_unchanged_copy(weakened):
    copy_room(weakened, [])
    assert first_fault(weakened["reading"].parse, seed=7, count=2_000) is None


def test_the_judge_sees_through_an_acceptance_that_is_none():
    assert fault(lambda _text, _columns: "yes", "orders = 1")
    assert fault(lambda _text, _columns: 1 / 0, "orders = 1")
