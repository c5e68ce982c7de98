"""How right the links are, measured by stewards on pairs that were drawn at random."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from unequal.identity.stewardship.doubts import RANDOM, SEED
from unequal.identity.stewardship.verdicts import SAME, Verdict
from unequal.terms.ids import SEPARATOR

_Z: Final = 1.959963984540054
"""Half a normal distribution's 95 %."""


@dataclass(frozen=True)
class Share:
    """So many of so many, and the interval that holds the true share with 95 % confidence (Wilson)."""

    number: int
    of: int

    @property
    def share(self) -> float | None:
        """None where nothing was judged."""
        return self.number / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval; 0 to 1 where nothing was judged.

        >>> tuple(round(end, 4) for end in Share(9, 10).interval)
        (0.5958, 0.9821)

        Source: Wilson 1927, Journal of the American Statistical Association 22.
        """
        if not self.of:
            return 0.0, 1.0
        share, per = self.number / self.of, _Z * _Z / self.of
        middle, half = share + per / 2, _Z * sqrt(share * (1 - share) / self.of + per / (4 * self.of))
        return max(0.0, (middle - half) / (1 + per)), min(1.0, (middle + half) / (1 + per))


@dataclass(frozen=True)
class Accuracy:
    """What the random draw says of the run's links.

    Args:
        right: of pairs that the run linked, those that a steward calls the same: precision.
        missed: of weighed pairs that it did not link, those that a steward calls the same.
    """

    right: Share
    missed: Share


def accuracy(verdicts: Sequence[Verdict]) -> Accuracy:
    """Measure links by verdicts in force.

    Pairs that were drawn at random count, and so do those that a steward had judged by their dollars before the lot came
    to them, for the lot would have drawn them: without them the sample would lack just the pairs with the most dollars.

    Args:
        verdicts: in force; each with how it was drawn, and whether the run linked the pair then.
    """
    drawn = [draw_key(verdict) for verdict in verdicts if verdict.drawn == RANDOM]
    reached = max(drawn, default="")
    sample = [verdict for verdict in verdicts if verdict.weight is not None and draw_key(verdict) <= reached]
    linked = [verdict for verdict in sample if verdict.linked]
    apart = [verdict for verdict in sample if not verdict.linked]
    return Accuracy(_same(linked), _same(apart))


def draw_key(verdict: Verdict) -> str:
    """As doubts.draw_key, of one pair."""
    text = SEPARATOR.join((SEED, *verdict.a, *verdict.b))
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _same(verdicts: Sequence[Verdict]) -> Share:
    return Share(sum(verdict.verdict == SAME for verdict in verdicts), len(verdicts))
