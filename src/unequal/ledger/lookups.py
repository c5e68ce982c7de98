"""Values fetched from another source by its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ibis

from unequal import config
from unequal.terms.errors import LedgerError

_VALUES = ("account", "product", "channel", "market", "property", "activity", "currency")


def values_of(postings: config.sources.Postings) -> dict[str, config.sources.Value]:
    """The dimensions that a source maps: the entry's column and where its value comes from."""
    return {name: value for name in _VALUES if (value := getattr(postings, name)) is not None}


def lookups_of(postings: config.sources.Postings) -> tuple[config.sources.Lookup, ...]:
    """Every lookup of a source's mapping, once, in the order of the config."""
    return tuple(dict.fromkeys(value for value in values_of(postings).values() if isinstance(value, config.sources.Lookup)))


def lookups_of_contacts(contacts: config.sources.Interactions) -> tuple[config.sources.Lookup, ...]:
    """Every lookup of a mapping of interactions, once."""
    values = (contacts.contact, contacts.channel, contacts.agent, contacts.outcome)
    return tuple(dict.fromkeys(value for value in values if isinstance(value, config.sources.Lookup)))


def column_name(lookup: config.sources.Lookup) -> str:
    """Under which name `with_lookups` adds the value."""
    return f"_of_{lookup.source}_{lookup.key}_{lookup.value}_by_{lookup.column}"


def with_lookups(
    rows: ibis.Table, wanted: Iterable[config.sources.Lookup], tables: Mapping[str, ibis.Table], *, where: str = ""
) -> ibis.Table:
    """Rows of a source with the values looked up for them: as many rows as before, null where the key is not found.

    Keys are compared as text, so that a number of one source finds the same number of another.

    Raises:
        LedgerError: LED006, the other source is not at hand, or a column is not in it.
    """
    for lookup in wanted:
        if lookup.source not in tables:
            raise LedgerError("LED006", "a value is looked up in a source that is not there", where=where, seen=lookup.source,
                              do=f"add sources.{lookup.source}, or map the value otherwise")  # fmt: skip
        there = tables[lookup.source]
        for name, table in ((lookup.key, there), (lookup.value, there), (lookup.column, rows)):
            require_column(table, name, where=where)
        # One row per key even where the check of uniqueness was not run: a lookup must never make a dollar.
        values = (
            there.filter(there[lookup.key].notnull())
            .group_by(_key=there[lookup.key].cast("string"))
            .aggregate(**{column_name(lookup): there[lookup.value].cast("string").min()})
        )
        rows = rows.left_join(values, rows[lookup.column].cast("string") == values["_key"]).drop("_key")
    return rows


def repeated_keys(table: ibis.Table, key: str) -> ibis.Table:
    """Keys that stand on more than one row, with how many: key string, rows int64."""
    counted = table.filter(table[key].notnull()).group_by(key=table[key].cast("string")).aggregate(rows=lambda t: t.count())
    return counted.filter(counted["rows"] > 1).order_by("key")


def value_column(rows: ibis.Table, value: config.sources.Value | None, *, where: str = "") -> ibis.Value:
    """A mapped value as a text column; null where nothing is mapped or the text is empty."""
    match value:
        case None:
            return ibis.null("string")
        case config.sources.Constant():
            return ibis.literal(value.value)
        case config.sources.Lookup():
            return rows[column_name(value)].nullif("")
        case str():
            require_column(rows, value, where=where)
            return rows[value].cast("string").nullif("")


def require_column(table: ibis.Table, name: str, *, where: str) -> None:
    """Refuse a mapping onto a column that is not there.

    Raises:
        LedgerError: LED005.
    """
    if name not in table.columns:
        known = ", ".join(column for column in table.columns if not column.startswith("_"))
        raise LedgerError("LED005", "a column that is mapped is not in the source", where=where, seen=f"{name}; there are {known}",
                          do="name one of its columns; a header is read as it is written, capitals and spaces too")  # fmt: skip
