"""Days of a contact centre played again and again: what each discipline does to each class of contacts.

Every replication draws one day and plays it under each discipline, so that differences between disciplines are differences of the same day. Figures are means over
replications with 95 % intervals by Student's t; the differences are paired.

Source: Law, "Simulation modeling and analysis", chapters 9 to 11 (terminating simulation, paired t, common random numbers).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from unequal.contact_centre.disciplines import Discipline
from unequal.contact_centre.offered_load import Contacts, OfferedClass, draw_day
from unequal.terms.errors import ContactCentreError

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

OF_CLASS: Final = (
    "arrived", "answered", "abandoned", "still_waiting", "abandonment", "within_target", "wait_seconds_mean", "wait_seconds_p50", "wait_seconds_p95",
    "wait_seconds_longest",
)  # fmt: skip
"""What is measured of each class in each replication; see `of_class`."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Agents who serve the same classes.

    Attributes:
        agents: how many there are in each interval of the day; one number for the whole day.
        serves: the classes that they may serve; all where none is named.
    """

    agents: tuple[int, ...]
    serves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Centre:
    """A contact centre, and what reaches it.

    Attributes:
        classes: the contacts by class.
        pools: agents; a contact that finds several free goes to the pool first listed.
        target_seconds: for each class, within what time it should be answered.
        interval_seconds: how long an interval of arrivals and of agents is.
        horizon_seconds: how long a day is; by default as long as its intervals of arrivals.
        warm_up_seconds: contacts that come before are served and not counted, so that a queue that began empty has filled.
        busyness_variation: by how much whole days differ; see `offered_load.draw_day`.
    """

    classes: tuple[OfferedClass, ...]
    pools: tuple[Pool, ...]
    target_seconds: tuple[float, ...]
    interval_seconds: float = 3600.0
    horizon_seconds: float = 0.0
    warm_up_seconds: float = 0.0
    busyness_variation: float = 0.0

    def __post_init__(self) -> None:
        """Fill in the horizon, and refuse what is no centre.

        Raises:
            ContactCentreError: CTC007, classes or pools are missing, lengths differ, agents are negative, or nobody may serve a class.
        """
        lengths = {len(one.contacts_an_hour) for one in self.classes}
        staffed = [each for pool in self.pools for each in pool.agents]
        names = [one.name for one in self.classes]
        served = {name for pool in self.pools for name in (pool.serves or names)}
        if len(lengths) != 1 or len(set(names)) < len(names) or len(self.target_seconds) != len(names):
            raise _no_centre(f"classes {', '.join(names)}", "give each class once, with a target, all with as many intervals")
        if not staffed or min(staffed) < 0 or served != set(names) or not all(pool.agents for pool in self.pools):
            raise _no_centre(f"pools {self.pools}", "give each pool agents, zero or more, and every class a pool that serves it")
        if not self.horizon_seconds:
            object.__setattr__(self, "horizon_seconds", self.interval_seconds * lengths.pop())

    @property
    def agents(self) -> Whole:
        """How many agents each pool has in each interval: pools × intervals."""
        most = max(len(pool.agents) for pool in self.pools)
        return np.array([pool.agents + pool.agents[-1:] * (most - len(pool.agents)) for pool in self.pools], dtype=np.int64)

    @property
    def serves(self) -> npt.NDArray[np.bool_]:
        """Whether a pool may serve a class: pools × classes."""
        return np.array([[not pool.serves or one.name in pool.serves for one in self.classes] for pool in self.pools])

    @property
    def agent_hours(self) -> float:
        """Hours that agents are there in the part of the day that counts."""
        agents = self.agents
        begins = np.arange(agents.shape[1]) * self.interval_seconds
        ends = np.append(begins[1:], max(self.horizon_seconds, float(begins[-1])))
        counted = np.clip(ends, self.warm_up_seconds, self.horizon_seconds) - np.clip(begins, self.warm_up_seconds, self.horizon_seconds)
        return float((agents.sum(axis=0) * counted).sum() / 3600.0)


@dataclass(frozen=True, slots=True)
class Played:
    """Replications of one centre under one discipline.

    Attributes:
        discipline: the discipline.
        classes: names of the classes.
        measured: replications × classes × figures of `OF_CLASS`; not a number where a class had no contacts.
        utilisation: for each replication, the share of their hours in which agents served.
        agent_hours: hours of agents in a day.
    """

    discipline: Discipline
    classes: tuple[str, ...]
    measured: Floats
    utilisation: Floats
    agent_hours: float

    def of(self, figure: str, contact_class: str) -> Floats:
        """A figure of a class in each replication."""
        found: Floats = self.measured[:, self.classes.index(contact_class), OF_CLASS.index(figure)]
        return found

    def lost(self, dollars: Sequence[float]) -> Floats:
        """Dollars lost with abandoned contacts in each replication, where each of a class loses so much."""
        found: Floats = self.measured[:, :, OF_CLASS.index("abandoned")] @ np.asarray(dollars, dtype=np.float64)
        return found


def replicate(
    centre: Centre, disciplines: Sequence[Discipline], *, replications: int, seed: int, tell: Callable[[int], object] = lambda _: None
) -> tuple[Played, ...]:  # fmt: skip
    """Play so many days under each discipline, every day the same for all of them.

    Args:
        centre: what is played.
        disciplines: those to compare; each must know all classes.
        replications: how many days; at least two, or there is no interval.
        seed: the same seed gives the same figures.
        tell: called after each day with how many are done.

    Returns:
        one for each discipline, in the order given.

    Raises:
        ContactCentreError: CTC003, a discipline does not know a class; CTC008, fewer than two replications.
    """
    if replications < 2:  # noqa: PLR2004 - an interval needs two
        raise ContactCentreError(
            "CTC008", "too few replications for an interval", seen=str(replications), do="ask for two or more; 100 is usual"
        )
    standings = [_standing(discipline, centre) for discipline in disciplines]
    measured = np.empty((len(disciplines), replications, len(centre.classes), len(OF_CLASS)))
    utilisation = np.empty((len(disciplines), replications))
    for day in range(replications):
        contacts = _drawn(centre, seed, day)
        for place, standing in enumerate(standings):
            began, _ = play_day(centre, contacts, standing)
            measured[place, day] = [of_class(centre, contacts, began, one) for one in range(len(centre.classes))]
            utilisation[place, day] = _busy_hours(centre, contacts, began) / max(centre.agent_hours, 1e-9)
        tell(day + 1)
    names = tuple(one.name for one in centre.classes)
    return tuple(Played(each, names, measured[place], utilisation[place], centre.agent_hours) for place, each in enumerate(disciplines))


def play_day(centre: Centre, contacts: Contacts, standing: Floats) -> tuple[Floats, Whole]:
    """When each contact of a day began to be served, and by which pool; see `replay.play`."""
    from unequal.contact_centre.replay import Day, play  # numba takes its time to load

    day = Day(
        contacts.arrived, contacts.of, contacts.takes, contacts.patient, centre.agents, centre.interval_seconds, centre.horizon_seconds,
        centre.serves,
    )  # fmt: skip
    return play(day, standing)


def of_class(centre: Centre, contacts: Contacts, began: Floats, one: int) -> tuple[float, ...]:
    """The figures of `OF_CLASS` of one class in one day, contacts after the warm-up alone.

    Answered are those whom an agent took by the end of the day. Abandonment is a share of all that arrived, and so is who was answered within the target. The
    waits are those of all contacts: until answered, until given up, or until the end of the day.
    """
    counted = (contacts.of == one) & (contacts.arrived >= centre.warm_up_seconds) & (contacts.arrived < centre.horizon_seconds)
    arrived, patient, taken = contacts.arrived[counted], contacts.patient[counted], began[counted]
    answered = ~np.isnan(taken)
    gone = ~answered & (arrived + patient <= centre.horizon_seconds)
    waits = np.where(answered, taken - arrived, np.minimum(patient, centre.horizon_seconds - arrived))
    counts = (float(len(arrived)), float(answered.sum()), float(gone.sum()), float(len(arrived) - answered.sum() - gone.sum()))
    if not len(arrived):
        return (*counts, *[np.nan] * (len(OF_CLASS) - len(counts)))
    within = float((answered & (waits <= centre.target_seconds[one])).sum())
    p50, p95 = np.percentile(waits, [50, 95])
    return (*counts, counts[2] / counts[0], within / counts[0], float(waits.mean()), float(p50), float(p95), float(waits.max()))


def _drawn(centre: Centre, seed: int, day: int) -> Contacts:
    return draw_day(
        centre.classes, interval_seconds=centre.interval_seconds, busyness_variation=centre.busyness_variation, seed=(seed, day)
    )  # fmt: skip


def _standing(discipline: Discipline, centre: Centre) -> Floats:
    return np.array([(*discipline.standing(one.name), discipline.guard_seconds) for one in centre.classes])


def _busy_hours(centre: Centre, contacts: Contacts, began: Floats) -> float:
    ends = np.clip(began + contacts.takes, centre.warm_up_seconds, centre.horizon_seconds)
    begins = np.clip(began, centre.warm_up_seconds, centre.horizon_seconds)
    return float(np.nansum(ends - begins) / 3600.0)


def _no_centre(seen: str, do: str) -> ContactCentreError:
    return ContactCentreError("CTC007", "the contact centre does not fit together", seen=seen, do=do)
