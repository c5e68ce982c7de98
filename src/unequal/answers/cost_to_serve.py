"""What serving customers costs: by activity and pool, what stood idle, what our own failures cost, and what if it were otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal import ledger
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import evidence, whole_period
from unequal.answers.other_costs import other_costs, other_figures, other_findings, uncharged_findings
from unequal.answers.profit_words import period_words
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Shown
from unequal.answers.tying_out import tie_out_tables
from unequal.terms.amounts import money_text, share_text
from unequal.terms.errors import AnswerError
from unequal.terms.ids import IDLE, UNASSIGNED
from unequal.terms.lines import Level
from unequal.terms.money import money_sum
from unequal.terms.periods import Period

MOST_SERVED: Final = 20
_MINUTES: Final = Decimal("0.1")
_MONEY: Final = pa.decimal128(28, 4)
_RATE: Final = Decimal("0.0001")
_NOTHING: Final = Decimal(0)

Rows = list[dict[str, Any]]


def cost_to_serve(
    base: Base,
    *,
    where: str | None = None,
    by: str | None = None,
    period: Period | None = None,
    level: Level | None = None,
    what_if: Sequence[str] = (),
) -> Answer:
    """What serving customers costs, activity by activity; costs are positive here.

    Args:
        base: a published run.
        where, by, level: not for this question: minutes belong to activities and months.
        period: whole months; all that is booked by default.
        what_if: figures that are supposed to be others, as in `phone_desk.capacity*1.2`; see ledger.what_if.

    Raises:
        AnswerError: ANS011, it is narrowed by what minutes do not know, or by part of a month; ANS012, a supposed figure cannot be read;
            ANS013, the project declares no activities.
    """
    if where is not None or by is not None or level is not None:
        raise AnswerError("ANS011", "minutes are known by activity and month only", seen="--where, --by or --level",
                          do="ask profit: unequal ask profit --by activity --where \"line = 'cost_to_serve'\"")  # fmt: skip
    if "activity_cost" not in base.tables:
        raise AnswerError("ANS013", "this base does not know what serving customers costs", seen="no pool with its cost (ledger.pools), and no activity with its events and minutes (ledger.activities)",
                          do="declare pools and activities: docs/how-to/cost-to-serve.md")  # fmt: skip
    done, pools = _asked(base, period)
    # A run of before it was summed has its months alone.
    summed = base.keep(base.tables["activity_sum"]) if period is None and "activity_sum" in base.tables else done
    tables = _tables(base, summed, pools) | {"other_costs": other_costs(base, period)} | tie_out_tables(base)
    if what_if:
        tables |= _supposed(base, done, pools, what_if)
    figures = _figures(base, tables)
    return Answer(
        question="cost-to-serve",
        title="What serving customers costs",
        sentence=_sentence(base, tables),
        findings=_findings(base, tables),
        period=period_words(period, whole_period(base)) if period else whole_period(base),
        figures=figures,
        table=tables["what_if"] if what_if else tables["activities"],
        tables=tables,
        drill_down="unequal export entries --where \"line in ('cost_to_serve', 'cost_of_failure')\"",
        shown=() if what_if else _SHOWN,
        **rests_on(base),
    )


_SHOWN: Final = (
    Shown("activities", "What each activity costs", (
        Column("activity", "Activity", "name"), Column("pool", "Pool", "name"), Column("customers", "Customers", "count"), Column("events", "Events", "count"),
        Column("minutes", "Minutes", "count"), Column("rate_minute", "A minute", "cost", why_missing="no minutes were used"),
        Column("cost", "Cost", "cost"), Column("own_failures", "Our own failures", "cost"),
    ), most=30),
    Shown("pools", "What each pool could do, and did", (
        Column("pool", "Pool", "name"), Column("cost", "Cost", "cost"), Column("practical_minutes", "Practical minutes", "count"),
        Column("used_minutes", "Used minutes", "count"), Column("idle", "Idle", "cost"),
    ), most=30),
    Shown("other_costs", "Beside minutes", (
        Column("what", "What", "name"), Column("line", "Line"), Column("bucket", "Charged to", "name"), Column("customers", "Customers", "count"),
        Column("entries", "Entries", "count"), Column("cost", "Cost", "cost"),
    )),
)  # fmt: skip
"""What a reader sees."""


def _asked(base: Base, period: Period | None) -> tuple[ibis.Table, ibis.Table]:
    """ACTIVITY_COST and POOL of whole months."""
    done, pools = base.table("activity_cost"), base.table("pool")
    if period is None:
        return done, pools
    if any(day.day != 1 for day in (period.start, period.end) if day not in (date.min, date.max)):
        raise AnswerError("ANS011", "a rate belongs to a month: the period begins and ends with months", seen=str(period),
                          do="ask from the first of a month to the last of one")  # fmt: skip
    inside = [table.filter(table["month"] >= period.start, table["month"] < period.end) for table in (done, pools)]
    return inside[0], inside[1]


def _tables(base: Base, done: ibis.Table, pools: ibis.Table) -> dict[str, pa.Table]:
    return {
        "activities": _activities(base, done),
        "pools": _pools(base, pools),
        "most_served": _most_served(base, done),
        "unassigned": _unassigned(base, done),
        **evidence(base),
    }


def _activities(base: Base, done: ibis.Table) -> pa.Table:
    """A row an activity, what costs most first: customers, events, minutes, rate, dollars, and of these our own failures."""
    real = ledger.is_real_customer(done["customer_id"])
    grouped = done.group_by("activity", "pool").aggregate(
        customers=done["customer_id"].nunique(where=real).cast("int64"),
        events=done["events"].sum().cast("int64"),
        seconds=done["used_seconds"].sum(),
        amount=money_sum(done["amount"]),
        failures=money_sum(ibis.ifelse(done["cause"] == "company", done["amount"], 0)),
    )
    rows: Rows = [
        {
            "activity": row["activity"], "pool": row["pool"], "customers": row["customers"], "events": row["events"], "minutes": _minutes(row["seconds"]),
            "rate_minute": _rate(-row["amount"], row["seconds"]), "cost": -row["amount"], "own_failures": -row["failures"],
        }
        for row in base.arrow(grouped).to_pylist()
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row["cost"], row["activity"]))
    return pa.Table.from_pylist(rows, pa.schema([
        ("activity", pa.string()), ("pool", pa.string()), ("customers", pa.int64()), ("events", pa.int64()), ("minutes", _MONEY),
        ("rate_minute", _MONEY), ("cost", _MONEY), ("own_failures", _MONEY),
    ]))  # fmt: skip


def _pools(base: Base, pools: ibis.Table) -> pa.Table:
    """A row a pool: what it cost, what it could do, what was used, what stood idle or was worked beyond."""
    grouped = pools.group_by("pool").aggregate(
        cost=money_sum(pools["cost"]), practical=pools["practical_seconds"].sum().fill_null(0), used=pools["used_seconds"].sum(),
        spare=pools["idle_seconds"].sum(), over=_over(pools, paid=True), without_cost=_over(pools, paid=False), idle=money_sum(pools["idle"]),
        assumed=pools["assumed"].max(),
    )  # fmt: skip
    rows: Rows = [
        {
            "pool": row["pool"], "cost": row["cost"], "practical_minutes": _minutes(row["practical"]), "used_minutes": _minutes(row["used"]),
            "idle_minutes": _minutes(row["spare"]), "over_minutes": _minutes(row["over"]),
            "minutes_without_cost": _minutes(row["without_cost"]), "idle": row["idle"],
            "idle_share": float(row["spare"] / row["practical"]) if row["practical"] else None, "assumed": row["assumed"],
        }
        for row in base.arrow(grouped).to_pylist()
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row["idle"], row["pool"]))
    return pa.Table.from_pylist(rows, pa.schema([
        ("pool", pa.string()), ("cost", _MONEY), ("practical_minutes", _MONEY), ("used_minutes", _MONEY), ("idle_minutes", _MONEY),
        ("over_minutes", _MONEY), ("minutes_without_cost", _MONEY), ("idle", _MONEY), ("idle_share", pa.float64()), ("assumed", pa.string()),
    ]))  # fmt: skip


def _over(pools: ibis.Table, *, paid: bool) -> ibis.Value:
    """Seconds worked beyond capacity in months with a cost; or, in months without one, all that was worked: that charges nobody."""
    seconds = pools["over_seconds"] if paid else pools["used_seconds"]
    return seconds.sum(where=(pools["cost"] != 0) == paid).fill_null(0)


def _most_served(base: Base, done: ibis.Table) -> pa.Table:
    """The customers who cost most to serve, beside what they bring and how steady their band is."""
    own = ledger.of_customers(done)
    grouped = own.group_by("customer_id").aggregate(
        events=own["events"].sum().cast("int64"), seconds=own["used_seconds"].sum(),
        cost=money_sum(ibis.ifelse(own["cause"] == "customer", -own["amount"], 0)),
        own_failures=money_sum(ibis.ifelse(own["cause"] == "company", -own["amount"], 0)),
    )  # fmt: skip
    most = grouped.order_by(grouped["cost"].desc(), "customer_id").limit(MOST_SERVED)
    banded = base.table("band").select("customer_id", "amount", "band")
    joined = most.left_join(banded, "customer_id").drop("customer_id_right")
    if "band_stability" in base.tables:
        steady = base.table("band_stability").select("customer_id", "stable", "flipped_by")
        joined = joined.left_join(steady, "customer_id").drop("customer_id_right")
    found = base.arrow(joined.order_by(joined["cost"].desc(), "customer_id"))
    minutes = pa.array([_minutes(seconds) for seconds in found["seconds"].to_pylist()], _MONEY)
    placed = found.set_column(found.column_names.index("seconds"), "minutes", minutes)
    return placed.cast(
        pa.schema(
            [
                (name, _MONEY if pa.types.is_decimal(kind) else kind)
                for name, kind in zip(placed.column_names, placed.schema.types, strict=True)
            ]
        )
    )


def _unassigned(base: Base, done: ibis.Table) -> pa.Table:
    """What no customer bears: no customer was found, or no single one caused it. Idle capacity stands with its pool."""
    elsewhere = done.filter(~ledger.is_real_customer(done["customer_id"]))
    grouped = elsewhere.group_by("activity", bucket=elsewhere["customer_id"]).aggregate(
        events=elsewhere["events"].sum().cast("int64"), cost=(-money_sum(elsewhere["amount"])).cast("decimal(28, 4)")
    )
    return base.arrow(grouped.select("bucket", "activity", "events", "cost").order_by("bucket", "activity"))


def _minutes(seconds: Decimal) -> Decimal:
    return (seconds / 60).quantize(_MINUTES)


def _rate(cost: Decimal, seconds: Decimal) -> Decimal | None:
    return (cost * 60 / seconds).quantize(_RATE) if seconds else None


def _supposed(base: Base, done: ibis.Table, pools: ibis.Table, what_if: Sequence[str]) -> dict[str, pa.Table]:
    """Tables `what_if`, by activity and idle pool, and `what_if_customers`: cost to serve before and after."""
    section = base.project.ledger
    changes = [ledger.what_if.parsed(text, section) for text in what_if]
    found = ledger.what_if.what_if(
        changes, section, pools=base.arrow(pools), activity_cost=base.arrow(done), activity_time=base.arrow(base.table("activity_time"))
    )
    rows: Rows = [
        {
            "what": row["activity"], "minutes_before": _minutes(row["seconds_before"]), "minutes_after": _minutes(row["seconds_after"]),
            "cost_before": row["cost_before"], "cost_after": row["cost_after"], "difference": row["cost_after"] - row["cost_before"],
        }
        for row in found.activities
    ]  # fmt: skip
    rows += [
        {"what": f"idle: {row['pool']}", "cost_before": row["idle_before"], "cost_after": row["idle_after"],
         "difference": row["idle_after"] - row["idle_before"]}
        for row in found.pools
    ]  # fmt: skip
    rows.append(
        {"what": "together", **{name: sum((row[name] for row in rows), _NOTHING) for name in ("cost_before", "cost_after", "difference")}}
    )
    kinds = pa.schema(
        [
            ("what", pa.string()),
            *((name, _MONEY) for name in ("minutes_before", "minutes_after", "cost_before", "cost_after", "difference")),
        ]
    )
    return {"what_if": pa.Table.from_pylist(rows, kinds), "what_if_customers": _moved(base, found.customers)}


def _moved(base: Base, customers: pa.Table) -> pa.Table:
    """Per customer what serving it costs and its profit, before and after; below the level of contribution nothing is called profit."""
    if base.level is not Level.CONTRIBUTION:
        return customers
    brings = {row["customer_id"]: row["amount"] for row in base.arrow(base.table("band").select("customer_id", "amount")).to_pylist()}
    rows = [
        {
            **row,
            "profit_before": brings[row["customer_id"]],
            "profit_after": brings[row["customer_id"]] + row["cost_before"] - row["cost_after"],
        }
        for row in customers.to_pylist()
        if row["customer_id"] in brings
    ]
    names = ("cost_before", "cost_after", "profit_before", "profit_after")
    return pa.Table.from_pylist(rows, pa.schema([("customer_id", pa.string()), *((name, _MONEY) for name in names)]))


def _sum(table: pa.Table, column: str) -> Decimal:
    return sum((amount for amount in table[column].to_pylist()), _NOTHING)


def _totals(tables: Mapping[str, pa.Table]) -> dict[str, Decimal]:
    activities, pools, elsewhere = tables["activities"], tables["pools"], tables["unassigned"]
    charged, failures, outside = _sum(activities, "cost"), _sum(activities, "own_failures"), _sum(elsewhere, "cost")
    unknown = sum((row["cost"] for row in elsewhere.to_pylist() if row["bucket"] == UNASSIGNED), _NOTHING)
    return {
        "pool_cost": _sum(pools, "cost"), "charged": charged, "own_failures": failures, "idle": _sum(pools, "idle"), "unassigned": unknown,
        "levels": outside - unknown, "customers": charged - outside,
    }  # fmt: skip


def _figures(base: Base, tables: Mapping[str, pa.Table]) -> tuple[Figure, ...]:
    currency, totals, pools = base.project.reporting_currency, _totals(tables), tables["pools"]
    practical, spare, over = (_sum(pools, name) for name in ("practical_minutes", "idle_minutes", "over_minutes"))
    events = sum(tables["activities"]["events"].to_pylist())
    assumed = [row["pool"] for row in pools.to_pylist() if row["assumed"]]
    note = f"assumed for {', '.join(assumed)}" if assumed else ""
    found = [
        Figure("pool_cost", "What the pools cost", totals["pool_cost"], currency, note=note),
        Figure("charged_customers", "Charged to customers' events", totals["customers"], currency),
        Figure("own_failures", "Of all events, caused by our own failures", totals["own_failures"], currency),
        Figure("idle", "Idle capacity, charged to nobody", totals["idle"], currency),
        Figure("idle_share", "Idle share of practical capacity", float(spare / practical) if practical else None, "share",
               why_missing="" if practical else "no capacity is known"),
        Figure("over_minutes", "Worked beyond practical capacity", over, "minutes"),
        Figure("unassigned", "Of events without a known customer", totals["unassigned"], currency),
        Figure("higher_levels", "Stays at a level above the customer", totals["levels"], currency),
        Figure("events", "Events", events, "events"),
        *other_figures(tables["other_costs"], currency),
    ]  # fmt: skip
    if "what_if" in tables and base.level is Level.CONTRIBUTION:
        rows = tables["what_if_customers"].to_pylist()
        found += [
            Figure("losing_before", "Customers who lose money", sum(row["profit_before"] < 0 for row in rows), "customers"),
            Figure("losing_after", "Customers who would lose money", sum(row["profit_after"] < 0 for row in rows), "customers"),
        ]
    return tuple(found)


def _sentence(base: Base, tables: Mapping[str, pa.Table]) -> str:
    currency, totals = base.project.reporting_currency, _totals(tables)
    events = sum(tables["activities"]["events"].to_pylist())
    told = {name: money_text(amount, currency) for name, amount in totals.items()}
    share = f", {share_text(float(totals['idle'] / totals['pool_cost']))} of what the pools cost" if totals["pool_cost"] > 0 else ""
    return (
        f"Serving customers took {told['charged']} in {events:,} events, of which {told['own_failures']} was caused by our own failures; "
        f"capacity for {told['idle']} stood idle{share}, and is charged to nobody."
    )


def _findings(base: Base, tables: Mapping[str, pa.Table]) -> tuple[str, ...]:
    currency = base.project.reporting_currency
    told = []
    if "what_if" in tables:
        told.append(_told_of_what_if(tables, currency))
    rows = tables["activities"].to_pylist()
    if rows:
        dearest = rows[0]
        told.append(
            f"The dearest activity is {str(dearest['activity']).replace('_', ' ')}: {money_text(dearest['cost'], currency)} for {dearest['events']:,} events."
        )
    over = [row["pool"] for row in tables["pools"].to_pylist() if row["over_minutes"] > 0]
    if over:
        told.append(
            f"More was worked than practical capacity in some months: {', '.join(over)}. Their whole cost is shared over what was worked."
        )
    unpaid = [row for row in tables["pools"].to_pylist() if row["minutes_without_cost"] > 0]
    if unpaid:
        named = ", ".join(f"{row['pool']} {row['minutes_without_cost']:,.0f} minutes" for row in unpaid)
        told.append(f"Work in months that no cost is known of is charged to nobody: {named}.")
    elsewhere = tables["unassigned"].to_pylist()
    if elsewhere:
        cost = sum((row["cost"] for row in elsewhere), _NOTHING)
        told.append(f"{money_text(cost, currency)} of events belongs to no single or known customer and stands in buckets of its own.")
    told += [*other_findings(tables["other_costs"], currency), *uncharged_findings(tables)]
    told += [f"{row['pool']} rests on an assumption: {row['assumed']}" for row in tables["pools"].to_pylist() if row["assumed"]]
    if "band_stability" in base.tables:
        told += _told_of_bands(base)
    return tuple(told)


def _told_of_what_if(tables: Mapping[str, pa.Table], currency: str) -> str:
    rows = {row["what"]: row for row in tables["what_if"].to_pylist()}
    charged = sum((row["difference"] for name, row in rows.items() if name != "together" and not name.startswith(f"{IDLE}:")), _NOTHING)
    idle = sum((row["difference"] for name, row in rows.items() if name.startswith(f"{IDLE}:")), _NOTHING)
    return f"Were it so, events would be charged {_more(charged, currency)} and idle capacity would cost {_more(idle, currency)}."


def _more(difference: Decimal, currency: str) -> str:
    if not difference:
        return "the same"
    return f"{money_text(abs(difference), currency)} {'more' if difference > 0 else 'less'}"


def _told_of_bands(base: Base) -> Sequence[str]:
    """How many bands stand whatever a driver of cost to serve; a run of before other causes were judged knows this one alone."""
    steady = base.table("band_stability")
    column = steady["costs_stable" if "costs_stable" in steady.columns else "stable"]
    found = base.fetch(steady.aggregate(customers=column.count(), stable=column.sum()))[0]
    customers, stable = int(str(found["customers"])), int(str(found["stable"] or 0))
    if not customers:
        return ()
    return (f"{stable:,} of {customers:,} customers stay in their band though any driver of cost to serve were a quarter more or less.",)
