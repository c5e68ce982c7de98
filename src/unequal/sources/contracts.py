"""What the config says of each column, with its defaults filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa

from unequal.config import Project, Source, columns
from unequal.config import sources as sections
from unequal.sources.time_formats import is_readable
from unequal.terms.errors import Problems, SourceError

Kind = Literal["stored", "text", "id", "integer", "decimal", "money", "date", "timestamp", "boolean"]

ARROW_TYPES: Final[dict[Kind, pa.DataType]] = {
    "text": pa.string(),
    "id": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(28, 10),
    "money": pa.decimal128(28, 10),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}
"""What a kind of column is stored as. Unit prices may be below a penny, so that money keeps ten places until it is posted."""

TEXT_FORMATS: Final = sections.TEXT_FORMATS


@dataclass(frozen=True)
class Cast:
    """How one column becomes typed.

    Args:
        name: the column.
        kind: what it becomes; `id` is text that a spreadsheet must not have touched, `stored` is what a typed source holds.
        whole: an id written as a number with a fraction of nothing: 17850.0 is 17850.
        not_negative: a quantity that no rule makes a return.
    """

    name: str
    kind: Kind
    format: str = "ISO"
    zone: str = "UTC"
    decimal: str = "."
    thousands: str = ""
    currency_sign: str | None = None
    negative: tuple[sections.Negative, ...] = ("minus",)
    required: bool = False
    at_least: str | None = None
    at_most: str | None = None
    null_values: tuple[str, ...] = ()
    whole: bool = False
    not_negative: bool = False


def casts_of(name: str, source: Source, names: tuple[str, ...], project: Project, format: str) -> tuple[Cast, ...]:  # noqa: A002
    """How each column of a source becomes typed.

    Raises:
        Problems: SRC011, a date or timestamp has no format, or one that cannot be read.
    """
    problems = list(_problems(name, source, names, text=format in TEXT_FORMATS))
    if problems:
        raise Problems(problems)
    ids = id_columns(name, source, project)
    quantities = unsigned_columns(source.postings)
    dates = {column for column in names if (given := contract_of(source, column)) is not None and given.type == "date"}
    # A day that is part of a key stays a day: it has one way to be written, and loses no digits.
    return tuple(_cast(column, source, project, format, is_id=column in ids - dates, unsigned=column in quantities) for column in names)


def _cast(column: str, source: Source, project: Project, format: str, *, is_id: bool, unsigned: bool) -> Cast:  # noqa: A002
    given = contract_of(source, column)
    zone = source.time_zone or project.time_zone
    if given is None:
        kind: Kind = "id" if is_id else "text" if format in TEXT_FORMATS else "stored"
        return Cast(column, kind, zone=zone, null_values=source.null_values, not_negative=unsigned)
    low, high = _bounds(column, source)
    return Cast(
        name=column,
        kind="id" if is_id or given.whole_numbers else given.type,
        format=given.format or "ISO",
        zone=given.time_zone or zone,
        decimal=given.decimal or source.decimal,
        thousands=source.thousands if given.thousands is None else given.thousands,
        currency_sign=given.currency_sign,
        negative=given.negative,
        required=given.required,
        at_least=low if given.at_least is None else given.at_least,
        at_most=high if given.at_most is None else given.at_most,
        null_values=(*source.null_values, *given.null_values),
        whole=given.whole_numbers or (is_id and given.type == "integer"),
        not_negative=unsigned,
    )


def _bounds(column: str, source: Source) -> tuple[str | None, str | None]:
    """What a column cannot be outside of, by what the config says that it means."""
    if source.interactions is not None and column == source.interactions.reach:
        return "0", None
    if source.interactions is not None and column == source.interactions.kindness:
        return "-1", "1"
    return None, None


def contract_of(source: Source, column: str) -> sections.ColumnContract | None:
    """The contract of a column; a bare type is one without conditions."""
    given = source.columns.get(column)
    return sections.ColumnContract(type=given) if isinstance(given, str) else given


def _problems(name: str, source: Source, names: tuple[str, ...], *, text: bool) -> Iterator[SourceError]:
    for column in names:
        given = contract_of(source, column)
        if given is None or given.type not in ("date", "timestamp"):
            continue
        if (text and given.format is None) or (given.format is not None and not is_readable(given.format, given.type)):
            yield SourceError(
                "SRC011", "a date in text needs a format that can be read: 03/04/2024 is two days",
                where=f"sources.{name}.columns.{column}", seen=given.format or given.type,
                do='add format: "%d/%m/%Y" or the like; ISO stands for YYYY-MM-DD',
            )  # fmt: skip


def id_columns(name: str, source: Source, project: Project) -> frozenset[str]:
    """Columns that name something: always text, so that 007 and 20 digits survive and joins meet text with text."""
    found = {column for column in _several(source.key) if not _is_day(source, column)}
    if source.records:
        found.update(_several(source.records.id), source.records.keys.values())
    if source.interactions:
        found.update(_several(source.interactions.customer.id))
    if source.postings:
        found.update(_of_postings(source.postings))
    found.update(lookup.column for _, lookup in columns.lookups_of(source))
    for other in project.sources.values():
        found.update(lookup.key for _, lookup in columns.lookups_of(other) if lookup.source == name)
    return frozenset(found)


def _is_day(source: Source, column: str) -> bool:
    """Whether a column of the key is a day by contract, as the month of an account: one day is written in one way once it is read."""
    contract = contract_of(source, column)
    return contract is not None and contract.type == "date"


def _of_postings(postings: sections.Postings) -> Iterator[str]:
    if postings.customer:
        yield from _several(postings.customer.id)
    if postings.document:
        yield postings.document
    if postings.returns and postings.returns.original:
        yield postings.returns.original


def _several(given: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return () if given is None else columns.parts(given)


def unsigned_columns(postings: sections.Postings | None) -> frozenset[str]:
    """Quantities that may not be negative, because nothing says that a negative one is a return."""
    if postings is None or postings.returns is not None:
        return frozenset()
    return frozenset(amount.times for amount in postings.amounts.values() if amount.times)


def columns_needed(source: Source) -> dict[str, str]:
    """Every column that the config names, with the place below the source that names it first."""
    needed: dict[str, str] = {}
    for path, column in columns.named_columns(source):
        needed.setdefault(column, ".".join(str(part) for part in path))
    return needed
