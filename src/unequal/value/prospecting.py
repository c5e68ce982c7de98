"""How likely somebody who is known, and never bought, is to buy: from what became of those who stood like that before.

A logistic regression on what was known on an earlier morning, drawn towards the mean of all: coefficients of standardised
columns are Normal(0, v), and v is the one under which what came was likeliest (Laplace's approximation of the evidence). With
little to learn from, v is small and everybody has the mean's chance. Ranges are those of the coefficients.

Source: D. MacKay, Bayesian interpolation, Neural Computation 4(3), 1992.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.value.arrays import Flags, Floats

_VARIANCES: Final = (0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
_NINE_IN_TEN: Final = 1.645
_ROUNDS: Final = 60
_SETTLED: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Chances:
    """What was learned: how the logarithm of the odds follows from columns.

    Args:
        centre, scale: of each column, to standardise by; columns that never vary have scale 0 and say nothing.
        coefficients: the level first, then one of each column.
        covariance: of the coefficients.
    """

    centre: Floats
    scale: Floats
    coefficients: Floats
    covariance: Floats

    def of(self, columns: Floats, *, missed: float = 0.0) -> tuple[Floats, Floats, Floats]:
        """Chance of each of n people, and the range in which nine in ten would lie, were it learned again.

        Args:
            columns: n x k, as learned on.
            missed: by how much the level moves from one window to the next, in logarithms: what a test found.
        """
        x = _standardised(columns, self.centre, self.scale)
        middle = x @ self.coefficients
        spread = np.sqrt(np.einsum("ij,jk,ik->i", x, self.covariance, x) + missed**2)
        return _chance(middle), _chance(middle - _NINE_IN_TEN * spread), _chance(middle + _NINE_IN_TEN * spread)


def learned(columns: Floats, came: Flags) -> Chances:
    """Chances from what became of n people.

    Args:
        columns: n x k: what was known of each, any numbers.
        came: whether each bought.

    Raises:
        ValueError: nobody to learn from.
    """
    if len(came) == 0:
        raise ValueError("chances are learned from somebody")
    centre, scale = columns.mean(axis=0), columns.std(axis=0)
    x, y = _standardised(columns, centre, scale), came.astype(np.float64)
    best = max((_fitted(x, y, variance) for variance in _VARIANCES), key=lambda fit: fit[0])
    return Chances(centre, scale, best[1], best[2])


def _standardised(columns: Floats, centre: Floats, scale: Floats) -> Floats:
    varies = scale > 0
    return np.column_stack([np.ones(len(columns)), np.where(varies, (columns - centre) / np.where(varies, scale, 1.0), 0.0)])


def _chance(logit: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logit, -40.0, 40.0))))


def _fitted(x: Floats, y: Floats, variance: float) -> tuple[float, Floats, Floats]:
    """Logarithm of the evidence, coefficients and their covariance under one variance of the coefficients."""
    penalty = np.full(x.shape[1], 1.0 / variance)
    penalty[0] = 0.0
    beta = np.zeros(x.shape[1])
    # Half of one who came and half of one who did not keep the level finite where all are alike.
    beta[0] = np.log((y.sum() + 0.5) / (len(y) - y.sum() + 0.5))
    for _ in range(_ROUNDS):
        chance = _chance(x @ beta)
        slope = x.T @ (y - chance) - penalty * beta
        slope[0] += 0.5 - _chance(beta[:1])[0]
        step = np.linalg.solve(_curve(x, beta, penalty), slope)
        beta = beta + step * min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < _SETTLED:
            break
    chance = np.clip(_chance(x @ beta), 1e-15, 1 - 1e-15)
    fits = float((y * np.log(chance) + (1 - y) * np.log(1 - chance)).sum() - 0.5 * penalty @ beta**2)
    curve = _curve(x, beta, penalty)
    evidence = fits + 0.5 * float(np.log(penalty[1:]).sum()) - 0.5 * float(np.linalg.slogdet(curve)[1])
    return evidence, beta, np.linalg.inv(curve)


def _curve(x: Floats, beta: Floats, penalty: Floats) -> Floats:
    chance, level = _chance(x @ beta), float(_chance(beta[:1])[0])
    curve = np.asarray((x * (chance * (1 - chance))[:, None]).T @ x + np.diag(penalty))
    curve[0, 0] += level * (1 - level)
    return curve
