"""Kernels for the integrals of models of buying: all sums of positive terms, so that nothing cancels at any history."""

from __future__ import annotations

from math import exp, expm1, log, log1p

import numpy as np

from unequal.value.arrays import Floats
from unequal.value.compiled import kernel

_MOST_TERMS = 600
_SMALL = 1e-17
"""A share of a sum below which further terms change nothing."""
_STEP = 0.25
"""Of the trapezoid rule on a logarithmic scale: what it leaves out is then below 1e-16."""
_REACH = 38.0
"""Powers of e after which a tail is below 1e-16."""
_LONGEST_SERIES = 4000
_DEEPEST = 600.0
"""Powers of e down to which a first term can be told from zero."""


@kernel
def power_series(n: float, m: float, a: float, b: float, out: Floats) -> bool:
    """Log of the integral over y > 0 of (a+y)^-n (b+y)^-m, and its derivatives by n, m, a, b, for a <= b.

    a^(1-n) b^-m / (n+m-1) * sum of (m)_k / (n+m)_k (1-a/b)^k: Euler's transformation of Gauss's series, all terms positive.

    Returns:
        Whether the series ended within its number of terms; if so, `out` holds the five figures.
    """
    z, c = 1.0 - a / b, n + m
    if n * log1p(_MOST_TERMS / c) - _MOST_TERMS * log1p(-a / b) < _REACH and a < b:
        return False  # the terms fall too slowly: (m)_k / (n+m)_k is about (1 + k/c)^-n
    term, total, steps_m, steps_c = 1.0, 1.0, 0.0, 0.0
    by_m, by_c, by_z = 0.0, 0.0, 0.0
    for k in range(_MOST_TERMS):
        ratio = (m + k) / (c + k)
        by_z += (k + 1.0) * term * ratio
        steps_m += 1.0 / (m + k)
        steps_c += 1.0 / (c + k)
        term *= ratio * z
        total += term
        by_m += term * steps_m
        by_c -= term * steps_c
        if term * (k + 2.0) * (1.0 + steps_m) < _SMALL * total * (1.0 - ratio * z):
            out[0] = (1.0 - n) * log(a) - m * log(b) - log(c - 1.0) + log(total)
            out[1] = -log(a) - 1.0 / (c - 1.0) + by_c / total
            out[2] = -log(b) - 1.0 / (c - 1.0) + (by_m + by_c) / total
            out[3] = (1.0 - n) / a - by_z / (b * total)
            out[4] = -m / b + by_z * a / (b * b * total)
            return True
    return False


@kernel
def power_sum(n: float, m: float, a: float, b: float, out: Floats) -> None:
    """The same five figures for any a and b, by the trapezoid rule in log y; slower, and never without an answer.

    Beyond the last node the integrand is e^-(n+m-1)v in v = log y, whose sums are those of a geometric series.
    """
    low = log(min(a / n, b / m, max(a, b)))
    end = log(max(a, b)) + _REACH
    reference = low - n * log(a + exp(low)) - m * log(b + exp(low))
    total, by_n, by_m, by_a, by_b = 0.0, 0.0, 0.0, 0.0, 0.0
    v, y, part = low - _REACH, exp(low - _REACH), 0.0
    growth = exp(_STEP)
    # The integrand is log-concave in v: once it falls out of sight it stays there.
    while v < end and (v < low or part > _SMALL * total):
        v += _STEP
        y *= growth
        log_a, log_b = log(a + y), log(b + y)
        part = exp(v - n * log_a - m * log_b - reference)
        total += part
        by_n += part * log_a
        by_m += part * log_b
        by_a += part / (a + y)
        by_b += part / (b + y)
    ratio = exp(-(n + m - 1.0) * _STEP)
    tail = 0.0 if v < end else part * ratio / (1.0 - ratio)
    tail_log = v * tail + tail * _STEP / (1.0 - ratio)
    total += tail
    out[0] = reference + log(total * _STEP)
    out[1] = -(by_n + tail_log) / total
    out[2] = -(by_m + tail_log) / total
    out[3] = -n * by_a / total
    out[4] = -m * by_b / total


@kernel
def power_integral(n: float, m: float, a: float, b: float, out: Floats) -> None:
    """Log of the integral over y > 0 of (a+y)^-n (b+y)^-m into `out[0]`; its derivatives by n, m, a, b into `out[1:5]`.

    For n, m, a, b > 0 and n + m > 1.
    """
    if a <= b:
        if not power_series(n, m, a, b, out):
            power_sum(n, m, a, b, out)
        return
    if power_series(m, n, b, a, out):
        out[1], out[2] = out[2], out[1]
        out[3], out[4] = out[4], out[3]
    else:
        power_sum(n, m, a, b, out)


@kernel
def power_integrals(n: Floats, m: float, a: Floats, b: Floats) -> Floats:
    """`power_integral` of each row: an array of five rows."""
    found = np.empty((5, len(n)))
    out = np.empty(5)
    for row in range(len(n)):
        power_integral(n[row], m, a[row], b[row], out)
        found[:, row] = out
    return found


@kernel
def _surviving_orders_series(n: float, ratio: float, a: float, b: float) -> float:
    """The sum over j of P(K > j) (b)_j / (a+b)_j, with K negative binomial of shape n and mean n * ratio.

    The j-th order comes if it is due, as it would be of a customer who never drops out, and those before it were survived.
    """
    z = ratio / (1.0 + ratio)
    none = -n * log1p(ratio)
    chance, beyond = exp(none), -expm1(none)
    enough, most_likely = _SMALL * beyond / (1.0 + ratio), n * ratio
    survived, total, j = 1.0, 0.0, 0
    while (chance > enough or j < most_likely) and j < 2 * _LONGEST_SERIES:
        total += beyond * survived
        survived *= (b + j) / (a + b + j)
        chance *= z * (n + j) / (j + 1.0)
        beyond -= chance
        j += 1
    return total


@kernel
def _surviving_orders_sum(n: float, ratio: float, a: float, b: float, beta: float) -> float:
    """The mean of (1 - (1 + p ratio)^-n) / p over p, by the trapezoid rule in u = log(p / (1-p)), with geometric tails."""
    spread = (1.0 / a + 1.0 / b) ** 0.5
    step = min(_STEP, spread / 2.0)
    centre = log(a / b)
    low = -log(n * ratio + ratio + b + 1.0) - _REACH
    if a > 2.0:  # noqa: PLR2004 - then the density falls faster than 1/p grows
        low = max(low, centre - 12.0 * spread - _REACH / (a - 1.0))
    high = max(min(centre + 12.0 * spread + _REACH / b, log(a + n + 1.0) + _REACH), low + 1.0)
    nodes = int((high - low) / step) + 1
    total, first, part = 0.0, 0.0, 0.0
    for node in range(nodes):
        u = low + node * step
        log_p, log_q = -log1p(exp(-u)), -log1p(exp(u))
        part = exp((a - 1.0) * log_p + b * log_q - beta) * -expm1(-n * log1p(exp(log_p) * ratio))
        if node == 0:
            first = part
        total += part
    return float(step * (total + first / expm1(a * step) + part / expm1(b * step)))


@kernel
def surviving_orders(n: Floats, ratio: Floats, a: float, b: Floats, beta: Floats) -> Floats:
    """Expected orders of living customers whose chance to drop out after each order is Beta(a, b).

    (a+b-1)/(a-1) [1 - (1+ratio)^-n 2F1(n, b; a+b-1; ratio/(1+ratio))], summed so that a = 1 is like any other value.

    Args:
        n: shape of the rate of orders, of each row.
        ratio: the horizon over the rate's scale.
        a, b: of the chance to drop out.
        beta: log of the beta function of a and b.
    """
    found = np.empty(len(n))
    for row in range(len(n)):
        due = n[row] * ratio[row]
        if due <= 0.0:
            found[row] = 0.0
        elif n[row] * log1p(ratio[row]) < _DEEPEST and due + _REACH * (1.0 + ratio[row]) < _LONGEST_SERIES:
            found[row] = _surviving_orders_series(n[row], ratio[row], a, b[row])
        else:
            found[row] = _surviving_orders_sum(n[row], ratio[row], a, b[row], beta[row])
    return found


@kernel
def discounted_time(s: float, rates: Floats) -> Floats:
    """The integral over v > 0 of exp(-z v) (1+v)^-s, for each z of `rates`, by the trapezoid rule in log v.

    At z = 0 it is 1 / (s-1), for s > 1.
    """
    found = np.empty(len(rates))
    for row in range(len(rates)):
        z = rates[row]
        if z <= 0.0:
            found[row] = 1.0 / (s - 1.0)
            continue
        low = -log(1.0 + z + s) - _REACH
        nodes = int((log(_DEEPEST / z) - low) / _STEP) + 1
        total = 0.0
        for node in range(nodes):
            v = exp(low + node * _STEP)
            total += v * exp(-z * v - s * log1p(v))
        found[row] = _STEP * total
    return found
