"""Stewards' verdicts: whether they agree with each other.

Two records said to be the same are one customer, and so are those of a chain of such words. Two
that are said to be different never are. A chain whose two ends are said to be different is a
contradiction, and nobody but the stewards can solve it: it is refused, and shown whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from unequal.terms.errors import IdentityError, Problems
from unequal.terms.ids import SEPARATOR, record_name

SAME: Final = "same"
DIFFERENT: Final = "different"
VERDICTS: Final = (SAME, DIFFERENT)

_CHAINS_SHOWN: Final = 5


class Record(NamedTuple):
    """A record by the name of its source and its id there; sorts as records do everywhere."""

    source: str
    record_id: str

    @property
    def shown(self) -> str:
        """As a steward writes it: `crm:10042`; the parts of a compound id are joined by `|`."""
        return record_name(self.source, self.record_id.replace(SEPARATOR, "|"))


@dataclass(frozen=True)
class Verdict:
    """A steward's word on two records; a sorts before b.

    Args:
        a, b: the records.
        verdict: same or different.
        author, reason: whose word it is, and why.
        given_at: naive UTC.
        drawn: how the pair came up: dollars or random.
        weight: the run's evidence then, in bits; None where it did not weigh the pair.
        linked: whether the run linked the two; None where it did not look at the pair.
        action: number of the action that gave it; 0: it is not given yet.
    """

    a: Record
    b: Record
    verdict: str
    author: str
    reason: str
    given_at: datetime
    drawn: str = "dollars"
    weight: float | None = None
    linked: bool | None = None
    action: int = 0

    @property
    def shown(self) -> str:
        """As in an error: `crm:1 = crm:2 (jo, 2026-03-01, action 3)`."""
        sign, given = "=" if self.verdict == SAME else "≠", f"action {self.action}" if self.action else "new"
        return f"{self.a.shown} {sign} {self.b.shown} ({self.author}, {self.given_at:%Y-%m-%d}, {given})"


def in_order(one: Record, other: Record) -> tuple[Record, Record]:
    """Two records, the one that sorts first first.

    Raises:
        IdentityError: IDN011, they are one record.
    """
    if one == other:
        raise IdentityError("IDN011", "a verdict is about two records", seen=one.shown, do="name another record beside it")
    return (one, other) if one < other else (other, one)


def check_consistent(verdicts: Sequence[Verdict]) -> None:
    """Refuse verdicts that contradict each other, those in force and new ones together.

    Raises:
        IdentityError: IDN012, a chain of `same` joins two records that are said to be different; every verdict of it is named.
        Problems: several such chains, told at once.
    """
    said_same = _neighbours(verdict for verdict in verdicts if verdict.verdict == SAME)
    chains = ((verdict, _chain(said_same, verdict.a, verdict.b)) for verdict in verdicts if verdict.verdict == DIFFERENT)
    problems = [_contradiction(verdict, chain) for verdict, chain in chains if chain]
    if problems:
        raise problems[0] if len(problems) == 1 else Problems(problems[:_CHAINS_SHOWN])


def _neighbours(verdicts: Iterable[Verdict]) -> dict[Record, list[tuple[Record, Verdict]]]:
    found: dict[Record, list[tuple[Record, Verdict]]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.a, []).append((verdict.b, verdict))
        found.setdefault(verdict.b, []).append((verdict.a, verdict))
    return found


def _chain(said_same: Mapping[Record, Sequence[tuple[Record, Verdict]]], start: Record, end: Record) -> list[Verdict]:
    """The shortest chain of `same` from one record to another; empty where there is none."""
    came_by: dict[Record, tuple[Record, Verdict]] = {}
    waiting = deque([start])
    while waiting and end not in came_by:
        here = waiting.popleft()
        for there, verdict in said_same.get(here, ()):
            if there not in came_by and there != start:
                came_by[there] = (here, verdict)
                waiting.append(there)
    chain: list[Verdict] = []
    while end != start and end in came_by:
        end, verdict = came_by[end]
        chain.append(verdict)
    return chain[::-1]


def _contradiction(different: Verdict, chain: Sequence[Verdict]) -> IdentityError:
    return IdentityError(
        "IDN012", "verdicts contradict each other", seen=", ".join(verdict.shown for verdict in (*chain, different)),
        do="leave the wrong one out, or take back the action that gave it: unequal review undo ACTION",
    )  # fmt: skip
