"""Erasures in the state: whom they are about, what they took out, and by what the erased are known again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from unequal.storage import faults
from unequal.storage.state import audit, erasing, suppression
from unequal.storage.state.access_tables import Told
from unequal.storage.state.erasing import Person
from unequal.storage.state.runs import RUN
from unequal.storage.state.suppression import ErasureRow, Identifier, Suppressed
from unequal.terms.errors import StorageError


class ErasingState:
    """An open state database, as erasing uses it. Made by `open_erasing`; safe for threads, each call has its own connection."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def person(self, customer_id: str) -> Person:
        """Somebody with all that leads to him."""
        with self._engine.connect() as connection, connection.begin():
            return erasing.person(connection, customer_id)

    def known_again(self, rows: Iterable[ErasureRow]) -> list[Person]:
        """Those of some erasures, in their order, with what the state holds of them; see erasing.known_again."""
        with self._engine.connect() as connection, connection.begin():
            return erasing.known_again(connection, rows)

    def held(self, who: Person, texts: Iterable[str]) -> dict[str, int]:
        """How many rows of each table hold something of him."""
        with self._engine.connect() as connection, connection.begin():
            return erasing.held(connection, who, texts)

    def said_by_others(self, who: Person, forms: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """E-mail addresses and phones in others' events that may be one of some; see erasing.said_by_others."""
        with self._engine.connect() as connection, connection.begin():
            return erasing.said_by_others(connection, who, forms)

    def told_in_audit(self, texts: Iterable[str]) -> list[int]:
        """Numbers of entries of the audit whose words hold one of his values."""
        with self._engine.connect() as connection, connection.begin():
            return erasing.told_in_audit(connection, texts)

    def erase(self, row: ErasureRow, who: Person, texts: Iterable[str], identifiers: Iterable[Identifier], told: Told) -> dict[str, int]:
        """Take him out of the state, put down by what he is known again, and tell the audit: all of it, or nothing.

        Returns:
            Table -> rows removed or emptied.
        """
        with self._writing() as connection:
            key = suppression.key_of(connection)
            suppression.add(connection, row, [suppression.digest_of(key, identifier) for identifier in identifiers])
            done = erasing.erase(connection, who, texts)
            audit.append(connection, told.at, actor=told.actor, action=told.action, subject=told.subject, detail=told.detail)
            faults.point("state commit erasure")
        faults.point("state erasure is committed")
        return done

    def finish(self, erasure_id: str, at: datetime) -> None:
        """Say that no kept run holds anything of him any more, and let nothing stay in the database's files."""
        with self._writing() as connection:
            suppression.finish(connection, erasure_id, at)
        erasing.clean(self._engine)

    def repoint(self, run_id: str, digest: str) -> None:
        """Say that a run's manifest was written anew."""
        with self._writing() as connection:
            connection.execute(RUN.update().where(RUN.c.run_id == run_id).values(manifest_sha256=digest))

    def suppressed(self) -> Suppressed:
        """By what everybody who was erased is known again."""
        with self._engine.connect() as connection, connection.begin():
            return suppression.suppressed(connection)

    def erasures(self) -> list[ErasureRow]:
        """Every erasure, oldest first."""
        with self._engine.connect() as connection, connection.begin():
            return suppression.erasures(connection)

    def taken_out(self) -> dict[str, Any]:
        """The list of the suppressed as plain JSON, to be kept beside the state: a state that is restored from before an erasure lacks it."""
        with self._engine.connect() as connection, connection.begin():
            rows = suppression.erasures(connection)
            told = [{"erasure_id": row.erasure_id, "customer_id": row.customer_id, "at": row.at.isoformat(),
                     "digests": suppression.digests_of(connection, row.erasure_id)} for row in rows]  # fmt: skip
            return {"key": suppression.suppressed(connection).key, "erasures": told}

    def take_in(self, kept: Mapping[str, Any]) -> list[ErasureRow]:
        """Write what a list says and the state does not know.

        Returns:
            The erasures that are to be done again.
        """
        known = {row.erasure_id for row in self.erasures()}
        missing = [one for one in kept["erasures"] if one["erasure_id"] not in known]
        if not missing:
            return []
        rows = [ErasureRow(one["erasure_id"], one["customer_id"], datetime.fromisoformat(one["at"])) for one in missing]
        with self._writing() as connection:
            suppression.key_of(connection, kept["key"])
            for row, one in zip(rows, missing, strict=True):
                suppression.add(connection, row, one["digests"])
        return rows

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                if connection.dialect.name == "sqlite":
                    connection.exec_driver_sql("PRAGMA secure_delete = ON")
                yield connection
        except (sa.exc.OperationalError, sa.exc.InternalError) as error:
            raise StorageError("STO106", "the state database does not take the erasure", seen=str(error.orig).splitlines()[0],
                               do="make room where it lies, or see that its server runs; the last published run is unharmed") from error  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
