"""Cost to serve, step by step: events of activities, costs and capacities of pools, and what each event is charged with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import config
from unequal.ledger.activities import COST, SHARED, events_of, mapping_sources, parts_of
from unequal.ledger.booking_day import month_start
from unequal.ledger.charging import charged, first_of, idle_rows, paid, schema_of, with_amounts, work_of, writing
from unequal.ledger.currency import convert
from unequal.ledger.lookups import lookups_of
from unequal.ledger.pools import Month, check_figures, cost_mapping, every_month, monthly_capacity, same_each_month, seconds_of
from unequal.ledger.posting import posted_rows
from unequal.ledger.sharing import receivers_of, shared_amounts, spread
from unequal.ledger.tables import ACTIVITY_COST, ACTIVITY_SUM, ACTIVITY_TIME, TIME
from unequal.ledger.verbs import Verbs
from unequal.terms.errors import LedgerError
from unequal.terms.money import TOTAL, from_units, money_sum, to_units

CONFIG_NAME: Final = "unequal.yaml"
"""Where idle capacity is said to come from: it has no row of its own."""
POOL_COST: Final = {"pool": "string", "currency": "string", "month": "date", "original": "decimal(28, 4)", "amount": "decimal(28, 4)"}
"""What the rows of a pool's cost come to, by currency and month: before conversion and after, negative as in the ledger."""


def sources_of(ledger: config.ledger.Ledger, sources: Mapping[str, config.Source]) -> tuple[str, ...]:
    """Every source whose rows cost to serve is worked out from, in the order of the config."""
    named: set[str] = set()
    for pool in ledger.pools.values():
        named |= {part.source for part in (pool.cost, pool.capacity) if not isinstance(part, str)}
        if isinstance(pool.cost, config.ledger.CostRows):
            named |= {lookup.source for lookup in lookups_of(cost_mapping(pool.cost))}
    for activity in ledger.activities.values():
        named |= {activity.each, *mapping_sources(activity, sources[activity.each])}
    for shared in ledger.shared_costs.values():
        named |= {shared.over, shared.cost.source}
    return tuple(name for name in sources if name in named)


@dataclass(frozen=True)
class Serving:
    """What cost to serve is worked out from.

    Args:
        engine: where it runs.
        project: the config; it has pools and activities.
        rows: accepted rows of the sources that `sources_of` names.
        rates: RATES.
    """

    engine: Verbs
    project: config.Project
    rows: Mapping[str, ibis.Table]
    rates: ibis.Table

    def charge(self, folder: Path) -> tuple[list[Month], list[dict[str, Any]]]:
        """Write `posted.parquet`: an entry for each event of every activity and for the idle capacity of each pool and month.

        Returns:
            The pools month by month, and POOL_COST rows.

        Raises:
            LedgerError: LED001 a cost has no rate; LED020 to LED024 what a pool or an activity says cannot be; and those of `events_of`.
        """
        ledger = self.project.ledger
        paths = {name: self._events(name, activity) for name, activity in ledger.activities.items()}
        months: list[Month] = []
        costs: list[dict[str, Any]] = []
        shared = {name: self._receivers(name, cost) for name, cost in ledger.shared_costs.items()}
        schema = schema_of(next(iter([*paths.values(), *shared.values()])))
        with writing(folder / "posted.parquet", schema) as writer:
            for name in ledger.pools:
                used = [paths[activity_name] for activity_name, activity in ledger.activities.items() if activity.pool == name]
                own, told, tables = self._charged(name, used)
                for table in tables:
                    writer.write_table(table.cast(schema))
                months += own
                costs += told
            for name, path in shared.items():
                told, parts = self._spread(name, path, schema)
                for part in parts:
                    writer.write_table(part.cast(schema))
                costs += told
            writer.write_table(idle_rows(months, schema, self.project.reporting_currency, CONFIG_NAME))
        return months, costs

    def _events(self, name: str, activity: config.ledger.Activity) -> Path:
        """The events of an activity, in the scratch folder."""
        return self._written(f"activities.{name}", events_of(
            self.rows[activity.each], name, activity, self.project.sources[activity.each],
            project=self.project, lookups=self.rows, parts=self._parts,
        ))  # fmt: skip

    @property
    def _parts(self) -> int:
        return max((len(parts_of(each.time)) for each in self.project.ledger.activities.values()), default=1)

    def _receivers(self, name: str, shared: config.ledger.SharedCost) -> Path:
        """The rows that share a cost, in the scratch folder: their ticks are their weights."""
        return self._written(f"shared_costs.{name}", receivers_of(
            self.rows[shared.over], name, shared, self.project.sources[shared.over], project=self.project, lookups=self.rows, parts=self._parts,
        ))  # fmt: skip

    def _written(self, name: str, events: ibis.Table) -> Path:
        path = self.engine.scratch / f"{name}.parquet"
        self.engine.write(events, path)
        _check_events(self.engine, name, self.engine.read(path))
        return path

    def _spread(self, name: str, path: Path, schema: pa.Schema) -> tuple[list[dict[str, Any]], list[pa.Table]]:
        """One shared cost: what it is made of, and its parts; what nobody shares stays with the company."""
        shared = self.project.ledger.shared_costs[name]
        found = self.engine.fetch(shared_amounts(
            self.rows, shared, self.project.sources[shared.cost.source], project=self.project, rates=self.rates
        ))  # fmt: skip
        _check_rates(found, f"ledger.shared_costs.{name}.cost")
        tables = spread(name, shared, found, path, schema, currency=self.project.reporting_currency)
        return [{"pool": f"{SHARED}{name}", **{column: row[column] for column in POOL_COST if column != "pool"}} for row in found], tables

    def _charged(self, name: str, paths: Sequence[Path]) -> tuple[list[Month], list[dict[str, Any]], Iterator[pa.Table]]:
        """One pool: its months, what its cost is made of, and its events with their amounts."""
        work = work_of(paths)
        told = self._costs(name)
        costs, capacities = self._figures(name, told, sorted({first_of(number) for number in np.unique(work.month).tolist()}))
        check_figures(name, costs, capacities)
        months, shares = charged(name, work, costs, capacities)
        return months, told, with_amounts(paths, shares, paid(work, months))

    def _costs(self, name: str) -> list[dict[str, Any]]:
        """POOL_COST of a pool whose cost is read from rows; none where it is declared."""
        cost = self.project.ledger.pools[name].cost
        if not isinstance(cost, config.ledger.CostRows):
            return []
        source = self.project.sources[cost.source].model_copy(update={"postings": cost_mapping(cost)})
        posted = posted_rows(self.rows[cost.source], cost.source, source, project=self.project, lookups=self.rows)
        converted = convert(
            posted, self.rates, reporting_currency=self.project.reporting_currency, valid_days=self.project.ledger.rate_valid_days
        )
        grouped = converted.group_by("currency", month=month_start(converted["booked_on"])).aggregate(
            original=money_sum(converted["original_amount"]), amount=money_sum(converted["amount"]),
            unknown=converted["amount"].isnull().sum().cast("int64"),
        )  # fmt: skip
        rows = self.engine.fetch(grouped.order_by("month", "currency"))
        _check_rates(rows, f"ledger.pools.{name}.cost")
        return [{"pool": name, **{column: row[column] for column in POOL_COST if column != "pool"}} for row in rows]

    def _figures(self, name: str, told: Sequence[Mapping[str, Any]], worked: Sequence[date]) -> tuple[dict[date, int], dict[date, int]]:
        """What a pool cost and could do, month by month: units, positive, and ticks."""
        pool = self.project.ledger.pools[name]
        costs: dict[date, int] = {}
        for row in told:
            costs[row["month"]] = costs.get(row["month"], 0) - to_units(row["amount"])
        capacities: dict[date, int] = {}
        if isinstance(pool.capacity, config.ledger.CapacityRows):
            found = monthly_capacity(
                self.rows[pool.capacity.source], pool.capacity, project=self.project, where=f"ledger.pools.{name}.capacity"
            )
            capacities = {row["month"]: int(row["ticks"]) for row in self.engine.fetch(found)}
        known = sorted({*costs, *capacities, *worked})
        months = every_month(known[0], known[-1]) if known else []
        if isinstance(pool.cost, str):
            costs = same_each_month(pool.cost, months, ticks=False)
        if isinstance(pool.capacity, str):
            capacities = same_each_month(pool.capacity, months, ticks=True)
        return costs, capacities


def _check_rates(rows: Sequence[Mapping[str, Any]], where: str) -> None:
    missing = [row for row in rows if row["unknown"] or row["month"] is None]
    if missing:
        first = missing[0]
        seen = f"{first['unknown']:,} rows in {first['currency'] or 'no currency'}, {first['month'] or 'without a day'}"
        raise LedgerError("LED001", "a cost is in a currency that the ledger has no rate for, or has no day", where=where, seen=seen,
                          do="add the rate to ledger.rates, or leave such rows out by `when`")  # fmt: skip


def _check_events(engine: Verbs, name: str, events: ibis.Table) -> None:
    """Refuse events that took less than no time, or have no day.

    Raises:
        LedgerError: LED020, LED003.
    """
    wrong = events.filter((events["ticks"] < 0) | events["booked_on"].isnull())
    found = engine.fetch(wrong.order_by("source_file", "source_row").select("source_file", "source_row", "ticks", "booked_on").limit(1))
    if not found:
        return
    first, where = found[0], f"ledger.{name}"
    place = f"{engine.count(wrong):,} events, first in {first['source_file']}, row {first['source_row']:,}"
    if first["booked_on"] is None:
        raise LedgerError("LED003", "events without a day", where=where, seen=place,
                          do="leave them out by `when`, or set required: true on the column so that such rows are quarantined")  # fmt: skip
    raise LedgerError("LED020", "an event takes less than no time", where=f"{where}.time", seen=place,
                      do="leave such events out by `when`: a negative quantity is a return, and work of its own")  # fmt: skip


def pool_rows(months: Sequence[Month], ledger: config.ledger.Ledger) -> list[dict[str, Any]]:
    """POOL rows."""
    return [
        {
            "pool": month.pool, "month": month.month, "cost": from_units(month.cost),
            "practical_seconds": None if month.practical is None else seconds_of(month.practical), "used_seconds": seconds_of(month.used),
            "idle_seconds": seconds_of(month.spare), "over_seconds": seconds_of(month.over), "rate_minute": month.rate,
            "charged": from_units(month.cost - month.idle), "idle": from_units(month.idle), "events": month.events,
            "assumed": ledger.pools[month.pool].assumed,
        }
        for month in months
    ]  # fmt: skip


def idle_table(pools: ibis.Table) -> ibis.Table:
    """IDLE of POOL."""
    stood = pools.filter(pools["idle"] != 0)
    return stood.select("pool", "month", "idle_seconds", amount=(-stood["idle"]).cast(TOTAL)).order_by("pool", "month")


def activity_costs(owned: ibis.Table) -> ibis.Table:
    """ACTIVITY_COST of posted activities with their customers; idle capacity left out."""
    worked = owned.filter(owned["amount_name"].startswith(COST))
    grouped = worked.group_by("customer_id", "activity", "month", "cause", "pool").aggregate(
        events=worked.count().cast("int64"), used_seconds=_seconds(worked["ticks"]), amount=money_sum(worked["amount"])
    )
    return grouped.select(*ACTIVITY_COST.names)


def activity_sums(costs: ibis.Table) -> ibis.Table:
    """ACTIVITY_SUM of ACTIVITY_COST."""
    grouped = costs.group_by("customer_id", "activity", "cause", "pool").aggregate(
        events=costs["events"].sum().cast("int64"), used_seconds=costs["used_seconds"].sum().cast(TIME), amount=money_sum(costs["amount"])
    )
    return grouped.select(*ACTIVITY_SUM.names)


def activity_times(owned: ibis.Table, ledger: config.ledger.Ledger) -> ibis.Table:
    """ACTIVITY_TIME of posted activities with their customers: of those whose time equation has several parts."""
    several = {name: parts for name, activity in ledger.activities.items() if len(parts := parts_of(activity.time)) > 1}
    found = []
    for number in range(max((len(parts) for parts in several.values()), default=1)):
        names = {activity: parts[number] for activity, parts in several.items() if number < len(parts)}
        of_part = owned.filter(owned["activity"].isin(list(names)))
        part = ibis.cases(*((of_part["activity"] == activity, name) for activity, name in names.items())) if names else ibis.null("string")
        grouped = of_part.group_by("customer_id", "activity", "month", "cause", part=part)
        found.append(grouped.aggregate(used_seconds=_seconds(of_part[f"part_{number}"])).select(*ACTIVITY_TIME.names))
    return found[0] if len(found) == 1 else ibis.union(*found, distinct=False)


def _seconds(ticks: ibis.Value) -> ibis.Value:
    """A sum of ticks as seconds, exactly."""
    each = ibis.literal(Decimal("0.0001"), "decimal(19, 4)")
    return (ticks.sum().fill_null(0).cast("decimal(19, 0)").cast("decimal(23, 4)") * each).cast(TIME)
