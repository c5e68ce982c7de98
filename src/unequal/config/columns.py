"""What a source's config says of its format and its columns: told from it, never from the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

from unequal.config.codes import Codes
from unequal.config.experience import Agents, Promises, Surveys, columns_of_experience
from unequal.config.problems import KeyPath
from unequal.config.relationships import HolderOf, RecordById, Relationship
from unequal.config.sources import TEXT_FORMATS, ColumnContract, ColumnType, Constant, Format, KindByRule, Lookup, Postings, Records, Source

__all__ = [
    "Agents",
    "Codes",
    "HolderOf",
    "Promises",
    "RecordById",
    "Relationship",
    "Surveys",
    "columns_of_experience",
    "ends_of",
    "format_of",
    "lookups_of",
    "named_columns",
    "named_predicates",
    "parts",
    "type_of",
]

Named = str | tuple[str, ...] | Constant | Lookup | None

_FORMAT_OF_ENDING: Final[dict[str, Format]] = {
    ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".xlsx": "xlsx", ".xls": "xls", ".db": "sqlite", ".sqlite": "sqlite", ".sqlite3": "sqlite",
}  # fmt: skip
_VALUES_OF_POSTINGS: Final = ("currency", "account", "product", "channel", "market", "property", "activity")
_CHECKS: Final = ("footer", "checks")
_VALUES_OF_INTERACTIONS: Final = ("contact", "channel", "agent", "outcome")


def parts(columns: str | tuple[str, ...]) -> tuple[str, ...]:
    """One column, or several, as a tuple."""
    return (columns,) if isinstance(columns, str) else columns


def format_of(source: Source) -> Format | None:
    """The format that is given, or told from how every path begins or ends; None where it cannot be told."""
    told = {_told(path) for path in parts(source.read)}
    return source.format or (told.pop() if len(told) == 1 else None)


def type_of(source: Source, column: str) -> ColumnType | None:
    """A column's type by contract; text in text sources without one, None (as stored) in typed sources."""
    contract = source.columns.get(column)
    if contract is None:
        return "text" if format_of(source) in TEXT_FORMATS else None
    return contract.type if isinstance(contract, ColumnContract) else contract


def lookups_of(source: Source) -> Iterator[tuple[KeyPath, Lookup]]:
    """Every value that a source fetches from another one, with its path below the source."""
    for section, given, names in (
        ("postings", source.postings, _VALUES_OF_POSTINGS),
        ("interactions", source.interactions, _VALUES_OF_INTERACTIONS),
    ):
        for name in names if given is not None else ():
            value = getattr(given, name)
            if isinstance(value, Lookup):
                yield (section, name), value


def ends_of(relationship: Relationship) -> tuple[tuple[str, RecordById | HolderOf], ...]:
    """Both ends of a relationship, by the names of their keys."""
    return (("from", relationship.from_), ("to", relationship.to))


def named_columns(source: Source) -> Iterator[tuple[KeyPath, str]]:
    """Every column of this source that its config names, with the path of the key below the source.

    Columns inside predicates are not among them: a predicate is parsed where its columns' types
    are known. A column can be named more than once.
    """
    yield from ((("columns", column), column) for column in source.columns)
    yield from _named(("key",), source.key)
    if source.records is not None:
        yield from _named_by_records(source.records)
    if source.postings is not None:
        yield from _named_by_postings(source.postings)
    if source.interactions is not None:
        yield from _named(("interactions", "customer", "id"), source.interactions.customer.id)
        for name in ("occurred_at", "duration_seconds", "reach", "kindness", *_VALUES_OF_INTERACTIONS):
            yield from _named(("interactions", name), getattr(source.interactions, name))
    for index, relationship in enumerate(source.relationships):
        yield from ((("relationships", index, *path), column) for path, column in _named_by_relationship(relationship))
    if source.footer is not None:
        yield ("footer", "column"), source.footer.column
        for column, total in source.footer.checks.items():
            yield from (((*_CHECKS, column), name) for name in (column, total))


def named_predicates(source: Source) -> Iterator[tuple[KeyPath, str]]:
    """Every predicate of a source, with the path of its key below the source."""
    if source.records is not None:
        if isinstance(source.records.kind, KindByRule):
            yield ("records", "kind", "organisation_when"), source.records.kind.organisation_when
        if source.records.test_when is not None:
            yield ("records", "test_when"), source.records.test_when
        yield from ((("records", "verified", attribute), rule) for attribute, rule in source.records.verified.items())
    if source.postings is not None:
        for name, amount in source.postings.amounts.items():
            if amount.when is not None:
                yield ("postings", "amounts", name, "when"), amount.when
        yield from ((("postings", "rules", index, "when"), rule.when) for index, rule in enumerate(source.postings.rules))
        if source.postings.returns is not None:
            yield ("postings", "returns", "when"), source.postings.returns.when
    for index, relationship in enumerate(source.relationships):
        if relationship.when is not None:
            yield ("relationships", index, "when"), relationship.when


def _named(path: KeyPath, given: Named) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(given, Lookup):
        yield (*path, "column"), given.column
    elif isinstance(given, str):
        yield path, given
    elif isinstance(given, tuple):
        yield from (((*path, index), column) for index, column in enumerate(given))


def _named_by_relationship(relationship: Relationship) -> Iterator[tuple[KeyPath, str]]:
    for name, end in ends_of(relationship):
        yield from _named((name, "id"), end.id) if isinstance(end, RecordById) else [((name, "column"), end.column)]
    for name in ("since", "until", "weight"):
        given = getattr(relationship, name)
        yield from _named((name,), given if isinstance(given, str) else None)


def _named_by_records(records: Records) -> Iterator[tuple[KeyPath, str]]:
    yield from _named(("records", "id"), records.id)
    for attribute, columns in records.attributes.items():
        yield from _named(("records", "attributes", attribute), columns)
    for key, column in records.keys.items():
        yield ("records", "keys", key), column
    yield from _named(("records", "observed_at"), records.observed_at)


def _named_by_postings(postings: Postings) -> Iterator[tuple[KeyPath, str]]:
    for name, amount in postings.amounts.items():
        yield from _named(("postings", "amounts", name, "column"), amount.column)
        yield from _named(("postings", "amounts", name, "times"), amount.times)
    if postings.customer is not None:
        yield from _named(("postings", "customer", "id"), postings.customer.id)
    for name in ("booked_on", "document", *_VALUES_OF_POSTINGS):
        yield from _named(("postings", name), getattr(postings, name))
    if postings.returns is not None:
        yield from _named(("postings", "returns", "original"), postings.returns.original)
        yield from _named(("postings", "returns", "match_on"), postings.returns.match_on)


def _told(path: str) -> Format | None:
    if path.startswith(("env:", "file:")):
        return "postgresql"
    if path.startswith("sqlite:"):
        return "sqlite"
    name = PurePosixPath(path.lower().rstrip("*?"))
    packed = name.suffix in (".gz", ".zip")
    told = _FORMAT_OF_ENDING.get(name.with_suffix("").suffix if packed else name.suffix)
    return told if not packed or told in TEXT_FORMATS else None


def tells_days(sources: Iterable[Source]) -> bool:
    """Whether postings say when dollars moved: not where each of them books all rows on one day."""
    posted = [source.postings.booked_on for source in sources if source.postings]
    return not posted or any(isinstance(day, str) for day in posted)
