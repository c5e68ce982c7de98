"""How strongly each behaviour goes with leaving and growing, whether a later day agrees, and how good a warning it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from unequal.customer_base.loyalty.features import CONTROLS, LEVELS, Measure, Scale, known_days, measured, scale, usual_of
from unequal.customer_base.loyalty.leaving import (
    NINE_IN_TEN,
    Fit,
    Floats,
    Rhythm,
    added,
    difference,
    learn,
    left_beyond_rhythm,
    precision_at,
    rhythm,
)
from unequal.customer_base.loyalty.mornings import Morning

RECALLS: Final = (0.2, 0.3, 0.5)
"""At these shares of those who left the warning is tried."""
_FIRST: Final = len(CONTROLS) + len(LEVELS)
LEAST_TOLD: Final = float(np.log(1.25))
"""A behaviour has veered where it multiplies the odds of leaving by a quarter more at least."""


@dataclass(frozen=True)
class Model:
    """What mornings taught.

    Args:
        fit: of leaving.
        grows: of growing, among those who came again; None where too few did.
        scale: of the features.
        rhythm: of orders.
        measures: of the behaviours.
        recent_days, silence_days: spans.
    """

    fit: Fit
    grows: Fit | None
    scale: Scale
    rhythm: Rhythm
    measures: tuple[Measure, ...]
    recent_days: float
    silence_days: float

    def features(self, morning: Morning) -> Floats:
        """Of the customers of a morning, on the model's scale: n x k."""
        return self.scale.of(measured(morning.counts, self.measures, self.recent_days))

    def usual(self, features: Floats, which: Any = True) -> Floats:
        """The same where behaviours were as usual: rhythms in time, no event; those of `which` (n x behaviours) alone."""
        found = features.copy()
        as_usual = -self.scale.centre[_FIRST:] / self.scale.spread[_FIRST:]
        found[:, _FIRST:] = np.where(which, as_usual, features[:, _FIRST:])
        return found

    def veers(self, morning: Morning, told: Any) -> Any:
        """Which of the behaviours that count (`told`) have veered with whom, so that leaving is likelier: n x behaviours."""
        features = self.features(morning)
        moved = (features - self.usual(features))[:, _FIRST:] * self.fit.weights[1 + _FIRST :]
        return (moved >= LEAST_TOLD) & np.asarray(told)[None, :]

    def shows(self, morning: Morning) -> Any:
        """Who shows each level and behaviour: n x (levels + behaviours)."""
        features = self.features(morning)
        there = features[:, len(CONTROLS) :] > np.r_[np.zeros(len(LEVELS)), np.full(len(self.measures), 0.5)]
        there[:, LEVELS.index("channels")] = features[:, len(CONTROLS) + LEVELS.index("channels")] > 0.5  # noqa: PLR2004 - of 0 and 1
        rhythms = np.array([measure == "rhythm" for measure in self.measures], dtype=bool)
        as_usual = (morning.counts.recent >= usual_of(morning.counts, self.recent_days)) & (morning.counts.recent > 0)
        there[:, len(LEVELS) :] = np.where(rhythms, as_usual, there[:, len(LEVELS) :])
        return there


def taught(mornings: Sequence[Morning], measures: tuple[Measure, ...], recent_days: float, silence_days: float) -> Model:
    """Learn from mornings of which it is known who came later."""
    raw = np.vstack([measured(one.counts, measures, recent_days) for one in mornings])
    on = scale(raw, measures)
    features, later = on.of(raw), np.concatenate([one.later for one in mornings])
    orders = np.concatenate([one.counts.orders for one in mornings])
    known = np.concatenate([known_days(one.counts, recent_days) for one in mornings])
    of = np.unique(np.concatenate([one.ids for one in mornings]), return_inverse=True)[1]
    own = rhythm(orders, known, later, silence_days)
    fit = learn(features, (later == 0).astype(np.float64), own.silent(orders, known, silence_days), of)
    came = later > 0
    grew = np.concatenate([one.grew for one in mornings])
    grows = learn(features[came], grew[came], np.zeros(int(came.sum())), of[came]) if came.sum() > 10 * features.shape[1] else None
    return Model(fit, grows, on, own, measures, recent_days, silence_days)


def strength_rows(model: Model, mornings: Sequence[Morning], held_out: Model | None, today: Morning) -> list[dict[str, Any]]:
    """A row for each level and behaviour, in their order: strengths, and who shows it today; without its name."""
    features = np.vstack([model.features(one) for one in mornings])
    showing = model.shows(today).sum(axis=0)
    return [
        _strength(model, features, held_out, place) | {"customers": len(today), "showing": int(showing[place - len(CONTROLS)])}
        for place in range(len(CONTROLS), features.shape[1])
    ]


def _strength(model: Model, features: Floats, held_out: Model | None, place: int) -> dict[str, Any]:
    is_event = model.scale.spread[place] == 1.0 and model.scale.centre[place] == 0.0
    low = 0.0 if is_event else -0.5
    weight, error = model.fit.weights[place + 1], model.fit.errors[place + 1]
    ends = weight - NINE_IN_TEN * error, weight + NINE_IN_TEN * error
    # On the scale of the model, so that the two are of the same unit.
    later = None if held_out is None else held_out.fit.weights[place + 1] * model.scale.spread[place] / held_out.scale.spread[place]
    is_shown = ends[0] > 0 or ends[1] < 0
    holds = None if later is None else bool(is_shown and later * weight > 0)
    way = "keeps" if weight < 0 else "drives_away"
    told = dict(zip(("odds_ratio_expected", "odds_ratio_low", "odds_ratio_high"), np.exp([weight, *ends]).tolist(), strict=True))
    leaving = difference(model.fit, features, place, low, low + 1.0)
    growing = (None,) * 3 if model.grows is None else difference(model.grows, features, place, low, low + 1.0)
    return {
        **told,
        **dict(zip(("leaving_expected", "leaving_low", "leaving_high"), leaving, strict=True)),
        **dict(zip(("growing_expected", "growing_low", "growing_high"), growing, strict=True)),
        "held_out_odds_ratio": None if later is None else float(np.exp(later)),
        "holds": holds,
        "effect": way if holds or (holds is None and is_shown) else "not_shown",
    }


def warning_rows(model: Model, test: Morning, learned_until: Any, told: Any) -> list[dict[str, Any]]:
    """WARNING_TEST rows: the warning on a morning that the model has not seen."""
    features = model.features(test)
    by_behaviour, _ = added(model.fit, features, model.usual(features, np.broadcast_to(told, (len(test), len(model.measures)))))
    anyway = model.rhythm.silent(test.counts.orders, known_days(test.counts, model.recent_days), model.silence_days)
    left = left_beyond_rhythm((test.later == 0).astype(np.float64), anyway)
    return [
        {
            "day": test.day, "learned_until": learned_until, "recall": recall, "customers": len(test), "left_expected": float(left.sum()),
            "precision": precision_at(by_behaviour, left, recall),
            "precision_with_rhythm": precision_at(model.fit.chances(features), left, recall),
            "precision_of_recency": precision_at(test.counts.silent_days, left, recall),
        }
        for recall in RECALLS
    ]  # fmt: skip
