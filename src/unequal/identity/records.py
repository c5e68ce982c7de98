"""The customer records that the rows of a source hold: one for each id, however many rows carry it."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from unequal import config
from unequal.identity import placeholders
from unequal.identity.rules import rule_holds
from unequal.identity.tables import RECORD
from unequal.terms.errors import IdentityError
from unequal.terms.ids import SEPARATOR
from unequal.terms.texts import trimmed


def record_key(rows: ibis.Table, columns: str | Sequence[str]) -> ir.StringValue:
    """The id of the record that a row belongs to, as RECORD has it: any room that joins rows to records uses this.

    Args:
        rows: a source's rows.
        columns: the column, or columns, of the id.

    Returns:
        The value as text, the parts of a compound id joined by U+001F; null where every part is empty.
    """
    names = [columns] if isinstance(columns, str) else list(columns)
    parts = [rows[name].cast("string") for name in names]
    empty = ibis.and_(*[(trimmed(part.fill_null("")) == "") for part in parts])
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.fill_null("") + SEPARATOR + part.fill_null("")
    return empty.ifelse(ibis.null("string"), whole)


def records_of(rows: ibis.Table, name: str, source: config.Source, *, placeholders_of_project: Sequence[str] = ()) -> ibis.Table:
    """The records that the rows of a source hold.

    Args:
        rows: the source's accepted rows; several may carry one record, as order lines do.
        name: the source's name.
        source: its section of the config, with `records`.
        placeholders_of_project: values that are never an id, beside the known ones.

    Returns:
        RECORD; an organisation where any of its rows says so, a test where any row is one,
        observed when its latest row was. Rows whose id is empty or a placeholder found no record.

    Raises:
        IdentityError: IDN001, the source declares no records; IDN002, observed_at is no date or timestamp.
    """
    return records_from(described_rows(rows, name, source, placeholders_of_project), name)


def records_from(described: ibis.Table, name: str) -> ibis.Table:
    """RECORD of a source, from its described rows."""
    grouped = described.group_by("record_id").aggregate(
        organisation=described.is_organisation.cast("int8").max(), test=described.is_test.cast("int8").max(),
        observed_at=described.observed_at.max(),
    )  # fmt: skip
    return grouped.select(
        source=ibis.literal(name),
        record_id=grouped.record_id,
        kind=(grouped.organisation == 1).ifelse("organisation", "person"),
        observed_at=grouped.observed_at.cast("timestamp(6)"),
        is_test=grouped.test == 1,
    ).select(*RECORD.names)


def described_rows(
    rows: ibis.Table, name: str, source: config.Source, own_placeholders: Sequence[str], values: dict[str, ir.Value] | None = None
) -> ibis.Table:
    """Each row that has a record: record_id, is_organisation, is_test, observed_at, and the given values."""
    declared = source.records
    if declared is None:
        raise IdentityError("IDN001", f"the source {name} declares no records", where=f"sources.{name}", do=f"add sources.{name}.records")
    described = rows.select(
        record_id=record_key(rows, declared.id),
        is_organisation=_is_organisation(rows, name, declared.kind),
        is_test=_is_test(rows, name, declared.test_when),
        observed_at=_observed_at(rows, name, declared.observed_at),
        **(values or {}),
    )
    known = described.filter(described.record_id.notnull())
    words = placeholders.words_with(own_placeholders)
    return known.filter(~placeholders.is_placeholder_code(known.record_id, words, placeholders.RECORD_ID))


def _is_organisation(rows: ibis.Table, name: str, kind: str | config.sources.KindByRule) -> ir.BooleanValue:
    if isinstance(kind, str):
        return ibis.literal(value=kind == "organisation")
    return rule_holds(kind.organisation_when, rows, where=f"sources.{name}.records.kind.organisation_when")


def _is_test(rows: ibis.Table, name: str, rule: str | None) -> ir.BooleanValue:
    return ibis.literal(value=False) if rule is None else rule_holds(rule, rows, where=f"sources.{name}.records.test_when")


def _observed_at(rows: ibis.Table, name: str, column: str | None) -> ir.TimestampValue:
    if column is None:
        return ibis.null("timestamp(6)")
    if not (rows[column].type().is_timestamp() or rows[column].type().is_date()):
        raise IdentityError("IDN002", "observed_at must be a date or a timestamp", where=f"sources.{name}.records.observed_at",
                            seen=f"{column} is {rows[column].type()}", do=f"give {column} a type in sources.{name}.columns")  # fmt: skip
    return rows[column].cast("timestamp(6)")
