"""Beta-discrete-Weibull: how long customers keep a contract that they renew, or do not, once a period.

A customer leaves by age t (whole periods) with S(t) = (1 - theta)^(t^c), theta Beta(alpha, beta) over customers:

    S(t) = B(alpha, beta + A(t)) / B(alpha, beta),   A(t) = t^c,

or with covariates x_k in period k and effects b, A(t) = sum over k <= t of (k^c - (k - 1)^c) exp(b . x_k). At c = 1 and
without covariates it is the shifted beta-geometric model (sBG). Where c > 1 a customer's own risk rises with age, where
c < 1 it falls; retention of a cohort may rise all the same, because those who leave easily leave first.

Source: Fader & Hardie 2007, "How to Project Customer Retention"; Fader, Hardie, Liu, Davin & Steenburgh 2018, the same
"Revisited: The Role of Duration Dependence".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeGuard

import numpy as np

from unequal.value.alike import alike
from unequal.value.arrays import Flags, Floats, Ints
from unequal.value.maximum import Maximum, maximise

_BOUND: Final = 9.2
"""alpha and beta lie between e^-9.2 and e^9.2: 0.0001 and 10,000."""
_SHAPE_BOUND: Final = 1.8
"""c lies between e^-1.8 and e^1.8, a sixth and six."""
_EFFECT_BOUND: Final = 12.0
_STARTS: Final = ((0.0, 0.0), (-0.5, 1.5), (1.0, 3.0))
_TWENTIETH: Final = 3.841459
"""What twice a gain in log-likelihood exceeds once in twenty where one parameter more gains nothing: chi-square, one degree."""
_GAP: Final = 1e-300


@dataclass(frozen=True)
class Renewing:
    """The model's parameters.

    Args:
        alpha, beta: positive; of the chance to leave in the first period, on average alpha / (alpha + beta).
        shape: c, positive; 1 is sBG.
        effects: of covariates, on the logarithm of the hazard: exp(effect) is by how much one more of it multiplies the risk.
    """

    alpha: float
    beta: float
    shape: float = 1.0
    effects: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Lifetimes:
    """Contracts; one row each, or a row for all that are alike.

    Args:
        periods: age at the end of what is known: the period in which the customer left (from 1), or the last that he is
            known to have lived through (from 0).
        ended: whether he left; else he was still there.
        entered_age: age at which he came under observation. A contract that was 24 periods old when the records begin is
            known only because it lived so long: 24. 0 by default.
        weights: how many contracts a row stands for; 1 by default.
        covariates: rows x covariates, or rows x periods x covariates where they change (period k at place k - 1).

    Raises:
        ValueError: a lifetime that cannot be, or covariates that do not cover it.
    """

    periods: Ints
    ended: Flags
    entered_age: Ints | None = None
    weights: Floats | None = None
    covariates: Floats | None = None

    def __post_init__(self) -> None:
        of = [part for part in (self.ended, self.entered_age, self.weights, self.covariates) if part is not None]
        if any(len(part) != len(self.periods) for part in of):
            raise ValueError("lifetimes of other lengths")
        wrong = (self.entered < 0) | (self.periods - self.ended < self.entered)
        if wrong.any():
            at = int(np.argmax(wrong))
            raise ValueError(f"a lifetime that cannot be: {int(self.periods[at])} periods, entered at age {int(self.entered[at])}")
        if _changing(self.covariates) and self.covariates.shape[1] < self.periods.max(initial=0):
            raise ValueError("covariates end before lifetimes do")

    @property
    def entered(self) -> Ints:
        """Age at entry."""
        return np.zeros(len(self.periods), dtype=np.int64) if self.entered_age is None else self.entered_age

    @property
    def counts(self) -> Floats:
        """How many contracts each row stands for."""
        return np.ones(len(self.periods)) if self.weights is None else self.weights

    def counted(self) -> Lifetimes:
        """Each lifetime once, with its contracts summed; rows with covariates that change stay as they are."""
        if _changing(self.covariates):
            return self
        told = [] if self.covariates is None else list(self.covariates.T)
        first, kind = alike([self.periods, self.ended.astype(np.int64), self.entered, *told])
        weights = np.bincount(kind, weights=self.counts, minlength=len(first)).astype(np.float64)
        covariates = None if self.covariates is None else self.covariates[first]
        return Lifetimes(self.periods[first], self.ended[first], self.entered[first], weights, covariates)


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model, and how well it is known.

    Args:
        model: the parameters.
        maximum: the search's end; its place holds log alpha, log beta, log c where it was sought, and the effects.
        seeks_shape: whether c was sought; else it is 1.
    """

    model: Renewing
    maximum: Maximum
    seeks_shape: bool

    @property
    def aic(self) -> float:
        """Akaike's criterion: the less, the better."""
        return 2.0 * len(self.maximum.at) - 2.0 * self.maximum.log_likelihood

    def draws(self, count: int, chance: np.random.Generator) -> list[Renewing]:
        """Models that the data allows."""
        edge = np.array([high for _, high in _bounds(len(self.model.effects), self.seeks_shape)])
        return [_model(place, self.seeks_shape) for place in np.clip(self.maximum.draws(count, chance), -edge, edge)]


def fit(lifetimes: Lifetimes, *, seek_shape: bool = True) -> Fit:
    """The likeliest parameters.

    Args:
        lifetimes: at least one of which lives through a period under observation.
        seek_shape: False holds c at 1: sBG.

    Raises:
        ValueError: nobody was under observation for a period.
    """
    once = lifetimes.counted()
    if not ((once.periods > once.entered) & (once.counts > 0)).any():
        raise ValueError("no contract was under observation for a period")
    effects = 0 if once.covariates is None else once.covariates.shape[-1]

    def likelihood(place: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(_model(place, seek_shape), once)
        if not seek_shape:
            gradient = np.delete(gradient, 2)
        positive = 3 if seek_shape else 2
        gradient[:positive] *= np.exp(place[:positive])
        return value, gradient

    rest = [0.0] * (effects + seek_shape)
    starts = [[*start, *rest] for start in _STARTS]
    found = maximise(likelihood, starts, _bounds(effects, seek_shape), size=float(once.counts.sum()))
    return Fit(_model(found.at, seek_shape), found, seek_shape)


def choose(lifetimes: Lifetimes) -> Fit:
    """sBG, unless the shape c makes the data likelier by more than chance does once in twenty (likelihood ratio, 5 %)."""
    plain, shaped = fit(lifetimes, seek_shape=False), fit(lifetimes)
    gained = 2 * (shaped.maximum.log_likelihood - plain.maximum.log_likelihood)
    return shaped if gained > _TWENTIETH and shaped.maximum.converged else plain


def log_likelihood(model: Renewing, lifetimes: Lifetimes) -> tuple[float, Floats]:
    """Of all lifetimes given that each came under observation, and its gradient by alpha, beta, c and the effects.

    log S(t) - log S(entered) of one still there at t; log (S(t - 1) - S(t)) - log S(entered) of one who left in period t.
    """
    last, d_last = _log_survival(model, lifetimes.periods, lifetimes.covariates)
    before, d_before = _log_survival(model, np.maximum(lifetimes.periods - 1, 0), lifetimes.covariates)
    entered, d_entered = _log_survival(model, lifetimes.entered, lifetimes.covariates)
    # log(S(t-1) - S(t)) = log S(t-1) + log(1 - r), r the retention of period t.
    risk = np.maximum(-np.expm1(last - before), _GAP)
    d_left = d_before + ((d_before - d_last) * (np.exp(last - before) / risk))
    ended = lifetimes.ended
    each = np.where(ended, before + np.log(risk), last) - entered
    return float(lifetimes.counts @ each), (np.where(ended, d_left, d_last) - d_entered) @ lifetimes.counts


def survival(model: Renewing, ages: Ints, covariates: Floats | None = None) -> Floats:
    """S(t): the share of a cohort still there at each age; 1 at age 0. Covariates as in Lifetimes."""
    return np.exp(_log_survival(model, ages, covariates)[0])


def retention(model: Renewing, periods: Ints, covariates: Floats | None = None) -> Floats:
    """r_t = S(t) / S(t - 1): of those still there after period t - 1 (from 0), the share that stays through period t."""
    after, before = (_log_survival(model, ages, covariates)[0] for ages in (periods, periods - 1))
    return np.exp(after - before)


def surviving(model: Renewing, ages: Ints, ahead: int, covariates: Floats | None = None) -> Floats:
    """The chance that who is there at an age is there after 1, 2, ... periods more: customers x periods.

    Args:
        model: fitted.
        ages: of customers, all still there; whole periods.
        ahead: how many periods.
        covariates: rows x covariates; what lies ahead of covariates that change is not known to a model.
    """
    risk = _risk(model, len(ages), covariates)
    steps = (ages[:, None] + np.arange(ahead + 1)).astype(np.float64) ** model.shape * risk[:, None]
    logs = _log_beta(model, steps)
    return np.asarray(np.exp(logs[:, 1:] - logs[:, :1]))


def residual_lifetime(
    model: Renewing, renewals: Ints, rate: float, *, horizon: int | None = None, covariates: Floats | None = None
) -> Floats:  # fmt: skip
    """Discounted expected residual lifetime, in periods (DERL), of customers who have renewed n - 1 times and are still there.

    sum over t >= n of S(t) / S(n - 1) (1 + rate)^-(t - n): the customer is about to renew for the n-th time or not; a next
    payment, if it comes, counts in full, and the one after it (1 + rate)^-1. Times the margin of a period it is dollars at
    that moment; seen from the start of the period whose end brings the renewal, divide by 1 + rate.

    Args:
        model: fitted.
        renewals: n - 1, of each customer; 0 is a new one in his first period.
        rate: discount rate of a period.
        horizon: count so many payments at the most; all by default.
        covariates: rows x covariates.

    Raises:
        ValueError: without a horizon, a rate that is not above 0: the sum may have no end.
    """
    if horizon is None and rate <= 0:
        raise ValueError("an undiscounted lifetime may have no end: give a rate above 0, or a horizon")
    # What lies beyond is discounted to less than a billionth of a payment, or of the sum.
    terms = horizon if horizon is not None else int(np.ceil((np.log(1e9) + max(-np.log(rate), 0.0)) / np.log1p(rate)))
    # Customers of one age and one risk have one lifetime, and are reckoned once.
    ages, risks = renewals.astype(np.float64), _risk(model, len(renewals), covariates)
    first, kind = alike([ages, risks])
    age, risk = ages[first], risks[first]
    begin = _log_beta(model, age**model.shape * risk)
    total, discount = np.zeros(len(first)), 1.0
    for step in range(1, terms + 1):
        total += discount * np.exp(_log_beta(model, (age + step) ** model.shape * risk) - begin)
        discount /= 1 + rate
    return np.asarray(total[kind])


def drawn_lifetimes(
    model: Renewing, ages: Ints, horizon: int, draws: int, chance: np.random.Generator, covariates: Floats | None = None
) -> Ints:  # fmt: skip
    """How many periods more each customer stays, `horizon` where he stays beyond it: draws x customers.

    Each draw has its own risk, as far as having stayed so long leaves it open, and its own luck.
    """
    risk = _risk(model, len(ages), covariates)
    lived = ages.astype(np.float64) ** model.shape * risk
    shape = (draws, len(ages))
    leaves = np.clip(chance.beta(model.alpha, model.beta + lived, shape), 1e-300, 1 - 1e-16)
    # S(t | theta) / S(age | theta) falls below a uniform number where A(t) passes this.
    passed = lived + np.log(1 - chance.random(shape)) / np.log1p(-leaves)
    # By logarithms, for a small shape makes ages of which no float knows.
    cap = float(ages.max(initial=0) + horizon + 1)
    last = np.ceil(np.exp(np.minimum(np.log(np.maximum(passed / risk, 1e-300)) / model.shape, np.log(cap))))
    return np.asarray(np.clip(last - 1 - ages, 0, horizon), dtype=np.int64)


def made_lifetimes(
    model: Renewing, observed: Ints, chance: np.random.Generator, *, entered_age: Ints | None = None, covariates: Floats | None = None
) -> Lifetimes:  # fmt: skip
    """Lifetimes of a made world in which the model is true, each observed up to an age.

    Args:
        model: the truth.
        observed: age up to which each customer is observed.
        chance: where luck comes from.
        entered_age: those who left by this age are never seen: fewer rows come out.
        covariates: rows x covariates.
    """
    entered = np.zeros_like(observed) if entered_age is None else entered_age
    horizon = int(observed.max(initial=0)) + 1
    lived = drawn_lifetimes(model, np.zeros_like(observed), horizon, 1, chance, covariates)[0]
    seen = (lived >= entered) & (observed >= entered)
    ended = lived < observed
    periods = np.where(ended, lived + 1, observed)
    return Lifetimes(periods[seen], ended[seen], entered[seen], covariates=None if covariates is None else covariates[seen])


def _changing(covariates: Floats | None) -> TypeGuard[Floats]:
    """Whether covariates have a value for each period."""
    return covariates is not None and covariates.ndim > 2  # noqa: PLR2004 - rows and covariates


def _bounds(effects: int, seeks_shape: bool) -> list[tuple[float, float]]:
    edges = [_BOUND, _BOUND, *([_SHAPE_BOUND] if seeks_shape else []), *[_EFFECT_BOUND] * effects]
    return [(-edge, edge) for edge in edges]


def _model(place: Floats, seeks_shape: bool) -> Renewing:
    shape = float(np.exp(place[2])) if seeks_shape else 1.0
    effects = tuple(float(each) for each in place[2 + seeks_shape :])
    return Renewing(float(np.exp(place[0])), float(np.exp(place[1])), shape, effects)


def _risk(model: Renewing, rows: int, covariates: Floats | None) -> Floats:
    """exp(b . x) of customers whose covariates do not change."""
    if covariates is None:
        return np.ones(rows)
    if _changing(covariates):
        raise ValueError("covariates that change say nothing of what lies ahead: give those of now")
    return np.asarray(np.exp(covariates @ np.array(model.effects)))


def _log_beta(model: Renewing, risk_lived: Floats) -> Floats:
    """The logarithm of S where A is known."""
    from scipy.special import betaln

    return np.asarray(betaln(model.alpha, model.beta + risk_lived) - betaln(model.alpha, model.beta))


def _log_survival(model: Renewing, ages: Ints, covariates: Floats | None) -> tuple[Floats, Floats]:
    """The logarithm of S at each age, and its gradient by alpha, beta, c and the effects: parameters x rows."""
    from scipy.special import betaln, psi

    a, b = model.alpha, model.beta
    lived, by_shape, by_effects = _risk_lived(model, ages, covariates)
    along = psi(b + lived) - psi(a + b + lived)
    by_alpha = psi(a + b) - psi(a + b + lived)
    by_beta = along - (psi(b) - psi(a + b))
    logs = betaln(a, b + lived) - betaln(a, b)
    return np.asarray(logs), np.vstack([by_alpha, by_beta, along * by_shape, along * by_effects])


def _risk_lived(model: Renewing, ages: Ints, covariates: Floats | None) -> tuple[Floats, Floats, Floats]:
    """A at each age, and its gradient by c (rows) and by the effects (effects x rows)."""
    if _changing(covariates):
        return _changing_risk(model, ages, covariates)
    t = ages.astype(np.float64)
    lived = t**model.shape * _risk(model, len(ages), covariates)
    by_shape = lived * np.log(np.maximum(t, 1.0))
    return lived, by_shape, np.zeros((0, len(ages))) if covariates is None else covariates.T * lived


def _changing_risk(model: Renewing, ages: Ints, covariates: Floats) -> tuple[Floats, Floats, Floats]:
    k = np.arange(covariates.shape[1] + 1, dtype=np.float64)
    powers = k**model.shape
    slopes = powers * np.log(np.maximum(k, 1.0))
    under = np.arange(1, len(k)) <= ages[:, None]
    risks = np.where(under, np.exp(covariates @ np.array(model.effects)), 0.0)
    lived = risks * np.diff(powers)
    by_effects = np.einsum("rk,rke->er", lived, covariates)
    return lived.sum(axis=1), risks @ np.diff(slopes), by_effects
