"""Reconciling: what the raw rows come to, set against what the ledger holds, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import ibis

from unequal.ledger.assignment import LEVEL_BUCKET, is_real_customer
from unequal.ledger.booking_day import month_start
from unequal.ledger.control import ACCEPTED, EXACTLY, Cell, CellTotals
from unequal.terms.errors import LedgerError
from unequal.terms.money import SCALE, money_sum

Place = tuple[date | None, str, str]
"""Period, line, currency: a cell of the reconciliation of one source."""

_UNIT: Final = Decimal(1).scaleb(-SCALE)
_SHOWN: Final = 3
_EVIDENCE: Final = {
    "control_total": "raw values summed before any cast",
    "customers": "entries of customers",
    "unassigned": "entries that no customer was found for",
    "idle": "capacity that nobody used",
    "quarantined": "rows that do not fit their contract",
    "unknown_currency": "rows in a currency that has no rate on their day",
    "counted_once": "rows that another extract of this source holds too",
    "rounding": "each line rounded to 0.0001",
    "residual": "control total less everything it is made of",
}


@dataclass
class Account:
    """One cell: what the raw rows come to and what it is made of."""

    control: Decimal = Decimal(0)
    rows: int = 0
    booked: int = 0
    items: dict[str, tuple[Decimal, int]] = field(default_factory=dict)

    @property
    def residual(self) -> Decimal:
        """The control total less its items: zero, or dollars were lost or made."""
        return self.control - sum((amount for amount, _ in self.items.values()), Decimal(0))

    @property
    def missing_entries(self) -> int:
        """Amounts that should have been booked less the entries that there are."""
        entries = sum(
            count for item, (_, count) in self.items.items() if item in ("customers", "unassigned") or item.startswith(LEVEL_BUCKET)
        )
        return self.booked - entries


def ledger_totals(entries: ibis.Table) -> ibis.Table:
    """What the ledger holds per source, period, line, currency and item, in the original currency.

    Args:
        entries: ENTRY.

    Returns:
        source, period, line, currency, item (customers, or the bucket's name), amount DECIMAL(28,4), rows int64.
    """
    item = ibis.ifelse(is_real_customer(entries["customer_id"]), "customers", entries["customer_id"])
    grouped = entries.group_by("source", "line", "currency", period=month_start(entries["booked_on"]), item=item)
    return grouped.aggregate(amount=money_sum(entries["original_amount"]), rows=entries.count().cast("int64"))


def account_for(control: Mapping[Cell, CellTotals], booked: Iterable[Mapping[str, object]]) -> dict[Place, Account]:
    """Set the control totals of one source against what the ledger holds of it.

    Args:
        control: control totals by period, line, currency and fate.
        booked: rows of `ledger_totals` of this source.
    """
    accounts: dict[Place, Account] = {}
    exact: dict[Place, Decimal] = {}
    rounded: dict[Place, Decimal] = {}
    for (period, line, currency, fate), totals in control.items():
        place = (period, line, currency)
        account = accounts.setdefault(place, Account())
        exact[place] = EXACTLY.add(exact.get(place, Decimal(0)), totals.exact)
        rounded[place] = EXACTLY.add(rounded.get(place, Decimal(0)), totals.rounded)
        account.rows += totals.amounts
        if fate == ACCEPTED:
            account.booked += totals.booked
        else:
            account.items[fate] = (totals.rounded, totals.amounts)
    for place, account in accounts.items():
        account.control = exact[place].quantize(_UNIT, rounding=ROUND_HALF_UP)
        if account.control != rounded[place]:
            account.items["rounding"] = (account.control - rounded[place], account.rows)
    for row in booked:
        place = (_date(row["period"]), str(row["line"]), str(row["currency"]))
        account = accounts.setdefault(place, Account())
        account.items[str(row["item"])] = (Decimal(str(row["amount"])), int(str(row["rows"])))
    return accounts


def _date(value: object) -> date | None:
    assert value is None or isinstance(value, date), f"a period is a date, not {value!r}"
    return value


def reconciliation_rows(source: str, accounts: Mapping[Place, Account]) -> list[dict[str, object]]:
    """RECONCILIATION rows of one source; every cell ends with its residual."""
    rows: list[dict[str, object]] = []
    for (period, line, currency), account in sorted(accounts.items(), key=lambda cell: (str(cell[0][0]), cell[0][1], cell[0][2])):
        lines = [("control_total", account.control, account.rows)]
        lines += [(item, *account.items[item]) for item in sorted(account.items, key=_order)]
        lines.append(("residual", account.residual, account.missing_entries))
        rows += [
            {"source": source, "period": period, "line": line, "currency": currency, "item": item, "amount": amount, "rows": count,
             "evidence": _EVIDENCE.get(item, f"entries of the level {item.removeprefix(LEVEL_BUCKET)}")}
            for item, amount, count in lines
        ]  # fmt: skip
    return rows


def _order(item: str) -> tuple[int, str]:
    known = list(_EVIDENCE)
    return (known.index(item) if item in known else known.index("unassigned"), item)


def unreconciled(accounts: Mapping[Place, Account]) -> dict[Place, Account]:
    """The cells whose residual is not zero, or whose entries are not as many as they should be."""
    return {place: account for place, account in accounts.items() if account.residual != 0 or account.missing_entries != 0}


def refusal(source: str, wrong: Mapping[Place, Account], explanations: Sequence[str]) -> LedgerError:
    """The error that stops a run whose ledger does not reconcile: where, by how much, and what comes nearest.

    Args:
        source: its name.
        wrong: cells that do not reconcile; at least one.
        explanations: the rows that differ, told one by one; see `differing_rows.explain`.
    """
    worst = sorted(wrong.items(), key=lambda cell: (-abs(cell[1].residual), str(cell[0])))
    told = [
        f"{_named(place)}: control total {account.control:,.4f}, accounted for {account.control - account.residual:,.4f}, "
        f"residual {account.residual:,.4f}, entries missing {account.missing_entries:,}"
        for place, account in worst[:_SHOWN]
    ]
    more = len(worst) - _SHOWN
    seen = "; ".join(told) + (f"; and {more:,} more cells" if more > 0 else "")
    nearest = "; ".join(explanations) if explanations else "each row is booked as it was read, so what left rows out differs"
    return LedgerError(
        "LED010", f"the ledger does not reconcile with {source}", where=f"sources.{source}, {_named(worst[0][0])}",
        seen=f"{seen}. Row by row: {nearest}",
        do="nothing was published and yesterday's run stands; look at the named rows, and report it if they are as they should be",
    )  # fmt: skip


def _named(place: Place) -> str:
    period, line, currency = place
    return f"{period.strftime('%Y-%m') if period else 'no readable day'}, {line}, {currency or 'no currency'}"
