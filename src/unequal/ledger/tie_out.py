"""The general ledger held against the detail, account by account: what remains is unexplained, and has its place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from unequal import config
from unequal.terms.errors import LedgerError
from unequal.terms.money import SCALE

Rows = Iterable[Mapping[str, Any]]
UNMAPPED: Final = "unmapped"
NO_ACCOUNT: Final = "no_account"
NOT_CUSTOMERS: Final = "not_customers"
NOT_CHARGED: Final = "not_charged"
CHARGED: Final = "charged"
NONE: Final = "none"
NOTHING: Final = "nothing"
_UNIT: Final = Decimal(1).scaleb(-SCALE)
_SHOWN: Final = 3


@dataclass
class Side:
    """One side of a cell: what it holds, in how many rows."""

    amount: Decimal = Decimal(0)
    rows: int = 0

    def add(self, amount: Any, rows: Any) -> None:
        """Count one more sum in."""
        self.amount += Decimal(str(amount))
        self.rows += int(rows)


@dataclass
class Cell:
    """An account, or what stands for it, in one period and currency."""

    books: Side = field(default_factory=Side)
    detail: Side = field(default_factory=Side)


Place = tuple[str, str, str, date, str]
"""Rule, account, what it is held against, period, currency."""


def tied_out(held: Rows, booked: Rows, books: config.ledger.GeneralLedger) -> list[dict[str, Any]]:
    """TIE_OUT rows, in order of rule as the config lists them, account, period and currency; those beyond tolerance say so.

    Args:
        held: `books_sums`.
        booked: `detail_sums`, by the same days.
        books: the mapping.

    Returns:
        A cell wherever either side holds anything. Its outcome is `beyond_tolerance` where the difference is larger than declared:
        see `disagreement`.
    """
    held, booked = list(held), list(booked)
    names, accounts = _named(held), _accounts_of_rules(held)
    starts = _starts(held, books)
    cells: dict[Place, Cell] = {}
    for row in held:
        rule = books.accounts.get(str(row["rule"])) if row["rule"] else None
        together = rule is not None and bool(rule.lines or rule.charged_by)
        account = accounts[str(row["rule"])] if together else str(row["account"])
        against = NOTHING if rule is None else _held_against(rule)
        place = (str(row["rule"] or UNMAPPED), account, against, begins(row["day"], starts), str(row["currency"]))
        cells.setdefault(place, Cell()).books.add(row["amount"], row["rows"])
    for row in booked:
        name = str(row["rule"] or NO_ACCOUNT)
        against = _held_against(books.accounts[name]) if row["rule"] else str(row["line"])
        place = (name, accounts.get(name, NONE), against, begins(row["day"], starts), str(row["currency"]))
        cells.setdefault(place, Cell()).detail.add(row["amount"], row["entries"])
    order = [*books.accounts, UNMAPPED, NO_ACCOUNT]
    ordered = sorted(cells.items(), key=lambda cell: (order.index(cell[0][0]), *cell[0][1:]))
    return [_row(place, cell, books, names) for place, cell in ordered]


def _named(held: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {str(row["account"]): str(row["name"]) for row in held if row["name"]}


def _accounts_of_rules(held: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """All accounts that each rule took, as one text."""
    found: dict[str, set[str]] = {}
    for row in held:
        if row["rule"]:
            found.setdefault(str(row["rule"]), set()).add(str(row["account"]))
    return {rule: " + ".join(sorted(accounts)) for rule, accounts in found.items()}


def _held_against(rule: config.ledger.AccountRule) -> str:
    """What a rule's accounts should equal, in words."""
    if not rule.lines:
        return str(rule.not_customers or rule.not_charged or ", ".join(rule.charged_by))
    narrowed = [
        f"{word} {', '.join(values)}"
        for word, values in (("channel", rule.channels), ("market", rule.markets), ("currency", rule.currencies))
        if values
    ]
    return "; ".join([", ".join(rule.lines), *narrowed])


def _starts(held: Sequence[Mapping[str, Any]], books: config.ledger.GeneralLedger) -> tuple[date, ...] | None:
    """The days on which the general ledger's own periods begin: those on which a compared account is dated."""
    if books.periods == "calendar_month":
        return None
    compared = {name for name, rule in books.accounts.items() if rule.lines}
    return tuple(sorted({row["day"] for row in held if row["rule"] in compared}))


def begins(day: date, starts: Sequence[date] | None) -> date:
    """The first day of a day's period.

    After the last dated period others follow of a month each, so that what the general ledger does not hold yet stands apart from what
    it holds; before the first, calendar months do.

    Args:
        day: a day of booking; the first of its month already where `starts` is None.
        starts: the days on which periods begin, ascending; None where calendar months do.

    >>> begins(date(2014, 1, 5), [date(2013, 10, 29), date(2013, 11, 29)])
    datetime.date(2013, 12, 29)
    """
    if not starts or day < starts[0]:
        return day.replace(day=1)
    place = bisect_right(starts, day) - 1
    if place < len(starts) - 1:
        return starts[place]
    months = (day.year - starts[-1].year) * 12 + day.month - starts[-1].month
    found = _months_later(starts[-1], months)
    return found if found <= day else _months_later(starts[-1], months - 1)


def _months_later(day: date, months: int) -> date:
    """The same day of a later month; the last of a month that is too short."""
    first = date(day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def _row(place: Place, cell: Cell, books: config.ledger.GeneralLedger, names: Mapping[str, str]) -> dict[str, Any]:
    rule, account, against, period, currency = place
    compared = rule in books.accounts and bool(books.accounts[rule].lines)
    told = [names[one] for one in account.split(" + ") if one in names]
    row: dict[str, Any] = {
        "rule": rule, "account": account, "name": " + ".join(dict.fromkeys(told)) or None, "held_against": against, "period": period, "currency": currency,
        "general_ledger": cell.books.amount if rule != NO_ACCOUNT else None,
        "detail": cell.detail.amount if compared or rule == NO_ACCOUNT or _outcome(rule, books) == CHARGED else None,
        "rows": cell.books.rows, "entries": cell.detail.rows,
    }  # fmt: skip
    if not compared:
        return {**row, "outcome": _outcome(rule, books)}
    difference = cell.books.amount - cell.detail.amount
    allowed = allowed_difference(books.accounts[rule].tolerance or books.tolerance, cell.books.amount, cell.detail.amount)
    outcome = "equal" if difference == 0 else "within_tolerance" if abs(difference) <= allowed else "beyond_tolerance"
    # A side that has nothing where the other holds zero is not missed.
    missing = None if not difference else "general_ledger" if not cell.books.rows else "detail" if not cell.detail.rows else None
    return {**row, "outcome": outcome, "missing": missing, "unexplained": difference, "tolerance": allowed}


def _outcome(rule: str, books: config.ledger.GeneralLedger) -> str:
    """What becomes of accounts that are held against no line."""
    if rule not in books.accounts:
        return rule
    told = books.accounts[rule]
    return CHARGED if told.charged_by else NOT_CUSTOMERS if told.not_customers else NOT_CHARGED


def allowed_difference(tolerance: config.ledger.Tolerance, held: Decimal, detail: Decimal) -> Decimal:
    """How far two sides may differ: the amount, or the share of the larger side, whichever is more; rounded down to 0.0001.

    >>> from unequal.config.ledger import Tolerance
    >>> allowed_difference(Tolerance(amount="1.00", share=0.01), Decimal("-990"), Decimal("-1000"))
    Decimal('10.0000')
    """
    share = (Decimal(str(tolerance.share)) * max(abs(held), abs(detail))).quantize(_UNIT, rounding=ROUND_DOWN)
    return max(Decimal(tolerance.amount), share)


def disagreement(rows: Sequence[Mapping[str, Any]]) -> LedgerError | None:
    """The error that stops a run whose general ledger disagrees beyond what was declared; None where it does not.

    Args:
        rows: `tied_out`.
    """
    beyond = sorted(
        (row for row in rows if row["outcome"] == "beyond_tolerance"),
        key=lambda row: (row["tolerance"] - abs(row["unexplained"]), row["rule"], row["period"], row["currency"]),
    )
    if not beyond:
        return None
    more = len(beyond) - _SHOWN
    told = [_told(row) for row in beyond[:_SHOWN]] + ([f"and {more:,} more"] if more > 0 else [])
    worst = beyond[0]
    return LedgerError(
        "LED040", "the general ledger disagrees with the detail by more than is declared",
        where=f"ledger.general_ledger.accounts.{worst['rule']}, account {worst['account']}, {worst['period']}, {worst['currency']}",
        seen="; ".join(told),
        do="nothing was published and yesterday's run stands; find what one side lacks, mend the mapping, or declare a tolerance: the difference is then shown as unexplained",
    )  # fmt: skip


def _told(row: Mapping[str, Any]) -> str:
    name = f" ({row['name']})" if row["name"] else ""
    missing = {"general_ledger": "; the general ledger has no such period", "detail": "; there are no entries"}.get(
        row["missing"] or "", ""
    )
    return (
        f"account {row['account']}{name}, period of {row['period']}, {row['currency']}: general ledger {row['general_ledger']:,.4f}, "
        f"{row['held_against']} {row['detail']:,.4f}, difference {row['unexplained']:,.4f} where {row['tolerance']:,.4f} is declared{missing}"
    )


def tie_out_summary(rows: Rows) -> dict[str, Any]:
    """The few figures of a tie-out: plain JSON values, amounts as exact texts.

    Returns:
        cells (compared), unequal_cells and missing (a side has nothing), counted; unexplained: currency -> net, and gross (without signs);
        unmapped: account -> currency -> amount; not_customers and not_charged: reason -> the same; charged: what charges them -> the
        same; no_account: line -> the same.
    """
    uncompared = (UNMAPPED, NO_ACCOUNT, NOT_CUSTOMERS, NOT_CHARGED, CHARGED)
    found: dict[str, Any] = {"cells": 0, "unequal_cells": 0, "missing": 0, "unexplained": {}, **{outcome: {} for outcome in uncompared}}
    for row in rows:
        outcome, currency = str(row["outcome"]), str(row["currency"])
        if outcome in uncompared:
            group = str(row["account"]) if outcome == UNMAPPED else str(row["held_against"])
            amount = row["detail"] if outcome == NO_ACCOUNT else row["general_ledger"]
            _count_in(found[outcome], group, currency, amount)
            continue
        found["cells"] += 1
        found["unequal_cells"] += outcome != "equal"
        found["missing"] += row["missing"] is not None
        _count_in(found["unexplained"], currency, "net", row["unexplained"])
        _count_in(found["unexplained"], currency, "gross", abs(row["unexplained"]))
    return found


def _count_in(groups: dict[str, dict[str, str]], group: str, key: str, amount: Decimal) -> None:
    sums = groups.setdefault(group, {})
    sums[key] = str(Decimal(sums.get(key, "0")) + amount)
