"""The kernel that plays one day of a contact centre, contact by contact; imported where a day is played, since numba takes its time to load."""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from unequal.contact_centre.disciplines import urgency_of
from unequal.value import compiled

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_urgency: Any = compiled.kernel(urgency_of)


class _Queue(NamedTuple):
    """What the loops of a day read and write; by contact where nothing else is said.

    Attributes:
        arrived, takes: as given.
        gone_at: when the contact gives up.
        serves: whether a pool serves a class; pools × classes.
        standing: floor, weight, rate and guard of each class; classes × 4.
        heads: who has waited longest of each class; -1 for nobody.
        behind: who waits behind the contact in its class; -1 for nobody.
        began, by: what `play` returns.
    """

    arrived: Floats
    takes: Floats
    gone_at: Floats
    serves: Flags
    standing: Floats
    heads: Whole
    behind: Whole
    began: Floats
    by: Whole


@compiled.kernel
def _most_urgent(queue: _Queue, now: float, pool: int) -> int:
    """The class whose first contact this pool serves next; -1 where nobody waits whom it may serve.

    Within a class all disciplines serve who came first, so that the first of each class are compared and nobody else. Who has given up is dropped here, when
    his turn comes: until then he changes nothing.
    """
    found, best, heads, standing = -1, (-1.0, 0.0, 0.0, 0.0), queue.heads, queue.standing
    for one in range(len(heads)):
        if not queue.serves[pool, one]:
            continue
        while heads[one] >= 0 and queue.gone_at[heads[one]] <= now:
            heads[one] = queue.behind[heads[one]]
        if heads[one] >= 0:
            waited = now - queue.arrived[heads[one]]
            urgency = _urgency(standing[one, 0], standing[one, 1], standing[one, 2], standing[one, 3], waited)
            if found < 0 or urgency > best:
                found, best = one, urgency
    return found


@compiled.kernel
def _serve_on(queue: _Queue, now: float, pool: int, free: int, ends: Any) -> int:
    """Free agents of a pool take whom the discipline says until none is free or nobody waits; returns how many have begun."""
    begun = 0
    while begun < free:
        one = _most_urgent(queue, now, pool)
        if one < 0:
            break
        contact = queue.heads[one]
        queue.heads[one] = queue.behind[contact]
        queue.began[contact], queue.by[contact] = now, pool
        heapq.heappush(ends, (now + queue.takes[contact], pool))
        begun += 1
    return begun


@compiled.kernel
def _close(staying: Whole, agents: Whole, before: Whole) -> None:
    """Of pools that close, let those stay who were there: whoever waits when the lines close is answered still."""
    for pool in range(len(agents)):
        staying[pool] = max(staying[pool], before[pool]) if agents[pool] == 0 else 0


class Day(NamedTuple):
    """What is played.

    Attributes:
        arrived, of, takes, patient: as `offered_load.Contacts`; in order of arrival.
        agents: how many agents each pool has in each interval; of the last one to the end.
        interval_seconds: how long an interval of agents is.
        horizon_seconds: when the day ends.
        serves: whether a pool serves a class; pools × classes.
    """

    arrived: Floats
    of: Whole
    takes: Floats
    patient: Floats
    agents: Whole
    interval_seconds: float
    horizon_seconds: float
    serves: Flags


@compiled.kernel
def play(day: Day, standing: Floats) -> tuple[Floats, Whole]:
    """Play a day: who is served when, and by which pool.

    Whoever arrives is served at once by the first listed pool that may serve the class and has a free agent; otherwise the contact waits. An agent who is
    free takes the most urgent contact that the pool may serve. Where a pool shrinks, agents finish whom they serve and go; where it closes, they go once nobody waits
    any more whom they may serve.

    Args:
        day: the contacts and the agents.
        standing: floor, weight, rate and guard of each class; classes × 4.

    Returns:
        when serving began, not a number where it never did; and the pool that served, -1 where none did.
    """
    contacts, classes, pools, intervals = len(day.arrived), len(standing), len(day.agents), day.agents.shape[1]
    queue = _Queue(
        day.arrived, day.takes, day.arrived + day.patient, day.serves, standing, np.full(classes, -1), np.full(contacts, -1),
        np.full(contacts, np.nan), np.full(contacts, -1),
    )  # fmt: skip
    tails, ends = np.full(classes, -1), [(np.inf, 0)]
    serving, staying = np.zeros(pools, np.int64), np.zeros(pools, np.int64)
    following, interval = 0, 0
    while True:
        arrives = day.arrived[following] if following < contacts else np.inf
        changes = (interval + 1) * day.interval_seconds if interval + 1 < intervals else np.inf
        now = min(arrives, changes, ends[0][0])
        if now >= day.horizon_seconds:
            return queue.began, queue.by
        first, last = 0, pools
        if now == ends[0][0]:
            first = heapq.heappop(ends)[1]
            serving[first] -= 1
            last = first + 1
        elif now == changes:
            interval += 1
            _close(staying, day.agents[:, interval], day.agents[:, interval - 1])
        else:
            one = day.of[following]
            if queue.heads[one] < 0:
                queue.heads[one] = following
            else:
                queue.behind[tails[one]] = following
            tails[one] = following
            following += 1
        for pool in range(first, last):
            free = max(day.agents[pool, interval], staying[pool]) - serving[pool]
            begun = _serve_on(queue, now, pool, free, ends)
            serving[pool] += begun
            if begun < free:
                staying[pool] = 0
