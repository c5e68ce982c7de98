"""What happened at the moment of contact, as rows that a run reads like those of any other source.

Every row names a record of the customer whose it is today, for a run learns whose a row is from its record. Ids, words and
dollars only: what an event carried beside its name stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from unequal.storage.state import bulk

_TIME: Final = pa.timestamp("us")
_MONEY: Final = pa.decimal128(18, 4)
_UNIT: Final = pa.scalar(Decimal("0.0001"), pa.decimal128(4, 4))


def _schema(text: str) -> pa.Schema:
    kinds = {"at": _TIME, "money": _MONEY, "": pa.string()}
    return pa.schema([pa.field(name, kinds[kind]) for name, _, kind in (word.partition(":") for word in text.split())])


RETURNED: Final[dict[str, pa.Schema]] = {
    "contacts": _schema("contact_id record_id channel purpose policy treatment decision_id status reserved_at:at cost:money"),
    "outcomes": _schema("outcome_id record_id decision_id channel kind at:at amount:money reason"),
    "answers": _schema("asked_id record_id question channel asked_at:at answer answered_at:at decision_id"),
    "goodwill": _schema("goodwill_id record_id decision_id channel agent at:at amount:money reason"),
    "events": _schema("event_id record_id source kind name timestamp:at"),
}
"""The tables that return, by name; `record_id` is the customer's in the source asked for. Times are naive UTC."""

_FROM: Final = {
    "contacts": "SELECT t.* FROM contact t WHERE t.status <> 'released'",
    "outcomes": "SELECT o.*, d.customer_id, d.channel FROM outcome o JOIN decision d ON d.decision_id = o.decision_id",
    "answers": "SELECT t.* FROM question_asked t",
    "goodwill": "SELECT t.* FROM goodwill t",
}
_ID: Final = {"contacts": "contact_id", "outcomes": "outcome_id", "answers": "asked_id", "goodwill": "goodwill_id", "events": "event_id"}

# Somebody whom a source named before he was known is the customer whose record that user is today.
LED: Final = """
    SELECT old_id, customer_id FROM customer_redirect
    UNION ALL SELECT h.kind || ':' || h.source || ':' || h.value, m.customer_id FROM handle h
    JOIN handle u ON u.handle_id = coalesce(h.leads_to, h.handle_id)
    JOIN customer_membership m ON m.source = u.record_source AND m.record_id = u.record_id"""

_EVENTS: Final = """
    SELECT e.*, u.record_id FROM event e
    JOIN handle h ON h.handle_id = e.handle_id
    JOIN handle u ON u.handle_id = coalesce(h.leads_to, h.handle_id)
    WHERE u.record_source = ?"""


def returned(connection: sa.Connection, table: str, source: str, *, after: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
    """Rows of customers who have a record in a source, in the order of their ids, in bounded memory.

    Args:
        table: contacts (released ones left out), outcomes, answers, goodwill or events; their columns are in RETURNED.
        source: whose record ids the rows carry; of several records of a customer, the first by its bytes.
        after: sources whose customers are left out, so that several sources share a table and count no row twice.
            An event belongs to the record that it came under, whatever other records the customer has.
    """
    schema = RETURNED[table]
    as_read = pa.schema([pa.field(field.name, pa.int64() if field.type == _MONEY else field.type) for field in schema])
    columns = ", ".join(f"CAST(x.{name} AS TEXT)" for name in schema.names)
    bytewise = ' COLLATE "C"' if connection.dialect.name == "postgresql" else ""
    rows, values = (_EVENTS, [source]) if table == "events" else _by_record(table, source, after, bytewise)
    number = f"x.{_ID[table]}{bytewise if table in {'contacts', 'goodwill'} else ''}"
    statement = f"SELECT {columns} FROM ({rows}) AS x ORDER BY {number}"  # noqa: S608 - our own names
    for batch in bulk.read(connection, statement, as_read, values):
        yield pa.record_batch([exact(column, field.type) for column, field in zip(batch.columns, schema, strict=True)], schema=schema)


def _by_record(table: str, source: str, after: Sequence[str], bytewise: str) -> tuple[str, list[str]]:
    """Rows with their customer's record in a source, where he has one and has none in the sources before it."""
    elsewhere = f"AND NOT EXISTS (SELECT 1 FROM customer_membership m WHERE m.customer_id = w.today AND m.source IN ({', '.join('?' * len(after))}))"  # noqa: S608
    text = f"""
        SELECT w.*, f.record_id FROM (
            SELECT s.*, coalesce(r.customer_id, s.customer_id) AS today FROM ({_FROM[table]}) AS s
            LEFT JOIN ({LED}) r ON r.old_id = s.customer_id) AS w
        JOIN (SELECT customer_id, MIN(record_id{bytewise}) AS record_id FROM customer_membership WHERE source = ? GROUP BY customer_id) AS f
            ON f.customer_id = w.today
        WHERE 1 = 1 {elsewhere if after else ""}"""  # noqa: S608 - our own names
    return text, [source, *after]


def exact(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Ten-thousandths, as the state counts money, as the amount; any other column as it is."""
    if kind != _MONEY:
        return column
    return pc.multiply(column.cast(pa.decimal128(19, 0)), _UNIT).cast(_MONEY)
