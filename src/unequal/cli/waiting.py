"""Progress of a question that takes long, on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def waiting(terminal: Console, *, quiet: bool) -> Iterator[Callable[[str, float], None]]:
    """What a question tells while it draws again and again, as a bar that goes when the answer is there.

    Args:
        terminal: where it is shown.
        quiet: show nothing; nor is anything shown where the output is no terminal.
    """
    columns = (TextColumn("{task.description:<34}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal, transient=True, disable=quiet or not terminal.is_terminal) as bar:
        task = bar.add_task("", total=1.0, visible=False)
        yield lambda what, share: bar.update(task, description=what, completed=share, visible=True)
