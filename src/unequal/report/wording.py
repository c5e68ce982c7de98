"""What the report calls bands, reasons and causes; at the level of revenue nothing is called profit."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from unequal.terms.lines import LABEL_OF_LINE, LINES_OF_LEVEL, WORD_OF_LEVEL, Level, Line

BANDS: Final[dict[str, tuple[str, str, str]]] = {
    "profitable": ("Profitable", "Above zero", "value"),
    "break_even": ("About break-even", "About zero", "core"),
    "unprofitable": ("Unprofitable", "Below zero", "loss"),
}
"""Band: its name where costs are known, its name where they are not, the colour of its chip."""

REASONS: Final[dict[str, str]] = {
    "no_customer_id": "The row names no customer",
    "unknown_customer": "No source knows the customer the row names",
    "test_account": "A test account, kept out of the base",
    "level:unit": "Booked to units, not to a customer",
    "level:order": "Booked to orders, not to a customer",
    "level:channel": "Booked to a channel, not to a customer",
    "level:market": "Booked to a market, not to a customer",
    "idle": "Capacity paid for and not used",
    "level:corporate": "Booked to the company, not to a customer",
    "ragged_row": "More or fewer cells than the header has",
    "not_utf8": "Bytes that are not UTF-8",
    "nul_byte": "A NUL byte",
    "unterminated_quote": "A quotation mark that is never closed",
    "oversized_cell": "A cell larger than is read",
    "required": "A required value is empty",
    "footer": "A footer that sums the rows; used as a checksum",
}
"""Codes of reasons in words; a code not listed is shown with its underscores as spaces."""

_WHAT_THE_LEVEL_SAYS: Final[dict[Level, str]] = {
    Level.REVENUE: "This is revenue: sales less discounts and returns. No cost is taken off, so it does not say what a customer leaves over.",
    Level.GROSS_MARGIN: "This is gross margin: sales less discounts, returns and cost of goods. "
    "Freight and cost to serve are not taken off, so nothing here is called profit.",
    Level.CONTRIBUTION_BEFORE_SERVICE: "This is profit before service because cost to serve is {state}: "
    "sales less discounts, returns, cost of goods and freight, without tax.",
    Level.CONTRIBUTION: "This is profit: sales less every cost that cause and effect leads to a customer for, cost to serve included.",
}

CAUSES: Final[dict[Line, tuple[str, str]]] = {
    Line.LIST_REVENUE: ("Negative sales", "correct or credit the negative sales"),
    Line.ON_INVOICE_DISCOUNT: ("Discounts on the invoice", "set a floor under the discount on the invoice"),
    Line.OFF_INVOICE_DISCOUNT: ("Discounts off the invoice", "tie rebates and terms to what the customer leaves over"),
    Line.RETURNS: ("Returns", "find out why so much comes back, and change the return terms"),
    Line.COST_OF_GOODS: ("Cost of goods", "raise prices above cost, or stop selling below it"),
    Line.FREIGHT: ("Freight", "charge for freight, or set a smallest order"),
    Line.COST_TO_SERVE: ("Cost to serve", "move the service to a cheaper channel, or price it"),
    Line.COST_OF_FAILURE: ("Our own failures", "mend what we do wrong: it is not the customer's doing"),
    Line.ACQUISITION: ("Acquisition", "lower what is paid to win such customers"),
    Line.RETENTION: ("Retention", "stop paying to keep what loses money"),
    Line.CREDIT_LOSS: ("Credit losses", "sell against payment in advance"),
    Line.FUNDING: ("Funding", "shorten the payment terms"),
    Line.OTHER: ("Other costs", "find out what the other costs are"),
}
"""Line: what it is called as the cause of a loss, and what can be decided about it."""


def band_name(band: str, level: Level) -> str:
    """A band's name at an evidence level."""
    known = BANDS.get(band)
    return in_words(band) if known is None else known[level is Level.REVENUE]


def band_token(band: str) -> str:
    """The colour of a band's chip."""
    return BANDS[band][2] if band in BANDS else "ink3"


def in_words(code: str) -> str:
    """A code of our own as a sentence would write it."""
    text = REASONS.get(code) or code.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def line_name(line: str, label: str | None = None) -> str:
    """What a line is called: as the answer says, else by the chart of lines."""
    return label or (LABEL_OF_LINE[Line(line)] if line in Line.__members__.values() else in_words(line))


def cause_name(cause: str) -> str:
    """What destroyed the money, in words; a cause that is not a line is already in words."""
    return CAUSES[Line(cause)][0] if cause in Line.__members__.values() else in_words(cause)


def sentence_case(word: str) -> str:
    """The first letter large, the rest as it stands."""
    return word[:1].upper() + word[1:]


def word_of(level: Level) -> str:
    """What the money is called in a sentence."""
    return WORD_OF_LEVEL[level]


def what_the_level_says(level: Level, *, known: Collection[str]) -> str:
    """Why the money is called what it is called.

    Args:
        level: the answer's evidence level.
        known: lines the ledger holds and the level leaves out.
    """
    state = "shown apart" if Line.COST_TO_SERVE in known else "not yet known"
    return _WHAT_THE_LEVEL_SAYS[level].format(state=state)


def lines_not_counted(level: Level, *, known: Collection[str]) -> list[str]:
    """The lines of cost that higher levels count and nobody has mapped, in lower case."""
    wanted = (Line.COST_OF_GOODS, Line.FREIGHT, Line.COST_TO_SERVE)
    return [LABEL_OF_LINE[line].lower() for line in wanted if line not in LINES_OF_LEVEL[level] and line not in known]
