"""Confidence sequences: ranges of an effect that hold at every look together, however often and whenever somebody looks.

A range for one look is z standard errors wide. Whoever looks daily and stops when it leaves 0 out will stop wrongly far more often than once in
twenty. Here the range at information x is

    effect +- se x sqrt((1 + 1/x) x ln((1 + x) / alpha^2))

which is Robbins' normal mixture: the chance that it ever leaves out the truth, at any look from the start on, is at most alpha. It is asymptotic,
that is, it needs no distribution of outcomes, but enough of them at the first look that is believed. x grows with the information gathered and is
x* at the planned end, where x* solves 1 + x = 1 + ln((1 + x) / alpha^2): there the range is as narrow as any mixture makes it, sqrt(1 + x*) standard
errors; 3.04 for alpha = .05, where one look takes 1.96.

Source: Robbins, Statistical methods related to the law of the iterated logarithm (1970); Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
Time-uniform central limit theory and asymptotic confidence sequences (2024), theorem 2.2 and its appendix on tuning; the p-value is that of
Johari, Koomen, Pekelis and Walsh, Always valid inference (2022).
"""

from __future__ import annotations

from functools import cache
from math import e, exp, inf, log, sqrt

from scipy.special import lambertw


@cache
def information_at_plan(alpha: float) -> float:
    """x*, where the range is tightest; its solution by Lambert's function.

    >>> round(information_at_plan(0.05), 3)
    8.222
    """
    return float(-lambertw(-alpha * alpha / e, -1).real) - 1


def errors_wide(information: float, alpha: float) -> float:
    """How many standard errors the range reaches to either side at information x; infinite without any.

    >>> round(errors_wide(information_at_plan(0.05), 0.05), 2)
    3.04
    """
    if information <= 0:
        return inf
    return sqrt((1 + 1 / information) * log((1 + information) / alpha**2))


def always_valid_p(z: float, information: float) -> float:
    """The smallest alpha at which the range with this x leaves out 0; at most 1.

    Args:
        z: the effect in standard errors.
        information: x.
    """
    # The mixture's likelihood ratio, inverted; beyond 700 it is no float any more.
    exponent = min(z * z * information / (2 * (1 + information)), 700.0)
    return min(1.0, sqrt(1 + information) * exp(-exponent))
