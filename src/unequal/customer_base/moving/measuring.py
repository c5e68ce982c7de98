"""What is asked of a statement to tell movement: the bands of both windows, their lines, and the months that chance is told by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal.customer_base.bands import customer_figures
from unequal.customer_base.moving import chance, matrix
from unequal.customer_base.moving.schemes import Scheme, banded_by, order_of
from unequal.ledger import is_real_customer, level_amount
from unequal.terms.lines import LINES_OF_LEVEL, Level
from unequal.terms.periods import Period

Arrow = Callable[[ibis.Table], pa.Table]
"""Runs a table; an engine's verb."""
FEWEST: Final = 30
"""Of fewer customers who were there in both windows, nothing is told of chance."""
FORECAST_MONTHS: Final = 12
"""A forecast is of a year: it says where customers will stand only where the windows are years."""
WIDTH_OF_RANGE: Final = 3.29
"""Between the ends of a 90 % range lie so many standard deviations, where it is about normal."""


@dataclass(frozen=True)
class Seen:
    """Whom two windows hold, whatever the bands.

    Args:
        windows: when.
        level: at which evidence level.
        statement: STATEMENT, of whom the question is about.
        before, after: of `presence`.
        earlier: customer_id of whoever was there before the first window.
    """

    windows: matrix.Windows
    level: Level
    statement: ibis.Table
    before: ibis.Table
    after: ibis.Table
    earlier: ibis.Table


@dataclass(frozen=True)
class Standing:
    """Who stands where in two windows.

    Args:
        seen: whom the windows hold.
        scheme: by which bands.
        known: customer_id and what rules and growth may name.
        before, after: CUSTOMER_FIGURE and band of whoever was there.
        moved: of matrix.moved.
    """

    seen: Seen
    scheme: Scheme
    known: ibis.Table | None
    before: ibis.Table
    after: ibis.Table
    moved: ibis.Table


def presence(statement: ibis.Table, level: Level, window: Period, *, lines: Sequence[str]) -> ibis.Table:
    """CUSTOMER_FIGURE of everybody with an entry in a window, and is_there: whether the customer was there, see matrix.bought."""
    figures = customer_figures(statement, level, period=window)
    there = matrix.bought(statement, lines, start=window.start, end=window.end).rename(_there="customer_id")
    joined = figures.left_join(there, figures["customer_id"] == there["_there"])
    return joined.select(*figures.columns, is_there=joined["_there"].notnull())


def seen(statement: ibis.Table, level: Level, windows: matrix.Windows, *, lines: Sequence[str]) -> Seen:
    """Whom two windows hold.

    Args:
        statement: STATEMENT.
        level: whose lines are summed.
        windows: when.
        lines: by which entries a customer was there.
    """
    before, after = (presence(statement, level, window, lines=lines) for window in (windows.before, windows.after))
    return Seen(windows, level, statement, before, after, matrix.bought(statement, lines, end=windows.before.start))


def standing(whom: Seen, scheme: Scheme, known: ibis.Table | None) -> Standing:
    """The bands of both windows, and who moved.

    Args:
        whom: of `seen`.
        scheme: by which bands.
        known: customer_id and what rules and growth may name.
    """
    before, after = (banded(table, scheme, known) for table in (whom.before, whom.after))
    everybody = [
        two.select("customer_id", "amount", "band").union(_away(table)) for two, table in ((before, whom.before), (after, whom.after))
    ]
    return Standing(whom, scheme, known, before, after, matrix.moved(everybody[0], everybody[1], whom.earlier))


def banded(present: ibis.Table, scheme: Scheme, known: ibis.Table | None) -> ibis.Table:
    """CUSTOMER_FIGURE and band of whoever was there, of `presence`."""
    return banded_by(scheme, present.filter(present["is_there"]).drop("is_there"), known)


def _away(present: ibis.Table) -> ibis.Table:
    return present.filter(~present["is_there"]).select("customer_id", "amount", band=ibis.null("string"))


def cells(stand: Standing, arrow: Arrow) -> list[dict[str, Any]]:
    """The movement matrix, rows and columns from the best band on: from_band, to_band, customers, before, after, change."""
    return ordered(arrow(matrix.cells(stand.moved)).to_pylist(), stand.scheme)


def ordered(rows: Sequence[dict[str, Any]], scheme: Scheme) -> list[dict[str, Any]]:
    """Cells from the best band on, each with its change."""
    place = order_of((*scheme.bands, matrix.REACTIVATED, matrix.NEW, matrix.LOST, matrix.AWAY))
    told = [row | {"change": row["after"] - row["before"]} for row in rows]
    return sorted(told, key=lambda row: (place[row["from_band"]], place[row["to_band"]]))


def by_chance(stand: Standing, arrow: Arrow, tell: Callable[[float], None] = lambda _: None) -> list[dict[str, Any]] | None:
    """What chance alone would show of those who were there in both windows.

    Args:
        stand: who stood where.
        arrow: runs a table.
        tell: is told the share of the draws that is done.

    Returns:
        measure (moved, up, down: customers; change: money of those who stood in from_band), from_band (None of the first three), observed,
        chance_expected, chance_low, chance_high, excess_expected, excess_low, excess_high. None where fewer than FEWEST were there in both,
        and for rules, which may hang on more than what a customer brought.
    """
    if stand.scheme.kind == "rules":
        return None
    growable = _flags(stand) if stand.scheme.kind == "growable" else None
    rows = arrow(_months(stand, growable))
    names = rows["customer_id"].combine_chunks().dictionary_encode()
    customers = len(names.dictionary)
    if customers < FEWEST:
        return None
    who = names.indices.to_numpy(zero_copy_only=False)
    months = _arrays(rows, who, customers, stand.seen.windows.months)
    flags = np.zeros(customers, dtype=bool)
    if growable is not None:
        flags[who] = rows["is_growable"].to_numpy(zero_copy_only=False)
    bands_before, bands_after = (
        chance.banding(stand.scheme.kind, {**_lines(stand, table, arrow), "is_growable": flags}) for table in (stand.before, stand.after)
    )
    measured = chance.by_chance(months, bands_before, bands_after, bands=len(stand.scheme.bands), tell=tell)
    return [
        _row(measure, stand.scheme.bands[place] if measure == "change" else None, one)
        for measure, every in measured.items()
        for place, one in enumerate(every)
    ]


def _row(measure: str, band: str | None, one: chance.Measured) -> dict[str, Any]:
    excess = dict(zip(("excess_expected", "excess_low", "excess_high"), one.excess, strict=True))
    return {
        "measure": measure, "from_band": band, "observed": one.observed, "chance_expected": one.expected, "chance_low": one.low,
        "chance_high": one.high, **excess,
    }  # fmt: skip


def _flags(stand: Standing) -> ibis.Table | None:
    return (
        None
        if stand.known is None
        else stand.known.select("customer_id", is_growable=stand.known["is_growable"].coalesce(ibis.literal(value=False)))
    )


def _months(stand: Standing, growable: ibis.Table | None) -> ibis.Table:
    """A row for each month of each customer who was there in both windows, by customer and month."""
    span = Period(stand.seen.windows.before.start, stand.seen.windows.after.end)
    rows = stand.seen.statement.filter(
        is_real_customer(stand.seen.statement["customer_id"]), stand.seen.statement["month"] >= span.start, stand.seen.statement["month"] < span.end,
        stand.seen.statement["line"].isin([str(line) for line in LINES_OF_LEVEL[stand.seen.level]]),
    )  # fmt: skip
    number = (rows["month"].year() * 12 + rows["month"].month() - (span.start.year * 12 + span.start.month)).cast("int64")
    summed = rows.group_by("customer_id", number=number).aggregate(
        amount=level_amount(rows, stand.seen.level).cast("float64"), sales=level_amount(rows, Level.REVENUE).cast("float64")
    )
    both = stand.before.select("customer_id").inner_join(stand.after.select("customer_id"), "customer_id").select("customer_id")
    found = summed.inner_join(both, "customer_id").select(*summed.columns)
    if growable is not None:
        joined = found.left_join(growable, "customer_id")
        found = joined.select(*summed.columns, is_growable=joined["is_growable"].coalesce(ibis.literal(value=False)))
    return found.order_by("customer_id", "number")


def _arrays(rows: pa.Table, who: Any, customers: int, months: int) -> chance.Months:
    number = rows["number"].to_numpy()
    at = (who, number % months, number // months)
    found = []
    for name in ("amount", "sales"):
        cells_ = np.zeros((customers, months, 2))
        cells_[at] = rows[name].to_numpy()
        found.append(cells_)
    return chance.Months(*found)


def _lines(stand: Standing, banded: ibis.Table, arrow: Arrow) -> dict[str, Any]:
    """Where the lines between the bands of a window lie, as numbers."""
    if stand.scheme.limits is not None:
        return {"within": float(stand.scheme.limits.within), "share_of_sales": float(stand.scheme.limits.share_of_sales)}
    rows = arrow(banded.group_by("band").aggregate(least=banded["amount"].min().cast("float64"))).to_pylist()
    least = {row["band"]: row["least"] for row in rows}
    every = [least.get(band, float("inf")) for band in stand.scheme.bands]
    return {"best": every[0], "least": every[:-1]}


def ahead(stand: Standing, values: ibis.Table, shared: chance.SharedError, arrow: Arrow) -> list[dict[str, Any]] | None:
    """Where the customers of the later window will stand next year.

    Args:
        stand: of the latest windows, at the level of the base.
        values: CUSTOMER_VALUE.
        shared: the error that totals shared in earlier forecasts.
        arrow: runs tables.

    Returns:
        from_band, to_band, customers_expected, customers_low, customers_high; only cells in which anybody is expected. None where the windows
        are no years, for rules, and where nobody has a forecast.
    """
    if stand.scheme.kind == "rules" or stand.seen.windows.months != FORECAST_MONTHS:
        return None
    names = ("customer_id", "p_alive", "brought_last_year", "growth_expected", "growth_low", "growth_high", "is_growable")
    known = values.filter(values["growth_expected"].notnull()).select(*names)
    joined = stand.after.inner_join(known, "customer_id")
    rows = arrow(
        joined.select(
            "customer_id", "band", "p_alive", "is_growable", "growth_low", "growth_high",
            mean=joined["brought_last_year"].cast("float64") + joined["growth_expected"],
            amount=joined["amount"].cast("float64"), sales=joined["sales"].cast("float64"),
        ).order_by("customer_id")
    )  # fmt: skip
    if len(rows) < FEWEST:
        return None
    column = {name: rows[name].to_numpy(zero_copy_only=False) for name in rows.column_names if name not in ("customer_id", "band")}
    place, bands = order_of(stand.scheme.bands), stand.scheme.bands
    amount = np.abs(column["amount"])
    year = chance.Ahead(
        band=np.array([place[band] for band in rows["band"].to_pylist()], dtype=np.int64),
        mean=column["mean"],
        deviation=(column["growth_high"] - column["growth_low"]) / WIDTH_OF_RANGE,
        p_alive=column["p_alive"],
        sales_share=np.divide(column["sales"], amount, out=np.ones(len(amount)), where=amount > 0),
    )
    lines = chance.banding(stand.scheme.kind, {**_lines(stand, stand.after, arrow), "is_growable": column["is_growable"].astype(bool)})
    expected, low, high = chance.ahead(year, lines, shared, bands=len(bands))
    return [
        {"from_band": start, "to_band": end, "customers_expected": float(expected[i, j]), "customers_low": float(low[i, j]), "customers_high": float(high[i, j])}
        for i, start in enumerate(bands)
        for j, end in enumerate((*bands, matrix.LOST))
        if expected[i, j] > 0
    ]  # fmt: skip
