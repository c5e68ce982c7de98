"""The state, open: what would be lost for good, read and published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import sqlalchemy as sa

from unequal.storage import faults
from unequal.storage.state import acting, allocations, bulk, host_tasks, policies, publishing, runs, standing, suppression, trials
from unequal.storage.state.allocations import AllocationRow
from unequal.storage.state.difference import REDIRECTS, MembershipDifference
from unequal.storage.state.history import Event, events_of
from unequal.storage.state.host_tasks import HostTaskRow
from unequal.storage.state.policies import PolicyVersion
from unequal.storage.state.runs import RunRow
from unequal.storage.state.standing import Around
from unequal.storage.state.stewardship import Action, Done, Move, VerdictRow
from unequal.storage.state.suppression import Suppressed
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
        with self._writing("run") as connection:
            written = publishing.publish(connection, run, difference or MembershipDifference.empty())
            faults.point("state commit run")
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

    def ids_given_up(self) -> pa.Table:
        """Ids that are no customer's any more, so that none is given twice: old_id, and the customer_id it leads to, if any."""
        with self._engine.connect() as connection, connection.begin():
            rows = standing.given_up(connection)
        return pa.Table.from_pylist([dict(zip(REDIRECTS.names, row, strict=True)) for row in rows], REDIRECTS)

    def ever_known(self, source: str) -> list[str]:
        """Records of a source that are or once were a customer's; sorted."""
        with self._engine.connect() as connection, connection.begin():
            return standing.ever_known(connection, source)

    def redirect(self, customer_id: str) -> str:
        """The id under which a customer stands today: its own, unless it was merged away or taken back."""
        with self._engine.connect() as connection, connection.begin():
            return standing.leads_to(connection, customer_id)

    def last_action(self) -> int:
        """Number of the last steward's action, 0 before the first: the version of the overlay."""
        with self._engine.connect() as connection:
            return acting.last_action(connection)

    def actions(self) -> list[Action]:
        """Every steward's action, oldest first; undos are actions too."""
        with self._engine.connect() as connection, connection.begin():
            return acting.actions(connection)

    def verdicts(self) -> list[VerdictRow]:
        """Verdicts in force, in the order in which they were given."""
        with self._engine.connect() as connection, connection.begin():
            return acting.verdicts(connection)

    def around(self, customer_ids: Iterable[str]) -> Around:
        """What stands around some customers: what a steward's action is worked out from."""
        with self._engine.connect() as connection, connection.begin():
            return standing.around(connection, customer_ids)

    def customers_of(self, records: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The customers of some records, by source and record id; records that nobody knows are left out."""
        with self._engine.connect() as connection, connection.begin():
            return standing.customers_of(connection, records)

    def is_used(self, customer_id: str) -> bool:
        """Whether an id is, or ever was, a customer's."""
        with self._engine.connect() as connection, connection.begin():
            return standing.is_used(connection, customer_id)

    def changed_since(self, action: int) -> pa.Table:
        """The overlay of a run whose last_action this is: source, record_id, customer_id, since of records that stewards moved since."""
        with self._engine.connect() as connection, connection.begin():
            return standing.changed_since(connection, action)

    def act(
        self, action: Action, *, moves: Sequence[Move] = (), redirects: Mapping[str, str | None] | None = None,
        verdicts: Sequence[VerdictRow] = (), day: date,
    ) -> Done:  # fmt: skip
        """Write a steward's action: it acts at once, wholly or not at all.

        Args:
            action: its number is that of the last action, and its run the current one, when it was worked out.
            moves: records that change their customer.
            redirects: ids that lead elsewhere now, or nowhere (None).
            verdicts: evidence for the runs to come.
            day: since when moved records belong to their customer.

        Raises:
            StorageError: STO106, the database takes no more; STO107, a run was published, somebody else acted, or a
                record is elsewhere since then.
        """
        with self._writing("action") as connection:
            return acting.act(connection, action, moves=moves, redirects=redirects or {}, verdict_rows=verdicts, day=day)

    def undo(self, number: int | None = None, *, author: str, reason: str, given_at: datetime, commit: bool = True) -> Done:
        """Take back an action: records, days and redirects stand as they did before it, and its verdicts count no more.

        Where a run came in between, records that it has moved on stay where they are, and are counted in `left`.

        Args:
            number: of the action; the last one that is in force by default.
            author, reason, given_at: of the undo, which is an action too.
            commit: false to see what it would do.

        Raises:
            StorageError: STO108, there is none, or it is undone already; STO109, a later action was done on top of it.
        """
        with self._writing("undo", commit=commit) as connection:
            return acting.undo(connection, number, author=author, reason=reason, given_at=given_at)

    def suppressed(self) -> Suppressed:
        """By what everybody who was erased is known again."""
        with self._engine.connect() as connection, connection.begin():
            return suppression.suppressed(connection)

    def policy_versions(self) -> list[PolicyVersion]:
        """Every version of every policy, by name, the newest first."""
        with self._engine.connect() as connection, connection.begin():
            return policies.versions(connection)

    def arms(self) -> pa.Table:
        """Each lot that was drawn: policy, customer_id as of today, arm, drawn_at, share_held_out; see trials.arms."""
        with self._engine.connect() as connection, connection.begin():
            return pa.Table.from_batches(trials.arms(connection), trials.ARMS)

    def contacts_made(self) -> pa.Table:
        """Each contact that a policy made, with its cost and what was expected of it; see trials.contacts."""
        with self._engine.connect() as connection, connection.begin():
            return pa.Table.from_batches(trials.contacts(connection), trials.CONTACTS)

    def last_allocation(self, until: datetime | None = None) -> AllocationRow | None:
        """The plan that was made last where there was not enough for all, up to a moment; None where there is none."""
        with self._engine.connect() as connection, connection.begin():
            return allocations.last(connection, until)

    def host_tasks(self) -> list[HostTaskRow]:
        """Every task of a host, the most dollars first; see host_tasks.tasks."""
        with self._engine.connect() as connection, connection.begin():
            return host_tasks.tasks(connection)

    def history(self, customer_id: str) -> list[Event]:
        """How a customer came about: every event of its records, those before a merge among them; oldest first."""
        with self._engine.connect() as connection, connection.begin():
            return events_of(connection, customer_id)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    @contextmanager
    def _writing(self, what: str, *, commit: bool = True) -> Iterator[sa.Connection]:
        """A connection whose transaction takes the place of the one writer when it begins, not at its first write."""
        try:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin() as transaction:
                yield connection
                if not commit:
                    transaction.rollback()
        except (sa.exc.OperationalError, sa.exc.InternalError) as error:
            raise StorageError("STO106", f"the state database does not take the {what}", seen=str(error.orig).splitlines()[0],
                               do="make room where it lies, or see that its server runs; the last published run is unharmed") from error  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
