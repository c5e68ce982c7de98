"""What customers cost beside minutes: freight, shared costs, and expenses that are booked without an event; and what is charged to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal import ledger
from unequal.answers.answer import Figure
from unequal.answers.base import Base
from unequal.terms.amounts import money_text
from unequal.terms.ids import IDLE
from unequal.terms.lines import Line
from unequal.terms.money import entry_count, money_sum
from unequal.terms.periods import Period

CUSTOMERS: Final = "customers"
_LINES: Final = (Line.FREIGHT, Line.COST_TO_SERVE, Line.COST_OF_FAILURE, Line.ACQUISITION, Line.RETENTION)
_OF_MINUTES: Final = "cost:"
_SHARED: Final = "shared:"
_MONEY: Final = pa.decimal128(28, 4)
_NOTHING: Final = Decimal(0)
_NAMED: Final = 4


def other_costs(base: Base, period: Period | None) -> pa.Table:
    """Costs of lines of service, freight included, that no activity's minutes charge; costs are positive.

    Args:
        base: a published run.
        period: the days asked for; all that is booked by default.

    Returns:
        A row a cost, line and bucket (customers, level:market, unassigned ...), the largest first: what, line, bucket, customers, entries, cost.
    """
    entries = base.table("entry_sum" if period is None and "entry_sum" in base.tables else "entry")
    own = entries.filter(
        entries["line"].isin([str(line) for line in _LINES]), ~entries["amount_name"].startswith(_OF_MINUTES), entries["level"] != IDLE
    )
    if period is not None:
        own = own.filter(own["booked_on"] >= period.start, own["booked_on"] < period.end)
    # What a source calls its amounts (cost, total) says little here; the line says what they are.
    is_shared = own["amount_name"].startswith(_SHARED)
    what = ibis.coalesce(own["activity"], ibis.ifelse(is_shared, own["amount_name"], own["line"]))
    # To count customers apart from each other takes longest, and is no more than to count rows once each has one.
    each = own.group_by("customer_id", "line", what=what).aggregate(entries=entry_count(own), amount=money_sum(own["amount"]))
    each = each if period is not None else base.keep(each)
    real = ledger.is_real_customer(each["customer_id"])
    grouped = each.group_by("line", "what", bucket=ibis.ifelse(real, CUSTOMERS, each["customer_id"])).aggregate(
        customers=real.cast("int64").sum().cast("int64"),
        entries=entry_count(each),
        cost=(-money_sum(each["amount"])).cast("decimal(28, 4)"),
    )
    found = base.arrow(grouped.select("what", "line", "bucket", "customers", "entries", "cost"))
    rows = sorted(found.to_pylist(), key=lambda row: (-abs(row["cost"]), row["what"], row["line"], row["bucket"]))
    texts = [(name, pa.string()) for name in ("what", "line", "bucket")]
    return pa.Table.from_pylist(rows, pa.schema([*texts, ("customers", pa.int64()), ("entries", pa.int64()), ("cost", _MONEY)]))


def other_figures(table: pa.Table, currency: str) -> tuple[Figure, ...]:
    """What of these costs customers bear, and what not; none where there are no such costs."""
    rows = table.to_pylist()
    if not rows:
        return ()
    of_customers, elsewhere = _split(rows)
    return (
        Figure("other_customers", "Beside minutes, charged to customers: freight and shared costs", _cost(of_customers), currency),
        Figure("other_levels", "Beside minutes, at a level above the customer or unassigned", _cost(elsewhere), currency),
    )


def other_findings(table: pa.Table, currency: str) -> tuple[str, ...]:
    """What these costs are and where they stand; nothing where there are none."""
    of_customers, elsewhere = _split(table.to_pylist())
    told = []
    if of_customers:
        told.append(
            f"Beside minutes, {money_text(_cost(of_customers), currency)} is charged to customers: {_most(of_customers, currency)}."
        )
    if _cost(elsewhere):
        told.append(
            f"{money_text(_cost(elsewhere), currency)} has no customer, and stands where cause and effect end: {_most(elsewhere, currency)}."
        )
    return tuple(told)


def uncharged_findings(tables: Mapping[str, pa.Table]) -> tuple[str, ...]:
    """What the general ledger names that nobody is charged with, by reason; nothing where no general ledger is mapped."""
    rows = tables["tie_out"].to_pylist() if "tie_out" in tables else []
    told = []
    for outcome, words in (
        ("not_charged", "that may be customers' business is charged to nobody, as no event leads to them"),
        ("not_customers", "is no customers' business and stays with the company"),
    ):
        for currency in sorted({row["currency"] for row in rows if row["outcome"] == outcome}):
            sums: dict[str, Decimal] = {}
            for row in rows:
                # Balances at a day are in no sum of costs.
                if row["outcome"] == outcome and row["currency"] == currency and row["general_ledger"] < 0:
                    sums[row["held_against"]] = sums.get(row["held_against"], _NOTHING) - row["general_ledger"]
            if sums:
                told.append(
                    f"Of the general ledger's expenses {money_text(sum(sums.values(), _NOTHING), currency)} {words}: {_listed(sums, currency)}."
                )
    return tuple(told)


def _split(rows: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return [row for row in rows if row["bucket"] == CUSTOMERS], [row for row in rows if row["bucket"] != CUSTOMERS]


def _cost(rows: Sequence[Mapping[str, Any]]) -> Decimal:
    return sum((row["cost"] for row in rows), _NOTHING)


def _most(rows: Sequence[Mapping[str, Any]], currency: str) -> str:
    sums: dict[str, Decimal] = {}
    for row in rows:
        place = "" if row["bucket"] == CUSTOMERS else f" ({row['bucket'].removeprefix('level:')})"
        sums[f"{row['what']}{place}"] = sums.get(f"{row['what']}{place}", _NOTHING) + row["cost"]
    return _listed(sums, currency)


def _listed(sums: Mapping[str, Decimal], currency: str) -> str:
    """The largest by name, and how many more."""
    ordered = sorted(sums.items(), key=lambda part: (-abs(part[1]), part[0]))
    named = [f"{name.replace('_', ' ')} {money_text(amount, currency)}" for name, amount in ordered[:_NAMED]]
    rest = ordered[_NAMED:]
    more = [f"{len(rest)} more {money_text(sum((amount for _, amount in rest), _NOTHING), currency)}"] if rest else []
    return ", ".join([*named, *more])
