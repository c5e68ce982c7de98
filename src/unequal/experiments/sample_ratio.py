"""Whether the lot fell as it was meant to: if arms have not the sizes that were drawn, something other than chance chose, and no effect is believed."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import Final

from scipy.special import bdtr, bdtrc, betaln

from unequal.terms.errors import ExperimentError

_WEIGHT: Final = 1_000.0
"""How many units the other hypotheses weigh: they lie around the declared share as widely as shares of a thousand units do."""
_ALPHA: Final = 0.001
"""Flagged once in a thousand sound experiments: there are many of them, and each is distrusted as a whole where it is flagged."""


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """How the lot fell.

    Args:
        declared, seen: the share that was to be held out, and that was.
        p_once: of an exact binomial test, twice the smaller tail, if this were the only look.
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

    The sequential test weighs how probable the sizes are under other shares, Beta(1000 share, 1000 (1 - share)), against the declared one. Under the
    declared share the mean of that ratio is 1 at every look, so that it ever exceeds 1/alpha has at most the chance alpha.

    Args:
        treated, held_out: units drawn into each arm, at least one in all.
        share: declared, between 0 and 1.

    Raises:
        ExperimentError: EXP002, a share that is none, or nobody drawn.

    Source: Lindon and Malek, Anytime-valid inference for multinomial count data (2022); Fabijan and others, Diagnosing sample ratio mismatch (2019).
    """
    if not 0 < share < 1 or treated < 0 or held_out < 0 or treated + held_out == 0:
        raise ExperimentError(
            "EXP002", "the sizes of two arms cannot be held against a share", seen=f"{treated=} {held_out=} {share=}",
            do="give a share between 0 and 1, and arms with somebody in them",
        )  # fmt: skip
    out, left = _WEIGHT * share, _WEIGHT * (1 - share)
    ratio = float(betaln(out + held_out, left + treated) - betaln(out, left)) - held_out * log(share) - treated * log(1 - share)
    drawn = treated + held_out
    tail = min(bdtr(held_out, drawn, share), bdtrc(held_out - 1, drawn, share) if held_out else 1.0)
    return SampleRatio(share, held_out / drawn, min(1.0, 2 * float(tail)), exp(-ratio) if ratio > 0 else 1.0)
