"""What reaches a contact centre: when contacts arrive, how long each takes, and how long each would wait.

A day is drawn whole before anybody is served, so that every discipline and every number of agents meets the same contacts with the same handling times and
the same patience (common random numbers): what differs between two of them is their doing and no chance.

Source: arrivals as a Poisson process whose rate changes by the interval and whose days are busier or quieter as a whole, as in Jongbloed and Koole, "Managing
uncertainty in call centers using Poisson mixtures" (2001); handling times lognormal as in Brown et al., "Statistical analysis of a telephone call center" (2005).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from unequal.terms.errors import ContactCentreError

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


_FAR_OUT: Final = 3.0
MOST_A_DAY: Final = 1_000_000
"""Contacts of one day, of all classes, in the mean: each is drawn and played by itself."""


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Handling times by their mean and their coefficient of variation (standard deviation over mean); one that is zero makes all alike."""

    mean_seconds: float
    variation: float = 1.0

    def drawn(self, random: np.random.Generator, contacts: int) -> Floats:
        """So many handling times in seconds."""
        spread = math.log1p(self.variation**2)
        return random.lognormal(math.log(self.mean_seconds) - spread / 2.0, math.sqrt(spread), contacts)


@dataclass(frozen=True, slots=True)
class Exponential:
    """Handling times that Erlang's formulas assume."""

    mean_seconds: float

    def drawn(self, random: np.random.Generator, contacts: int) -> Floats:
        """So many handling times in seconds."""
        return random.exponential(self.mean_seconds, contacts)


@dataclass(frozen=True, slots=True)
class Observed:
    """Handling times as they were measured, each as likely as any other."""

    seconds: tuple[float, ...]

    @property
    def mean_seconds(self) -> float:
        """Their mean; not a number where there are none."""
        return math.fsum(self.seconds) / len(self.seconds) if self.seconds else math.nan

    def drawn(self, random: np.random.Generator, contacts: int) -> Floats:
        """So many handling times in seconds."""
        return random.choice(np.asarray(self.seconds, dtype=np.float64), contacts)


Handling = Lognormal | Exponential | Observed


@dataclass(frozen=True, slots=True)
class OfferedClass:
    """Contacts that are treated alike: when they come, how long they take and wait.

    Attributes:
        name: as the discipline knows it.
        contacts_an_hour: the mean for each interval of the day, all as long.
        handling: the time that an agent needs, with all that follows the talk.
        patience_seconds: after how long, in the mean, one who waits gives up; exponential.
    """

    name: str
    contacts_an_hour: tuple[float, ...]
    handling: Handling
    patience_seconds: float

    def __post_init__(self) -> None:
        """Refuse what never comes, takes no time or never waits.

        Raises:
            ContactCentreError: CTC006, a rate is negative or no number, or a time is not above zero.
        """
        rates_fit = self.contacts_an_hour and all(0.0 <= rate < math.inf for rate in self.contacts_an_hour)
        times_fit = 0.0 < self.handling.mean_seconds < math.inf and 0.0 < self.patience_seconds < math.inf
        if not (rates_fit and times_fit):
            raise ContactCentreError("CTC006", f"contacts of class {self.name} cannot be drawn",
                                     seen=f"{max(self.contacts_an_hour, default=0):g} in the busiest hour, {self.handling.mean_seconds:g} s to serve, {self.patience_seconds:g} s of patience",
                                     do="give rates of zero or more, and times above zero")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contacts of one day, in the order in which they come; arrays of one length.

    Attributes:
        arrived: seconds since the day began.
        of: the place of their class among the classes.
        takes: seconds that serving one takes.
        patient: seconds after which one gives up.
    """

    arrived: Floats
    of: Whole
    takes: Floats
    patient: Floats


def check_size(classes: Sequence[OfferedClass], *, interval_seconds: float) -> None:
    """Refuse a day of more contacts than can be played.

    Raises:
        ContactCentreError: CTC044, more than MOST_A_DAY in the mean.
    """
    a_day = sum(sum(one.contacts_an_hour) for one in classes) * interval_seconds / 3600.0
    if a_day > MOST_A_DAY:
        raise ContactCentreError("CTC044", "a day has more contacts than can be played", seen=f"{a_day:.6g} contacts a day",
                                 do=f"ask for {MOST_A_DAY:,} a day at most")  # fmt: skip


def draw_day(classes: Sequence[OfferedClass], *, interval_seconds: float, busyness_variation: float, seed: Sequence[int]) -> Contacts:
    """One day of contacts; the same seed gives the same day.

    Each class has a stream of random numbers of its own, so that another rate of one class leaves the contacts of the others as they are.

    Args:
        classes: all with as many intervals.
        interval_seconds: how long an interval is.
        busyness_variation: the coefficient of variation of a factor, of mean one, by which the whole day is busier or quieter than its mean; gamma. Zero
            for a plain Poisson process.
        seed: whole numbers, as the seed of all and the number of the day.

    Returns:
        contacts in order of arrival; of equals the class first listed is first.

    Raises:
        ContactCentreError: CTC044, more contacts than can be played.
    """
    check_size(classes, interval_seconds=interval_seconds)
    streams = np.random.SeedSequence(list(seed)).spawn(len(classes) + 1)
    factor = 1.0
    if busyness_variation > 0.0:
        shape = busyness_variation**-2
        factor = float(np.random.default_rng(streams[-1]).gamma(shape, 1.0 / shape))
    drawn = [_draw_class(one, place, np.random.default_rng(streams[place]), interval_seconds, factor) for place, one in enumerate(classes)]
    arrived, of, takes, patient = (np.concatenate(columns) for columns in zip(*drawn, strict=True))
    order = np.argsort(arrived, kind="stable")
    return Contacts(arrived[order], of[order], takes[order], patient[order])


def _draw_class(
    one: OfferedClass, place: int, random: np.random.Generator, interval_seconds: float, factor: float
) -> tuple[Floats, Whole, Floats, Floats]:
    means = np.asarray(one.contacts_an_hour) * (factor * interval_seconds / 3600.0)
    begins = np.repeat(np.arange(len(means)) * interval_seconds, random.poisson(means))
    arrived = np.sort(begins + random.random(len(begins)) * interval_seconds)
    return (
        arrived,
        np.full(len(arrived), place, dtype=np.int64),
        one.handling.drawn(random, len(arrived)),
        random.exponential(one.patience_seconds, len(arrived)),
    )


def busyness_variation_of(contacts_a_day: npt.ArrayLike) -> float:
    """By how much days differ beyond what chance explains: the coefficient of variation of their factor; zero where chance explains all.

    By moments: the variance of Poisson counts with a random factor is mean + (mean × variation)². Days far out, three quartile ranges beyond the upper quartile
    (Tukey's outer fence), are left out: an outage is no busy day, and one of them would make all days look as if they differed.

    >>> round(busyness_variation_of([80, 120, 90, 110]), 3)
    0.153
    >>> round(busyness_variation_of([80, 120, 90, 110, 700]), 3)
    0.153
    >>> busyness_variation_of([100, 101, 99, 100])
    0.0
    """
    counts: Any = np.asarray(contacts_a_day, dtype=np.float64)
    if counts.size:
        lower, upper = np.percentile(counts, [25, 75])
        counts = counts[counts <= upper + _FAR_OUT * (upper - lower)]
    if counts.size < 2 or counts.mean() <= 0.0:  # noqa: PLR2004 - one day has no spread
        return 0.0
    return float(math.sqrt(max(0.0, counts.var(ddof=1) - counts.mean())) / counts.mean())
