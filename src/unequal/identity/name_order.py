"""Which of a source's whole names stand family first: LOPEZ ROSA, with no comma to say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from unequal.identity import nicknames
from unequal.identity.name_words import GENERATIONS

GIVEN_NAME: Final = {"word": "string"}
"""Types of the table of known given names."""

_GENERATION: Final = f"(?: (?:{'|'.join(sorted(GENERATIONS))}))"
_WORDS: Final = rf"^([^ ,]+)(?: [^ ,]+)*? ([^ ,]+){_GENERATION}*$"
_TURNED: Final = rf"^([^,]+?) ([^ ,]+(?: [a-z])?)({_GENERATION}*)$"
_ONE_WORD: Final = f"^[^ ]+{_GENERATION}*$"
_VALUES_AT_LEAST: Final = 10
_TIMES: Final = 2


def given_names() -> list[dict[str, str]]:
    """The known given names, as rows of GIVEN_NAME."""
    return [{"word": word} for word in sorted(nicknames.NAMES)]


def order_of(numbered: ibis.Table, attributes: ibis.Table, known: ibis.Table) -> ibis.Table:
    """What the whole names of each source tell of their order, from its persons' best values without a comma.

    Args:
        numbered: RECORD.
        attributes: PERSON_ATTRIBUTE.
        known: GIVEN_NAME.

    Returns:
        source; last_known and first_known, int64: values of which that word alone is a known given name.
    """
    value = attributes.value_normalised
    whole = attributes.filter(
        attributes.attribute == "full_name", attributes["rank"] == 1, value.re_search(_WORDS), ~value.re_search(_ONE_WORD)
    )
    words = whole.select("source", "record_id", first=value.re_extract(_WORDS, 1), last=value.re_extract(_WORDS, 2))
    persons = words.semi_join(numbered.filter(numbered.kind == "person"), ["source", "record_id"])
    first, last = known.select(known_first="word"), known.select(known_last="word")
    told = persons.left_join(first, [("first", "known_first")]).left_join(last, [("last", "known_last")])
    told = told.select("source", "known_first", "known_last")
    is_first, is_last = told.known_first.notnull(), told.known_last.notnull()
    return told.group_by("source").aggregate(
        last_known=(is_last & ~is_first).cast("int64").sum().cast("int64"),
        first_known=(is_first & ~is_last).cast("int64").sum().cast("int64"),
    )


def family_first(told: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The sources whose whole names stand family first: so many values say so, and twice as many as say otherwise.

    >>> family_first([{"source": "calls", "last_known": 9, "first_known": 5}, {"source": "till", "last_known": 9, "first_known": 1}])
    ('till',)
    """
    return tuple(sorted(
        row["source"] for row in told
        if row["last_known"] + row["first_known"] >= _VALUES_AT_LEAST and row["last_known"] > _TIMES * row["first_known"]
    ))  # fmt: skip


def turned(value: ir.StringValue) -> ir.StringValue:
    """A normalised whole name that stands family first with the comma that says so; one word, or a comma there already, stays.

    The given name is the last word, with an initial behind it; what tells the generation stays at the end.
    """
    family, given, generation = (value.re_extract(_TURNED, group) for group in (1, 2, 3))
    may_turn = value.re_search(_TURNED) & ~value.re_search(_ONE_WORD)
    return may_turn.ifelse(family + ", " + given + generation, value)
