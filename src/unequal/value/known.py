"""What is known of customers at one moment, as arrays for number functions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from unequal.value.arrays import Floats, Ints, Places
from unequal.value.buying import Histories
from unequal.value.clock import Clock

CALENDAR = Clock()


@dataclass(frozen=True)
class Known:
    """Histories of n customers; every array has n elements, in one order.

    Args:
        repeat_orders: orders after the first.
        last_order: weeks from the first order to the last; 0 where there was one only.
        observed: weeks from the first order to the moment.
        spend: what an order was invoiced at on average, above zero.
        spent: what all orders were invoiced at.
        margin: what all of it brought before service, returns and write-offs taken off.
        margin_at_orders: the part of it that came on days with an order; the rest went back or was written off on other days.
        service: what serving cost, negative or zero.
        service_at_orders: the part of it that fell on days with an order.
        margin_squares: margin squared over spend, summed over orders.
        back_days, back_squares: days without an order on which margin came or went, and the squares of what did, summed.
        served_days: days without an order on which serving cost something.
        service_squares, service_squares_at_orders: squares of a day's service, summed over all days and over those with an order.
        orders_again: orders in the window that "last year again" repeats.
        brought_again: what that window brought after service.
    """

    repeat_orders: Ints
    last_order: Floats
    observed: Floats
    spend: Floats
    spent: Floats
    margin: Floats
    margin_at_orders: Floats
    service: Floats
    service_at_orders: Floats
    margin_squares: Floats
    back_days: Ints
    back_squares: Floats
    served_days: Ints
    service_squares: Floats
    service_squares_at_orders: Floats
    orders_again: Ints
    brought_again: Floats

    def __len__(self) -> int:
        return len(self.repeat_orders)

    @property
    def orders(self) -> Ints:
        """All orders, the first one too."""
        return self.repeat_orders + 1

    @property
    def silent(self) -> Floats:
        """Weeks since the last order."""
        return self.observed - self.last_order

    @cached_property
    def counted(self) -> tuple[Histories, Places]:
        """The distinct histories as models of buying take them, and each customer's place among them; counted once."""
        return Histories.of(self.repeat_orders, self.last_order, self.observed)

    def of(self, chosen: Any) -> Known:
        """The customers that a mask or an index chooses."""
        return Known(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def known_of(rows: pa.Table, *, until: date, clock: Clock = CALENDAR) -> Known:
    """Arrays of what `history.histories` counted, in the order of its rows.

    Money becomes floating point here: from this point on it is an estimate's input, and never a fact again.

    Args:
        rows: of `histories`.
        until: the morning that it was counted for.
        clock: on which times are read.
    """
    moment = clock.read(np.array([until], dtype="datetime64[D]"))
    first, last = (clock.read(_days(rows, name)) for name in ("first_day", "last_day"))
    orders = _whole(rows, "orders")
    spent = money(rows, "spend")
    return Known(
        repeat_orders=orders - 1,
        last_order=last - first,
        observed=moment - first,
        spend=spent / np.maximum(orders, 1),
        spent=spent,
        margin=money(rows, "margin"),
        margin_at_orders=money(rows, "margin_at_orders"),
        service=money(rows, "service"),
        service_at_orders=money(rows, "service_at_orders"),
        margin_squares=money(rows, "margin_squares"),
        back_days=_whole(rows, "back_days"),
        back_squares=money(rows, "back_squares"),
        served_days=_whole(rows, "served_days"),
        service_squares=money(rows, "service_squares"),
        service_squares_at_orders=money(rows, "service_squares_at_orders"),
        orders_again=_whole(rows, "orders_again"),
        brought_again=money(rows, "brought_again"),
    )


def money(rows: pa.Table, name: str) -> Floats:
    """A column of money as floating point, for estimates alone."""
    return np.asarray(rows[name].cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _whole(rows: pa.Table, name: str) -> Ints:
    return np.asarray(rows[name].to_numpy(zero_copy_only=False), dtype=np.int64)


def _days(rows: pa.Table, name: str) -> Any:
    return rows[name].to_numpy(zero_copy_only=False).astype("datetime64[D]")
