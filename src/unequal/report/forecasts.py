"""The report's sections about the future: what customers will bring, and what retention is worth."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from unequal.answers import Answer, Figure
from unequal.pages import Column, Listing, term_of
from unequal.report import pictures
from unequal.report.forecast_pictures import business, money, segment_name
from unequal.report.headline import KeyFigure
from unequal.report.reading import Rows, rows_of
from unequal.report.wording import sentence_case
from unequal.terms.amounts import MINUS, count_text, money_text, share_text
from unequal.terms.model_names import MODELS

MOST_ROWS: Final = 10


def key_figures(answer: Answer) -> list[KeyFigure]:
    """The strip of an answer about the future: each figure with its range, and marked as a forecast."""
    return [
        _key_figure(figure, answer.currency, answer.question)
        for figure in answer.figures
        if answer.question != "value" or figure.name not in _BESIDE
    ]


_BESIDE: Final = frozenset({"customers", "point_of_retention"})
_SHORT: Final[dict[str, tuple[str, str]]] = {
    "value": ("Expected", "expected"), "brought": ("Brought so far", ""), "alive": ("Customers still", "expected"),
    "below_zero": ("Expected below zero", ""), "growable": ("Most Growable", "growable"), "overdue": ("Silent too long", "overdue"),
    "retention": ("There in a year", ""), "point_value": ("One point more", "point_of_retention"), "point_year": ("One, in the first year", ""),
    "five_points_value": ("Five points more", ""), "five_points_year": ("Five, in the first year", ""),
}  # fmt: skip
"""Figure: its heading in a strip, and the word that explains it."""


def _short(figure: Figure) -> tuple[str, str]:
    """The heading of a figure in a strip; those of counted histories are named for their line of business."""
    for start, heading in (("dollars_an_occasion_", "One occasion"), ("occasions_", "Occasions expected")):
        if figure.name.startswith(start):
            return f"{heading}, {figure.name.removeprefix(start)}", ""
    return _SHORT.get(figure.name, (figure.label, ""))


def _key_figure(figure: Figure, currency: str, question: str) -> KeyFigure:
    label, term = _short(figure)
    term = term or term_of(question, figure.name)
    if not isinstance(figure.value, Decimal | int | float):
        return KeyFigure(label, None, figure.why_missing or "not known", "", term)
    note = "a fact, never added to a forecast" if figure.name == "brought" else figure.note
    if isinstance(figure.low, Decimal) and isinstance(figure.high, Decimal):
        note = f"{figure.note}, {money_text(figure.low, currency)} to {money_text(figure.high, currency)}"
    token = "loss" if isinstance(figure.value, Decimal) and figure.value < 0 else ""
    return KeyFigure(label, figure_text(figure), note, token, term)


def figure_text(figure: Figure) -> str:
    """A figure as short as a headline wants it: money in its currency, shares in percent, counts as whole numbers."""
    value = figure.value
    if isinstance(value, Decimal) and figure.unit.isupper():
        return money_text(value, figure.unit)
    if not isinstance(value, int | float | Decimal):
        return "" if value is None else str(value)
    if figure.unit == "share":
        return share_text(value)
    if figure.unit in _IN_TENTHS and isinstance(value, float):
        return f"{value:,.1f}{' years' if figure.unit == 'years' else ''}".replace("-", MINUS)
    return count_text(round(value))


_IN_TENTHS: Final = frozenset({"years", "times", "contacts"})
"""Units of which a tenth says something."""


def sections(further: Sequence[Answer]) -> dict[str, Any]:
    """What a template needs of the answers to value and retention; None for one that is not among them."""
    found = {answer.question: answer for answer in further}
    return {
        "value": _value(found["value"]) if "value" in found else None,
        "retention": _retention(found["retention"]) if "retention" in found else None,
    }


def _value(answer: Answer) -> dict[str, Any]:
    return {
        "answer": answer,
        "figures": key_figures(answer),
        "spread": pictures.forecast(answer, "spread", height=280),
        "spread_table": spread(answer),
        "segments_picture": pictures.forecast(answer, "segments"),
        "segments": segments(answer),
        "contest": contest(answer),
        "tracking": pictures.trackings(answer),
        "potential": potential(answer),
        "growable": _customers(answer, "growable", "Most Growable", "Customers who could bring most more"),
        "overdue": _customers(answer, "overdue", "Silent too long", "Customers silent for longer than their own rhythm explains"),
        "sources": sources(answer),
        "advocates": advocates(answer),
    }


def _retention(answer: Answer) -> dict[str, Any]:
    return {"answer": answer, "figures": key_figures(answer), "table": retention(answer)}


def _ranged(name: str, label: str) -> list[Column]:
    return [
        Column(f"{name}_expected", label, "money", places=0),
        Column(f"{name}_low", "From", "money", places=0),
        Column(f"{name}_high", "To", "money", places=0),
    ]


def _in_money(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """A row with these estimates, and what was brought, in whole units of the currency: nobody knows the cents of a forecast."""
    whole = (name for name in (*names, "brought") if row.get(name) is not None)
    return {**row, **{name: Decimal(round(row[name])) for name in whole}}


def spread(answer: Answer) -> Listing:
    """The bins of the spread as a table."""
    currency = answer.currency
    rows = [
        {**row, "between": f"{money_text(row['low'], currency)} to {money_text(row['high'], currency)}"}
        for row in rows_of(answer, "spread")
    ]
    columns = [
        Column("between", "Each expected to bring"),
        Column("customers", "Customers", "count"),
        Column("amount", "Together", "money", places=0),
    ]
    return Listing("Customers by what each is expected to bring", columns, rows, None, currency)


def segments(answer: Answer) -> Listing:
    """What each slice is expected to bring, with its range, beside what it has brought; nothing where no slice has a name."""
    rows = [
        {**_in_money(row, "value_expected", "value_low", "value_high"), "name": segment_name(answer, row["segment"]), "alive": round(row["alive_expected"])}
        for row in rows_of(answer, "segments")
    ]  # fmt: skip
    if all(row["segment"] in (None, "") for row in rows):
        rows = []
    columns = [
        Column("name", sentence_case((answer.by or "band").replace("_", " ")), "name", term="slice" if answer.by else "band"), Column("customers", "Customers", "count"),
        Column("alive", "Still", "count"), *_ranged("value", "Expected"),
    ]  # fmt: skip
    note = "Ranges of segments hold the error they share, so they do not add up to the range of the total."
    return Listing("What customers are expected to bring", columns, rows, None, answer.currency, note=note)


def contest(answer: Answer) -> Listing:
    """Every model and baseline in the tests on earlier days; the one that forecasts now is marked."""
    rows = [
        {**row, "business": business(row), "name": MODELS.get(row["model"], row["model"]), "chosen": "forecasts now" if row["is_chosen"] else "",
         "rmse": money(row["rmse"]), "deviance": Decimal(repr(round(row["deviance"], 4)))}
        for row in rows_of(answer, "contest")
    ]  # fmt: skip
    columns = [
        Column("business", "Line of business", "name"), Column("name", "Model or baseline"), Column("chosen", ""), Column("tests", "Tests", "count"),
        Column("rmse", "Error a customer", "cost"), Column("deviance", "Deviance of orders", "exact"), Column("missed", "Total of orders missed", "share"),
        Column("covered", "Inside their range", "share"),
    ]  # fmt: skip
    why = {"covered": "measured for the one that forecasts", "missed": "no orders came in the latest test"}
    note = (
        "Made as of earlier days and held against what came. Who errs least in dollars and in orders together forecasts now; the total is of the "
        "latest test. Of the customers nine in ten should lie inside their range."
    )
    return Listing("The contest of models", columns, rows, None, answer.currency, why, note)


def potential(answer: Answer) -> Listing:
    """What was predicted of customers' potential on an earlier day beside what came, tenth by tenth; no row in a run without such a test."""
    told = rows_of(answer, "potential") if "potential" in answer.tables else []
    shown = [row for row in told if row["measure"] == "top_fifth"]
    growth = {row["tenth"]: row for row in told if row["measure"] == "growth"}
    rows = [
        {**row, "name": "All" if row["tenth"] == 0 else f"{row['tenth']} of {len(shown) - 1}", **_grown(growth.get(row["tenth"]))}
        for row in shown
    ]  # fmt: skip
    columns = [
        Column("name", "Tenth by what was foreseen", "name"), Column("customers", "Customers", "count"),
        Column("expected", "Among the best fifth, foreseen", "share"), Column("came", "Came", "share"), Column("came_low", "From", "share"),
        Column("came_high", "To", "share"),
    ]  # fmt: skip
    if growth:
        columns += [
            Column("growth_foreseen", "Growth, foreseen", "money", places=0), Column("growth_came", "Came", "money", places=0),
            Column("growth_low", "From", "money", places=0), Column("growth_high", "To", "money", places=0),
        ]  # fmt: skip
    return Listing("What became of their potential", columns, rows, None, answer.currency, note=_potential_note(shown, growth))


def _grown(row: dict[str, Any] | None) -> dict[str, Any]:
    names = {"growth_foreseen": "expected", "growth_came": "came", "growth_low": "came_low", "growth_high": "came_high"}
    return {} if row is None else {name: Decimal(round(row[part])) for name, part in names.items()}


def _potential_note(shown: Rows, growth: dict[int, dict[str, Any]]) -> str:
    if not shown:
        return ""
    whole = shown[0]
    note = (
        f"Foreseen on {whole['origin']} for {whole['weeks']:.0f} weeks, each measure in its own tenths. From and to is the luck of so many customers. "
        f"Brier score {whole['squared_error']:.3f}; that everybody stays where he is has {whole['squared_error_naive']:.3f}."
    )
    if not growth:
        return note
    missed, naive = (growth[0][name] ** 0.5 for name in ("squared_error", "squared_error_naive"))
    inside = share_text(growth[0]["covered"])
    return f"{note} Growth of a year was missed by {missed:,.0f} a customer, by {naive:,.0f} if none is foreseen; {inside} lay in their 90% ranges."


def _customers(answer: Answer, table: str, caption: str, note: str) -> Listing:
    rows = [_in_money(row, "value_expected", "value_low", "value_high", "growth_expected") for row in rows_of(answer, table)[:MOST_ROWS]]
    asked = (
        [Column("growth_expected", "More next year", "money", places=0), Column("top_fifth_probability", "Among the best fifth", "share")]
        if table == "growable"
        else [Column("p_alive", "Still a customer", "share")]
    )
    columns = [
        Column("customer_id", "Customer", "code"),
        Column("brought", "Brought so far", "money", places=0),
        *asked,
        *_ranged("value", "Expected"),
    ]
    return Listing(caption, columns, rows, None, answer.currency, note=f"{note}; the first {len(rows)}.")


def sources(answer: Answer) -> Listing:
    """Where customers came from, ranked by what one is worth."""
    parts = ("expected", "low", "high")
    rows = [_in_money(row, *(f"worth_per_customer_{part}" for part in parts)) for row in rows_of(answer, "sources")]
    columns = [
        Column("dimension", "By"), Column("source", "Source", "name"), Column("source_rank", "Rank", "count"), Column("customers", "Customers", "count"),
        *_ranged("worth_per_customer", "Worth of one"), Column("acquisition_cost", "Paid to get them", "cost", places=0),
    ]  # fmt: skip
    note = "What one customer brings from the first order on, so far and within the horizon. Ranked by what is left after what it cost to get him."
    return Listing("Where the best customers come from", columns, rows, None, answer.currency, note=note)


def advocates(answer: Answer) -> Listing:
    """Who brings most through others."""
    rows = [
        {**_in_money(row, "through_others_expected", "own_value_expected"), "others": round(row["brought_customers"])}
        for row in rows_of(answer, "advocates")[:MOST_ROWS]
    ]
    columns = [
        Column("customer_id", "Customer", "code"), Column("others", "Brought others", "count"),
        Column("through_others_expected", "Through others", "money", term="through_others", places=0),
        Column("brought", "Brought itself", "money", places=0), Column("own_value_expected", "Expected itself", "money", places=0),
    ]  # fmt: skip
    note = "The same dollars stand with those who were brought: never add them to anybody's own, nor over customers."
    return Listing("Who brings most through others", columns, rows, None, answer.currency, note=note)


def retention(answer: Answer) -> Listing:
    """What one and five points more would bring, by line of business, beside the literature's claim."""
    rows: Rows = [
        {**_in_money(row, "value_gain_expected", "year_gain_expected"), "business": business(row), "points": f"+{row['points']:.0f}",
         "there": round(row["customers_expected"])}
        for row in rows_of(answer, "retention_worth")
    ]  # fmt: skip
    columns = [
        Column("business", "Line of business", "name"), Column("points", "Points"), Column("there", "Customers now", "count"),
        Column("retention_expected", "There in a year", "share"), Column("value_gain_expected", "Within the horizon", "money", places=0),
        Column("value_gain_share", "Of their worth", "share"), Column("year_gain_expected", "In the first year", "money", places=0),
        Column("claim_share", "A textbook would say", "share"),
    ]  # fmt: skip
    why = {"value_gain_share": "what they bring is not above zero", "claim_share": "the thought experiment needs a retention below one"}
    return Listing("What more retention would bring", columns, rows, None, answer.currency, why)
