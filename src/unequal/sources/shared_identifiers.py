"""How much of one source's base another source knows, by each identifier that both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import ibis
from ibis import _

from unequal.sources.assessment import ColumnProfile
from unequal.sources.column_values import Stored
from unequal.sources.columns_profiled import ZERO_WIDTH
from unequal.sources.meanings import Meaning
from unequal.sources.vocabulary import words_of
from unequal.sources.written_dates import DateEvidence
from unequal.terms import texts

Kind = Literal["email", "phone", "name_and_birth_date", "key", "id"]

_PHONE_DIGITS: Final = 9
"""The last digits of a number: what stays when country and trunk prefixes are written or left out."""
_FEWEST_DIGITS: Final = 7
_JOINED: Final = "\x1f"


@dataclass(frozen=True)
class Identifier:
    """Columns of a source by which its records can be found elsewhere.

    Args:
        kind: what is compared with what: only the same kind.
        columns: the columns, in order.
        dates: how the birth date is written, where there is one.
        dense: a run of small whole numbers, which any other run of them meets.
        name: of a declared key: only keys of the same name are compared.
    """

    kind: Kind
    columns: tuple[str, ...]
    dates: DateEvidence | None = None
    dense: bool = False
    name: str = ""


def identifiers_of(columns: Sequence[ColumnProfile], keys: Mapping[str, str] | None = None) -> tuple[Identifier, ...]:
    """The identifiers that a source's columns hold.

    Args:
        columns: profiles of the source's columns.
        keys: declared keys, by name, with their column.
    """
    declared = keys or {}
    found = [Identifier("key", (column,), name=name) for name, column in declared.items()]
    found += [
        Identifier("email" if column.meaning == Meaning.EMAIL else "phone", (column.name,))
        for column in columns
        if column.meaning in (Meaning.EMAIL, Meaning.PHONE)
    ]
    found += [
        Identifier("id", (column.name,), dense=_is_dense(column))
        for column in columns
        if column.meaning in (Meaning.ID, Meaning.TAX_ID) and column.name not in declared.values() and column.distinct > 1
    ]
    return (*found, *_name_and_birth_date(columns))


def _name_and_birth_date(columns: Sequence[ColumnProfile]) -> list[Identifier]:
    by_meaning = {column.meaning: column for column in reversed(columns)}
    born = by_meaning.get(Meaning.BIRTH_DATE)
    given, family, full = (by_meaning.get(each) for each in (Meaning.GIVEN_NAME, Meaning.FAMILY_NAME, Meaning.FULL_NAME))
    if born is None or not ((given and family) or full):
        return []
    names = (given.name, family.name) if given and family else (full.name if full else "",)
    return [Identifier("name_and_birth_date", (*names, born.name), dates=born.inference.dates)]


def _is_dense(column: ColumnProfile) -> bool:
    """Whole numbers that fill most of their range: surrogate keys count from one in every system."""
    numbers = column.inference.numbers
    if numbers is None or not numbers.whole or numbers.highest is None or numbers.lowest is None:
        return False
    return column.distinct >= 0.3 * (numbers.highest - numbers.lowest + 1)


def identifier_values(table: ibis.Table, source: str, identifiers: Sequence[Identifier]) -> ibis.Table | None:
    """The distinct normalised identifiers of a source: one row (source, place, kind, value) each.

    `place` is the identifier's number in the given order; `kind` carries a declared key's name.
    Empty values are left out. None where there are no identifiers.
    """
    parts = []
    for place, identifier in enumerate(identifiers):
        kind = f"key:{identifier.name}" if identifier.kind == "key" else identifier.kind
        # Values are brought into one form after they are made distinct: that form costs more than the counting.
        once = table.select(*identifier.columns).distinct()
        value = _normalised(once, identifier)
        part = once.select(
            source=ibis.literal(source), place=ibis.literal(place).cast("int64"), kind=ibis.literal(kind), value=value.cast("string")
        )
        parts.append(part.filter(_.value.notnull(), _.value != "").distinct())
    return ibis.union(*parts) if len(parts) > 1 else parts[0] if parts else None


def overlap(values: ibis.Table) -> ibis.Table:
    """For each identifier of a source, how many of its values each other source has in each of its own.

    Args:
        values: `identifier_values` of all sources.

    Returns:
        one row (source, place, other, other_place, shared) per pair with at least one shared value.
    """
    others = values.rename(other="source", other_place="place", other_kind="kind", other_value="value")
    met = values.join(others, [values.value == others.other_value, values.kind == others.other_kind, values.source != others.other])
    return met.group_by("source", "place", "other", "other_place").aggregate(shared=met.count().cast("int64"))


def sizes(values: ibis.Table) -> ibis.Table:
    """How many distinct values each identifier has: (source, place, values)."""
    return values.group_by("source", "place").aggregate(values=values.count().cast("int64"))


def _normalised(table: ibis.Table, identifier: Identifier) -> Any:
    columns = [trimmed(table[name]) for name in identifier.columns]
    if identifier.kind == "email":
        return columns[0].lower().re_replace(f"[\\s{ZERO_WIDTH}]", "")
    if identifier.kind == "phone":
        digits = columns[0].re_replace(r"[^0-9]", "")
        enough = digits.length() >= _FEWEST_DIGITS
        return ibis.cases((enough, digits.right(_PHONE_DIGITS)), else_=ibis.null("string"))
    if identifier.kind == "name_and_birth_date":
        names = [column.lower().re_replace(r"[^\p{L}]", "") for column in columns[:-1]]
        return _joined([*names, _iso(table[identifier.columns[-1]], identifier.dates)])
    plain = columns[0].upper()
    # A spreadsheet that took an id for a number gave it a point and a zero.
    return ibis.cases((plain.re_search(r"^[0-9]+\.0$"), plain.re_replace(r"\.0$", "")), else_=plain)


def trimmed(column: Any) -> Any:
    """A column of any type as text without white space around it."""
    return texts.trimmed(column.cast("string"))


def may_be_chance(mine: Identifier, theirs: Identifier) -> bool:
    """Whether ids may meet without meaning the same: one is a run of whole numbers, and the names differ."""
    return (mine.dense or theirs.dense) and set(words_of(mine.columns[0])) != set(words_of(theirs.columns[0]))


def _joined(parts: Sequence[Any]) -> Any:
    """Parts with a separator; null where one of them is empty."""
    joined = parts[0]
    there = (parts[0] != "").fill_null(False)
    for part in parts[1:]:
        joined = joined + ibis.literal(_JOINED) + part
        there = there & (part != "").fill_null(False)
    return ibis.cases((there, joined), else_=ibis.null("string"))


def _iso(column: Any, dates: DateEvidence | None) -> Any:
    """A birth date as YYYY-MM-DD, put together from its parts; text that is otherwise written stays as it is.

    Parts are extracted, not replaced: the engines write references to groups differently.
    """
    text = trimmed(column)
    if dates is None or dates.format == "ISO" or (dates.order is None and not dates.format.startswith("%Y")) or "%y" in dates.format:
        return text.substr(0, 10)
    if dates.order is None:
        pattern, places = r"^(\d{4})\D?(\d{1,2})\D?(\d{1,2}).*$", (1, 2, 3)
    else:
        pattern, places = r"^(\d{1,2})\D(\d{1,2})\D(\d{4}).*$", (3, 2, 1) if dates.order == "day_first" else (3, 1, 2)
    if dates.format == "%Y%m%d":
        pattern = r"^(\d{4})(\d{2})(\d{2}).*$"
    year, month, day = (text.re_extract(pattern, place) for place in places)
    iso = year + "-" + month.lpad(2, "0") + "-" + day.lpad(2, "0")
    return ibis.cases((text.re_search(pattern), iso), else_=text)


def stored_kind(kind: Any) -> Stored:
    """The family of an Ibis type."""
    tests: tuple[tuple[bool, Stored], ...] = (
        (kind.is_boolean(), "boolean"), (kind.is_integer(), "integer"), (kind.is_decimal(), "decimal"), (kind.is_floating(), "double"),
        (kind.is_date(), "date"), (kind.is_timestamp(), "timestamp"),
    )  # fmt: skip
    return next((family for test, family in tests if test), "text")
