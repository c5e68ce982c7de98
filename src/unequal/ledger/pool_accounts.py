"""Reconciling pools: what each cost by the raw rows, or by the config, set against what customers, levels and idle capacity bear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis

from unequal import config
from unequal.ledger.activities import COST, SHARED
from unequal.ledger.assignment import LEVEL_BUCKET, is_real_customer
from unequal.ledger.booking_day import month_start
from unequal.ledger.pools import POOL, cost_mapping
from unequal.ledger.reconciliation import Account, Place, account_for, reconciliation_rows
from unequal.ledger.reconciling import SourceRows, control_totals
from unequal.ledger.verbs import Verbs
from unequal.terms.errors import LedgerError
from unequal.terms.ids import IDLE, UNASSIGNED
from unequal.terms.lines import Line
from unequal.terms.money import SCALE, money_sum

_LINE = str(Line.COST_TO_SERVE)
_UNIT = Decimal(1).scaleb(-SCALE)


@dataclass
class PoolAccounts:
    """RECONCILIATION rows of all pools, and an error for each that does not come out."""

    rows: list[dict[str, object]] = field(default_factory=list)
    problems: list[LedgerError] = field(default_factory=list)


def of_service(entries: ibis.Table) -> ibis.Value:
    """Whether an entry is what an activity cost, idle capacity, or part of a shared cost: its control total is not its source's."""
    return entries["amount_name"].startswith(COST) | entries["amount_name"].startswith(SHARED) | (entries["level"] == IDLE)


def pool_accounts(
    engine: Verbs,
    project: config.Project,
    *,
    accepted: Mapping[str, Mapping[str, Path]],
    raw: Mapping[str, Path],
    entries: ibis.Table,
    pool_cost: ibis.Table,
) -> PoolAccounts:
    """Hold each pool and month against what it cost.

    Args:
        engine: where it runs.
        project: the config.
        accepted: per source what accepting wrote, by name.
        raw: raw rows of the sources by name.
        entries: ENTRY.
        pool_cost: POOL_COST.
    """
    booked = _booked(engine, project, entries)
    told = engine.fetch(pool_cost)
    found = PoolAccounts()
    for name, pool in project.ledger.pools.items():
        own = [row for row in told if row["pool"] == name]
        items = booked.get(name, [])
        accounts = (
            _declared(pool.cost, items, project.reporting_currency)
            if isinstance(pool.cost, str)
            else _from_rows(engine, project, pool.cost, accepted=accepted, raw=raw, own=own, items=items)
        )
        for account in accounts.values():
            account.booked -= account.missing_entries  # many events share few rows: only dollars are compared
        wrong = {place: account for place, account in accounts.items() if account.residual != 0}
        if wrong:
            found.problems.append(_refusal(name, wrong))
        found.rows += _named(reconciliation_rows(f"{POOL}{name}", accounts))
    for name, shared in project.ledger.shared_costs.items():
        told_of = [row for row in told if row["pool"] == f"{SHARED}{name}"]
        together = _of_shared(engine, project, name, shared, accepted=accepted, raw=raw, own=told_of, entries=entries)
        if any(each.residual != 0 for each in together.values()):
            found.problems.append(_refusal(name, together, "shared_costs"))
        found.rows += reconciliation_rows(f"{SHARED}{name}", together)
    return found


def _of_shared(
    engine: Verbs, project: config.Project, name: str, shared: config.ledger.SharedCost, *, accepted: Mapping[str, Mapping[str, Path]],
    raw: Mapping[str, Path], own: Sequence[Mapping[str, Any]], entries: ibis.Table,
) -> dict[Place, Account]:  # fmt: skip
    """A shared cost over all months together: those who share it may have been reached in others than it was booked in."""
    parts = entries.filter(entries["amount_name"] == f"{SHARED}{name}")
    item = ibis.ifelse(is_real_customer(parts["customer_id"]), "customers", parts["customer_id"])
    items = engine.fetch(parts.group_by(item=item).aggregate(amount=money_sum(parts["amount"]), rows=parts.count().cast("int64")))
    line = str(shared.line)
    monthly = _from_rows(engine, project, shared.cost, accepted=accepted, raw=raw, own=own, items=[], line=shared.line)
    whole: dict[Place, Account] = {}
    for (_, _, currency), account in monthly.items():
        into = whole.setdefault((None, line, currency), Account())
        into.control += account.control
        into.rows += account.rows
        for kind, (amount, count) in account.items.items():
            before = into.items.get(kind, (Decimal(0), 0))
            into.items[kind] = (before[0] + amount, before[1] + count)
    for row in items:
        whole.setdefault((None, line, project.reporting_currency), Account()).items[row["item"]] = (row["amount"], row["rows"])
    for account in whole.values():
        account.booked -= account.missing_entries
    return whole


def _booked(engine: Verbs, project: config.Project, entries: ibis.Table) -> dict[str, list[dict[str, Any]]]:
    """Rows as `account_for` takes them, by pool."""
    service = entries.filter(of_service(entries), ~entries["amount_name"].startswith(SHARED))
    customer = service["customer_id"]
    item = ibis.ifelse(is_real_customer(customer), "customers", customer)
    grouped = service.group_by(
        "activity", period=month_start(service["booked_on"]), pool_source=ibis.ifelse(customer == IDLE, service["source"], ""), item=item
    )
    rows = engine.fetch(grouped.aggregate(amount=money_sum(service["amount"]), rows=service.count().cast("int64")))
    sums: dict[str, dict[tuple[date, str], list[Any]]] = {}
    for row in rows:
        pool = row["pool_source"].removeprefix(POOL) or project.ledger.activities[row["activity"]].pool
        total = sums.setdefault(pool, {}).setdefault((row["period"], row["item"]), [Decimal(0), 0])
        total[0] += row["amount"]
        total[1] += row["rows"]
    currency = project.reporting_currency
    return {
        pool: [
            {"period": period, "line": _LINE, "currency": currency, "item": item, "amount": amount, "rows": count}
            for (period, item), (amount, count) in items.items()
        ]
        for pool, items in sums.items()
    }


def _declared(cost: str, items: Sequence[Mapping[str, Any]], currency: str) -> dict[Place, Account]:
    """A pool whose cost is an amount for each month: the months are those that have entries."""
    accounts = account_for({}, items)
    for account in accounts.values():
        account.control = -Decimal(cost).quantize(_UNIT)
        account.rows = 1
    return {place: account for place, account in accounts.items() if place[2] == currency}


def _from_rows(
    engine: Verbs,
    project: config.Project,
    cost: config.ledger.CostRows,
    *,
    accepted: Mapping[str, Mapping[str, Path]],
    raw: Mapping[str, Path],
    own: Sequence[Mapping[str, Any]],
    items: Sequence[Mapping[str, Any]],
    line: Line = Line.COST_TO_SERVE,
) -> dict[Place, Account]:
    """A pool whose cost is read from rows: the raw rows are its control total; what is in another currency is held at its conversion."""
    mapping = cost_mapping(cost, line)
    source = project.sources[cost.source].model_copy(update={"postings": mapping})
    totals, _ = control_totals(engine, SourceRows(cost.source, source, accepted[cost.source], {}), project, raw)
    foreign = [row for row in own if row["currency"] != project.reporting_currency]
    converted = [
        {"period": row["month"], "line": str(line), "currency": row["currency"], "item": "converted", "amount": row["original"], "rows": 1}
        for row in foreign
    ]
    accounts = account_for(totals, [*items, *converted])
    for row in foreign:
        account = accounts.setdefault((row["month"], str(line), project.reporting_currency), Account())
        account.control += row["amount"]
        account.rows += 1
    return accounts


def _named(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Evidence in the words of pools."""
    words = {
        "control_total": "what the pool cost, by its rows read apart from the ledger or as declared",
        "customers": "what events of customers cost, our own failures included",
        IDLE: "practical capacity that nobody used",
        UNASSIGNED: "what events cost that no customer was found for",
        "converted": "converted at the month's rate and part of the pool in the reporting currency",
    }
    return [
        {
            **row,
            "evidence": words.get(str(row["item"]), row["evidence"]) if not str(row["item"]).startswith(LEVEL_BUCKET) else row["evidence"],
        }
        for row in rows
    ]


def _refusal(pool: str, wrong: Mapping[Place, Account], section: str = "pools") -> LedgerError:
    (period, _, currency), worst = max(wrong.items(), key=lambda cell: abs(cell[1].residual))
    return LedgerError(
        "LED025", "what a pool cost is not what was charged and stood idle", where=f"ledger.{section}.{pool}, {period or 'no readable day'}, {currency}",
        seen=f"control total {worst.control:,.4f}, accounted for {worst.control - worst.residual:,.4f}, residual {worst.residual:,.4f}",
        do="nothing was published and yesterday's run stands; look at the rows of that month, and report it if they are as they should be",
    )  # fmt: skip
