"""What every model of buying can do: say how likely histories are, who is alive, and what will be ordered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.random import Generator

from unequal.terms.errors import ValuationError
from unequal.value.arrays import Flags, Floats, Ints, Places
from unequal.value.buying.histories import Histories

Horizons = float | Sequence[float] | Floats


@dataclass(frozen=True)
class Made:
    """Customers made by a model, with what is hidden in real data.

    Args:
        repeat_orders, last_order, observed: of each customer, as a `Histories` takes them.
        alive: whether it still is a customer at the end of observation.
        future: orders in each period after that; one row a customer.
    """

    repeat_orders: Ints
    last_order: Floats
    observed: Floats
    alive: Flags
    future: Ints

    @property
    def histories(self) -> Histories:
        """The distinct ones."""
        return self.counted[0]

    @property
    def counted(self) -> tuple[Histories, Places]:
        """The distinct histories, and each customer's place among them."""
        return Histories.of(self.repeat_orders, self.last_order, self.observed)


@dataclass(frozen=True)
class Model(ABC):
    """A model of how often customers order and when they stop. Its fields are its parameters, all positive and finite.

    Raises:
        ValuationError: VAL002, a parameter is not positive and finite.
    """

    def __post_init__(self) -> None:
        for name, value in zip(self.names(), self._values(), strict=True):
            if not 0 < value < np.inf:
                raise ValuationError("VAL002", f"{type(self).__name__} has a parameter that is not positive and finite",
                                     seen=f"{name} = {value}", do="take the parameters from a fit")  # fmt: skip

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Of its parameters, in order."""
        return tuple(field.name for field in fields(cls))

    @classmethod
    @abstractmethod
    def times(cls) -> tuple[float, ...]:
        """The power of the unit of time that each parameter has."""

    def _values(self) -> list[float]:
        return [getattr(self, name) for name in self.names()]

    @classmethod
    def from_logs(cls, logs: Floats) -> Self:
        """The model whose parameters have these logarithms."""
        return cls(*(float(value) for value in np.exp(logs)))

    @property
    def logs(self) -> Floats:
        """Logarithms of the parameters."""
        return np.log(np.array(self._values(), dtype=np.float64))

    def in_unit(self, unit: float) -> Self:
        """The model for times given in units of `unit` of its own."""
        return self.from_logs(self.logs - np.array(self.times()) * np.log(unit))

    def log_likelihood(self, histories: Histories) -> float:
        """Logarithm of the likelihood of all customers together."""
        return self.likelihood_and_gradient(histories)[0]

    def gradient(self, histories: Histories) -> Floats:
        """Derivatives of the log-likelihood by the parameters, in order."""
        return self.likelihood_and_gradient(histories)[1]

    @abstractmethod
    def likelihood_and_gradient(self, histories: Histories) -> tuple[float, Floats]:
        """The log-likelihood and its derivatives by the parameters."""

    @abstractmethod
    def p_alive(self, histories: Histories) -> Floats:
        """Probability that a customer of each history still is one at the end of observation."""

    @abstractmethod
    def orders_if_alive(self, histories: Histories, horizon: float) -> Floats:
        """Expected orders within the horizon, of those who are alive; one for each of `histories.at_end`."""

    @abstractmethod
    def probabilities_if_alive(self, histories: Histories, horizon: float, most: int) -> Floats:
        """Probabilities of 0, 1, ... `most` orders within the horizon, of those alive; a row for each of `histories.at_end`."""

    @abstractmethod
    def draw_lives(self, histories: Histories, periods: Floats, generator: Generator) -> Ints:
        """Orders in each coming period, drawn for each history as if alive; rates and drop-outs drawn from what it says of them."""

    @abstractmethod
    def simulate(self, observed: Any, generator: Generator, *, periods: Horizons = ()) -> Made:
        """Make customers who behave as the model says.

        Args:
            observed: time from the first order to the end of observation, of each.
            generator: what to draw from.
            periods: lengths of periods after that whose orders are drawn too.
        """

    def expected_orders(self, histories: Histories, horizons: Horizons) -> Floats:
        """Expected orders after the end of observation.

        Args:
            histories: of n kinds of customers.
            horizons: one length of time, or several, each counted from the end of observation; 0 or more.

        Returns:
            n figures; with several horizons n rows of as many. Differences of neighbours are the orders of a period in between,
            as discounting period by period needs them.

        Raises:
            ValuationError: VAL003, a horizon is negative or not finite.
        """
        ahead = lengths(horizons)
        alive, at = self.p_alive(histories), histories.at_end.at
        columns = [alive * self.orders_if_alive(histories, float(horizon))[at] for horizon in ahead]
        return columns[0] if np.ndim(horizons) == 0 else np.stack(columns, axis=1) if columns else np.empty((len(histories), 0))

    def order_probabilities(self, histories: Histories, horizon: float, most: int) -> Floats:
        """Probabilities of 0, 1, ... `most` orders within a horizon.

        Returns:
            A row of most + 1 for each history; what a row lacks of 1 is the probability of more.
        """
        (ahead,) = lengths(horizon)
        alive = self.p_alive(histories)[:, None]
        found = alive * self.probabilities_if_alive(histories, float(ahead), most)[histories.at_end.at]
        found[:, :1] += 1.0 - alive
        return found

    def draw_orders(self, histories: Histories, periods: Horizons, generator: Generator, *, p_alive: Floats | None = None) -> Ints:
        """Draw what a customer of each history will order, one customer for each history whatever its weight.

        Args:
            histories: of n customers; `histories.where(places)` has a row for each customer of `Histories.of`.
            periods: lengths of the periods that follow each other from the end of observation.
            generator: what to draw from.
            p_alive: what `p_alive` says of the histories, where it has been asked already.

        Returns:
            n rows of orders, a column for each period.
        """
        ahead = lengths(periods)
        alive = np.flatnonzero(generator.random(len(histories)) < (self.p_alive(histories) if p_alive is None else p_alive))
        orders = np.zeros((len(histories), len(ahead)), dtype=np.int64)
        orders[alive] = self.draw_lives(histories.where(alive), ahead, generator)
        return orders


def lengths(horizons: Horizons) -> Floats:
    """Horizons as an array, checked.

    Raises:
        ValuationError: VAL003, one is negative or not finite.
    """
    ahead = np.atleast_1d(np.asarray(horizons, dtype=np.float64))
    if not (np.isfinite(ahead) & (ahead >= 0)).all():
        raise ValuationError("VAL003", "a horizon is negative or not finite", seen=str(ahead.tolist()[:12]),
                             do="give lengths of time from the end of observation on, in the unit of the histories")  # fmt: skip
    return ahead


def each_observed(observed: Any) -> Floats:
    """Times observed as an array of one dimension."""
    return np.atleast_1d(np.asarray(observed, dtype=np.float64))
