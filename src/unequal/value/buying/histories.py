"""What a model of buying needs to know of customers: how often they ordered again, when last, and how long they were watched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn, Self

import numpy as np

from unequal.terms.errors import ValuationError
from unequal.value.arrays import Flags, Floats, Ints, Places


@dataclass(frozen=True)
class Pairs:
    """The distinct pairs (orders, a time) of histories.

    Args:
        orders: of each pair.
        time: of each pair, in the unit of the histories.
        at: the place of each history's pair in these two.
    """

    orders: Ints
    time: Floats
    at: Places


@dataclass(frozen=True)
class Histories:
    """Distinct histories of orders, each with the number of customers who share it. Summing over them is exact.

    Times are in one unit (weeks, days), all counted from the customer's first order, which is not itself among the repeat orders.

    Args:
        repeat_orders: x, orders after the first; 0 or more.
        last_order: t_x, time of the last one; 0 where there is none.
        observed: T, time from the first order to the end of observation, at least t_x.
        weight: customers with that history; 1 or more.

    Raises:
        ValuationError: VAL001, lengths differ, or a history cannot be: a number that is not finite or negative, a last order
            after the end, a last order without repeat orders, a weight below 1.
    """

    repeat_orders: Ints
    last_order: Floats
    observed: Floats
    weight: Ints

    def __post_init__(self) -> None:
        kinds = {"repeat_orders": np.int64, "last_order": np.float64, "observed": np.float64, "weight": np.int64}
        for name, kind in kinds.items():
            object.__setattr__(self, name, _column(getattr(self, name), kind, name))
        if len({len(getattr(self, name)) for name in kinds}) > 1:
            _refuse("columns of different lengths", ", ".join(f"{name} {len(getattr(self, name))}" for name in kinds))
        _check(self)

    @classmethod
    def of(cls, repeat_orders: Any, last_order: Any, observed: Any) -> tuple[Self, Places]:
        """Count the distinct histories of customers, one row each; ten million take a few seconds.

        Returns:
            The histories in the order in which they first appear, and the place of each customer's own among them: what is
            computed of `histories` becomes a customer's by `computed[places]`.

        Raises:
            ValuationError: VAL001, as above.

        >>> histories, places = Histories.of([2, 0, 2], [3.0, 0.0, 3.0], [5.0, 5.0, 5.0])
        >>> histories.weight.tolist(), places.tolist()
        ([2, 1], [0, 1, 0])
        """
        rows = cls(repeat_orders, last_order, observed, np.ones(len(repeat_orders), np.int64))
        if not len(rows):
            return rows, np.empty(0, np.int32)
        places, firsts = _numbered(rows.repeat_orders, rows.last_order, rows.observed)
        weight = np.bincount(places, minlength=len(firsts))
        return cls(rows.repeat_orders[firsts], rows.last_order[firsts], rows.observed[firsts], weight), places

    def __len__(self) -> int:
        return len(self.weight)

    def where(self, chosen: Flags | Ints | slice) -> Histories:
        """Some of the histories, with their weights."""
        return Histories(self.repeat_orders[chosen], self.last_order[chosen], self.observed[chosen], self.weight[chosen])

    def scaled(self, unit: float) -> Histories:
        """The same with times in units of `unit`."""
        found = Histories(self.repeat_orders, self.last_order / unit, self.observed / unit, self.weight)
        # What is distinct stays distinct, and is not counted again.
        for name in ("at_end", "at_last"):
            pairs: Pairs = getattr(self, name)
            found.__dict__[name] = Pairs(pairs.orders, pairs.time / unit, pairs.at)
        found.__dict__["by_orders"] = self.by_orders
        return found

    @cached_property
    def customers(self) -> int:
        """How many customers there are."""
        return int(self.weight.sum())

    @cached_property
    def at_end(self) -> Pairs:
        """Distinct (orders, observed)."""
        return self._pairs(self.observed)

    @cached_property
    def at_last(self) -> Pairs:
        """Distinct (orders, last order)."""
        return self._pairs(self.last_order)

    @cached_property
    def by_orders(self) -> tuple[Ints, Floats]:
        """Distinct numbers of repeat orders, and how many customers have each."""
        end = self.at_end
        weight = np.bincount(end.at, weights=self.weight, minlength=len(end.orders))
        orders, at = np.unique(end.orders, return_inverse=True)
        return orders, np.bincount(at, weights=weight, minlength=len(orders)).astype(np.float64)

    def _pairs(self, time: Floats) -> Pairs:
        if not len(self):
            return Pairs(self.repeat_orders, time, np.empty(0, np.int32))
        at, firsts = _numbered(self.repeat_orders, time, np.broadcast_to(np.float64(0), time.shape))
        return Pairs(self.repeat_orders[firsts], time[firsts], at)


def _column(given: Any, kind: type, name: str) -> Any:
    values = np.asarray(given)
    if values.ndim != 1:
        _refuse("a column that is not one row of numbers", f"{name} has {values.ndim} dimensions")
    if values.dtype.kind not in "iufb":
        if values.size:
            _refuse("values that are no numbers", f"{name} holds {values.dtype}")
        return values.astype(kind)
    if kind is np.int64 and values.dtype.kind == "f":
        wrong = ~np.isfinite(values) | (values != np.floor(values)) | (np.abs(values) > 2.0**53)
        if wrong.any():
            _refuse("a count that is no whole number", _first(wrong, name, values))
    # Adding 0 makes -0.0 the same bits as 0.0, by which histories are told apart.
    return np.ascontiguousarray(values, dtype=kind) + kind(0)


def _check(rows: Histories) -> None:
    orders, last, observed = rows.repeat_orders, rows.last_order, rows.observed
    for wrong, what, name in (
        (orders < 0, "a negative number of orders", "repeat_orders"),
        (rows.weight < 1, "a history that nobody has", "weight"),
        (~np.isfinite(observed) | (observed < 0), "a time observed that is negative or not finite", "observed"),
        (~np.isfinite(last) | (last < 0), "a last order at a time that is negative or not finite", "last_order"),
        (last > observed, "a last order after the end of observation", "last_order"),
        ((orders == 0) & (last != 0), "a last order without repeat orders", "last_order"),
    ):
        if wrong.any():
            _refuse(what, _first(wrong, name, getattr(rows, name)))


def _first(wrong: Flags, name: str, values: Any) -> str:
    row = int(np.argmax(wrong))
    return f"{int(wrong.sum())} of {len(wrong)} histories, first in row {row}: {name} {values[row]}"


def _refuse(what: str, seen: str) -> NoReturn:
    raise ValuationError(
        "VAL001", f"histories of orders have {what}", seen=seen,
        do="count orders after the first, and give times from the first order on in one unit, the last order not after the end",
    )  # fmt: skip


def _numbered(orders: Ints, time: Floats, other: Floats) -> tuple[Places, Places]:
    from unequal.value.buying.counting import numbered

    return numbered(orders, time.view(np.int64), np.ascontiguousarray(other).view(np.int64))
