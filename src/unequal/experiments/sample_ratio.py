"""Whether the lot fell as it was meant to: if arms have not the sizes that were drawn, something other than chance chose, and no effect is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Final

from scipy.special import bdtr, bdtrc, betaln, logsumexp

from unequal.terms.errors import ExperimentError

_WEIGHTS: Final = (10.0, 100.0, 1_000.0)
"""How many units the other hypotheses weigh, a third of them each: they lie around the declared share as widely as shares of so many units do. Those far
from it find in a hundred units what is badly off, those near it in a million what is a little off."""
_ALPHA: Final = 0.001
"""Flagged once in a thousand sound experiments: there are many of them, and each is distrusted as a whole where it is flagged."""


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """How the lot fell.

    Args:
        declared, seen: the share that was to be held out, and that was; of several shares the mean, by units.
        p_once: of an exact binomial test, twice the smaller tail, if this were the only look; of several shares the smallest, times how many they are.
        p_always: of a sequential test; it holds at every look together.
        is_off: `p_always` is below .001.
    """

    declared: float
    seen: float
    p_once: float
    p_always: float

    @property
    def is_off(self) -> bool:
        """Whether chance does not explain the difference."""
        return self.p_always < _ALPHA


def sample_ratio(treated: int, held_out: int, *, share: float) -> SampleRatio:
    """Hold the sizes of two arms against the share that was to be held out.

    The sequential test weighs how probable the sizes are under other shares, Beta(w share, w (1 - share)) for w of 10, 100 and 1000, against the declared
    one. Under the declared share the mean of that ratio is 1 at every look, so that it ever exceeds 1/alpha has at most the chance alpha.

    Args:
        treated, held_out: units drawn into each arm, at least one in all.
        share: declared, between 0 and 1.

    Raises:
        ExperimentError: EXP002, a share that is none, or nobody drawn.

    Source: Lindon and Malek, Anytime-valid inference for multinomial count data (2022); Fabijan and others, Diagnosing sample ratio mismatch (2019).
    """
    return sample_ratios([(treated, held_out, share)])


def sample_ratios(drawn: Sequence[tuple[int, int, float]]) -> SampleRatio:
    """The same where the share changed: units of each share are held against their own.

    Each unit moves the ratio of its own share alone, so that the product of all has the mean 1 at every look, as each of them has.

    Args:
        drawn: treated, held out, and the share that was declared when their lots were drawn.

    Raises:
        ExperimentError: EXP002, as `sample_ratio`.
    """
    ratio = sum(_log_ratio(*one) for one in drawn)
    units = sum(treated + held_out for treated, held_out, _ in drawn)
    declared = sum((treated + held_out) * share for treated, held_out, share in drawn) / units
    seen = sum(held_out for _, held_out, _ in drawn) / units
    once = min(1.0, len(drawn) * min(_p_once(*one) for one in drawn))
    return SampleRatio(declared, seen, once, exp(-ratio) if ratio > 0 else 1.0)


def _log_ratio(treated: int, held_out: int, share: float) -> float:
    """How much more probable the sizes are under the other shares than under the declared one; a logarithm."""
    if not 0 < share < 1 or treated < 0 or held_out < 0 or treated + held_out == 0:
        raise ExperimentError(
            "EXP002", "the sizes of two arms cannot be held against a share", seen=f"{treated=} {held_out=} {share=}",
            do="give a share between 0 and 1, and arms with somebody in them",
        )  # fmt: skip
    others = [
        float(betaln(weight * share + held_out, weight * (1 - share) + treated) - betaln(weight * share, weight * (1 - share)))
        for weight in _WEIGHTS
    ]
    return float(logsumexp(others)) - log(len(_WEIGHTS)) - held_out * log(share) - treated * log(1 - share)


def _p_once(treated: int, held_out: int, share: float) -> float:
    drawn = treated + held_out
    tail = min(bdtr(held_out, drawn, share), bdtrc(held_out - 1, drawn, share) if held_out else 1.0)
    return min(1.0, 2 * float(tail))
