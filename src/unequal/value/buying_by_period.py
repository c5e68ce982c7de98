"""BG/BB: who may buy once at each of several opportunities, as a donor does at each yearly appeal, and leaves unseen.

Histories are x purchases at n opportunities, the last of them at opportunity t_x (0 where x is 0). A customer who is still
there buys at each opportunity with a chance p, and leaves before each with a chance theta; p is Beta(alpha, beta) over
customers and theta is Beta(gamma, delta), and neither tells anything of the other.

Source: Fader, Hardie & Shang 2010, "Customer-Base Analysis in a Discrete-Time Noncontractual Setting".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.value.alike import alike
from unequal.value.arrays import Floats, Ints
from unequal.value.maximum import Maximum, maximise

_BOUND: Final = 9.2
"""Parameters lie between e^-9.2 and e^9.2, 0.0001 and 10,000: beyond, all customers are alike, or all are at one end."""
_STARTS: Final = ((0.0, 0.0, -0.7, 1.1), (-0.7, 0.7, 0.0, 3.0))


@dataclass(frozen=True)
class BgBb:
    """The model's parameters, all positive.

    Args:
        alpha, beta: of the chance to buy at an opportunity; on average alpha / (alpha + beta).
        gamma, delta: of the chance to leave before an opportunity; on average gamma / (gamma + delta).
    """

    alpha: float
    beta: float
    gamma: float
    delta: float


@dataclass(frozen=True, eq=False)
class Opportunities:
    """Histories; one row a customer, or a row for all customers of one history.

    Args:
        bought: x, how often; whole numbers.
        last: t_x, at which opportunity last; 0 where x is 0, else between x and n.
        offered: n, how many opportunities there were.
        weights: how many customers a row stands for; 1 by default.

    Raises:
        ValueError: a history that cannot be.
    """

    bought: Ints
    last: Ints
    offered: Ints
    weights: Floats | None = None

    def __post_init__(self) -> None:
        x, t, n = self.bought, self.last, self.offered
        if not (len(x) == len(t) == len(n)) or (self.weights is not None and len(self.weights) != len(x)):
            raise ValueError("histories of other lengths")
        wrong = (x < 0) | (t < x) | (n < t) | ((x == 0) & (t != 0))
        if wrong.any():
            at = int(np.argmax(wrong))
            raise ValueError(f"a history that cannot be: {int(x[at])} purchases, the last at {int(t[at])} of {int(n[at])} opportunities")

    @property
    def counts(self) -> Floats:
        """How many customers each row stands for."""
        return np.ones(len(self.bought)) if self.weights is None else self.weights

    def counted(self) -> Opportunities:
        """Each history once, with its customers summed: it has the same likelihood, in a fraction of the rows."""
        first, kind = alike([self.bought, self.last, self.offered])
        weights = np.bincount(kind, weights=self.counts, minlength=len(first)).astype(np.float64)
        return Opportunities(self.bought[first], self.last[first], self.offered[first], weights)


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model, and how well it is known.

    Args:
        model: the parameters.
        maximum: the search's end; its place holds the logarithms of alpha, beta, gamma, delta.
    """

    model: BgBb
    maximum: Maximum

    def draws(self, count: int, chance: np.random.Generator) -> list[BgBb]:
        """Models that the data allows."""
        places = np.clip(self.maximum.draws(count, chance), -_BOUND, _BOUND)
        return [BgBb(*(float(each) for each in np.exp(place))) for place in places]


def fit(histories: Opportunities) -> Fit:
    """The likeliest parameters.

    Args:
        histories: of at least one customer with at least one opportunity.

    Raises:
        ValueError: no history has an opportunity.
    """
    once = histories.counted()
    if not ((once.offered > 0) & (once.counts > 0)).any():
        raise ValueError("no customer had an opportunity to buy")

    def likelihood(place: Floats) -> tuple[float, Floats]:
        parameters = np.exp(place)
        each, gradients = _each(BgBb(*parameters), once)
        return float(once.counts @ each), (once.counts @ gradients) * parameters

    found = maximise(likelihood, _STARTS, [(-_BOUND, _BOUND)] * 4, size=float(once.counts.sum()))
    return Fit(BgBb(*(float(each) for each in np.exp(found.at))), found)


def log_likelihood(model: BgBb, histories: Opportunities) -> tuple[float, Floats]:
    """Of all histories, and its gradient by alpha, beta, gamma and delta."""
    each, gradients = _each(model, histories)
    return float(histories.counts @ each), histories.counts @ gradients


def alive(model: BgBb, histories: Opportunities, *, ahead: int = 1) -> Floats:
    """The chance that a customer is still there at the opportunity so many ahead.

    Args:
        model: fitted.
        histories: of customers.
        ahead: 1 is the next opportunity, as the source has it; 0 the last one offered.
    """
    return np.asarray(
        _alive_now(model, histories) * staying_on(model, histories.offered, ahead)[:, -1] if ahead else _alive_now(model, histories)
    )


def orders_by_period(model: BgBb, histories: Opportunities, periods: int) -> Floats:
    """Expected purchases at each of the next opportunities: customers x periods.

    P(alive) times the mean chance to buy, (alpha + x) / (alpha + beta + n), times the chance to stay that long.
    """
    chance = (model.alpha + histories.bought) / (model.alpha + model.beta + histories.offered)
    return np.asarray((_alive_now(model, histories) * chance)[:, None] * staying_on(model, histories.offered, periods))


def expected_orders(model: BgBb, histories: Opportunities, periods: int) -> Floats:
    """Expected purchases at the next so many opportunities together."""
    return np.asarray(orders_by_period(model, histories, periods).sum(axis=1))


def discounted_orders(model: BgBb, histories: Opportunities, rate: float) -> Floats:
    """Discounted expected residual transactions (DERT): the k-th opportunity ahead counts (1 + rate)^-k.

    Args:
        model: fitted.
        histories: of customers.
        rate: discount rate of a period, from one opportunity to the next.

    Raises:
        ValueError: the rate is negative, or it is 0 and gamma is at most 1: the sum has no end.
    """
    from scipy.special import hyp2f1

    if rate < 0 or (rate == 0 and model.gamma <= 1):
        raise ValueError(
            f"discounted orders have no bound at a rate of {rate} and gamma {model.gamma:.4g}: give a rate above 0, or a horizon"
        )
    chance = (model.alpha + histories.bought) / (model.alpha + model.beta + histories.offered)
    n, place = np.unique(histories.offered, return_inverse=True)
    gone = model.gamma + model.delta + n
    # Of a discount of nothing the series is (gamma + delta + n) / (gamma - 1), by Gauss.
    series = gone / (model.gamma - 1) if rate == 0 else hyp2f1(1, model.delta + n + 1, gone + 1, 1 / (1 + rate)) / (1 + rate)
    return np.asarray(_alive_now(model, histories) * chance * ((model.delta + n) / gone * series)[place])


def expected_of_new(model: BgBb, periods: int) -> Floats:
    """Expected purchases of one new customer at each of the first opportunities; by them a fit is tracked."""
    nobody = np.zeros(1, dtype=np.int64)
    return np.asarray(orders_by_period(model, Opportunities(nobody, nobody, nobody), periods)[0])


def drawn_orders(model: BgBb, histories: Opportunities, periods: int, draws: int, chance: np.random.Generator) -> Ints:
    """Purchases at the next opportunities as the model would have them: draws x customers.

    Each draw has its own chances to buy and to leave, as far as the history leaves them open, and its own luck.
    """
    until = np.full((len(histories.bought), 1), periods, dtype=np.int64)
    return np.asarray(drawn_orders_between(model, histories, until, draws, chance)[:, :, 0])


def drawn_orders_between(model: BgBb, histories: Opportunities, until: Ints, draws: int, chance: np.random.Generator) -> Ints:
    """Purchases between cuts in the row of opportunities to come: draws x customers x cuts.

    Args:
        model: as in drawn_orders.
        histories: of customers.
        until: customers x cuts: how many opportunities lie before each cut; rising, from 0.
        draws: of each customer.
        chance: where luck comes from.
    """
    x, n = histories.bought, histories.offered
    shape = (draws, len(x))
    there = chance.random(shape) < _alive_now(model, histories)
    buys = chance.beta(model.alpha + x, model.beta + n - x, shape)
    leaves = np.clip(chance.beta(model.gamma, model.delta + n, shape), 1e-12, 1.0)
    stays = np.minimum(chance.geometric(leaves) - 1, until[:, -1])
    offered = np.diff(np.minimum(stays[:, :, None], until), axis=2, prepend=0)
    return np.asarray(np.where(there[:, :, None], chance.binomial(offered, buys[:, :, None]), 0), dtype=np.int64)


def made_histories(model: BgBb, offered: Ints, chance: np.random.Generator) -> Opportunities:
    """Histories of a made world in which the model is true; one customer for each number of opportunities given."""
    buys = chance.beta(model.alpha, model.beta, len(offered))
    leaves = np.clip(chance.beta(model.gamma, model.delta, len(offered)), 1e-12, 1.0)
    stays = np.minimum(chance.geometric(leaves) - 1, offered)
    at = np.arange(1, int(offered.max(initial=0)) + 1)
    bought = (chance.random((len(offered), len(at))) < buys[:, None]) & (at <= stays[:, None])
    return Opportunities(bought.sum(axis=1), np.where(bought, at, 0).max(axis=1, initial=0), offered)


def staying_on(model: BgBb, offered: Ints, periods: int) -> Floats:
    """The chance that who was there at the last opportunity is there at each of the next: customers x periods."""
    n, place = np.unique(offered, return_inverse=True)
    at = n[:, None] + np.arange(periods)
    return np.asarray(np.cumprod((model.delta + at) / (model.gamma + model.delta + at), axis=1)[place])


def _alive_now(model: BgBb, histories: Opportunities) -> Floats:
    """The chance that a customer was still there at the last opportunity offered."""
    _, there, total = _weights(model, histories)
    return np.asarray(there / total)


def _each(model: BgBb, histories: Opportunities) -> tuple[Floats, Floats]:
    """Log-likelihood and gradient of each history: rows, rows x 4."""
    from scipy.special import betaln, psi

    x, t = histories.bought, histories.last
    a, b, g, d = model.alpha, model.beta, model.gamma, model.delta
    slopes, _, total = _weights(model, histories)
    first = betaln(a + x, b + t - x) - betaln(a, b) + betaln(g, d + t) - betaln(g, d)
    buys, leaves = psi(a + b) - psi(a + b + t), psi(g + d) - psi(g + d + t)
    start = np.stack([psi(a + x) - psi(a) + buys, psi(b + t - x) - psi(b) + buys, leaves, psi(d + t) - psi(d) + leaves], axis=1)
    return np.asarray(first + np.log(total)), np.asarray(start + slopes / total[:, None])


def _weights(model: BgBb, histories: Opportunities) -> tuple[Floats, Floats, Floats]:
    """How a customer may have come to be silent since t_x; see silences.weigh_silences."""
    from unequal.value.silences import weigh_silences

    parameters = np.array([model.alpha, model.beta, model.gamma, model.delta])
    rows = (np.asarray(each, dtype=np.int64) for each in (histories.bought, histories.last, histories.offered))
    return weigh_silences(parameters, *rows)
