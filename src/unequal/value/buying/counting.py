"""Kernels that number what is distinct, and that sum likelihoods over it."""

from __future__ import annotations

from math import exp, inf, log, log1p

import numpy as np

from unequal.value.arrays import Floats, Ints, Places
from unequal.value.compiled import kernel


@kernel
def numbered(first: Ints, second: Ints, third: Ints) -> tuple[Places, Places]:
    """Number the distinct triples of three columns of bits, in the order in which they appear.

    Returns:
        The number of each row's triple, and the row in which each triple appears first.
    """
    rows = len(first)
    size = 16
    while size < 2 * rows:
        size *= 2
    table = np.full(size, -1, np.int32)
    numbers = np.empty(rows, np.int32)
    firsts = np.empty(rows, np.int32)
    found = 0
    for row in range(rows):
        mixed = np.uint64(first[row]) * np.uint64(0x9E3779B97F4A7C15)
        mixed = ((mixed ^ (mixed >> np.uint64(29))) + np.uint64(second[row])) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = ((mixed ^ (mixed >> np.uint64(32))) + np.uint64(third[row])) * np.uint64(0x94D049BB133111EB)
        place = np.int64((mixed ^ (mixed >> np.uint64(31))) & np.uint64(size - 1))
        while True:
            known = table[place]
            if known < 0:
                table[place] = found
                firsts[found] = row
                numbers[row] = found
                found += 1
                break
            seen = firsts[known]
            if first[seen] == first[row] and second[seen] == second[row] and third[seen] == third[row]:
                numbers[row] = known
                break
            place = (place + 1) & (size - 1)
    return numbers, firsts[:found].copy()


@kernel
def mixed_sum(alive: Floats, left: Floats, alive_at: Places, left_at: Places, weight: Ints) -> tuple[float, Floats, Floats]:
    """Sum of weight * log(exp(alive) + exp(left)) over patterns, and how much of the weight falls on either.

    Args:
        alive: logs of the likelihood's first term, one for each pair (orders, observed).
        left: logs of its second term, one for each pair (orders, last order); -inf where it is none.
        alive_at, left_at: places of each pattern in these two.
        weight: customers of each pattern.

    Returns:
        The sum, and for each pair the sum of weight * exp(term) / (exp(alive) + exp(left)): the derivative by the term.
    """
    total, part, product = 0.0, 0.0, 1.0
    of_alive = np.zeros(len(alive))
    of_left = np.zeros(len(left))
    for row in range(len(weight)):
        here, there = alive_at[row], left_at[row]
        ahead = alive[here] - left[there]
        count = float(weight[row])
        rest = exp(-abs(ahead))
        share = 1.0 / (1.0 + rest) if ahead >= 0 else rest / (1.0 + rest)
        of_alive[here] += count * share
        of_left[there] += count * (1.0 - share) if ahead < inf else 0.0
        larger = alive[here] if ahead >= 0 else left[there]
        if count == 1.0:
            # Logarithms of a product of numbers between 1 and 2 are taken of five hundred of them at once.
            part += larger
            product *= 1.0 + rest
        else:
            part += count * (larger + log1p(rest))
        if row & 511 == 0:
            total += part + log(product)
            part, product = 0.0, 1.0
    return total + part + log(product), of_alive, of_left
