"""How a long run tells what it is doing, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Listens to a run."""

    def begin(self, step: str) -> None:
        """A step begins."""

    def end(self, step: str, *, made: bool, seconds: float) -> None:
        """A step is done; `made` is false where an earlier run's output was found unchanged."""


class Silent:
    """Listens to nothing."""

    def begin(self, step: str) -> None:
        """See Progress."""

    def end(self, step: str, *, made: bool, seconds: float) -> None:
        """See Progress."""


SILENT = Silent()
