"""Erlang's formulas: what a queue of one class comes to in the long run, when calls arrive at random at a steady rate.

All three take Poisson arrivals, exponential handling times and n agents who serve everybody, first come first served. B has no queue: who finds nobody free is
lost. C lets everybody wait for ever. A lets who waits give up after an exponential time.

Sources: Erlang (1917); Palm (1957); Mandelbaum and Zeltyn, "Service engineering in action: the Palm/Erlang-A queue, with applications to call centers" (2007).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from unequal.terms.errors import ContactCentreError

_NEGLIGIBLE: Final = 1e-16
"""A state of the queue so much less likely than all others together adds nothing to a float."""
_LARGE: Final = 1e200
"""Sums beyond this are scaled down, before they are no numbers any more."""


@dataclass(frozen=True, slots=True)
class SteadyQueue:
    """What a queue comes to in the long run.

    Attributes:
        wait_probability: the share of contacts that do not find an agent free.
        wait_seconds_expected: the mean wait of all contacts, of those who give up until they do.
        abandonment_expected: the share of contacts that give up.
        queue_expected: how many wait, in the mean.
        utilisation_expected: the share of their time in which agents serve.
    """

    wait_probability: float
    wait_seconds_expected: float
    abandonment_expected: float
    queue_expected: float
    utilisation_expected: float


def erlang_b(offered: float, agents: int) -> float:
    """The share of contacts that are lost where nobody can wait.

    Args:
        offered: contacts an hour times the hours that one takes: the load in Erlang.
        agents: how many can serve at once.

    >>> round(erlang_b(8.108, 15), 4)
    0.01

    Raises:
        ContactCentreError: CTC004, the load is not positive or there is no agent.
    """
    _check(offered, agents)
    return 1.0 / _over_the_last(offered, agents)


def _over_the_last(offered: float, agents: int) -> float:
    """The chance of up to n contacts in the chance of exactly n; infinite where that is too small for a float."""
    times = 1.0
    for serving in range(1, agents + 1):
        times = 1.0 + times * serving / offered
    return times


def erlang_c(contacts_an_hour: float, handling_seconds: float, agents: int) -> SteadyQueue:
    """A queue in which everybody waits for ever.

    Raises:
        ContactCentreError: CTC004, a rate or time is not positive, or there is no agent; CTC005, the agents are too few for the load, so that the queue
            has no steady state.
    """
    offered = _offered(contacts_an_hour, handling_seconds, agents)
    if offered >= agents:
        raise ContactCentreError("CTC005", "so few agents never get to the end of a queue that nobody leaves", seen=f"a load of {offered:g} for {agents}",
                                 do="give more agents than the load, or a patience: Erlang A")  # fmt: skip
    lost = erlang_b(offered, agents)
    waits = lost / (1.0 - (offered / agents) * (1.0 - lost))
    seconds = waits * handling_seconds / (agents - offered)
    return SteadyQueue(waits, seconds, 0.0, contacts_an_hour / 3600.0 * seconds, offered / agents)


def answered_within(seconds: float, contacts_an_hour: float, handling_seconds: float, agents: int) -> float:
    """The share of contacts that are answered within so many seconds where nobody gives up: the service level of Erlang C.

    Raises:
        ContactCentreError: as `erlang_c`.
    """
    offered = _offered(contacts_an_hour, handling_seconds, agents)
    waits = erlang_c(contacts_an_hour, handling_seconds, agents).wait_probability
    return 1.0 - waits * math.exp(-(agents - offered) * seconds / handling_seconds)


def erlang_a(contacts_an_hour: float, handling_seconds: float, patience_seconds: float, agents: int) -> SteadyQueue:
    """A queue that contacts leave after an exponential time, when they have not been answered until then.

    The chances of n + j contacts stand to each other as λ / (nμ + jθ); summed upwards until a state adds nothing, and below n by Erlang B. By Little's law
    the mean wait is the mean queue over λ, and who gives up is θ times that.

    Raises:
        ContactCentreError: CTC004, a rate or time is not positive, or there is no agent.
    """
    offered = _offered(contacts_an_hour, handling_seconds, agents)
    if not 0.0 < patience_seconds < math.inf:
        raise _no_load("the patience", patience_seconds)
    a_second, leaving = contacts_an_hour / 3600.0, 1.0 / patience_seconds
    # In units of the chance of exactly n contacts, until they grow too large.
    up_to_n, exactly_n, here, above, queued = _over_the_last(offered, agents), 1.0, 1.0, 0.0, 0.0
    place = 0
    while here > _NEGLIGIBLE * (up_to_n + above) or a_second > agents / handling_seconds + place * leaving:
        place += 1
        here *= a_second / (agents / handling_seconds + place * leaving)
        above += here
        queued += place * here
        if queued > _LARGE:
            up_to_n, exactly_n, here, above, queued = (each / _LARGE for each in (up_to_n, exactly_n, here, above, queued))
    everything = up_to_n + above
    queue = queued / everything
    abandoned = leaving * queue / a_second
    return SteadyQueue((exactly_n + above) / everything, queue / a_second, abandoned, queue, offered * (1.0 - abandoned) / agents)


def _offered(contacts_an_hour: float, handling_seconds: float, agents: int) -> float:
    for what, each in (("the rate of arrival", contacts_an_hour), ("the handling time", handling_seconds)):
        if not 0.0 < each < math.inf:
            raise _no_load(what, each)
    offered = contacts_an_hour * handling_seconds / 3600.0
    _check(offered, agents)
    return offered


def _check(offered: float, agents: int) -> None:
    if not 0.0 < offered < math.inf:
        raise _no_load("the load", offered)
    if agents < 1:
        raise _no_load("the number of agents", agents)


def _no_load(what: str, seen: float) -> ContactCentreError:
    return ContactCentreError("CTC004", f"{what} gives no queue", seen=f"{seen:g}", do="give a number above zero")
