"""The small company as a run left it, and the bakery with its policies, for a server to serve; and a PostgreSQL."""

from tests.flow.conftest import bakery, bakery_as_run, company, yesterday
from tests.postgres import postgres_server, postgres_url

__all__ = ["bakery", "bakery_as_run", "company", "postgres_server", "postgres_url", "yesterday"]
