"""The small company as a run left it, for a server to serve."""

from tests.flow.conftest import company, yesterday

__all__ = ["company", "yesterday"]
