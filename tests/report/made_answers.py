"""Answers made by hand for the report's tests: plain rows, no engine, no run."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pyarrow as pa

from unequal.answers import Answer, Figure
from unequal.terms.lines import LABEL_OF_LINE, LINES_OF_LEVEL, WORD_OF_LEVEL, Level, Line

D = Decimal
_CENT = D("0.0001")


def good_company(customers: int = 10_000, *, by: str | None = "channel") -> Answer:
    """Most customers earn, a third give back: the ordinary whale curve."""
    chance = random.Random(7)
    earning = [_exact(chance.paretovariate(1.15) * 250) for _ in range(round(customers * 0.63))]
    losing = [-_exact(chance.expovariate(1 / 360)) for _ in range(customers - len(earning))]
    return made_answer([*earning, *losing], level=Level.CONTRIBUTION_BEFORE_SERVICE, by=by)


def losing_company() -> Answer:
    """A peak of 1.90 million and an end at -1,540,783.31, as of resellers sold to below cost."""
    chance = random.Random(2)
    earning = _scaled([chance.expovariate(1) for _ in range(236)], D("1900000.0000"))
    losing = _scaled([chance.expovariate(1) for _ in range(399)], D("-3440783.3100"))
    return made_answer([*earning, *losing], level=Level.CONTRIBUTION_BEFORE_SERVICE, by=None)


def revenue_in_pounds() -> Answer:
    """Nothing but invoices, in pounds, a large part of them without a customer."""
    chance = random.Random(5)
    paying = _scaled([chance.paretovariate(1.1) for _ in range(5_850)], D("16450000.0000"))
    refunded = _scaled([chance.expovariate(1) for _ in range(92)], D("-106349.0000"))
    reasons = [("no_customer_id", "list_revenue", "2797396.7400", 210_316), ("no_customer_id", "returns", "-231303.6600", 8_112)]
    return made_answer([*paying, *refunded], level=Level.REVENUE, currency="GBP", unassigned=reasons, by="market")


def one_customer() -> Answer:
    """The smallest base there is."""
    return made_answer([D("816.4800")], level=Level.CONTRIBUTION_BEFORE_SERVICE, by=None)


def made_answer(
    amounts: list[Decimal],
    *,
    level: Level,
    currency: str = "USD",
    by: str | None = None,
    project: str = "hill-bakery",
    customer_names: tuple[str, ...] = (),
    unassigned: list[tuple[str, str, str, int]] | None = None,
    next_file: str = "the support desk's log (who called, when, how long): what it costs to serve each customer is the largest cost not yet known",
) -> Answer:
    """An answer whose figures follow from the customers' amounts."""
    ordered = sorted(amounts, reverse=True)
    running = [D(0)]
    for amount in ordered:
        running.append(running[-1] + amount)
    tables = {
        "bands": _bands(ordered),
        "lines": _lines(running[-1], level) if ordered else _lines(D(0), level).slice(0, 0),
        "curve": _curve(running),
        "give_backs": _give_backs(ordered, customer_names, level),
        "unassigned": _table(
            [
                {"reason": reason, "line": line, "amount": D(amount), "entries": entries}
                for reason, line, amount, entries in (
                    [("unknown_customer", "list_revenue", "1204.5000", 12)] if unassigned is None else unassigned
                )
            ],
            {"reason": pa.string(), "line": pa.string(), "amount": pa.decimal128(28, 4), "entries": pa.int64()},
        ),
        **_proof(currency, running[-1]),
    }
    if by:
        tables["slices"] = _slices(running[-1])
    figures = _figures(ordered, running, tables, level, currency)
    word = WORD_OF_LEVEL[level]
    return Answer(
        question="profit",
        title="Who brings the revenue" if level is Level.REVENUE else "Who makes the money",
        sentence=f"{len(ordered):,} customers come to {running[-1]:,.2f} {currency} of {word}; "
        f"{sum(amount < 0 for amount in ordered):,} of them give {max(running) - running[-1]:,.2f} back.",
        findings=(
            f"The top fifth, {len(ordered) // 5:,} customers, bring {running[len(ordered) // 5]:,.2f}.",
            "What it cost to serve is not known yet.",
            f"{sum((row['amount'] for row in tables['unassigned'].to_pylist()), D(0)):,.2f} belongs to no known customer and stands in its own bucket.",
        ),
        level=level,
        currency=currency,
        period="2025-01-01 to 2025-12-31",
        as_of="2026-11-22T04:14:00+00:00",
        run_id="20261122T041400-3f9a1c",
        project=project,
        figures=figures,
        table=tables["slices"] if by else tables["bands"],
        tables=tables,
        by=by,
        drill_down="unequal export customers",
        next_file=next_file,
    )


def _figures(
    ordered: list[Decimal], running: list[Decimal], tables: dict[str, pa.Table], level: Level, currency: str
) -> tuple[Figure, ...]:
    count, total, peak = len(ordered), running[-1], max(running)
    fifth = running[count // 5]
    losing = sum(amount < 0 for amount in ordered)
    inside = {str(line) for line in LINES_OF_LEVEL[level]}
    buckets = tables["unassigned"].to_pylist()
    outside = sum((row["amount"] for row in tables["lines"].to_pylist() if not row["in_level"]), D(0))
    positive = total > 0
    why = "" if positive else "A share of a loss means nothing, so the figures are in money."
    return (
        Figure("total", "Total", total, currency),
        Figure("customers", "Customers", count, "customers"),
        Figure("peak", "Peak of the curve", peak, currency),
        Figure("peak_share", "Peak as a share of the total", float(peak / total) if positive else None, "share", why_missing=why),
        Figure("peak_position", "Customers it takes to reach the peak", running.index(peak) / count if count else None, "share"),
        Figure("losing_customers", "Customers below zero", losing, "customers"),
        Figure("losing_share", "Their share of customers", losing / count if count else None, "share"),
        Figure("given_back", "Given back after the peak", peak - total, currency),
        Figure("top_fifth", "Top fifth", fifth, currency),
        Figure("top_fifth_share", "Their share", float(fifth / total) if positive else None, "share", why_missing=why),
        Figure("stobachoff", "Stobachoff index", 0.5664 if positive else None, "index", why_missing=why),
        Figure("gini", "Gini, normalised for losses", 0.7671, "index"),
        Figure("unassigned", "Not assigned", sum((row["amount"] for row in buckets if row["line"] in inside), D(0)), currency),
        Figure("outside_level", "Lines outside this figure", outside, currency),
        Figure("ledger_total", "Ledger", total + outside + sum((row["amount"] for row in buckets), D(0)), currency),
    )


def _bands(ordered: list[Decimal]) -> pa.Table:
    rows: list[dict[str, Any]] = []
    for band, low, high in (("profitable", D(20), D("Infinity")), ("break_even", D(-20), D(20)), ("unprofitable", D("-Infinity"), D(-20))):
        members = [amount for amount in ordered if low <= amount < high]
        if members:
            amount = sum(members, D(0))
            each = (amount / len(members)).quantize(_CENT)
            rows.append({"band": band, "customers": len(members), "amount": amount, "sales": abs(amount) * 4, "per_customer": each})
    money = pa.decimal128(28, 4)
    return _table(rows, {"band": pa.string(), "customers": pa.int64(), "amount": money, "sales": money, "per_customer": money})


def _lines(total: Decimal, level: Level) -> pa.Table:
    shares = {
        Line.ON_INVOICE_DISCOUNT: "-0.31", Line.RETURNS: "-0.22", Line.COST_OF_GOODS: "-6.1", Line.FREIGHT: "-0.37", Line.ACQUISITION: "-0.4",
    }  # fmt: skip
    amounts = {line: (abs(total) * D(share)).quantize(_CENT) for line, share in shares.items()}
    counted = [amount for line, amount in amounts.items() if line in LINES_OF_LEVEL[level]]
    amounts = {Line.LIST_REVENUE: total - sum(counted, D(0)), **amounts}
    if level is Level.REVENUE:
        amounts = {line: amounts[line] for line in (Line.LIST_REVENUE, Line.RETURNS, Line.FREIGHT)}
        amounts[Line.LIST_REVENUE] = total - amounts[Line.RETURNS]
    rows = [
        {"line": str(line), "label": LABEL_OF_LINE[line], "amount": amount, "in_level": line in LINES_OF_LEVEL[level]}
        for line, amount in amounts.items()
    ]
    return _table(rows, {"line": pa.string(), "label": pa.string(), "amount": pa.decimal128(28, 4), "in_level": pa.bool_()})


def _curve(running: list[Decimal]) -> pa.Table:
    count = len(running) - 1
    ranks = sorted({round(step * count / 200) for step in range(201)} | {running.index(max(running)), count // 5, count})
    rows = [{"rank": rank, "share_of_customers": rank / max(count, 1), "cumulative": running[rank]} for rank in ranks]
    return _table(rows, {"rank": pa.int64(), "share_of_customers": pa.float64(), "cumulative": pa.decimal128(28, 4)})


def _give_backs(ordered: list[Decimal], names: tuple[str, ...], level: Level) -> pa.Table:
    worst = [amount for amount in ordered if amount < 0][::-1][:5]
    causes = (
        ["cost_of_goods", "returns", "cost_of_goods", "on_invoice_discount", "freight"] if level is not Level.REVENUE else ["returns"] * 5
    )
    rows = [
        {
            "customer_id": names[index] if index < len(names) else f"c_{index:02d}a7df3a87cb", "amount": amount, "sales": abs(amount) * 3,
            "cause": causes[index], "cause_amount": amount * 2, "cause_excess": (amount * D("1.1")).quantize(_CENT),
        }
        for index, amount in enumerate(worst)
    ]  # fmt: skip
    money = pa.decimal128(28, 4)
    kinds = {
        "customer_id": pa.string(),
        "amount": money,
        "sales": money,
        "cause": pa.string(),
        "cause_amount": money,
        "cause_excess": money,
    }
    return _table(rows, kinds)


def _slices(total: Decimal) -> pa.Table:
    parts = [("Internet", D("1.4")), ("Resellers", D("-0.6")), ("Stores", D("0.3")), (None, D("-0.1"))]
    rows = [
        {
            "value": value,
            "customers": 100,
            "losing_customers": 3,
            "amount": (total * part).quantize(_CENT),
            "elsewhere": D(0),
            "entries": 1000,
        }
        for value, part in parts
    ]
    money = pa.decimal128(28, 4)
    kinds = {
        "value": pa.string(),
        "customers": pa.int64(),
        "losing_customers": pa.int64(),
        "amount": money,
        "elsewhere": money,
        "entries": pa.int64(),
    }
    return _table(rows, kinds)


def _proof(currency: str, total: Decimal) -> dict[str, pa.Table]:
    money = pa.decimal128(28, 4)
    months = [f"{year}-{month:02d}-01" for year in (2022, 2023, 2024, 2025) for month in range(1, 13)]
    part = (total / 97).quantize(_CENT)
    reconciliation = [
        {
            "source": source, "period": month, "line": line, "currency": currency, "control_total": part, "customers": part - 5,
            "higher_levels": D(2), "unassigned": D(4), "reconciling": D(-1), "residual": D(0),
        }
        for source in ("orders", "billing", "returns_desk") for line in ("list_revenue", "cost_of_goods", "freight") for month in months
    ]  # fmt: skip
    names = ("control_total", "customers", "higher_levels", "unassigned", "reconciling", "residual")
    texts = dict.fromkeys(("source", "period", "line", "currency"), pa.string())
    counts = dict.fromkeys(("files", "bytes", "rows", "accepted", "quarantined", "counted_once"), pa.int64())
    return {
        "reconciliation": _table(reconciliation, {**texts, **dict.fromkeys(names, money)}),
        "quarantined": _table(
            [
                {"source": "orders", "reason": "ragged_row", "rows": 3, "amount": None},
                {"source": "billing", "reason": "required", "rows": 41, "amount": D("310.2000")},
            ],
            {"source": pa.string(), "reason": pa.string(), "rows": pa.int64(), "amount": money},
        ),
        "overlap": _table(
            [{"source": "orders", "rows": 22_523, "amount": D("377488.4500")}], {"source": pa.string(), "rows": pa.int64(), "amount": money}
        ),
        "sources": _table(
            [
                {
                    "source": "orders",
                    "files": 2,
                    "bytes": 90_000_113,
                    "rows": 1_067_371,
                    "accepted": 1_044_847,
                    "quarantined": 3,
                    "counted_once": 22_523,
                },
                {"source": "billing", "files": 1, "bytes": None, "rows": 60_398, "accepted": 60_357, "quarantined": 41, "counted_once": 0},
            ],
            {"source": pa.string(), **counts},
        ),
    }


def _scaled(weights: list[float], total: Decimal) -> list[Decimal]:
    """Amounts in proportion to the weights that come to the total exactly."""
    exact = [D(weight) for weight in weights]
    whole = sum(exact)
    parts = [(total * weight / whole).quantize(_CENT) for weight in exact]
    parts[-1] += total - sum(parts)
    return parts


def _exact(amount: float) -> Decimal:
    return D(amount).quantize(_CENT)


def _table(rows: list[dict[str, Any]], kinds: dict[str, pa.DataType]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))
