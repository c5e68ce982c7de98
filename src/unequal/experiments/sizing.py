"""How many customers an experiment takes, and how long: planned before it begins, so that "no detectable difference" says something.

The effect that two arms can tell from nothing, with chance `power`, is

    (w + z_power) x deviation x sqrt(1 / (customers x share x (1 - share)))

where w is how many standard errors the range reaches: z_(1 - alpha/2) for one look, and sqrt(1 + x*) for the sequence at its planned end (see `sequences`).
Looking every day costs (3.04 + .84)^2 / (1.96 + .84)^2 = 1.92 times the customers at most, if the verdict comes at the very end; it may come much sooner.

For rates each arm has the variance of its own rate.

Source: Lehr, Sixteen S-squared over D-squared (1992); Chow, Shao and Wang, Sample size calculations in clinical research (2008), sections 3.2 and 4.2;
Kohavi, Longbotham, Sommerfield and Henne, Controlled experiments on the web (2009), section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, sqrt

from scipy.special import ndtr, ndtri

from unequal.experiments.sequences import information_at_plan
from unequal.terms.errors import ExperimentError


@dataclass(frozen=True, slots=True)
class Design:
    """What an experiment is to be able to tell.

    Args:
        share_held_out: of all customers, between 0 and 1.
        deviation_treated, deviation_held_out: standard deviations of one customer's outcome in each arm; above 0.
        confidence: of the range, two-sided.
        power: the chance to find an effect that is there.
        at_every_look: whether it may be looked at at any time (the sequence), or once, at the end.
    """

    share_held_out: float
    deviation_treated: float
    deviation_held_out: float
    confidence: float = 0.95
    power: float = 0.8
    at_every_look: bool = True

    def __post_init__(self) -> None:
        shares = (self.share_held_out, self.confidence, self.power)
        deviations = (self.deviation_treated, self.deviation_held_out)
        if not (all(0 < one < 1 for one in shares) and all(0 < one < inf for one in deviations)):
            raise ExperimentError(
                "EXP003", "an experiment cannot be planned or judged so", seen=str(self),
                do="give shares, confidence and power between 0 and 1, and deviations above 0",
            )  # fmt: skip


def of_means(
    share_held_out: float, deviation: float, *, confidence: float = 0.95, power: float = 0.8, at_every_look: bool = True
) -> Design:
    """A design for an amount per customer that scatters alike in both arms."""
    return Design(share_held_out, deviation, deviation, confidence, power, at_every_look)


def of_rates(
    share_held_out: float, rate: float, effect: float, *, confidence: float = 0.95, power: float = 0.8, at_every_look: bool = True
) -> Design:
    """A design for a rate that is `rate` among those held out, and more by `effect` among those treated; both between 0 and 1."""
    treated = rate + effect
    if not (0 < rate < 1 and 0 < treated < 1):
        raise ExperimentError(
            "EXP003", "an experiment cannot be planned or judged so", seen=f"rates {rate} and {treated}", do="give rates between 0 and 1"
        )
    return Design(share_held_out, sqrt(treated * (1 - treated)), sqrt(rate * (1 - rate)), confidence, power, at_every_look)


def customers_needed(design: Design, effect: float) -> int:
    """How many customers in both arms together find an effect, rounded up.

    >>> customers_needed(of_means(0.5, 1.0, at_every_look=False), 1.0)
    32

    Raises:
        ExperimentError: EXP003, the effect is 0 or no finite number.
    """
    if not 0 < abs(effect) < inf:
        raise ExperimentError(
            "EXP003", "an experiment cannot be planned or judged so", seen=f"{effect=}", do="name the smallest effect that matters"
        )
    return ceil(_one_customers_variance(design) * ((_wide(design) + float(ndtri(design.power))) / effect) ** 2)


def detectable(design: Design, customers: int) -> float:
    """The smallest effect that so many customers find with the design's power, above 0."""
    _check(customers)
    return (_wide(design) + float(ndtri(design.power))) * sqrt(_one_customers_variance(design) / customers)


def power_of(design: Design, effect: float, customers: int) -> float:
    """The chance that so many customers' range leaves 0 out at the planned end, on the side of the effect.

    Of the sequence it is the least: earlier looks may have found it already.
    """
    _check(customers)
    return float(ndtr(abs(effect) / sqrt(_one_customers_variance(design) / customers) - _wide(design)))


def days_needed(customers: int, *, a_day: float, outcome_days: int) -> int:
    """How long it takes: until so many customers have come, and the last of them has had time for an outcome.

    Args:
        customers: in both arms.
        a_day: how many are drawn on a day, above 0.
        outcome_days: how long an outcome is counted.
    """
    _check(customers)
    if not 0 < a_day < inf or outcome_days < 0:
        raise ExperimentError(
            "EXP003", "an experiment cannot be planned or judged so", seen=f"{a_day=} {outcome_days=}",
            do="give how many customers are drawn on a day, above 0, and days that are not negative",
        )  # fmt: skip
    return ceil(customers / a_day) + outcome_days


def _one_customers_variance(design: Design) -> float:
    """Of the effect, times the customers of both arms."""
    return design.deviation_treated**2 / (1 - design.share_held_out) + design.deviation_held_out**2 / design.share_held_out


def _wide(design: Design) -> float:
    alpha = 1 - design.confidence
    return sqrt(1 + information_at_plan(alpha)) if design.at_every_look else float(-ndtri(alpha / 2))


def _check(customers: int) -> None:
    if customers < 1:
        raise ExperimentError(
            "EXP003", "an experiment cannot be planned or judged so", seen=f"{customers=}", do="plan for one customer at least"
        )
