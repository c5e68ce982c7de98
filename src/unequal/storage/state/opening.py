"""Opening the state database: its address, its connections, its migrations."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from unequal.storage import faults
from unequal.storage.state import driver
from unequal.storage.state.access import AccessState
from unequal.storage.state.database import State
from unequal.storage.state.erasing_log import ErasingState
from unequal.storage.state.live import LiveState
from unequal.terms.errors import StorageError

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_WAIT_SECONDS: Final = 30
# Any number that nothing else in the database locks.
_MIGRATION_LOCK: Final = 7_305_112_904


def open_state(url: str) -> State:
    """The state database at an address, brought up to this version's tables.

    Args:
        url: `sqlite:///PATH`, or `postgresql://USER:PASSWORD@HOST/NAME`.

    Raises:
        StorageError: STO100, the address is of another kind; STO101, the database cannot be
            opened; STO102, a newer version of Unequal has written it.
    """
    return State(_opened(url))


def open_live(url: str) -> LiveState:
    """The state database at an address, as the moment of contact uses it; see open_state."""
    return LiveState(_opened(url))


def open_access(url: str) -> AccessState:
    """People, keys, sessions and the audit of the state database at an address; see open_state."""
    return AccessState(_opened(url))


def open_erasing(url: str) -> ErasingState:
    """The state database at an address, for erasing people from it; see open_state."""
    return ErasingState(_opened(url))


def _opened(url: str) -> sa.Engine:
    engine = _engine(_address(url))
    try:
        _migrate(engine)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise StorageError("STO101", "the state database cannot be opened", where=_shown(url), seen=str(error.orig).splitlines()[0],
                           do="see that the server runs, that the folder exists, and that you may write to it") from error  # fmt: skip
    except BaseException:
        engine.dispose()
        raise
    return engine


def _address(url: str) -> sa.URL:
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        address = sa.make_url("none://")
    kind = address.get_backend_name() if address.drivername != "none" else "none"
    if kind in {"postgres", "postgresql"}:
        return address.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and address.database not in {None, "", ":memory:"}:
        return address.set(drivername="sqlite")
    # The address may hold a password, so it is not shown.
    raise StorageError("STO100", "the state's address is of no kind that Unequal keeps state in",
                       do="write sqlite:///PATH or postgresql://USER@HOST/NAME")  # fmt: skip


def _shown(url: str) -> str:
    return sa.make_url(url).render_as_string(hide_password=True)


def _engine(address: sa.URL) -> sa.Engine:
    if address.get_backend_name() == "postgresql":
        try:
            engine = sa.create_engine(address, pool_pre_ping=True)
        except ImportError as error:
            raise StorageError("STO105", "the driver for PostgreSQL is not installed", do="pip install 'unequal[postgresql]'") from error
        sa.event.listen(engine, "connect", _set_up_postgresql)
        return engine
    engine = sa.create_engine(address, connect_args={"timeout": _WAIT_SECONDS})
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_postgresql(connection: Any, _record: object) -> None:
    # Dates are read as text, and timestamps are naive UTC, whatever the server's defaults.
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute("SET DateStyle = 'ISO, YMD'")
    connection.commit()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transactions begin late and end early; ours are begun by _begin_sqlite alone.
    connection.isolation_level = None
    # SQLite's own knows the capitals of ASCII alone.
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_WAIT_SECONDS * 1000}")
    _to_write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -65536")
    # What many transactions change is carried over into the file once: 16 MB of log hold some 17 batches of events, 4 MB hold 4. The moment of
    # contact has it done from beside, before the log is full.
    cursor.execute("PRAGMA wal_autocheckpoint = 4000")
    cursor.close()


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _to_write_ahead(cursor: Any) -> None:
    """Two processes that open a new file at once: SQLite does not wait for this change of mode, so we do."""
    give_up = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    driver.run(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: sa.Engine) -> None:
    scripts = ScriptDirectory(str(_MIGRATIONS))
    with engine.connect() as connection:
        if _version(connection, scripts) == scripts.get_current_head():
            return
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        if _version(connection, scripts) != scripts.get_current_head():
            faults.point("state migrate")
            settings = Config()
            settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
            faults.point("state commit migration")


def _version(connection: sa.Connection, scripts: ScriptDirectory) -> str | None:
    version = MigrationContext.configure(connection).get_current_revision()
    if version is not None and version not in {script.revision for script in scripts.walk_revisions()}:
        raise StorageError("STO102", "the state database was written by a newer version of Unequal", seen=f"its version is {version}",
                           do="install that version again; an older one would lose what it does not know")  # fmt: skip
    return version
