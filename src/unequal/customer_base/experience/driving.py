"""Which parts of the service an outcome goes with: its explained variance, shared out among correlated parts.

Scores of one service go together: who finds delivery good finds ease good too, and a regression's coefficients then share the credit as
chance will have it. The explained variance (R squared) is therefore shared out by what each part adds, averaged over every order
in which the parts can be let in: Shapley's value of a game whose pay-off is R squared. It sums to R squared and gives equal parts
equal shares. Beyond twelve parts Johnson's relative weights stand for it, which need no orders and come out nearly the same.

The shares are of what goes together, not of what causes what: an association.

Source: Lindeman, Merenda & Gold (1980), pp. 119 f. (hence LMG); Lipovetsky & Conklin (2001), Analysis of regression in game theory approach;
Groemping (2006), J. Stat. Software 17(1); Johnson (2000), A heuristic method for estimating the relative weight of predictor variables.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_EXACT: Final = 12
"""Up to so many parts every order is looked at: 4,096 regressions."""
DRAWS: Final = 200
_RIDGE: Final = 1e-10
"""Added to the diagonal, so that two parts that are the same share what they explain instead of having no solution."""
_ENDS: Final = (0.05, 0.95)
_FEWEST: Final = 2


@dataclass(frozen=True, eq=False)
class Drivers:
    """How the explained variance of one outcome is shared out.

    Args:
        importance: of each part: its share of all variance; they sum to `explained`.
        low, high: nine in ten of the draws lie between.
        direction: correlation of each part with the outcome, what is held apart taken out: below 0 where more of it goes with less.
        explained: share of the outcome's variance that the parts explain together.
        explained_low, explained_high: likewise.
        leads: of the draws, those in which each part is the first.
        draws: importance of each part in each draw.
    """

    importance: Floats
    low: Floats
    high: Floats
    direction: Floats
    explained: float
    explained_low: float
    explained_high: float
    leads: Floats
    draws: Floats


def shared_out(correlations: Floats, outcome: Floats) -> Floats:
    """R squared shared out among parts.

    Args:
        correlations: between the parts: worlds x parts x parts.
        outcome: of each part with the outcome: worlds x parts.

    Returns:
        Worlds x parts; each row sums to its R squared.

    >>> one = shared_out(np.eye(2)[None], np.array([[0.6, 0.3]]))
    >>> [round(float(share), 4) for share in one[0]]
    [0.36, 0.09]
    """
    exact = correlations.shape[1] <= MOST_EXACT
    return by_orders(correlations, outcome) if exact else relative_weights(correlations, outcome)


def by_orders(correlations: Floats, outcome: Floats) -> Floats:
    """By what each part adds, averaged over all orders; see `shared_out`."""
    worlds, parts = outcome.shape
    explained = _explained_by_all(correlations, outcome)
    sets = np.arange(2**parts)
    size = np.array([int(number).bit_count() for number in sets])
    found = np.zeros((worlds, parts))
    for part in range(parts):
        without = sets[(sets >> part) & 1 == 0]
        weight = np.array([1.0 / (parts * comb(parts - 1, int(count))) for count in size[without]])
        found[:, part] = (explained[:, without | (1 << part)] - explained[:, without]) @ weight
    return found


def _explained_by_all(correlations: Floats, outcome: Floats) -> Floats:
    """R squared of every set of parts: worlds x sets, a set by the bits of its number."""
    worlds, parts = outcome.shape
    firm = correlations + _RIDGE * np.eye(parts)
    found = np.zeros((worlds, 2**parts))
    for count in range(1, parts + 1):
        chosen = np.array(list(combinations(range(parts), count)))
        numbers = (1 << chosen).sum(axis=1)
        inside = firm[:, chosen[:, :, None], chosen[:, None, :]]
        toward = outcome[:, chosen]
        found[:, numbers] = (toward * np.linalg.solve(inside, toward[..., None])[..., 0]).sum(axis=-1)
    return found


def relative_weights(correlations: Floats, outcome: Floats) -> Floats:
    """Johnson's relative weights: by way of the nearest parts that do not go together; see `shared_out`."""
    values, vectors = np.linalg.eigh(correlations)
    roots = np.sqrt(np.maximum(values, _RIDGE))
    link = (vectors * roots[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    own = np.linalg.solve(link, outcome[..., None])[..., 0]
    return np.asarray((link**2 @ (own**2)[..., None])[..., 0])


def drivers(parts: Floats, outcome: Floats, customer: Ints, *, held: Floats | None = None, seed: int = 7, draws: int = DRAWS) -> Drivers:
    """Share out what parts explain of an outcome, with ranges by drawing customers anew.

    Args:
        parts: scores: answers x parts.
        outcome: of each answer.
        customer: whose each answer is, from 0 on: answers of one customer are drawn together.
        held: what is taken out of parts and outcome first, such as how long ago it was asked: answers x others.
        seed: of the draws.
        draws: how many.

    Raises:
        ValueError: fewer answers than parts, what is held apart and two.
    """
    others = np.zeros((len(outcome), 0)) if held is None else held
    if len(outcome) < parts.shape[1] + others.shape[1] + _FEWEST:
        raise ValueError("an outcome is shared out among fewer parts than there are answers")
    spread = np.column_stack([parts, outcome, others])
    columns = np.column_stack([np.ones(len(outcome)), (spread - spread.mean(axis=0)) / _or_one(spread.std(axis=0))])
    summed = _sums_of_products(columns, customer)
    chance = np.random.default_rng(seed)
    people = summed.shape[0]
    drawn = chance.multinomial(people, np.full(people, 1 / people), size=draws).astype(np.float64)
    moments = np.concatenate([np.ones((1, people)), drawn]) @ summed.reshape(people, -1)
    correlations, toward = _correlations(moments.reshape(-1, columns.shape[1], columns.shape[1]), parts.shape[1])
    shares = shared_out(correlations, toward)
    low, high = np.quantile(shares[1:], _ENDS, axis=0)
    whole = shares.sum(axis=1)
    ends = np.quantile(whole[1:], _ENDS)
    leads = np.bincount(shares[1:].argmax(axis=1), minlength=parts.shape[1]) / draws
    return Drivers(shares[0], low, high, toward[0], float(whole[0]), float(ends[0]), float(ends[1]), leads, shares[1:])


def _or_one(spread: Floats) -> Floats:
    return np.where(spread > 0, spread, 1.0)


def _sums_of_products(columns: Floats, customer: Ints) -> Floats:
    """For each customer the products of all columns, summed over the customer's answers: customers x columns x columns."""
    people = int(customer.max()) + 1
    width = columns.shape[1]
    found = np.empty((people, width, width))
    for one in range(width):
        for other in range(one, width):
            found[:, one, other] = found[:, other, one] = np.bincount(customer, columns[:, one] * columns[:, other], minlength=people)
    return found


def _correlations(moments: Floats, parts: int) -> tuple[Floats, Floats]:
    """Correlations between parts and of parts with the outcome, the columns after the outcome taken out; of one sum of products a world."""
    count = moments[:, :1, :1]
    mean = moments[:, 1:, :1] / count
    covariance = moments[:, 1:, 1:] / count - mean @ np.swapaxes(mean, 1, 2)
    own, others = parts + 1, covariance.shape[1] - parts - 1
    if others:
        across, among = covariance[:, :own, own:], covariance[:, own:, own:] + _RIDGE * np.eye(others)
        covariance = covariance[:, :own, :own] - across @ np.linalg.solve(among, np.swapaxes(across, 1, 2))
    variance = np.maximum(np.einsum("wii->wi", covariance), 0.0)
    scale = np.sqrt(np.where(variance > _RIDGE, variance, np.inf))
    found = covariance[:, :own, :own] / (scale[:, :, None] * scale[:, None, :])
    found[:, np.arange(own), np.arange(own)] = 1.0
    return found[:, :parts, :parts], found[:, :parts, parts]
