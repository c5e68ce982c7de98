"""Uplift: what a treatment does to each customer, learned from those whom a lot treated and held out.

Four ways, each on regression trees boosted by scikit-learn (the extra `[uplift]`), of an outcome of 0 and 1 or of dollars:

- s: one model of the outcome, with the treatment among the features; the effect is what it says with and without.
- t: a model of each arm; the effect is their difference.
- x: the models of t tell of each customer what the other arm would have brought; the difference is learned of each arm, and the two weighed
  by the share held out, so that the smaller arm's model counts less.
- dr: m1 - m0 + (y - m1) / p where treated, - (y - m0) / (1 - p) where held out, is an unbiased if noisy effect of each customer, whatever m1 and m0 are;
  it is learned in turn. m1 and m0 are those of the other fold, so that no customer's luck is in its own.

p, the chance to be treated, is known: a lot decided. What is learned is a ranking first: whether it orders customers at all is asked on others than it was
learned from, by `heterogeneity`.

Source: Kunzel, Sekhon, Bickel and Yu, Metalearners for estimating heterogeneous treatment effects (2019), for s, t and x; Kennedy, Towards optimal doubly robust
estimation of heterogeneous causal effects (2023); Chernozhukov, Demirer, Duflo and Fernandez-Val, Generic machine learning inference on heterogeneous
treatment effects in randomized experiments (2018), for medians over splits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from unequal.experiments.qini import checked, coefficient, qini
from unequal.terms.errors import ExperimentError

Learner = Literal["s", "t", "x", "dr"]
LEARNERS: Final[tuple[Learner, ...]] = ("s", "t", "x", "dr")
_Predict = Callable[[Any], Any]
_ROUNDS: Final = 60
_RATE: Final = 0.08
_LEAVES: Final = 8
_FEWEST_IN_A_LEAF: Final = 50
_SPLITS: Final = 10


@dataclass(frozen=True)
class Learned:
    """Effects learned of a treatment.

    Args:
        learner: how.
        share_treated: of those whom it was learned from.
        effect_of: features, n x k, to expected effects, n.
    """

    learner: Learner
    share_treated: float
    effect_of: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Whether customers respond differently, as far as features tell.

    Args:
        learner: how effects were learned, on one half, to order the other.
        splits: halvings at random.
        qini_expected, qini_spread: mean and standard deviation, over the splits, of the coefficient; of the area where outcomes are not 0 and 1.
        random_expected, random_spread: the same of orders at random.
        qini_low, qini_high: the range that holds both the customers' and the splits' chance.
        confidence: of the range.
    """

    learner: Learner
    splits: int
    qini_expected: float
    qini_spread: float
    random_expected: float
    random_spread: float
    qini_low: float
    qini_high: float
    confidence: float

    @property
    def verdict(self) -> Literal["differs", "no_detectable_difference"]:
        """Whether it is shown that some respond more than others."""
        return "differs" if self.qini_low > 0 else "no_detectable_difference"


def learn(features: Any, treated: Any, outcome: Any, *, learner: Learner = "dr", seed: int = 0) -> Learned:
    """Learn what a treatment does to whom.

    Args:
        features: n x k numbers, as known before the treatment; NaN where one is not known.
        treated, outcome: as for `qini`.
        learner: how.
        seed: of the folds.

    Raises:
        ExperimentError: EXP004, as `qini`, or features of another length; EXP005, scikit-learn is missing.
    """
    x = np.asarray(features, dtype=float)
    y, t, _ = checked(outcome, treated, np.zeros(len(x)))
    if x.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise ExperimentError(
            "EXP004", "effects cannot be learned or ordered from this", seen=f"features {x.shape}", do="give a row to each customer"
        )
    is_treated = t == 1
    share = float(t.mean())
    ways: dict[Learner, Callable[[], _Predict]] = {
        "s": lambda: _single(x, t, y),
        "t": lambda: _two(x, is_treated, y),
        "x": lambda: _crossed(x, is_treated, y, share),
        "dr": lambda: _doubly_robust(x, is_treated, y, share, np.random.default_rng(seed)),
    }
    return Learned(learner, share, ways[learner]())


def heterogeneity(
    features: Any, treated: Any, outcome: Any, *, learner: Learner = "s", unit: Any = None, splits: int = _SPLITS, confidence: float = 0.95,
    seed: int = 0,
) -> Heterogeneity:  # fmt: skip
    """Ask whether effects learned on one half of the customers order the other half better than chance.

    Each split gives a Qini with its range at half the risk; the medians of their ends over the splits hold at the whole (the chance of a split included).

    Args:
        features, treated, outcome, learner: as for `learn`.
        unit: as for `qini`; a unit stands whole in one half.
        splits: halvings, drawn anew each.
        confidence: of the range.
        seed: of splits, folds and bootstrap.

    Raises:
        ExperimentError: as `learn`.
    """
    x = np.asarray(features, dtype=float)
    y, t, _ = checked(outcome, treated, np.zeros(len(x)))
    generator = np.random.default_rng(seed)
    found, random = [], []
    for split in range(splits):
        own, other = halves(len(y), unit, generator)
        learned = learn(x[own], t[own], y[own], learner=learner, seed=split)
        members = None if unit is None else np.asarray(unit)[other]
        found.append(_told(y[other], t[other], learned.effect_of(x[other]), members, (1 + confidence) / 2, split))
        random.append(coefficient(y[other], t[other], generator.random(len(other))))
    expected, low, high = np.array(found).T
    return Heterogeneity(
        learner, splits, float(expected.mean()), float(expected.std(ddof=1)), float(np.mean(random)), float(np.std(random, ddof=1)),
        float(np.median(low)), float(np.median(high)), confidence,
    )  # fmt: skip


def halves(customers: int, unit: Any, generator: np.random.Generator) -> tuple[Any, Any]:
    """Places of customers by chance in two halves; those of a unit in the same one."""
    if unit is None:
        order = generator.permutation(customers)
        return order[: customers // 2], order[customers // 2 :]
    is_own = generator.permutation(int(np.max(unit)) + 1) % 2 == 0
    return np.flatnonzero(is_own[unit]), np.flatnonzero(~is_own[unit])


def _told(y: Any, t: Any, score: Any, unit: Any, confidence: float, seed: int) -> tuple[float, float, float]:
    one = qini(y, t, score, unit=unit, confidence=confidence, seed=seed)
    if one.coefficient_expected is None or one.coefficient_low is None or one.coefficient_high is None:
        return one.area_expected, one.area_low, one.area_high
    return one.coefficient_expected, one.coefficient_low, one.coefficient_high


def _single(x: Any, t: Any, y: Any) -> _Predict:
    model = _fitted(np.column_stack([x, t]), y)
    return lambda seen: model(np.column_stack([seen, np.ones(len(seen))])) - model(np.column_stack([seen, np.zeros(len(seen))]))


def _two(x: Any, treated: Any, y: Any) -> _Predict:
    one, other = _fitted(x[treated], y[treated]), _fitted(x[~treated], y[~treated])
    return lambda seen: one(seen) - other(seen)


def _crossed(x: Any, treated: Any, y: Any, share: float) -> _Predict:
    one, other = _fitted(x[treated], y[treated]), _fitted(x[~treated], y[~treated])
    gained = _fitted(x[treated], y[treated] - other(x[treated]))
    missed = _fitted(x[~treated], one(x[~treated]) - y[~treated])
    # Who are held out tell by the model of those treated, which is the better the more were treated; and the other way round.
    return lambda seen: share * missed(seen) + (1 - share) * gained(seen)


def _doubly_robust(x: Any, treated: Any, y: Any, share: float, generator: np.random.Generator) -> _Predict:
    fold = generator.permutation(len(y)) % 2
    effect = np.empty(len(y))
    for own in (0, 1):
        here, there = fold == own, fold != own
        one, other = (_fitted(x[there & arm], y[there & arm])(x[here]) for arm in (treated, ~treated))
        left = np.where(treated[here], (y[here] - one) / share, -(y[here] - other) / (1 - share))
        effect[here] = one - other + left
    return _fitted(x, effect)


def _fitted(x: Any, y: Any) -> _Predict:
    try:
        from sklearn.ensemble import HistGradientBoostingRegressor
        from threadpoolctl import threadpool_limits
    except ImportError as missing:
        raise ExperimentError(
            "EXP005", "uplift is learned by scikit-learn, which is not installed", seen=str(missing), do="install unequal[uplift]"
        ) from missing
    model = HistGradientBoostingRegressor(
        max_iter=_ROUNDS,
        learning_rate=_RATE,
        max_leaf_nodes=_LEAVES,
        min_samples_leaf=_FEWEST_IN_A_LEAF,
        early_stopping=False,
        random_state=0,
    )
    # Its threads wait for each other by spinning, some hundred times a tree: where anything else runs they take twenty times as long as one alone.
    with threadpool_limits(limits=1, user_api="openmp"):
        model.fit(x, y)

    def predict(seen: Any) -> Any:
        with threadpool_limits(limits=1, user_api="openmp"):
            return model.predict(seen)

    return predict
