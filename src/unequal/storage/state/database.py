"""The state, open: what would be lost for good, read and published."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import sqlalchemy as sa

from unequal.storage import faults
from unequal.storage.state import bulk, publishing, runs
from unequal.storage.state.difference import REDIRECTS, MembershipDifference
from unequal.storage.state.membership import CUSTOMER_REDIRECT
from unequal.storage.state.runs import RunRow
from unequal.terms.errors import StorageError

_COLUMNS: Final[list[tuple[str, pa.DataType]]] = [
    ("source", pa.string()),
    ("record_id", pa.string()),
    ("customer_id", pa.string()),
    ("since", pa.date32()),
]
MEMBERSHIP: Final = pa.schema(_COLUMNS)


class State:
    """An open state database. Made by `open_state`; safe for threads, each call has its own connection."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def current_run(self) -> RunRow | None:
        """The newest run, which is the one that readers see; None before the first."""
        with self._engine.connect() as connection:
            return runs.current_run(connection)

    def runs(self) -> list[RunRow]:
        """Every published run, oldest first."""
        with self._engine.connect() as connection:
            return runs.all_runs(connection)

    def publish(self, run: RunRow, difference: MembershipDifference | None = None) -> RunRow:
        """Make a run the current one, and write what it changes in who is who, wholly or not at all.

        A run that changes nothing writes its own row and no other.

        Args:
            run: its previous_run must still be the newest.
            difference: what the identity step left; None where nothing changes.

        Returns:
            The run as it was written, with its membership_version.

        Raises:
            StorageError: STO103, another run was published since this one began; STO104, the
                difference was made against another membership than the one that stands;
                STO106, the database takes no more: nothing of the run was published.
        """
        try:
            with self._writing() as connection, connection.begin() as transaction:
                written = publishing.publish(connection, run, difference or MembershipDifference.empty())
                faults.point("state commit run")
                transaction.commit()
        except (sa.exc.OperationalError, sa.exc.InternalError) as error:
            raise StorageError("STO106", "the state database does not take the run", seen=str(error.orig).splitlines()[0],
                               do="make room where it lies, or see that its server runs; the last published run is unharmed") from error  # fmt: skip
        faults.point("state run is committed")
        return written

    def membership_batches(self) -> Iterator[pa.RecordBatch]:
        """Who is who: source, record_id, customer_id, since; ordered by source and record_id; in bounded memory."""
        with self._engine.connect() as connection, connection.begin():
            # Records have one order everywhere, that of their bytes, whatever a PostgreSQL's own collation.
            bytewise = ' COLLATE "C"' if connection.dialect.name == "postgresql" else ""
            order = f"ORDER BY source{bytewise}, record_id{bytewise}"
            columns = "source, record_id, customer_id, CAST(since AS TEXT)"
            yield from bulk.read(connection, f"SELECT {columns} FROM customer_membership {order}", MEMBERSHIP)  # noqa: S608

    def redirects(self) -> pa.Table:
        """Ids merged away: old_id, and the customer_id it leads to."""
        with self._engine.connect() as connection, connection.begin():
            statement = "SELECT old_id, customer_id FROM customer_redirect"
            return pa.Table.from_batches(bulk.read(connection, statement, REDIRECTS), REDIRECTS)

    def redirect(self, customer_id: str) -> str:
        """The id under which a customer stands today: its own, unless it was merged away."""
        wanted = sa.select(CUSTOMER_REDIRECT.c.customer_id).where(CUSTOMER_REDIRECT.c.old_id == customer_id)
        with self._engine.connect() as connection:
            found: str | None = connection.execute(wanted).scalar()
        return found or customer_id

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def _writing(self) -> sa.Connection:
        """A connection whose transaction takes the place of the one writer when it begins, not at its first write."""
        return self._engine.connect().execution_options(writes=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
