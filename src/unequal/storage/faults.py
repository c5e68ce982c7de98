"""Points at which a harness may stop the process, to prove what a fault leaves behind.

Every write, rename and commit that publishing rests on announces itself here. In use there
is no hook and a point costs one comparison; tests/faults kills the process at each of them.
"""

from __future__ import annotations

from collections.abc import Callable

_hook: Callable[[str], None] | None = None


def point(name: str) -> None:
    """Announce a point; does nothing unless a harness listens."""
    if _hook is not None:
        _hook(name)


def listen(hook: Callable[[str], None] | None) -> None:
    """Call `hook` at every point from now on; None stops it."""
    global _hook  # noqa: PLW0603 - one process, one harness
    _hook = hook
