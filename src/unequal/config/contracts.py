"""Whether a source can be read as its config says: its format, its columns' contracts and the types its keys need."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from unequal.config.columns import ends_of, format_of, named_columns, parts, type_of
from unequal.config.formats import MAY_BE_FORMATTED, fault_of_format
from unequal.config.problems import KeyPath, Problem, did_you_mean, shown
from unequal.config.project import Project
from unequal.config.relationships import RecordById
from unequal.config.sources import TEXT_FORMATS, ColumnContract, ColumnType, Source

_NUMBERS: Final = ("integer", "decimal", "money")
_TIMES: Final = ("date", "timestamp")
_WORKBOOKS: Final = ("xlsx", "xls")
_DATABASES: Final = ("sqlite", "postgresql")
_LINES: Final = ("csv", "tsv", "spaced")
_FORMATS_OF_OPTION: Final[dict[str, tuple[str, ...]]] = {
    "sheet": _WORKBOOKS,
    "table": _DATABASES,
    "delimiter": ("csv", "tsv"),
    "skip_lines": (*_LINES, *_WORKBOOKS),
    "header": (*_LINES, *_WORKBOOKS),
    "footer": (*_LINES, *_WORKBOOKS),
}
_NO_FORMAT: Final = "add format: one of csv, tsv, spaced, parquet, jsonl, xlsx, xls, sqlite, postgresql"


def problems_of_sources(project: Project) -> Iterator[Problem]:
    """What keeps a source from being read, or one of its columns from meaning what a key needs."""
    for name, source in project.sources.items():
        at: KeyPath = ("sources", name)
        yield from _format(source, at)
        yield from _header(source, at)
        yield from _marks(source, at)
        for column, contract in source.columns.items():
            if isinstance(contract, ColumnContract):
                yield from _contract(contract, source, (*at, "columns", column))
            yield from _date_format(column, contract, source, (*at, "columns", column))
        yield from _types(source, at)


def _format(source: Source, at: KeyPath) -> Iterator[Problem]:
    told = format_of(source)
    if told is None:
        yield Problem("CFG024", "the format of a source cannot be told from its path", (*at, "read"), do=_NO_FORMAT)
        return
    for option, formats in _FORMATS_OF_OPTION.items():
        if option in source.model_fields_set and getattr(source, option) is not None and told not in formats:
            do = f"take it out, or give the format: it is for {', '.join(formats)}"
            yield Problem("CFG025", f"{option} says nothing of a source in the format {told}", (*at, option), do=do, at_key=True)
    if told in _DATABASES and source.table is None:
        yield Problem("CFG025", "a database is read, and no table is named", at, do="add table: schema.table, or table", at_key=True)


def _header(source: Source, at: KeyPath) -> Iterator[Problem]:
    if source.header is None:
        return
    for index, column in enumerate(source.header):
        if column in source.header[:index]:
            yield Problem(
                "CFG026", "two columns of the header have one name", (*at, "header", index), seen=shown(column), do="name them apart"
            )
    for path, column in named_columns(source):
        if column not in source.header:
            do = did_you_mean(column, source.header)
            yield Problem("CFG027", "the header has no such column", (*at, *path), seen=shown(column), do=do)


def _marks(source: Source, at: KeyPath) -> Iterator[Problem]:
    if source.thousands == source.decimal:
        yield _twice_used_mark((*at, "thousands"), source.decimal)


def _twice_used_mark(path: KeyPath, mark: str) -> Problem:
    do = "say which mark stands before the fraction (decimal) and which between thousands (thousands)"
    return Problem("CFG028", "one mark cannot be both the decimal and the thousands mark", path, seen=f'"{mark}"', do=do)


def _contract(contract: ColumnContract, source: Source, at: KeyPath) -> Iterator[Problem]:
    for option, types in (
        ("format", MAY_BE_FORMATTED), ("time_zone", ("timestamp",)), ("decimal", _NUMBERS), ("thousands", _NUMBERS),
        ("currency_sign", _NUMBERS), ("negative", _NUMBERS), ("at_least", (*_NUMBERS, *_TIMES)), ("at_most", (*_NUMBERS, *_TIMES)),
    ):  # fmt: skip
        if option in contract.model_fields_set and getattr(contract, option) is not None and contract.type not in types:
            do = f"take it out, or change the type: it is for {', '.join(types)}"
            yield Problem("CFG028", f"{option} says nothing of a column of type {contract.type}", (*at, option), do=do, at_key=True)
    decimal = contract.decimal or source.decimal
    thousands = source.thousands if contract.thousands is None else contract.thousands
    if contract.type in _NUMBERS and decimal == thousands and {"decimal", "thousands"} & contract.model_fields_set:
        yield _twice_used_mark(at, decimal)
    sign = contract.currency_sign or ""
    if any(letter.isdigit() or letter in "-+()" for letter in sign):
        do = "write the sign alone, as in $ or EUR"
        yield Problem("CFG028", "a currency sign holds a digit or the sign of a number", (*at, "currency_sign"), seen=shown(sign), do=do)
    yield from _bounds(contract, at)


def _bounds(contract: ColumnContract, at: KeyPath) -> Iterator[Problem]:
    found: dict[str, Decimal | date] = {}
    for option in ("at_least", "at_most") if contract.type in (*_NUMBERS, *_TIMES) else ():
        text = getattr(contract, option)
        if text is None:
            continue
        try:
            found[option] = _bound(text, contract.type)
        except (ValueError, ArithmeticError):
            do = "write a date as YYYY-MM-DD" if contract.type in _TIMES else 'write a number in quotes, as in "-1234.50"'
            yield Problem("CFG028", f"{option} is no bound for a column of type {contract.type}", (*at, option), seen=shown(text), do=do)
    if len(found) == 2 and found["at_least"] > found["at_most"]:  # type: ignore[operator]  # noqa: PLR2004 - both bounds, of one type
        yield Problem("CFG028", "at_least is more than at_most, so that no value fits", at, do="exchange the two", at_key=True)


def _bound(text: str, column_type: ColumnType) -> Decimal | date:
    if column_type in _TIMES:
        return date.fromisoformat(text)
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


def _date_format(column: str, contract: ColumnContract | ColumnType, source: Source, at: KeyPath) -> Iterator[Problem]:
    column_type = contract.type if isinstance(contract, ColumnContract) else contract
    if column_type not in MAY_BE_FORMATTED:
        return
    text = contract.format if isinstance(contract, ColumnContract) else None
    if text is None and format_of(source) in TEXT_FORMATS:
        do = f'write {shown(column)}: {{type: {column_type}, format: ISO}}, or the codes it is written in, as in "%d/%m/%Y"'
        yield Problem("CFG029", f"a {column_type} in a text source needs its format: 03/04/2024 is two days", at, do=do)
    fault = fault_of_format(text, column_type) if text is not None else None
    if fault:
        do = 'use strptime codes, as in "%d/%m/%Y" or "%Y-%m-%d %H:%M:%S", or ISO'
        yield Problem("CFG029", f"the format of a {column_type} cannot be used: {fault}", (*at, "format"), seen=shown(text or ""), do=do)


def _types(source: Source, at: KeyPath) -> Iterator[Problem]:
    for path, column, needed, what in _needs(source):
        found = type_of(source, column)
        if found is not None and found not in needed:
            code = "CFG031" if needed == ("text",) else "CFG030"
            do = f"give it the type {' or '.join(needed)} under columns"
            if code == "CFG031":
                do = "leave it text: a number loses leading zeros and long digits"
            yield Problem(code, f"{what}, and {shown(column)} is of type {found}", (*at, *path), do=do)


def _needs(source: Source) -> Iterator[tuple[KeyPath, str, tuple[ColumnType, ...], str]]:
    times: tuple[ColumnType, ...] = ("date", "timestamp")
    numbers: tuple[ColumnType, ...] = ("money", "decimal", "integer")
    if postings := source.postings:
        if isinstance(postings.booked_on, str):
            yield ("postings", "booked_on"), postings.booked_on, times, "the day of booking is a date or timestamp"
        for name, amount in postings.amounts.items():
            yield ("postings", "amounts", name, "column"), amount.column, numbers, "an amount is a number"
            if amount.times:
                yield ("postings", "amounts", name, "times"), amount.times, numbers, "a factor is a number"
    yield from _needs_of_contacts(source)
    for index, relationship in enumerate(source.relationships):
        for name in ("since", "until"):
            if column := getattr(relationship, name):
                yield ("relationships", index, name), column, times, "the day of a relationship is a date or timestamp"
        if isinstance(relationship.weight, str):
            yield ("relationships", index, "weight"), relationship.weight, ("decimal", "integer"), "a weight is a number"
    if source.records and source.records.observed_at:
        yield ("records", "observed_at"), source.records.observed_at, times, "the time of observation is a date or timestamp"
    for path, column in _ids(source):
        yield path, column, ("text",), "an id is text"


def _needs_of_contacts(source: Source) -> Iterator[tuple[KeyPath, str, tuple[ColumnType, ...], str]]:
    if (contacts := source.interactions) is None:
        return
    yield ("interactions", "occurred_at"), contacts.occurred_at, ("date", "timestamp"), "the time of a contact is a timestamp or date"
    for name, what in (("duration_seconds", "a duration is"), ("reach", "a reach is"), ("kindness", "kindness is")):
        if column := getattr(contacts, name):
            yield ("interactions", name), column, ("integer", "decimal"), f"{what} a number"


def _ids(source: Source) -> Iterator[tuple[KeyPath, str]]:
    if source.records:
        yield from ((("records", "id"), column) for column in parts(source.records.id))
        yield from ((("records", "keys", key), column) for key, column in source.records.keys.items())
    for section, given in (("postings", source.postings), ("interactions", source.interactions)):
        if given is not None and given.customer is not None:
            yield from (((section, "customer", "id"), column) for column in parts(given.customer.id))
    for index, relationship in enumerate(source.relationships):
        for name, end in ends_of(relationship):
            columns = parts(end.id) if isinstance(end, RecordById) else (end.column,)
            key = "id" if isinstance(end, RecordById) else "column"
            yield from ((("relationships", index, name, key), column) for column in columns)
