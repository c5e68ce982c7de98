"""The step of reasons: drivers, contexts, what comes through others, where customers came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import config
from unequal.ledger import is_real_customer
from unequal.storage import Engine
from unequal.terms.lines import Level, Line
from unequal.terms.money import SCALE, TOTAL, money_sum
from unequal.value import drivers, referral, shrinking, tables
from unequal.value.arrays import Flags, Floats, Ints
from unequal.value.economics import drawn_to_base
from unequal.value.history import buying_days
from unequal.value.known import money
from unequal.value.reasons.sums import CONTEXTS, DRIVEN, activity, by_context, days_in_contexts

_MONTH_DAYS: Final = 365.25 / 12
_TIES: Final = ("referrer", "introducer")
_NINE_IN_TEN: Final = 1.645
_SOURCES: Final = ("channel", "market", "acquisition")


@dataclass(frozen=True)
class Desk:
    """What reasons are told from.

    Args:
        engine: where it runs.
        entries: ENTRY up to the day of the forecast.
        values: CUSTOMER_VALUE.
        lifetimes: LIFETIME.
        beginnings: see segments.beginnings.
        relationships: RELATIONSHIP.
        level: the evidence level of the base.
        settings: the section value.
        as_of: the day of the forecast.
        folder: where to write.
    """

    engine: Engine
    entries: ibis.Table
    values: ibis.Table
    lifetimes: ibis.Table
    beginnings: ibis.Table
    relationships: ibis.Table
    level: Level
    settings: config.value.Value
    as_of: date
    folder: Path


@dataclass(frozen=True)
class Worth:
    """What customers are worth, and who of them was brought by another.

    Args:
        rows: a row a customer, see `_worth`.
        named: whether a referral or an introduction names who brought each.
    """

    rows: pa.Table
    named: Flags


def tell(desk: Desk) -> Worth:
    """Write `profit_driver`, `context_value`, `through_others` and `acquisition_source`; `value_driver` is the forecast's own."""
    _write_drivers(desk)
    _write_contexts(desk)
    worth = desk.engine.arrow(_worth(desk).order_by("customer_id"))
    named = _write_through_others(desk, worth)
    _write_sources(desk, worth)
    return Worth(worth, named)


def _write_drivers(desk: Desk) -> None:
    days = desk.engine.materialise(buying_days(desk.entries, desk.level), "all-days")
    rows = desk.engine.arrow(activity(desk.entries, days, desk.level).order_by("customer_id"))
    if rows.num_rows == 0:
        desk.engine.write(desk.engine.rows(tables.PROFIT_DRIVER.types, []), desk.folder / "profit_driver.parquet")
        return
    units = {name: _units(rows, name) for name in (*DRIVEN, "brought")}
    signs = {"list_revenue": 1.0}
    sums = {name: signs.get(name, -1.0) * units[name] / _UNITS for name in DRIVEN}
    began = np.asarray(rows["first_day"].to_numpy(zero_copy_only=False)).astype("datetime64[D]")
    tenure = np.maximum((np.datetime64(desk.as_of, "D") - began).astype(np.float64) / _MONTH_DAYS, 1 / _MONTH_DAYS)
    orders = np.asarray(rows["orders"].to_numpy(), dtype=np.float64)
    found = drivers.profit_drivers(drivers.Activity(tenure=tenure, orders=orders, **sums))
    of_lines = sum((units[name] for name in DRIVEN), np.zeros(rows.num_rows, np.int64))
    elsewhere = units["brought"] - of_lines
    mean = [round(int(whole.sum()) / rows.num_rows) for whole in (of_lines, elsewhere)]
    told = drivers.drivers_in_units(found, of_lines - mean[0])
    told["rounding"] = told.pop(drivers.OTHER)
    told["other_lines"] = elsewhere - mean[1]
    columns = {"customer_id": rows["customer_id"], "difference": _decimals(units["brought"] - sum(mean))}
    columns |= {name: _decimals(told[name]) for name in tables.PROFIT_DRIVER.names[2:]}
    desk.engine.write_rows(tables.PROFIT_DRIVER.types, pa.table(columns), desk.folder / "profit_driver.parquet")


_UNITS: Final = 10**SCALE


def _units(rows: pa.Table, name: str) -> Ints:
    """A column of money in whole units of 0.0001: exact."""
    scaled = pa.compute.multiply(rows[name].cast(pa.decimal128(28, SCALE)), pa.scalar(_UNITS, pa.decimal128(5, 0)))
    return np.asarray(scaled.cast(pa.int64()).to_numpy(), dtype=np.int64)


def _decimals(units: Ints) -> pa.Array:
    """Whole units of 0.0001 as DECIMAL(28,4): exact."""
    whole = pa.array(units).cast(pa.decimal128(19, 0))
    return pa.compute.multiply(whole, pa.scalar("0.0001").cast(pa.decimal128(5, SCALE))).cast(pa.decimal128(28, SCALE))


def _write_contexts(desk: Desk) -> None:
    days = desk.engine.materialise(days_in_contexts(desk.entries, desk.level), "days-in-contexts")
    found = [_context_rows(desk, days, context) for context in CONTEXTS]
    rows = [table for table in found if table is not None]
    if not rows:
        desk.engine.write(desk.engine.rows(tables.CONTEXT_VALUE.types, []), desk.folder / "context_value.parquet")
        return
    desk.engine.write_rows(tables.CONTEXT_VALUE.types, pa.concat_tables(rows), desk.folder / "context_value.parquet")


def _context_rows(desk: Desk, days: ibis.Table, context: str) -> pa.Table | None:
    """CONTEXT_VALUE rows of one context; None where all is in one value, or nothing was sold."""
    rows = desk.engine.arrow(by_context(days, context).order_by("customer_id", "value"))
    ids, values = (rows[name].combine_chunks().dictionary_encode() for name in ("customer_id", "value"))
    n, m = len(ids.dictionary), len(values.dictionary)
    if m < 2:  # noqa: PLR2004 - one value tells nothing apart
        return None
    at = (np.asarray(ids.indices), np.asarray(values.indices))
    profit, orders, squares = np.zeros((n, m)), np.zeros((n, m)), np.zeros((n, m))
    profit[at], orders[at], squares[at] = money(rows, "brought"), rows["orders"].to_numpy(), rows["squares"].to_numpy()
    if orders.sum() <= 0:
        return None
    worth = shrinking.by_context(shrinking.learn(profit, orders, squares), profit, orders)
    exact = np.zeros((n, m), dtype=np.int64)
    exact[at] = _units(rows, "brought")
    who, where = np.divmod(np.arange(n * m), m)
    return pa.table({
        "customer_id": ids.dictionary.take(pa.array(who)),
        "context": pa.array([context] * (n * m), pa.string()),
        "value": values.dictionary.take(pa.array(where)),
        "orders": pa.array(orders.astype(np.int64).ravel()),
        "brought": _decimals(exact.ravel()),
        "worth_expected": pa.array(worth.ravel()),
    })  # fmt: skip


def _worth(desk: Desk) -> ibis.Table:
    """What each customer brought before acquisition and is expected to bring, with what it cost to get, its first day and order.

    Returns:
        customer_id, brought and acquisition DECIMAL(28,4), acquired_by (absent where nothing was spent), value_expected (0 where nothing
        is foreseen), variance, first_day, channel, market, first_order DECIMAL(28,4).
    """
    spent = desk.entries.filter(is_real_customer(desk.entries["customer_id"]), desk.entries["line"] == str(Line.ACQUISITION))
    paid = spent.group_by("customer_id").aggregate(acquisition=money_sum(spent["amount"]), acquired_by=spent["channel"].min())
    sales = desk.entries.filter(desk.entries["line"] == str(Line.LIST_REVENUE), desk.entries["amount"] > 0)
    first = sales.inner_join(desk.beginnings.select("customer_id", "first_day"), "customer_id")
    first = first.filter(first["booked_on"] == first["first_day"])
    began = first.group_by("customer_id").aggregate(first_order=money_sum(first["amount"]))
    values = desk.values.select(
        "customer_id", "brought", "value_expected", spread=(desk.values["value_high"] - desk.values["value_low"]) / 3.29
    )
    joined = values.left_join(desk.beginnings, "customer_id").drop("customer_id_right")
    joined = joined.left_join(paid, "customer_id").drop("customer_id_right").left_join(began, "customer_id").drop("customer_id_right")
    nothing = ibis.literal(0).cast(TOTAL)
    in_level = desk.level is Level.CONTRIBUTION
    acquisition = joined["acquisition"].fill_null(nothing)
    brought = (joined["brought"] - acquisition if in_level else joined["brought"]).cast(TOTAL)
    return joined.select(
        "customer_id", "first_day", "channel", "market", "acquired_by", "value_expected", brought=brought, acquisition=acquisition,
        variance=joined["spread"] * joined["spread"], first_order=joined["first_order"].fill_null(nothing),
    )  # fmt: skip


def _write_through_others(desk: Desk, worth: pa.Table) -> Flags:
    """Write `through_others`; says who was brought by somebody."""
    ids = np.asarray(worth["customer_id"].to_numpy(zero_copy_only=False), dtype=object).astype(str)
    ties = _ties(desk, ids)
    total = money(worth, "brought") + worth["value_expected"].to_numpy()
    days = np.asarray(worth["first_day"].to_numpy(zero_copy_only=False)).astype("datetime64[D]").astype(np.int64)
    direct = referral.shares_of(referral.without_cycles(ties, days))
    saved, settings = _saved(worth), desk.settings.through_others
    anyway = np.full(len(ids), settings.came_anyway_share)
    found = referral.through_others(
        direct, worth=total, saved=saved, rewards=np.full(len(ids), float(settings.reward)), came_anyway=anyway,
        depth=settings.depth, decay=settings.decay,
    )  # fmt: skip
    some = np.flatnonzero(found.brought > 0)
    raw = np.bincount(direct.source, weights=direct.weight * total[direct.target], minlength=len(ids))
    columns = {
        "customer_id": worth["customer_id"].take(pa.array(some)),
        "brought_customers": found.brought[some], "worth_expected": raw[some], "type_one_expected": found.type_one[some],
        "type_two_expected": found.type_two[some], "further_expected": found.further[some], "value_expected": found.value[some],
        "came_anyway_share": anyway[some], "is_advocate": found.value[some] > np.maximum(total[some], 0.0),
    }  # fmt: skip
    desk.engine.write_rows(tables.THROUGH_OTHERS.types, pa.table(columns), desk.folder / "through_others.parquet")
    return np.isin(np.arange(len(ids)), direct.target)


def _ties(desk: Desk, ids: Any) -> referral.Ties:
    """Referrals and introductions between customers of whom something is known, by their places among them."""
    kinds = desk.relationships.filter(desk.relationships["kind"].isin(_TIES))
    rows = desk.engine.arrow(kinds.select("from_customer", "to_customer", "weight").order_by("from_customer", "to_customer"))
    ends = [np.asarray(rows[name].to_numpy(zero_copy_only=False), dtype=object).astype(str) for name in ("from_customer", "to_customer")]
    places = [np.minimum(np.searchsorted(ids, end), len(ids) - 1) for end in ends] if len(ids) else [np.zeros(0, np.int64)] * 2
    known = np.ones(len(ends[0]), bool)
    for place, end in zip(places, ends, strict=True):
        known &= ids[place] == end if len(ids) else False
    weight = np.maximum(rows["weight"].to_numpy().astype(np.float64), 1e-9)
    return referral.Ties(places[0][known], places[1][known], weight[known])


def _saved(worth: pa.Table) -> Floats:
    """What would have been spent to get a customer who came through another: the mean of those for whom something was spent, less his own."""
    spent = -money(worth, "acquisition")
    paid = spent > 0
    mean = float(spent[paid].mean()) if paid.any() else 0.0
    return np.asarray(np.maximum(mean - spent, 0.0))


def _write_sources(desk: Desk, worth: pa.Table) -> None:
    rows = [row for dimension in _SOURCES for row in _source_rows(dimension, worth)]
    desk.engine.write(desk.engine.rows(tables.ACQUISITION_SOURCE.types, rows), desk.folder / "acquisition_source.parquet")


def _source_rows(dimension: str, worth: pa.Table) -> list[dict[str, Any]]:
    """ACQUISITION_SOURCE rows of one dimension, best first; none where customers cannot be told apart by it."""
    column = worth["acquired_by" if dimension == "acquisition" else dimension]
    names = np.asarray(column.fill_null("").to_numpy(zero_copy_only=False), dtype=object).astype(str)
    known, at = np.unique(np.where(names == "", "nothing spent" if dimension == "acquisition" else "not known", names), return_inverse=True)
    if len(known) < 2:  # noqa: PLR2004 - one source ranks nothing
        return []
    total = money(worth, "brought") + worth["value_expected"].to_numpy()
    count = np.bincount(at).astype(np.float64)
    sums = np.asarray(np.bincount(at, weights=total), dtype=np.float64)
    squares = float(np.square(total - (sums / count)[at]).sum())
    each = drawn_to_base(sums, count, squares)
    spread = np.sqrt(np.bincount(at, weights=np.square(total - each[at])) / count**2)
    units = {name: np.zeros(len(known), np.int64) for name in ("first_order", "brought", "acquisition")}
    for name, whole in units.items():
        np.add.at(whole, at, _units(worth, name))
    after_cost = each + units["acquisition"] / _UNITS / count
    rank = np.empty(len(known), np.int64)
    rank[np.lexsort((known, -after_cost))] = np.arange(1, len(known) + 1)
    exact = {name: _decimals(whole).to_pylist() for name, whole in units.items()}
    return [
        {
            "dimension": dimension, "source": str(known[place]), "customers": int(count[place]), "first_order": exact["first_order"][place],
            "brought": exact["brought"][place], "acquisition_cost": exact["acquisition"][place],
            "worth_per_customer_expected": float(each[place]), "worth_per_customer_low": float(each[place] - _NINE_IN_TEN * spread[place]),
            "worth_per_customer_high": float(each[place] + _NINE_IN_TEN * spread[place]), "source_rank": int(rank[place]),
        }
        for place in np.argsort(rank)
    ]  # fmt: skip
