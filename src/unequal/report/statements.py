"""The report's tables of money: bands, lines, slices, give-backs, money without a customer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from unequal.answers import Answer, Figure, price_steps
from unequal.pages import Column, Listing
from unequal.report.reading import Rows, count_total, figure_of, is_positive, money_of, rows_of, slice_rows, total_of
from unequal.report.wording import band_name, band_token, cause_name, in_words, line_name, sentence_case, word_of
from unequal.terms.amounts import exact_text, share_text
from unequal.terms.lines import LINES_OF_LEVEL, PRICE_STEPS

_CURVE_STEPS = 20
_SHARE_NEEDS_A_TOTAL = "A share of a total that is not above zero means nothing; the figures are in money."


def bands(answer: Answer) -> Listing:
    """The three bands with customers, dollars, share, dollars a customer and sales."""
    rows = rows_of(answer, "bands")
    total = total_of(rows, "amount")
    customers = count_total(rows, "customers")
    told = [
        {**row, "name": band_name(row["band"], answer.level), "chip": band_token(row["band"]), "share": _share(row, total)} for row in rows
    ]
    columns = [
        Column("name", "Band", term="band"),
        Column("customers", "Customers", "count"),
        Column("amount", sentence_case(word_of(answer.level)), "money", term=str(answer.level)),
        Column("share", "Share", "share"),
        Column("per_customer", "Per customer", "money"),
        Column("sales", "Sales", "cost"),
    ]
    if not is_positive(answer):
        columns = [column for column in columns if column.name != "share"]
    per_customer = (total / customers).quantize(Decimal("0.0001")) if customers else None
    everyone = {"name": "All customers", "customers": customers, "amount": total, "share": Decimal(1), "per_customer": per_customer}
    if any("sales" in row for row in rows):
        everyone["sales"] = total_of(rows, "sales")
    else:
        columns = [column for column in columns if column.name != "sales"]
    note = "" if is_positive(answer) else _SHARE_NEEDS_A_TOTAL
    return Listing("Customers by band", columns, told, everyone, answer.currency, note=note)


def stability(answer: Answer) -> Listing:
    """Whose band what moves; no rows where the selection is not the whole base, or the run does not know."""
    first, *causes = rows_of(answer, "stability") or [{}]
    rows = [{**row, "name": sentence_case(row["label"])} for row in causes]
    columns = [
        Column("name", "Were it"), Column("judged", "Customers concerned", "count"), Column("moved", "Band moves", "count"),
        Column("moved_share", "Share", "share"),
    ]  # fmt: skip
    note = "No policy should take service away from a customer whose band does not stand firm."
    return Listing("Whose band does not stand firm", columns, rows, {**first, "name": "Any of them"} if first else None, note=note)


def lines(answer: Answer) -> Listing:
    """The lines that make the figure, what is left after each step, and what they come to."""
    *rows, total = [{**row, "name": row["label"], "defined_by": _step(row)} for row in price_steps(rows_of(answer, "lines"), answer.level)]
    columns = [Column("name", "Line", term="price_step"), Column("amount", "Amount", "cost")]
    return Listing(f"Lines of {word_of(answer.level)}", columns, rows, total, answer.currency)


def _step(row: Mapping[str, Any]) -> str:
    """The definition of a sum of the waterfall; nothing of a line, and of a sum that is no step of it."""
    key = str(row.get("name", row["label"])).lower().replace(" ", "_")
    return key if row["is_sum"] and key in _STEPS else ""


_STEPS: Final = frozenset(name.lower().replace(" ", "_") for name, _ in PRICE_STEPS)


def lines_outside(answer: Answer) -> Listing:
    """Lines the ledger holds and the evidence level leaves out."""
    rows = [_named_line(row) for row in rows_of(answer, "lines") if not row["in_level"]]
    return Listing(
        f"Known, and not part of {word_of(answer.level)}",
        [Column("name", "Line"), Column("amount", "Amount", "cost")],
        rows,
        None,
        answer.currency,
    )


def curve(answer: Answer) -> Listing:
    """The whale curve as a table: even steps of customers, the peak and the end."""
    points = rows_of(answer, "curve")
    customers = points[-1]["rank"] if points else 0
    total = money_of(answer, "total") or Decimal(0)
    rows: Rows = [
        {
            "of_customers": share_text(point["rank"] / customers),
            "rank": point["rank"],
            "amount": point["cumulative"],
            "share": Decimal(point["cumulative"]) / total if total > 0 else None,
        }
        for point in _told_points(points, customers)
    ]
    amount = Column("amount", f"Cumulative {word_of(answer.level)}", "money", term="whale_curve")
    columns = [
        Column("of_customers", "Best customers"),
        Column("rank", "Customers", "count"),
        amount,
        Column("share", "Share of the total", "share"),
    ]
    if total <= 0:
        columns = [Column("rank", "Best customers", "count"), amount]
    return Listing(f"Cumulative {word_of(answer.level)} by customers, best first", columns, rows, None, answer.currency)


def _told_points(points: Rows, customers: int) -> Rows:
    """The points nearest to even steps, and the peak; none where there is no customer."""
    if not customers:
        return []
    peak = max(range(len(points)), key=lambda index: (points[index]["cumulative"], -index))
    wanted = {_nearest(points, customers * step / _CURVE_STEPS) for step in range(1, _CURVE_STEPS + 1)} | {peak}
    return [points[index] for index in sorted(wanted)]


def slices(answer: Answer) -> Listing:
    """What each value of the dimension brings."""
    rows = [
        {**row, "name": "not given" if row["value"] in (None, "") else row["value"], "thin": "few customers" if row.get("is_thin") else ""}
        for row in slice_rows(answer)
    ]
    columns = [
        Column("name", sentence_case((answer.by or "slice").replace("_", " ")), "name", term="slice"),
        Column("customers", "Customers", "count"),
        Column("losing_customers", "Below zero", "count"),
        Column("amount", sentence_case(word_of(answer.level)), "money", term=str(answer.level)),
        Column("elsewhere", "Not with a customer", "cost"),
        Column("sales", "Sales", "cost"),
        Column("thin", "Few", term="slice"),
    ]
    present = [column for column in columns if column.name == "name" or any(column.name in row for row in rows)]
    present = [column for column in present if column.name not in ("elsewhere", "thin") or any(row.get(column.name) for row in rows)]
    sums = {column.name: total_of(rows, column.name) for column in present if column.kind in ("money", "cost")}
    note = "A customer may stand in several rows, so customers are not summed."
    return Listing(f"By {answer.by or 'slice'}", present, rows, {"name": "All", **sums}, answer.currency, note=note)


def give_backs(answer: Answer) -> Listing:
    """The customers who give most back, each with the line that takes it."""
    rows = [{**row, "cause": cause_name(str(row["cause"])) if row["cause"] else None} for row in rows_of(answer, "give_backs")]
    columns = [
        Column("customer_id", "Customer", "code"),
        Column("amount", sentence_case(word_of(answer.level)), "money", term=str(answer.level)),
        Column("sales", "Sales", "cost"),
        Column("cause", "Cause"),
        Column("cause_amount", "On that line", "cost"),
        Column("cause_excess", "Beyond the usual", "cost"),
    ]
    columns = [column for column in columns if any(column.name in row for row in rows)]
    note = "The cause is the line that takes more than it takes from the same sales elsewhere in the base." if rows else ""
    return Listing("The largest give-backs", columns, rows, None, answer.currency, {"cause": "no single line explains it"}, note)


def unassigned(answer: Answer) -> Listing:
    """Money without a customer by reason and line; lines outside the figure say so."""
    inside = {str(line) for line in LINES_OF_LEVEL[answer.level]}
    rows = [
        {
            "reason": in_words(str(row["reason"])),
            "line": line_name(row["line"]) + ("" if row["line"] in inside else ", not part of the figure"),
            "entries": row["entries"],
            "amount": row["amount"],
        }
        for row in rows_of(answer, "unassigned")
    ]
    columns = [Column("reason", "Why"), Column("line", "Line"), Column("entries", "Entries", "count"), Column("amount", "Amount", "cost")]
    total = {"reason": "All of them", "entries": count_total(rows, "entries"), "amount": total_of(rows, "amount")}
    counted = [row for row in rows_of(answer, "unassigned") if row["line"] in inside]
    part = total_of(counted, "amount")
    note = f"{exact_text(part, answer.currency)} of it is on lines of {word_of(answer.level)}." if part != total["amount"] else ""
    return Listing("Money without a customer", columns, rows, total, answer.currency, note=note)


def whole_ledger(answer: Answer) -> Listing | None:
    """The ledger and its parts; None where the parts do not come to it exactly, for then it proves nothing."""
    total, whole = money_of(answer, "total"), money_of(answer, "ledger_total")
    if total is None or whole is None:
        return None
    outside = total_of([row for row in rows_of(answer, "lines") if not row["in_level"]], "amount")
    parts = [
        {"name": f"Customers, {word_of(answer.level)}", "amount": total},
        {"name": "Customers, lines that are not part of it", "amount": outside},
        {"name": "Without a customer", "amount": total_of(rows_of(answer, "unassigned"), "amount")},
    ]
    if total_of(parts, "amount") != whole:
        return None
    columns = [Column("name", "Part of the ledger"), Column("amount", "Amount", "cost")]
    return Listing("The whole ledger", columns, parts, {"name": "The whole ledger", "amount": whole}, answer.currency)


def measures(answer: Answer) -> Listing:
    """How unequal the customers are, in single numbers."""
    wanted = {"peak_share": "", "stobachoff": "stobachoff", "gini": "gini"}
    figures = [figure for name in wanted if (figure := figure_of(answer, name)) is not None]
    rows = [{"name": figure.label, "number": _measure(figure), "why": figure.why_missing} for figure in figures]
    why = next((figure.why_missing for figure in figures if figure.why_missing), "")
    return Listing(
        "Measures of concentration", [Column("name", "Measure"), Column("number", "Value")], rows, None, answer.currency, {"number": why}
    )


def _measure(figure: Figure) -> str | None:
    if not isinstance(figure.value, Decimal | float | int):
        return None
    return share_text(figure.value) if figure.unit == "share" else f"{figure.value:.3f}"


def _named_line(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "name": line_name(row["line"], row.get("label"))}


def _share(row: dict[str, Any], total: Decimal) -> Decimal | None:
    return Decimal(row["amount"]) / total if total > 0 else None


def _nearest(points: Rows, rank: float) -> int:
    return min(range(1, len(points)), key=lambda index: abs(points[index]["rank"] - rank))
