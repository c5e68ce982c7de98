"""Doing something in a process of its own, which may be killed at a point or after a while."""

from __future__ import annotations

import json
import os
import re
import signal
import traceback
from collections.abc import Callable
from typing import Any

from unequal.storage import faults


class ChildError(Exception):
    """A child ended with an error that nobody planned."""


def in_child(work: Callable[[], Any]) -> tuple[int, Any]:
    """Do something in a process of its own: the signal that ended it (0 for none), and what it answered."""
    child = Child(work)
    return child.ended()


class Child:
    """A process that does one thing and answers with something JSON can say."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._read_end, write_end = os.pipe()
        self.process_id = os.fork()
        if self.process_id == 0:
            os.close(self._read_end)
            status = 0
            try:
                answer = json.dumps(work())
            except BaseException:  # noqa: BLE001 - the parent tells it
                answer, status = json.dumps(traceback.format_exc()), 1
            with os.fdopen(write_end, "wb") as stream:
                stream.write(answer.encode())
            os._exit(status)
        os.close(write_end)

    def kill(self) -> None:
        """End it as `kill -9` does."""
        os.kill(self.process_id, signal.SIGKILL)

    def ended(self) -> tuple[int, Any]:
        """Wait for it: the signal that ended it, and its answer."""
        with os.fdopen(self._read_end, "rb") as stream:
            content = stream.read()
        _, status = os.waitpid(self.process_id, 0)
        if os.WIFSIGNALED(status):
            return os.WTERMSIG(status), None
        if os.WEXITSTATUS(status) != 0:
            raise ChildError(json.loads(content))
        return 0, json.loads(content)


def answer_of(work: Callable[[], Any]) -> Any:
    """What a child answers that nobody kills."""
    ended, answer = in_child(work)
    if ended:
        raise ChildError(f"ended by signal {ended}")
    return answer


def kind_of(point: str) -> str:
    """A point without what differs from run to run: digests, hours, process ids."""
    return re.sub(r"[0-9a-f]{6,}|\d+", "#", point)


def points_of(
    work: Callable[[], Any], *, kill_at: int | None = None, named: str | None = None, at_point: Callable[[int, str], None] | None = None
) -> list[str]:
    """Do something in this process and name the points it passed; with `kill_at`, die as the so-manieth is reached.

    With `named`, that point must be of this name: else the run passes other points than the one that was watched.
    """
    passed: list[str] = []

    def listen(name: str) -> None:
        passed.append(name)
        if at_point is not None:
            at_point(len(passed), name)
        if kill_at is not None and len(passed) == kill_at:
            if named is not None and kind_of(name) != kind_of(named):
                raise ChildError(f"point {kill_at} is {name}, and not {named}")
            os.kill(os.getpid(), signal.SIGKILL)

    faults.listen(listen)
    try:
        work()
    finally:
        faults.listen(None)
    return passed
