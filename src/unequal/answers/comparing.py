"""One question asked of two runs: every figure as it was then, as it is now, and the change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from unequal.answers.answer import Answer, Figure
from unequal.answers.showing import Column, Shown
from unequal.terms.amounts import money_text, share_text

_NUMBER: Final = pa.decimal128(38, 6)
COMPARED: Final = pa.schema(
    [("name", pa.string()), ("figure", pa.string()), ("unit", pa.string()), ("then", _NUMBER), ("now", _NUMBER), ("change", _NUMBER), ("is_within_range", pa.bool_())]
)  # fmt: skip
"""A figure of both runs: numbers with six decimals, whatever their unit; is_within_range where the figure is an estimate."""


def side_by_side(now: Answer, then: Answer) -> Answer:
    """The answer of today with each figure's change since another run as its main table.

    Figures that only one of the two has, or whose value is missing or a text, stand with what is known and without a change. A figure
    that is an estimate says whether the change lies within the two ranges: then it may be no change at all.

    Args:
        now: the answer of the run that is asked.
        then: the answer of the same question from the other run.
    """
    rows = [_row(figure, then) for figure in now.figures]
    table = pa.Table.from_pylist(rows, COMPARED)
    other = f"the run {then.run_id}, published {then.as_of[:10]}"
    columns = [
        Column("figure", "Figure"), Column("unit", "Unit"), Column("then", "Then", "exact", why_missing="not known then"),
        Column("now", "Now", "exact", why_missing="not known"), Column("change", "Change", "exact", why_missing="not known of both"),
    ]  # fmt: skip
    shown = Shown(
        "compared", f"Against {other} ({then.period})", columns, note="What changed from run to run, and why: `unequal runs`.", most=40
    )
    return replace(
        now,
        findings=(*_told(now, rows, other), *now.findings),
        table=table,
        tables={**now.tables, "compared": table, **{f"then_{name}": found for name, found in then.tables.items()}},
        shown=(shown, *now.shown),
    )


def _row(figure: Figure, then: Answer) -> dict[str, Any]:
    other = next((one for one in then.figures if one.name == figure.name and one.unit == figure.unit), None)
    now, before = _number(figure.value), _number(other.value if other else None)
    row: dict[str, Any] = {"name": figure.name, "figure": figure.label, "unit": figure.unit, "then": before, "now": now}
    row["change"] = None if now is None or before is None else now - before
    row["is_within_range"] = _overlap(figure, other)
    return row


def _number(value: Decimal | float | str | date | None) -> Decimal | None:
    if value is None or isinstance(value, str | date):
        return None
    return Decimal(repr(value) if isinstance(value, float) else value).quantize(Decimal("0.000001"))


def _overlap(one: Figure, other: Figure | None) -> bool | None:
    """Whether the ranges of two estimates meet; None where one is no estimate."""
    if other is None or one.low is None or one.high is None or other.low is None or other.high is None:
        return None
    return float(one.low) <= float(other.high) and float(other.low) <= float(one.high)


def _told(now: Answer, rows: list[dict[str, Any]], other: str) -> list[str]:
    changed = [row for row in rows if row["change"]]
    if not changed:
        return [f"No figure has changed since {other}."]
    first = changed[0]
    told = f"{first['figure']}: {_text(first['then'], first['unit'], now.currency)} in {other}, {_text(first['now'], first['unit'], now.currency)} now"
    within = " The ranges of the two meet: it may be no change at all." if first["is_within_range"] else ""
    return [f"{told}; {len(changed):,} of {len(rows):,} figures have changed.{within}"]


def _text(amount: Decimal, unit: str, currency: str) -> str:
    if unit == "share":
        return share_text(amount)
    return money_text(amount, unit) if unit == currency else f"{round(amount, 3).normalize():,f} {unit}"
