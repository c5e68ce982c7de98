"""What the forecast of every line of business works with: the tables, the settings, and customers as they stood on a morning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

import ibis
import numpy as np
import pyarrow as pa

from unequal import config
from unequal.storage import Engine
from unequal.terms.lines import Level
from unequal.value import origins, segments
from unequal.value.arrays import Ints
from unequal.value.foreseen import Foreseen
from unequal.value.history import histories, outcomes
from unequal.value.origins import Window

SEED: Final = 1997
"""Of all luck: the same entries and the same code give the same forecast."""
_GROUP_OF_ITS_OWN: Final = 200
"""Customers of a kind whose habits are worth a model of their own; else all kinds share one."""


@dataclass(frozen=True)
class Desk:
    """What the forecast works with.

    Args:
        engine: where it runs.
        entries: ENTRY.
        people: see segments.numbered.
        customer_record: CUSTOMER_RECORD.
        rows: accepted rows of sources that hold contracts or counted histories.
        level: the evidence level of the base.
        project: the config.
        as_of: the first day of the forecast.
        first: the first day with an entry.
        segments: of each customer by its number.
    """

    engine: Engine
    entries: ibis.Table
    people: ibis.Table
    customer_record: ibis.Table
    rows: Mapping[str, ibis.Table]
    level: Level
    project: config.Project
    as_of: date
    first: date
    segments: segments.Segments

    @property
    def settings(self) -> config.value.Value:
        """The section value."""
        return self.project.value

    def window(self, start: date) -> Window:
        """A window of one hold-out from a morning on."""
        return origins.window(start, weeks=self.settings.backtest.hold_out_weeks, first=self.first)


TRIED_ON: Final = 500_000
"""Of about so many customers histories are read for the tests of earlier days: a choice among models needs no more."""


class Branch(Protocol):
    """One line of business for customers of one kind: what is known and learned of it, ready to be drawn from."""

    @property
    def number(self) -> Ints:
        """Its customers' numbers."""

    def two_years(self, places: Any, draws: int, generator: np.random.Generator) -> Any:
        """Futures of some of its customers: what 104 weeks bring, places x draws."""

    def foreseen(self, bar: float) -> Foreseen:
        """Its forecast, with ranges."""


def histories_at(desk: Desk, days: ibis.Table, window: Window, *, with_outcome: bool = False) -> pa.Table:
    """Histories on the morning that a window begins, in the order of customers' numbers, with number and kind.

    Args:
        desk: of the forecast.
        days: BUYING_DAYS.
        window: which morning.
        with_outcome: whether what came in the window is told too: came_orders, came_brought; then of so many customers as
            models are tried on: in a large base every second or third by number, and so on.
    """
    people = desk.people.select("customer_id", "kind", "number")
    every = len(desk.segments.of) // TRIED_ON + 1
    if with_outcome and every > 1:
        people = desk.engine.materialise(people.filter(people["number"] % every == 0), "tried-on")
        days = days.semi_join(people, "customer_id")
    known = histories(days, until=window.start, again_from=window.again_from, again_until=window.again_until)
    known = known.inner_join(people, "customer_id")
    if with_outcome:
        came = outcomes(days, start=window.start, end=window.end)
        came = came.select("customer_id", came_orders=came["orders"], came_brought=came["brought"])
        known = known.left_join(came, "customer_id").drop("customer_id_right")
    return desk.engine.arrow(known.drop("customer_id").order_by("number"))


def groups_of(now: pa.Table) -> list[tuple[str, tuple[str, ...]]]:
    """Kinds of customers with a model of their own; all together where one of them is too small for that."""
    counted = {str(row["values"]): int(row["counts"]) for row in now["kind"].value_counts().to_pylist()}
    if len(counted) > 1 and min(counted.values()) >= _GROUP_OF_ITS_OWN:
        return [(kind, (kind,)) for kind in sorted(counted)]
    return [(next(iter(counted)) if len(counted) == 1 else "all", tuple(sorted(counted)))]


def of_kinds(rows: pa.Table, kinds: Sequence[str]) -> pa.Table:
    """The rows of customers of some kinds."""
    return rows.filter(pa.compute.is_in(rows["kind"], pa.array(kinds, rows["kind"].type)))
