"""From list price to customer contribution: the lines of a figure in the order of the price waterfall, with what is left after each step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from unequal.terms.lines import FIRST_LEVEL_WITH_POCKET_PRICE, LABEL_OF_LINE, PRICE_STEPS, WORD_OF_LEVEL, Level, Line


def price_steps(lines: Iterable[Mapping[str, Any]], level: Level) -> list[dict[str, Any]]:
    """Lines and subtotals in waterfall order, the figure itself last.

    list price - discounts on the invoice = invoice price; - discounts off it, returns, freight and terms = pocket price; - cost of goods =
    pocket margin; - cost to serve = customer contribution. A subtotal stands only where its step takes something off; pocket price
    and what follows only where the level knows freight. The last row is the level's figure; where it is a step of the waterfall too,
    it carries both names.

    Args:
        lines: WATERFALL rows with `line`, `amount` and `in_level`, perhaps `label`; those outside the level are left out.
        level: the evidence level.

    Returns:
        line (None for a sum), label, amount (exact), is_sum; the last has `name` too, the shorter of its names, for a chart.

    Source: Marn & Rosiello, "Managing price, gaining profit", Harvard Business Review, 1992.
    """
    known = {Line(str(row["line"])): row for row in lines if row["in_level"]}
    with_pocket = list(Level).index(level) >= list(Level).index(FIRST_LEVEL_WITH_POCKET_PRICE)
    told: list[dict[str, Any]] = []
    left, last = Decimal(0), ""
    for name, step in PRICE_STEPS:
        taken = [known[line] for line in step if line in known]
        for row in taken:
            left += Decimal(row["amount"])
            told.append(
                {
                    "line": str(row["line"]),
                    "label": row.get("label") or LABEL_OF_LINE[Line(str(row["line"]))],
                    "amount": row["amount"],
                    "is_sum": False,
                }
            )
        is_invoice = name == PRICE_STEPS[0][0]
        takes_off = any(Line(str(row["line"])) is not Line.LIST_REVENUE for row in taken)
        if takes_off and (is_invoice or with_pocket):
            last = name
            told.append({"line": None, "label": name, "amount": left, "is_sum": True})
    word = WORD_OF_LEVEL[level]
    figure = {
        "line": None,
        "label": f"{word[:1].upper()}{word[1:]}",
        "name": f"{word[:1].upper()}{word[1:]}",
        "amount": left,
        "is_sum": True,
    }
    if told and told[-1]["is_sum"]:
        # The last subtotal is the figure itself.
        told.pop()
        figure |= {"label": f"{last}: {word}", "name": last}
    return [*told, figure]
