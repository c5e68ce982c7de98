"""Forecasts made as of earlier days and held against what came: which model to trust, and how far off totals were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Protocol, Self

import numpy as np

from unequal.value import buying
from unequal.value.arrays import Floats, Ints
from unequal.value.clock import Clock
from unequal.value.contest import BASELINES, Ahead, Score, baseline, best, score
from unequal.value.economics import Economics, economics_of
from unequal.value.forecasting import Expected, ends_of, expected, sums_of
from unequal.value.futures import futures
from unequal.value.known import Known
from unequal.value.origins import Window

MODELS: Final[Mapping[str, type[buying.Model]]] = {
    "bg_nbd": buying.BgNbd, "pareto_nbd": buying.ParetoNbd, "bg_nbd_seasonal": buying.BgNbd, "pareto_nbd_seasonal": buying.ParetoNbd,
}  # fmt: skip
"""Models of buying by their word in the config; those of seasons watch customers on a clock that runs by the base's seasons."""

FEWEST_CUSTOMERS: Final = 50
"""Fewer customers teach a model nothing that a baseline does not know."""
_DRAWN_CUSTOMERS: Final = 10_000
_DRAWS: Final = 100
PARAMETERS_DRAWN: Final = 10
"""Models drawn from what a fit leaves open, among which futures are shared out."""
_MOST_OFF: Final = 1.0
_PRIOR_TESTS: Final = 2.0
"""As how many tests without any bias the calibration of totals counts what is not known yet."""


def is_seasonal(name: str) -> bool:
    """Whether a candidate watches customers on the clock of seasons."""
    return name.endswith("_seasonal")


@dataclass(frozen=True)
class Watched:
    """Customers as they stood on a morning, on a clock.

    Args:
        known: histories of n customers, in weeks of the clock.
        clock: the clock.
    """

    known: Known
    clock: Clock


@dataclass(frozen=True)
class Test:
    """One earlier day, and what came after it.

    Args:
        window: when.
        calendar: the customers on the calendar, n.
        seasonal: the same on the clock of seasons, as they were known on that day; None where history is too short for seasons.
        orders, brought: what each did in the window, n.
        segments: n x kinds: numbers of the segments in which each customer is.
    """

    window: Window
    calendar: Watched
    seasonal: Watched | None
    orders: Ints
    brought: Floats
    segments: Any

    @property
    def known(self) -> Known:
        """Histories on the calendar."""
        return self.calendar.known

    def watched_by(self, name: str) -> Watched | None:
        """On the clock of a candidate; None where there is none."""
        return self.seasonal if is_seasonal(name) else self.calendar


class Came(Protocol):
    """A test, as all kinds of relationship have it: its window, what each customer did in it, and the segments."""

    @property
    def window(self) -> Window:
        """When."""

    @property
    def orders(self) -> Ints:
        """Orders, payments or occasions that came, n."""

    @property
    def brought(self) -> Floats:
        """Dollars that came, n."""

    @property
    def segments(self) -> Any:
        """N x kinds: numbers of the segments in which each customer is."""


@dataclass(frozen=True)
class Tried:
    """A candidate in one test.

    Args:
        score: how it did.
        covered: share of customers whose orders lay in the 90 % range; None of baselines.
        uniform: largest distance of the randomised probability-integral transform's distribution from a uniform one.
        origin: the day of the forecast; None where no totals are told.
        totals: for each segment by its number: what came, what was expected, the variance, and the size of it; see totals_of.
        note: what the fit had to say.
        model: of buying, as it was fitted; None of others than the winner.
        course: orders expected since the origin by the end of each of the test's weeks, or of its periods; None where that is not told.
    """

    score: Score
    covered: float | None = None
    uniform: float | None = None
    origin: date | None = None
    totals: Any = None
    note: str = ""
    model: buying.Model | None = None
    course: Floats | None = None


@dataclass(frozen=True)
class Outcome:
    """The contest of one group of customers.

    Args:
        chosen: the candidate that won.
        tried: candidate -> its tests, in the order given.
        calibration: by what the chosen model's orders are to be multiplied, as its totals were off so far.
        calibration_of_dollars: the same of what customers bring.
    """

    chosen: str
    tried: Mapping[str, Sequence[Tried]] = field(default_factory=dict)
    calibration: float = 1.0
    calibration_of_dollars: float = 1.0

    @classmethod
    def of(cls, chosen: str, tried: Mapping[str, Sequence[Tried]]) -> Self:
        """The outcome of a contest in which a candidate was chosen, calibrated by how it did."""
        scores = [one.score for one in tried[chosen]]
        orders = calibration_of([(one.orders, one.orders_expected) for one in scores])
        return cls(chosen, tried, orders, calibration_of([(one.brought, one.brought_expected) for one in scores]))

    def totals(self) -> dict[date, Any]:
        """Totals of the chosen candidate's tests as they would have been calibrated, by their origins: segments x came, expected, variance, size."""
        of = self.calibration_of_dollars
        tried = self.tried.get(self.chosen, ())
        return {
            one.origin: one.totals * np.array([1.0, of, of**2, of]) for one in tried if one.totals is not None and one.origin is not None
        }


def contest(tests: Sequence[Test], *, wanted: str, generator: np.random.Generator) -> Outcome:
    """Let models and baselines forecast earlier windows.

    Args:
        tests: of one group of customers, latest first; may be none, where history is too short.
        wanted: a candidate that the config names, or auto.
        generator: what to draw from.
    """
    useful = [test for test in tests if len(test.known) >= FEWEST_CUSTOMERS]
    if not useful:
        return Outcome("pareto_nbd" if wanted == "auto" else wanted)
    # Dollars an order and a week of the calendar: the same on every clock.
    seen = [(test, economics_of(test.known)) for test in useful]
    fitted = {
        name: [_Fitted.of(model, test, on, economics) for test, economics in seen if (on := test.watched_by(name))]
        for name, model in MODELS.items()
    }
    # A candidate that could not stand in every test is not compared with those that did.
    fitted = {name: each for name, each in fitted.items() if len(each) == len(useful)}
    tried = {name: [Tried(one.score, note=one.fit.note) for one in each] for name, each in fitted.items()}
    tried |= {name: [baseline_tried(name, test.known, test) for test in useful] for name in BASELINES}
    if wanted != "auto" and wanted not in tried:
        return Outcome(wanted, tried)
    chosen = best({name: [one.score for one in each] for name, each in tried.items()}) if wanted == "auto" else wanted
    if chosen in fitted:
        tried[chosen] = [one.with_ranges(generator) for one in fitted[chosen]]
    return Outcome.of(chosen, tried)


def calibration_of(totals: Sequence[tuple[float, float]]) -> float:
    """By what forecasts are to be multiplied: the mean logarithm of came over expected, drawn towards none by _PRIOR_TESTS tests.

    Args:
        totals: what came and what was expected, of each test; those of which either is not above zero say nothing.
    """
    ratios = [came / expected for came, expected in totals if came > 0 and expected > 0]
    return float(np.exp(np.clip(np.log(ratios), -_MOST_OFF, _MOST_OFF).sum() / (len(ratios) + _PRIOR_TESTS))) if ratios else 1.0


def baseline_tried(name: str, known: Known, test: Came) -> Tried:
    """A forecast without a model in a test, of the customers whose histories are given."""
    ahead = baseline(name, known, weeks=test.window.weeks, weeks_again=test.window.weeks_again)
    return Tried(score(ahead, orders=test.orders, brought=test.brought))


def some_of(customers: int, generator: np.random.Generator) -> Any:
    """Places of customers to draw futures for: all, or so many at random, in order."""
    if customers <= _DRAWN_CUSTOMERS:
        return np.arange(customers)
    return np.sort(generator.choice(customers, _DRAWN_CUSTOMERS, replace=False))


def with_ranges(tried: Tried, test: Came, some: Any, *, orders: Any, brought: Any, mean: Floats, generator: np.random.Generator) -> Tried:
    """A candidate in a test with how wide its ranges were, on customers drawn.

    Args:
        tried: the candidate.
        test: what came.
        some: places of the customers drawn, see some_of.
        orders, brought: their futures within the window, customers x draws.
        mean: what each of them was expected to bring.
        generator: of the transforms.
    """
    came = test.orders[some]
    low, high = ends_of(orders).T
    return replace(
        tried,
        covered=float(((came >= low) & (came <= high)).mean()),
        uniform=distance_from_uniform(transforms(orders, came, generator)),
        origin=test.window.start,
        totals=totals_of(brought, mean, test.brought[some], test.segments[some], stand_for=len(test.orders) / max(len(some), 1)),
    )


@dataclass(frozen=True)
class _Fitted:
    """A model fitted on an earlier day, with what it forecast."""

    test: Test
    on: Watched
    fit: buying.Fit
    economics: Economics
    ahead: Expected
    score: Score

    @classmethod
    def of(cls, model: type[buying.Model], test: Test, on: Watched, economics: Economics) -> Self:
        fit = buying.fit(model, on.known.counted[0])
        ends = np.array([test.window.weeks])
        of = expected(fit.model, on.known, economics, ends, shown=on.clock.ahead(test.window.start, ends))
        scored = score(Ahead(of.orders[:, 0], of.brought[:, 0]), orders=test.orders, brought=test.brought)
        return cls(test, on, fit, economics, of, scored)

    def with_ranges(self, generator: np.random.Generator) -> Tried:
        """The same with how wide its ranges were, on customers drawn."""
        test, some = self.test, some_of(len(self.test.known), generator)
        models = self.fit.draws(PARAMETERS_DRAWN, generator)
        shown = self.on.clock.ahead(test.window.start, self.ahead.ends)
        drawn = list(
            futures(models, self.on.known.of(some), self.economics.of(some), shown, alive_weeks=self.ahead.alive_weeks[some],
                    draws=_DRAWS, generator=generator)
        )  # fmt: skip
        orders = np.concatenate([one.orders[:, :, 0] for one in drawn])
        brought = np.concatenate([one.brought[:, :, 0] for one in drawn])
        tried = Tried(self.score, note=self.fit.note, model=self.fit.model)
        return with_ranges(tried, test, some, orders=orders, brought=brought, mean=self.ahead.brought[some, 0], generator=generator)


def transforms(drawn: Any, came: Ints, generator: np.random.Generator) -> Floats:
    """Randomised probability-integral transforms: uniform between 0 and 1 where the forecast's spread is right.

    Args:
        drawn: customers x draws of a count.
        came: what each came to.
        generator: places a count at random within its own probability.

    Source: C. Czado, T. Gneiting and L. Held, Predictive model assessment for count data, Biometrics 65, 2009.
    """
    below, same = (drawn < came[:, None]).mean(axis=1), (drawn == came[:, None]).mean(axis=1)
    found: Floats = below + generator.random(len(came)) * same
    return found


def distance_from_uniform(values: Floats) -> float:
    """The largest distance between the distribution of values and the uniform one (Kolmogorov and Smirnov); 0 of none."""
    if not len(values):
        return 0.0
    order = np.sort(values)
    steps = np.arange(1, len(order) + 1) / len(order)
    return float(np.maximum(np.abs(steps - order), np.abs(order - (steps - 1 / len(order)))).max())


def totals_of(drawn: Any, mean: Floats, came: Floats, segments: Any, *, stand_for: float = 1.0) -> Any:
    """Each segment's total.

    Args:
        drawn: what some customers bring in futures, customers x draws.
        mean: what each is expected to bring.
        came: what each brought.
        segments: customers x kinds: numbers of the segments in which each is.
        stand_for: for how many customers each stands.

    Returns:
        Segments by number x came, expected, variance over draws, size (of all for whom these stand; the variance is that of the error
        which these show); zeros where nobody is.
    """
    count = int(segments.max(initial=-1)) + 1
    sums = sums_of(segments, drawn, count)
    cells = sums_of(segments, np.stack([came, mean, np.abs(mean)], axis=1), count)
    found = np.stack([cells[:, 0], cells[:, 1], sums.var(axis=1), cells[:, 2]], axis=1)
    return found * np.array([stand_for, stand_for, stand_for**2, stand_for])
