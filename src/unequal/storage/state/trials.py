"""What was tried on whom: the arms that lots gave, and the contacts that were made, with their cost and what was expected of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import sqlalchemy as sa

from unequal.storage.state import bulk
from unequal.storage.state.returned import LED, exact

ARMS: Final = pa.schema([
    ("policy", pa.string()), ("customer_id", pa.string()), ("arm", pa.string()), ("drawn_at", pa.timestamp("us")), ("share_held_out", pa.float64()),
])  # fmt: skip
CONTACTS: Final = pa.schema([
    ("customer_id", pa.string()), ("policy", pa.string()), ("policy_version", pa.int64()), ("made_at", pa.timestamp("us")),
    ("cost", pa.decimal128(18, 4)), ("dollars", pa.decimal128(18, 4)),
])  # fmt: skip


def arms(connection: sa.Connection) -> Iterator[pa.RecordBatch]:
    """Each lot that was drawn, under the id that its customer has today; of several of one customer and policy the first.

    Who was two customers when lots were drawn may have been in both arms: what was first done to him counts, as it came first.

    Returns:
        ARMS; times are naive UTC; the share is null where none was kept, as of lots that an older version of Unequal drew.
    """
    statement = f"""
        SELECT policy, today, arm, CAST(at AS TEXT), share_held_out FROM (
            SELECT a.policy, coalesce(r.customer_id, a.customer_id) AS today, a.arm, a.at, a.share_held_out, row_number() OVER (
                PARTITION BY a.policy, coalesce(r.customer_id, a.customer_id) ORDER BY a.at, a.customer_id) AS number
            FROM assignment a LEFT JOIN ({LED}) r ON r.old_id = a.customer_id) AS x
        WHERE number = 1 ORDER BY policy, today"""  # noqa: S608 - our own names
    yield from bulk.read(connection, statement, ARMS)


def contacts(connection: sa.Connection) -> Iterator[pa.RecordBatch]:
    """Each contact that a policy made and nobody released, with what was expected of it when it was decided.

    Returns:
        CONTACTS; `dollars` is the net that the choice counted with, absent where no decision tells it.
    """
    told = "CAST(d.response AS json) ->> 'dollars'" if connection.dialect.name == "postgresql" else "json_extract(d.response, '$.dollars')"
    statement = f"""
        SELECT coalesce(r.customer_id, c.customer_id), c.policy, CAST(c.policy_version AS TEXT), CAST(c.reserved_at AS TEXT), CAST(c.cost AS TEXT), {told}
        FROM contact c LEFT JOIN ({LED}) r ON r.old_id = c.customer_id LEFT JOIN decision d ON d.decision_id = c.decision_id
        WHERE c.status <> 'released' AND c.policy IS NOT NULL ORDER BY c.contact_id"""  # noqa: S608 - our own names
    as_read = pa.schema([pa.field(field.name, pa.int64() if field.name == "cost" else field.type) for field in CONTACTS])
    for batch in bulk.read(connection, statement, as_read):
        kept = {name: batch.column(name) for name in CONTACTS.names} | {"cost": exact(batch.column("cost"), CONTACTS.field("cost").type)}
        yield pa.record_batch(list(kept.values()), schema=CONTACTS)
