"""The kernel of BG/BB: all the ways in which a customer may have come to be silent since he last bought."""

from __future__ import annotations

import numpy as np

from unequal.value.arrays import Floats, Ints
from unequal.value.compiled import kernel


@kernel
def weigh_silences(parameters: Floats, bought: Ints, last: Ints, offered: Ints) -> tuple[Floats, Floats, Floats]:
    """How likely each history's silence is, against having been there at t_x.

    W(i) is the chance to have been there and silent at the i opportunities after t_x, so W(0) = 1, and
    W(i + 1) = W(i) (beta + t_x - x + i) / (alpha + beta + t_x + i) (delta + t_x + i) / (gamma + delta + t_x + i).
    The total is sum over i < n - t_x of W(i) gamma / (gamma + delta + t_x + i), plus W(n - t_x).

    Args:
        parameters: alpha, beta, gamma, delta.
        bought, last, offered: x, t_x and n of each history.

    Returns:
        The gradient of the total (rows x 4), W(n - t_x), and the total.
    """
    alpha, beta, gamma, delta = parameters
    rows = len(bought)
    gradients, stayed, totals = np.zeros((rows, 4)), np.empty(rows), np.empty(rows)
    for row in range(rows):
        t, missed = float(last[row]), float(last[row] - bought[row])
        there, total = 1.0, 0.0
        # How the logarithm of W changes with each parameter.
        by_alpha, by_beta, by_gamma, by_delta = 0.0, 0.0, 0.0, 0.0
        for i in range(offered[row] - last[row]):
            chances, quiet, ways, staying = alpha + beta + t + i, beta + missed + i, gamma + delta + t + i, delta + t + i
            left = there * gamma / ways
            total += left
            gradients[row, 0] += left * by_alpha
            gradients[row, 1] += left * by_beta
            gradients[row, 2] += left * (by_gamma + 1.0 / gamma - 1.0 / ways)
            gradients[row, 3] += left * (by_delta - 1.0 / ways)
            by_alpha -= 1.0 / chances
            by_beta += 1.0 / quiet - 1.0 / chances
            by_gamma -= 1.0 / ways
            by_delta += 1.0 / staying - 1.0 / ways
            there *= quiet / chances * staying / ways
        gradients[row, 0] += there * by_alpha
        gradients[row, 1] += there * by_beta
        gradients[row, 2] += there * by_gamma
        gradients[row, 3] += there * by_delta
        stayed[row] = there
        totals[row] = total + there
    return gradients, stayed, totals
