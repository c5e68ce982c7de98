"""The chart of lines: the words into which every dollar is booked, in waterfall order."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Line(StrEnum):
    """What a dollar was. Income is positive, costs and deductions are negative."""

    LIST_REVENUE = "list_revenue"
    ON_INVOICE_DISCOUNT = "on_invoice_discount"
    OFF_INVOICE_DISCOUNT = "off_invoice_discount"
    RETURNS = "returns"
    COST_OF_GOODS = "cost_of_goods"
    FREIGHT = "freight"
    COST_TO_SERVE = "cost_to_serve"
    COST_OF_FAILURE = "cost_of_failure"
    ACQUISITION = "acquisition"
    RETENTION = "retention"
    CREDIT_LOSS = "credit_loss"
    FUNDING = "funding"
    OTHER = "other"


class Level(StrEnum):
    """The evidence level of a dollar answer: which costs are known, and so what it may be called."""

    REVENUE = "revenue"
    GROSS_MARGIN = "gross_margin"
    CONTRIBUTION_BEFORE_SERVICE = "contribution_before_service"
    CONTRIBUTION = "contribution"


_REVENUE: Final = (Line.LIST_REVENUE, Line.ON_INVOICE_DISCOUNT, Line.OFF_INVOICE_DISCOUNT, Line.RETURNS)

LINES_OF_LEVEL: Final[dict[Level, tuple[Line, ...]]] = {
    Level.REVENUE: _REVENUE,
    Level.GROSS_MARGIN: (*_REVENUE, Line.COST_OF_GOODS),
    Level.CONTRIBUTION_BEFORE_SERVICE: (*_REVENUE, Line.COST_OF_GOODS, Line.FREIGHT),
    Level.CONTRIBUTION: tuple(line for line in Line if line is not Line.COST_OF_FAILURE),
}
"""Which lines are summed at each level; lines outside it are shown, and not part of the figure.

What the company's own failures cost is no customer's doing, and in no level: docs/decisions/0019-our-own-failures-apart.md.
"""

WORD_OF_LEVEL: Final[dict[Level, str]] = {
    Level.REVENUE: "revenue",
    Level.GROSS_MARGIN: "gross margin",
    Level.CONTRIBUTION_BEFORE_SERVICE: "profit before service",
    Level.CONTRIBUTION: "profit",
}
"""What the figure is called in a sentence: never profit without its costs."""

PRICE_STEPS: Final[tuple[tuple[str, tuple[Line, ...]], ...]] = (
    ("Invoice price", (Line.LIST_REVENUE, Line.ON_INVOICE_DISCOUNT)),
    ("Pocket price", (Line.OFF_INVOICE_DISCOUNT, Line.RETURNS, Line.FREIGHT, Line.FUNDING)),
    ("Pocket margin", (Line.COST_OF_GOODS,)),
    ("Customer contribution", tuple(line for line in Line if line not in {
        Line.LIST_REVENUE, Line.ON_INVOICE_DISCOUNT, Line.OFF_INVOICE_DISCOUNT, Line.RETURNS, Line.FREIGHT, Line.FUNDING, Line.COST_OF_GOODS,
    })),
)  # fmt: skip
"""From list price to what the customer leaves over: what each step takes off, and what the rest is called (Marn & Rosiello 1992).
Freight and terms of payment are given away like a discount, so they stand before the cost of goods. Every line has its step."""

FIRST_LEVEL_WITH_POCKET_PRICE: Final = Level.CONTRIBUTION_BEFORE_SERVICE
"""Below it freight is not known, and what is left is no pocket price."""

LABEL_OF_LINE: Final[dict[Line, str]] = {
    Line.LIST_REVENUE: "Sales",
    Line.ON_INVOICE_DISCOUNT: "Discounts on the invoice",
    Line.OFF_INVOICE_DISCOUNT: "Discounts off the invoice",
    Line.RETURNS: "Returns",
    Line.COST_OF_GOODS: "Cost of goods",
    Line.FREIGHT: "Freight",
    Line.COST_TO_SERVE: "Cost to serve",
    Line.COST_OF_FAILURE: "Our own failures",
    Line.ACQUISITION: "Acquisition",
    Line.RETENTION: "Retention",
    Line.CREDIT_LOSS: "Credit losses",
    Line.FUNDING: "Funding",
    Line.OTHER: "Other",
}
