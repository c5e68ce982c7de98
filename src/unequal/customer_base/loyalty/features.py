"""What is known of customers on a morning, as numbers that tell who leaves: how they order, and each behaviour against what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from unequal.customer_base.loyalty.leaving import Floats, Ints

Measure = Literal["rhythm", "event", "level"]
CONTROLS: Final = ("usual contact", "orders lately", "lateness", "recency")
"""How customers order by themselves: held equal, and no behaviours."""
LEVELS: Final = ("frequency", "breadth", "channels", "tenure")
"""What the ledger tells of every customer who orders."""
_PRIOR_DAYS: Final = 28.0
"""A customer's usual is drawn to everybody's as if he had been watched so much longer."""
_USUAL_DAYS: Final = 364.0


@dataclass(frozen=True)
class Counts:
    """n customers on a morning.

    Args:
        silent_days: since the last order.
        tenure_days: since the first.
        orders: within the year and the recent weeks before.
        orders_lately: within the recent weeks.
        products, channels: how many, within the same.
        recent, before: n x behaviours: how often lately, and in the year before that.
    """

    silent_days: Floats
    tenure_days: Floats
    orders: Ints
    orders_lately: Ints
    products: Ints
    channels: Ints
    recent: Ints
    before: Ints

    def __len__(self) -> int:
        return len(self.orders)


def known_days(counts: Counts, recent_days: float) -> Floats:
    """How long each was watched, at most the year and the recent weeks."""
    return np.maximum(np.minimum(counts.tenure_days, _USUAL_DAYS + recent_days), 1.0)


def still_there(counts: Counts, recent_days: float) -> npt.NDArray[np.bool_]:
    """Whose silence is no longer than the usual gap between his own orders: of the others it is too late to warn.

    The gap is drawn towards a quarter, for two orders tell little of one.
    """
    pace = (counts.orders + 1.0) / (known_days(counts, recent_days) + _QUARTER_DAYS)
    return np.asarray(counts.silent_days * pace <= 1.0)


_QUARTER_DAYS: Final = 91.0


def usual_of(counts: Counts, recent_days: float) -> Floats:
    """How often each behaviour would have happened lately to each customer as usual, n x behaviours."""
    watched = np.clip(counts.tenure_days - recent_days, 1.0, _USUAL_DAYS)[:, None]
    everybody = counts.before.sum(axis=0) / watched.sum() if len(counts) else np.zeros(counts.before.shape[1])
    before = np.where(counts.tenure_days[:, None] > recent_days, counts.before, 0)
    return np.asarray((before + everybody * _PRIOR_DAYS) / (watched + _PRIOR_DAYS) * recent_days)


def measured(counts: Counts, measures: tuple[Measure, ...], recent_days: float) -> Floats:
    """Features before they are brought to one scale: controls, levels, then one for each behaviour.

    A rhythm is how far lately lies from usual, in about standard deviations of a count; an event is 1 where it happened lately, else 0.
    """
    orders, silent = counts.orders.astype(np.float64), counts.silent_days
    watched = known_days(counts, recent_days)
    pace = (orders + 1.0) / (watched + _QUARTER_DAYS)
    usual = usual_of(counts, recent_days)
    rhythm = (counts.recent - usual) / np.sqrt(usual + 0.5)
    happened = (counts.recent > 0).astype(np.float64)
    columns = [
        usual_level(counts, measures), np.log1p(counts.orders_lately), silent * pace, np.log1p(silent),
        np.log(pace), np.log1p(counts.products / np.maximum(orders, 1.0)), (counts.channels > 1).astype(np.float64), np.log1p(counts.tenure_days),
        *(rhythm[:, place] if measure == "rhythm" else happened[:, place] for place, measure in enumerate(measures)),
    ]  # fmt: skip
    return np.column_stack(columns)


def usual_level(counts: Counts, measures: tuple[Measure, ...]) -> Floats:
    """How much contact a customer is used to, over all rhythms: who is used to none can show no fall."""
    rhythms = [place for place, measure in enumerate(measures) if measure == "rhythm"]
    return np.asarray(np.log1p(counts.before[:, rhythms].sum(axis=1).astype(np.float64)))


@dataclass(frozen=True)
class Scale:
    """Brings features to about 0 and unit spread; events stay 0 and 1."""

    centre: Floats
    spread: Floats

    def of(self, features: Floats) -> Floats:
        """The same features on the scale."""
        return np.asarray((features - self.centre) / self.spread)


def scale(features: Floats, measures: tuple[Measure, ...]) -> Scale:
    """The scale of these features."""
    centre, spread = features.mean(axis=0), features.std(axis=0)
    events = np.r_[np.zeros(len(CONTROLS) + len(LEVELS), bool), np.array([measure == "event" for measure in measures], dtype=bool)]
    # Whoever buys through several channels either does or does not.
    events[len(CONTROLS) + LEVELS.index("channels")] = True
    return Scale(np.where(events, 0.0, centre), np.where(events | (spread <= 0), 1.0, spread))
