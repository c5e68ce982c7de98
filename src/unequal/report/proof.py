"""The report's tables of proof: reconciliation, rows left out, rows counted once, sources."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from unequal.answers import Answer
from unequal.pages import Column, Listing
from unequal.report.reading import Rows, count_total, rows_of, total_of
from unequal.report.wording import in_words, line_name
from unequal.terms.amounts import count_text
from unequal.terms.ids import IDLE

ITEMS: Final = ("control_total", "customers", "higher_levels", "unassigned", "reconciling", "residual")
MOST_NAMED: Final = 3
"""A row of more accounts than this says how many they are."""
MOST_ROWS: Final = 600
"""More rows of reconciliation than this are summed by year, so that the page stays light."""

_MONEY_COLUMNS: Final = (
    Column("control_total", "Control total", "exact", term="control_total"),
    Column("customers", "Customers", "exact"),
    Column("higher_levels", "Higher levels", "exact", term="higher_levels"),
    Column("unassigned", "Not assigned", "exact", term="unassigned"),
    Column("reconciling", "Reconciling items", "exact", term="reconciling"),
    Column("residual", "Residual", "exact", term="residual"),
)
_YEAR: Final = re.compile(r"\d{4}")


def reconciled(answer: Answer) -> Rows:
    """One row per source, period, line and currency, whether the table came so or one row an item."""
    rows = rows_of(answer, "reconciliation")
    if not rows or "item" not in rows[0]:
        return rows
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(str(row[name]) if row[name] is not None else "" for name in ("source", "period", "line", "currency"))
        named = dict(zip(("source", "period", "line", "currency"), key, strict=True))
        made = found.setdefault(key, {**named, **dict.fromkeys(ITEMS, Decimal(0))})
        made[_column_of(str(row["item"]))] += row["amount"]
    return list(found.values())


def residual_of(rows: Rows) -> Decimal:
    """The sum of residuals, each taken without its sign, so that two errors cannot hide each other."""
    return sum((abs(Decimal(row["residual"])) for row in rows), Decimal(0))


def reconciliation_by_source(rows: Rows) -> Listing:
    """The reconciliation summed per source and currency."""
    summed = _summed(rows, ("source", "currency"))
    columns = [Column("source", "Source", "name"), Column("currency", "Currency"), *_MONEY_COLUMNS]
    return Listing("Reconciliation by source", columns, summed)


def reconciliation_in_full(rows: Rows) -> list[Listing]:
    """A listing of periods for each source, line and currency; of years where there are more months than a page carries."""
    told = [{**row, "period": _period_text(row["period"])} for row in rows]
    if len(told) > MOST_ROWS:
        told = _summed([{**row, "period": _year_of(row["period"])} for row in told], ("source", "line", "currency", "period"))
    groups: dict[tuple[str, str, str], Rows] = {}
    for row in told:
        groups.setdefault((row["source"], row["line"], row["currency"]), []).append(row)
    plain = [Column(column.name, column.label, column.kind) for column in _MONEY_COLUMNS]
    return [
        Listing(
            f"{source}, {line_name(line).lower()}, {currency}",
            [Column("period", "Period"), *plain],
            group,
            {"period": "All", **_sums(group)},
            is_explained=False,
        )
        for (source, line, currency), group in groups.items()
    ]


def tied_out(answer: Answer) -> Listing:
    """The general ledger against the detail, an account a row; no rows where none is mapped."""
    rows = [{**row, "against": _held_against(row), **_uncompared(row)} for row in _gathered(rows_of(answer, "tie_out"))]
    columns = [
        Column("account", "Account", "name"), Column("against", "Held against", "name"), Column("currency", "Currency"),
        Column("general_ledger", "General ledger", "exact"), Column("detail", "Detail", "exact"),
        Column("unexplained", "Unexplained", "exact", term="unexplained"), Column("unequal_periods", "Periods that differ", "count"),
    ]  # fmt: skip
    note = "Held against each other account by account and period by period, in the whole run. What differs lies within the declared tolerance."
    return Listing(
        "The general ledger",
        columns,
        rows,
        None,
        "",
        {"detail": "held against no line", "general_ledger": "no account holds this line"},
        note,
    )


def unexplained(answer: Answer) -> Listing:
    """Every account and period in which the general ledger and the detail differ, the largest difference first."""
    rows = [{**row, "account": _account(row), "why": _missing_side(row)} for row in rows_of(answer, "unexplained")]
    columns = [
        Column("account", "Account", "name"), Column("period", "Period of"), Column("currency", "Currency"), Column("general_ledger", "General ledger", "exact"),
        Column("detail", "Detail", "exact"), Column("unexplained", "Unexplained", "exact"), Column("tolerance", "Declared tolerance", "exact"), Column("why", "Seen"),
    ]  # fmt: skip
    note = f"The {MOST_ROWS:,} largest of {len(rows):,}; the run's table tie_out holds each." if len(rows) > MOST_ROWS else ""
    return Listing("Unexplained, by account and period", columns, rows[:MOST_ROWS], note=note)


def _gathered(rows: Rows) -> Rows:
    """Accounts that are held against no line, for one reason, as one row; each other account a row of its own."""
    found: dict[tuple[str, ...], Rows] = {}
    for row in rows:
        alone = row["outcome"] not in ("not_customers", "not_charged")
        key = (row["outcome"], row["held_against"], row["currency"], *((row["rule"], row["account"]) if alone else ()))
        found.setdefault(key, []).append(row)
    return [
        {**group[0], "general_ledger": total_of(group, "general_ledger"),
         "account": _account(group[0]) if len(group) == 1 else f"{_account(group[0])} and {len(group) - 1} more"}
        for group in found.values()
    ]  # fmt: skip


def _account(row: dict[str, Any]) -> str:
    several = str(row["account"]).split(" + ")
    if len(several) > MOST_NAMED:
        return f"{in_words(str(row['rule']))}: {len(several)} accounts"
    number = "No account" if row["account"] == "none" else str(row["account"])
    return f"{number} {row['name']}" if row["name"] else number


def _held_against(row: dict[str, Any]) -> str:
    told = str(row["held_against"])
    if row["outcome"] in ("compared", "no_account"):
        first, *rest = told.split("; ")
        return "; ".join([", ".join(line_name(line) for line in first.split(", ")), *rest])
    words = {
        "not_customers": f"Not customers': {in_words(told).lower()}",
        "not_charged": f"Not charged yet: {in_words(told).lower()}",
        "charged": f"Charged by {in_words(told).lower()}",
    }
    return words.get(str(row["outcome"]), "No rule maps it")


def _uncompared(row: dict[str, Any]) -> dict[str, Any]:
    """The sides that say nothing where a row is no comparison: absent, not zero; what is charged in full ties out."""
    if row["outcome"] == "compared":
        return {}
    if row["outcome"] == "charged" and row["general_ledger"] == row["detail"]:
        return {"unexplained": Decimal(0), "unequal_periods": 0}
    absent = {"no_account": ("general_ledger",), "charged": ()}.get(str(row["outcome"]), ("detail",))
    return dict.fromkeys(("unexplained", "unequal_periods", *absent))


def _missing_side(row: dict[str, Any]) -> str:
    words = {"general_ledger": "The general ledger has no such period", "detail": "There are no entries"}
    return words.get(str(row["missing"]), "Both sides, and they differ")


def quarantined(answer: Answer) -> Listing:
    """Rows left out, by source and reason, with their dollars where these can be read."""
    rows = [{**row, "reason": in_words(str(row["reason"]))} for row in rows_of(answer, "quarantined")]
    columns = [Column("source", "Source", "name"), Column("reason", "Why"), Column("rows", "Rows", "count")]
    total: dict[str, Any] = {"source": "All", "rows": count_total(rows, "rows")}
    if any("amount" in row for row in rows):
        columns.append(Column("amount", "Amount", "cost"))
        total["amount"] = total_of(rows, "amount")
    return Listing("Rows left out", columns, rows, total, answer.currency, {"amount": "the amount of these rows cannot be read"})


def overlap(answer: Answer) -> Listing:
    """Rows that stand in two extracts of a source, counted once, and what they would have added."""
    rows = [row for row in rows_of(answer, "overlap") if row["rows"]]
    columns = [Column("source", "Source", "name"), Column("rows", "Rows", "count"), Column("amount", "Would have counted twice", "cost")]
    total = {"source": "All", "rows": count_total(rows, "rows"), "amount": total_of(rows, "amount")}
    return Listing("Rows counted once", columns, rows, total, answer.currency, {"amount": "no money is mapped in this source"})


def left_out_says(quarantined: Listing, overlap: Listing) -> str:
    """How many rows were left out and counted once, in a sentence."""
    rows, twice = (int((listing.total or {}).get("rows", 0)) for listing in (quarantined, overlap))
    return f"{count_text(rows)} row{'s' * (rows != 1)} left out of every figure; {count_text(twice)} in two extracts, and counted once."


def sources(answer: Answer) -> Listing:
    """What was read from where."""
    rows = rows_of(answer, "sources")
    counted = [
        Column("files", "Files", "count"), Column("bytes", "Bytes", "count"), Column("rows", "Rows", "count"),
        Column("accepted", "Accepted", "count"), Column("quarantined", "Left out", "count"), Column("counted_once", "In two extracts", "count"),
    ]  # fmt: skip
    present = [column for column in counted if any(column.name in row for row in rows)]
    total = {"source": "All", **{column.name: count_total(rows, column.name) for column in present}}
    why = {"bytes": "a database, not a file"}
    return Listing("Sources", [Column("source", "Source", "name"), *present], rows, total, answer.currency, why)


def customers(answer: Answer) -> Listing:
    """How many customers there are under each definition, for the company and per source."""
    rows = rows_of(answer, "definitions")
    counted = [Column(name, name.replace("_", " ").capitalize(), "count") for name in (rows[0] if rows else ()) if name != "source"]
    note = "A person without a known household counts as one. A customer may stand in several sources, so sources do not add up to the company."
    return Listing("Customers by definition", [Column("source", "Source", "name"), *counted], rows, None, "", {}, note)


def matched(answer: Answer) -> Listing:
    """How records came to be customers, and what is expected to be wrong of it."""
    rows = [{**row, "kind": f"{row['kind']}s"} for row in rows_of(answer, "matched")]
    columns = [
        Column("kind", "Records of", "name"), Column("records", "Records", "count"), Column("pairs", "Pairs compared", "count"),
        Column("keys", "Keys learned", "count"), Column("probability", "Joined from a chance of", "share"),
        Column("false_share", "Joined wrongly, expected", "share"), Column("missed", "Matches out of reach, at least", "count"),
    ]  # fmt: skip
    note = "Learned from the records alone, without labels. Stewards' verdicts on pairs drawn at random measure it."
    return Listing("How records came to be customers", columns, rows, None, "", {"missed": "one key alone cannot tell"}, note)


def _column_of(item: str) -> str:
    """Where an item of the ledger's reconciliation stands on the page."""
    if item in ITEMS:
        return item
    is_level = item.startswith("level:") or item in (IDLE, "unit", "order", "customer", "channel", "market", "corporate")
    return "higher_levels" if is_level else "reconciling"


def _summed(rows: Rows, by: tuple[str, ...]) -> Rows:
    groups: dict[tuple[Any, ...], Rows] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in by), []).append(row)
    return [{**dict(zip(by, key, strict=True)), **_sums(group)} for key, group in groups.items()]


def _sums(rows: Rows) -> dict[str, Decimal]:
    return {item: total_of(rows, item) for item in ITEMS}


def _period_text(period: Any) -> str:
    """A month by its first day is written without the day; a period nobody could read says so."""
    text = str(period) if period is not None else ""
    return text[:7] if re.fullmatch(r"\d{4}-\d{2}-01", text) else text or "date not readable"


def _year_of(period: str) -> str:
    found = _YEAR.match(period)
    return found[0] if found else period
