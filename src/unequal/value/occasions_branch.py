"""Lines of business whose customers may come once in each period: from dated entries, or from histories that come counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from unequal import config
from unequal.terms.errors import ValuationError
from unequal.value import by_period, occasions, tracking
from unequal.value.arrays import Flags, Ints
from unequal.value.binding import WEEKS_OF
from unequal.value.buying_by_period import Opportunities
from unequal.value.clock import DAYS_A_WEEK
from unequal.value.desk.steps import SEED, Desk, groups_of, histories_at, of_kinds
from unequal.value.foreseen import Foreseen
from unequal.value.known import known_of, money
from unequal.value.occasions import Learned, Standing
from unequal.value.origins import Window


@dataclass(frozen=True)
class OccasionsBranch:
    """Customers of one kind who may come once in each period."""

    desk: Desk
    name: str
    group: str
    today: Standing
    what: Learned
    tests: Sequence[Standing]
    came: Ints

    @property
    def number(self) -> Ints:
        """See Branch."""
        return self.today.number

    def two_years(self, places: Any, draws: int, generator: np.random.Generator) -> Any:
        """See Branch."""
        return occasions.two_years(self.today, self.what, places, draws=draws, generator=generator)

    def foreseen(self, bar: float) -> Foreseen:
        """See Branch."""
        found = occasions.foreseen(
            self.name, self.group, self.today, self.what, self.tests, settings=self.desk.settings, bar=bar,
            generator=np.random.default_rng([SEED, 8]),
        )  # fmt: skip
        return replace(found, tracking=occasions.tracking_rows(self.name, self.group, self.tests, self.what.outcome, self.came))


def by_occasion(desk: Desk, name: str, relationship: config.value.Occasions, days: ibis.Table) -> Iterator[OccasionsBranch]:
    """The groups of customers of such a line of business.

    Args:
        desk: of the forecast.
        name: of the line.
        relationship: how often there is an occasion, and where histories come counted.
        days: BUYING_DAYS of its entries; without a row where histories come counted.

    Raises:
        ValuationError: VAL008, a counted history cannot be.
    """
    if relationship.histories is not None:
        return _counted(desk, name, relationship, relationship.histories)
    return _dated(desk, name, relationship.every, days)


def _counted(desk: Desk, name: str, relationship: config.value.Occasions, mapping: config.value.Histories) -> Iterator[OccasionsBranch]:
    rows = desk.rows[mapping.source]
    _refuse_impossible(desk, name, mapping, rows)
    told = by_period.counted_histories(rows, mapping, desk.customer_record)
    told = told.inner_join(desk.people.select("customer_id", "kind", "number"), "customer_id")
    every = desk.engine.arrow(told.drop("customer_id").order_by("number"))
    for group, kinds in groups_of(every) if every.num_rows else []:
        chosen = of_kinds(every, kinds)
        x, t, n, number = (_whole(chosen, column) for column in ("bought", "last", "offered", "number"))
        unknown = np.full(len(number), np.datetime64("NaT", "D"))
        today = Standing(
            window=desk.window(desk.as_of), every=relationship.every, opportunities=Opportunities(x, t, n), has_come=np.zeros(len(number), bool),
            gone=0.0, number=number, first_day=unknown, last_day=unknown, segments=desk.segments.of[number], known=None,
            assumed=float(relationship.dollars_an_occasion or 0), orders=np.zeros(0, np.int64), brought=np.zeros(0),
        )  # fmt: skip
        yield from _learned(desk, name, group, today, [], np.zeros(0, np.int64))


def _refuse_impossible(desk: Desk, name: str, mapping: config.value.Histories, rows: ibis.Table) -> None:
    wrong = by_period.impossible(rows, mapping)
    count = desk.engine.count(wrong)
    if not count:
        return
    columns = (mapping.repeat, mapping.last, mapping.opportunities)
    first = desk.engine.fetch(wrong.select(*columns).order_by(*columns).limit(1))[0]
    seen = ", ".join(f"{column} {first[column]}" for column in columns)
    raise ValuationError(
        "VAL008", "a counted history cannot be", where=f"value.relationships.{name}.histories, source {mapping.source}",
        seen=f"{count:,} rows, one of them {seen}",
        do=f"mend the source: 0 <= {mapping.repeat} <= {mapping.last} <= {mapping.opportunities}, and {mapping.last} 0 where {mapping.repeat} is",
    )  # fmt: skip


def _dated(desk: Desk, name: str, every: str, days: ibis.Table) -> Iterator[OccasionsBranch]:
    periods = desk.engine.materialise(by_period.occasions(days, every), f"occasions-of-{name}")
    window = desk.window(desk.as_of)
    now = histories_at(desk, periods, window)
    if now.num_rows == 0:
        return
    real = by_period.first_and_last(days).inner_join(desk.people.select("customer_id", "number"), "customer_id")
    spans = desk.engine.arrow(real.order_by("number"))
    windows = tests(desk, every)
    earlier = [histories_at(desk, periods, one, with_outcome=True) for one in windows]
    begins = _begins(windows[0], every) if windows else np.zeros(0, dtype="datetime64[D]")
    came = tracking.by_step(desk.engine.fetch(tracking.orders_by_day(periods, windows[0], desk.people)), begins) if windows else {}
    for group, kinds in groups_of(now):
        today = _standing(desk, window, every, of_kinds(now, kinds), spans)
        past = [_standing(desk, one, every, of_kinds(rows, kinds), spans) for one, rows in zip(windows, earlier, strict=True)]
        yield from _learned(desk, name, group, today, past, tracking.of_kinds(came, kinds, len(begins)))


def _begins(window: Window, every: str) -> Any:
    """The first days of the periods of a window."""
    first, after = _period(window.start, every), _period(window.end, every)
    return np.array([by_period.first_day_of(period, every) for period in range(first, after)], dtype="datetime64[D]")


def _learned(desk: Desk, name: str, group: str, today: Standing, past: Sequence[Standing], came: Ints) -> Iterator[OccasionsBranch]:
    if not (today.opportunities.offered > 0).any():
        return  # nobody has had an opportunity to come again: there is nothing to learn yet
    what = occasions.learned(today, past, float(desk.settings.horizon_weeks), np.random.default_rng([SEED, 7]))
    yield OccasionsBranch(desk, name, group, today, what, past, came)


def tests(desk: Desk, every: str) -> list[Window]:
    """The tests that a history allows, latest first, each of whole periods: as many as a hold-out comes to, and at least one.

    The last ends where the period under way begins; each needs a period before it in which customers may have come again.
    """
    settings = desk.settings.backtest
    length = max(1, round(settings.hold_out_weeks / WEEKS_OF[every]))
    now = _period(desk.as_of, every)
    first = _period(desk.first, every)
    found = []
    for number in range(1, settings.origins + 1):
        start = now - length * number
        if start - length <= first:
            break
        begin, end, again = (by_period.first_day_of(period, every) for period in (start, start + length, start - length))
        found.append(Window(begin, end, again, begin))
    return found


def _period(day: Any, every: str) -> int:
    return int(by_period.period_of(np.array([day], dtype="datetime64[D]"), every)[0])


def _standing(desk: Desk, window: Window, every: str, rows: pa.Table, spans: pa.Table) -> Standing:
    number = _whole(rows, "number")
    first, last = (by_period.period_of(_days(rows, name), every) for name in ("first_day", "last_day"))
    now = _period(window.start, every)
    gone = (window.start - by_period.first_day_of(now, every)).days / DAYS_A_WEEK
    place = np.searchsorted(_whole(spans, "number"), number)
    has_outcome = "came_orders" in rows.column_names
    orders = _whole(rows.set_column(0, "_", rows["came_orders"].fill_null(0)), "_") if has_outcome else np.zeros(0, np.int64)
    has_come: Flags = last == now
    return Standing(
        window=window, every=every, opportunities=by_period.opportunities(_whole(rows, "orders"), first, last, now), has_come=has_come,
        gone=min(gone, WEEKS_OF[every] * 0.999), number=number, first_day=_days(spans, "first_day")[place], last_day=_days(spans, "last_day")[place],
        segments=desk.segments.of[number], known=known_of(rows, until=window.start), assumed=0.0, orders=orders,
        brought=np.nan_to_num(money(rows, "came_brought")) if has_outcome else np.zeros(0),
    )  # fmt: skip


def _whole(rows: pa.Table, name: str) -> Ints:
    return np.asarray(rows[name].to_numpy(), dtype=np.int64)


def _days(rows: pa.Table, name: str) -> Any:
    return np.asarray(rows[name].to_numpy(zero_copy_only=False)).astype("datetime64[D]")
