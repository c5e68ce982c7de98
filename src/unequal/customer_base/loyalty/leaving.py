"""Who leaves: the chance that a silence is a departure, learned from what went before it.

A customer who orders nothing for half a year has left, or has not come by: whoever orders twice a year does that all the time. So
a silence is a mixture. With q the chance of having left and s the chance that a customer who stays is silent for so long,

    P(silent) = q + (1 - q) s,     logit q = features x weights

s follows from each customer's own rhythm (orders at a rate that is gamma distributed over customers: NBD; Ehrenberg 1959), and is learned from
those who did come. Weights are found by penalised maximum likelihood; their covariance is a sandwich over customers, who stand in the
rows of several days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaln

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NINE_IN_TEN: Final = 1.645
_PENALTY: Final = 10.0
_STEEPEST: Final = 30.0
_NEARLY_NOTHING: Final = 1e-12


@dataclass(frozen=True)
class Rhythm:
    """How orders come over customers who stay: their rates are gamma distributed.

    Args:
        shape: r, the more alike customers are the larger.
        days: alpha; r / alpha is the mean rate a day.
    """

    shape: float
    days: float

    def silent(self, orders: Ints, known_days: Floats, ahead_days: float) -> Floats:
        """The chance that a customer who stays orders nothing for so long.

        Args:
            orders: of each customer, within the days known.
            known_days: how long each was watched.
            ahead_days: how long the silence is.

        >>> round(float(Rhythm(1.0, 100.0).silent(np.array([1]), np.array([100.0]), 200.0)[0]), 4)
        0.25
        """
        begun = known_days + self.days
        return np.asarray((begun / (begun + ahead_days)) ** (orders + self.shape))


def rhythm(orders: Ints, known_days: Floats, later: Ints, ahead_days: float) -> Rhythm:
    """Learn a rhythm from those who did come: how often says nothing of who left.

    Args:
        orders, known_days: of n customers, before a morning.
        later: orders of each within the days ahead.
        ahead_days: how many.

    Returns:
        The maximum of the likelihood of counts from 1 on; shape 1 and 90 days where nobody came.
    """
    came = later > 0
    if not came.any():
        return Rhythm(1.0, 90.0)
    n, known, m = orders[came].astype(np.float64), known_days[came], later[came].astype(np.float64)

    def negative(at: Floats) -> float:
        size, begun = n + np.exp(at[0]), known + np.exp(at[1])
        log_p, log_q = np.log(begun / (begun + ahead_days)), np.log(ahead_days / (begun + ahead_days))
        told = gammaln(size + m) - gammaln(size) + size * log_p + m * log_q - np.log(-np.expm1(size * log_p))
        # Weak reins, so that few customers cannot drive the rates apart without end.
        return float(-np.sum(told) + 0.5 * ((at[0]) ** 2 + (at[1] - np.log(90.0)) ** 2))

    from scipy.optimize import minimize

    found = minimize(negative, np.array([0.0, np.log(90.0)]), method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3, "maxiter": 200})
    return Rhythm(float(np.exp(found.x[0])), float(np.exp(found.x[1])))


@dataclass(frozen=True)
class Fit:
    """What was learned.

    Args:
        weights: k + 1: of the constant, then of each feature.
        covariance: of these, (k + 1) x (k + 1).
    """

    weights: Floats
    covariance: Floats

    @property
    def errors(self) -> Floats:
        """Standard errors of the weights, k + 1."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.covariance), 0.0)))

    def chances(self, features: Floats) -> Floats:
        """The chance of having left, of n rows of k features."""
        return np.asarray(expit(self.weights[0] + features @ self.weights[1:]))


def learn(features: Floats, silent: Floats, anyway: Floats, of: Ints) -> Fit:
    """Find the weights.

    Args:
        features: n x k, each about 0 and of about unit spread.
        silent: n: 1 for whom nothing came, else 0.
        anyway: n: chance that nothing comes of one who stays; all 0 makes this a plain logistic regression.
        of: n: the customer of each row, by any number; rows of one are not independent.
    """
    rows = np.column_stack([np.ones(len(features)), features])
    penalty = np.full(rows.shape[1], _PENALTY)
    penalty[0] = 0.0

    def negative(weights: Floats) -> tuple[float, Floats]:
        left = expit(np.clip(rows @ weights, -_STEEPEST, _STEEPEST))
        chance = np.clip(left + (1 - left) * anyway, _NEARLY_NOTHING, 1 - _NEARLY_NOTHING)
        told = np.where(silent > 0, np.log(chance), np.log1p(-chance))
        return float(-np.sum(told) + 0.5 * np.sum(penalty * weights**2)), -rows.T @ _slopes(left, silent, anyway) + penalty * weights

    began = np.zeros(rows.shape[1])
    began[0] = -1.0
    from scipy.optimize import minimize

    weights = np.asarray(minimize(negative, began, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x)
    left = expit(np.clip(rows @ weights, -_STEEPEST, _STEEPEST))
    return Fit(weights, _sandwich(rows, left, silent, anyway, of, penalty))


def _slopes(left: Floats, silent: Floats, anyway: Floats) -> Floats:
    """Of the log likelihood of each row along its logit."""
    chance = np.maximum(left + (1 - left) * anyway, _NEARLY_NOTHING)
    return np.where(silent > 0, (1 - anyway) * left * (1 - left) / chance, -left)


def _sandwich(rows: Floats, left: Floats, silent: Floats, anyway: Floats, of: Ints, penalty: Floats) -> Floats:
    """Inverse curvature around the scatter of the customers' slopes (Huber 1967)."""
    chance = np.clip(left + (1 - left) * anyway, _NEARLY_NOTHING, 1 - _NEARLY_NOTHING)
    # Expected curvature: of a Bernoulli whose chance moves with the logit by (1 - s) q (1 - q).
    curvature = ((1 - anyway) * left * (1 - left)) ** 2 / (chance * (1 - chance))
    bread = np.linalg.pinv((rows * curvature[:, None]).T @ rows + np.diag(penalty))
    _, place = np.unique(of, return_inverse=True)
    scores = np.zeros((int(place.max()) + 1 if len(place) else 0, rows.shape[1]))
    np.add.at(scores, place, rows * _slopes(left, silent, anyway)[:, None])
    return np.asarray(bread @ (scores.T @ scores) @ bread)


def difference(fit: Fit, features: Floats, place: int, low: float, high: float) -> tuple[float, float, float]:
    """How many more leave with a feature high than low, all else as it is: expected, and the ends of nine in ten.

    Args:
        fit: what was learned.
        features: n x k.
        place: of the feature among the k.
        low, high: its values.
    """
    if not len(features):
        return 0.0, 0.0, 0.0
    weight, error = fit.weights[place + 1], fit.errors[place + 1]
    others = fit.weights[0] + features @ fit.weights[1:] - features[:, place] * weight
    expected, one, two = (
        float(np.mean(expit(others + high * w) - expit(others + low * w)))
        for w in (weight, weight - NINE_IN_TEN * error, weight + NINE_IN_TEN * error)
    )
    return expected, min(one, two), max(one, two)


def added(fit: Fit, features: Floats, usual: Floats) -> tuple[Floats, Floats]:
    """What behaviours that veered add to the chance of leaving, and the standard error of it (delta method).

    Args:
        fit: what was learned.
        features: n x k, as they are.
        usual: n x k, the same where nothing had veered.

    Returns:
        n differences of chances, and n standard errors.
    """
    now, then = fit.chances(features), fit.chances(usual)
    ones = np.ones((len(features), 1))
    along = np.hstack([ones, features]) * (now * (1 - now))[:, None] - np.hstack([ones, usual]) * (then * (1 - then))[:, None]
    return now - then, np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", along, fit.covariance, along), 0.0))


def left_beyond_rhythm(silent: Floats, anyway: Floats) -> Floats:
    """How far each silence counts as a departure, so that sums over customers are right on average: n numbers, some below 0.

    Args:
        silent: 1 for whom nothing came, else 0.
        anyway: chance that nothing comes of one who stays.

    >>> left_beyond_rhythm(np.array([1.0, 0.0]), np.array([0.2, 0.2])).tolist()
    [1.0, -0.25]
    """
    return np.asarray((silent - anyway) / np.maximum(1 - anyway, 0.05))


def precision_at(scores: Floats, is_so: Floats, recall: float) -> float:
    """Of those with the highest scores, the share of whom it is so, when just enough are taken to reach that share of all of whom it is so.

    Rows of equal score are taken together. 0 where it is so of nobody.

    Args:
        scores: n.
        is_so: n: whether it is so, or numbers whose sums are right on average.
        recall: above 0, at most 1.

    >>> precision_at(np.array([3.0, 2.0, 2.0, 1.0]), np.array([1.0, 0.0, 1.0, 0.0]), 1.0)
    0.6666666666666666
    """
    wanted = recall * float(is_so.sum())
    if wanted <= 0:
        return 0.0
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(is_so[order])
    last = np.r_[np.flatnonzero(np.diff(scores[order])), len(scores) - 1]
    place = last[int(np.argmax(found[last] >= wanted - 1e-9))]
    return float(found[place] / (place + 1))
