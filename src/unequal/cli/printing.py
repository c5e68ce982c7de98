"""How tables, figures and amounts are printed on a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import click
from rich import box
from rich.console import Console
from rich.table import Table

from unequal.terms.amounts import MINUS, number_text
from unequal.terms.house_words import AS_CUSTOMERS, HouseWords

if TYPE_CHECKING:
    from unequal.answers import Answer, Figure, showing

MISSING: Final = "–"
WIDTH_OF_A_FILE: Final = 160
ROWS_SHOWN: Final = 60
"""Rows of an answer's table that a terminal is shown; a base has thousands of households."""


def console() -> Console:
    """The terminal; where the output is no terminal, plain text as wide as a file or a pager likes it."""
    found = Console(highlight=False, soft_wrap=True)
    if not found.is_terminal:
        found.width = max(found.width, WIDTH_OF_A_FILE)
    return found


def exact(amount: Decimal) -> str:
    """An amount to its last digit, with thousands marked and a true minus sign.

    >>> exact(Decimal("-1540783.3125"))
    '−1,540,783.3125'
    >>> exact(Decimal("1.5000"))
    '1.50'
    """
    return _true_minus(f"{amount:,.4f}".removesuffix("00"))


def _true_minus(text: str) -> str:
    """A number with a true minus sign, and none where what is left of it after rounding is zero.

    >>> _true_minus("-1.50"), _true_minus("-0.00"), _true_minus("-0.0%")
    ('−1.50', '0.00', '0.0%')
    """
    return text.replace("-", MINUS if any(digit in text for digit in "123456789") else "")


def cell(value: object) -> str:
    """Any value of a table as text."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return exact(value)
    if isinstance(value, float):
        return _true_minus(f"{value:,.4f}")
    if isinstance(value, int):
        return _true_minus(f"{value:,}")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def cut(text: str, length: int = 24) -> str:
    """A text no longer than so many letters, its end cut off."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def percent(share: float) -> str:
    """A share in percent with one decimal.

    >>> percent(0.979130)
    '97.9%'
    """
    return _true_minus(f"{share * 100:,.1f}%")


def figure_text(figure: Figure) -> str:
    """A figure in its unit: money exactly, shares in percent with one decimal."""
    if figure.value is None:
        return f"{MISSING}  {figure.why_missing}".rstrip()
    if figure.unit == "share" and isinstance(figure.value, int | float | Decimal):
        return percent(float(figure.value))
    if figure.unit == "index" and isinstance(figure.value, float):
        return f"{figure.value:.3f}"
    if figure.unit in _COUNTED and isinstance(figure.value, float):
        return cell(round(figure.value))
    if figure.unit == "years" and isinstance(figure.value, float):
        return f"{figure.value:,.1f} years"
    text = cell(figure.value)
    return f"{text} {figure.unit}" if isinstance(figure.value, Decimal) else text


_COUNTED: Final = frozenset({"customers", "orders"})
"""Units of which there are whole ones only, though a forecast of them is a mean."""


def range_of(figure: Figure) -> str:
    """Between what ends a figure lies, as `low to high` in its unit; empty where it is no estimate."""
    if figure.low is None or figure.high is None:
        return ""
    return " to ".join(figure_text(replace(figure, value=end, low=None, high=None)) for end in (figure.low, figure.high))


def in_its_unit(name: str, value: object) -> object:
    """A value of a forecast's table as text: dollars with two decimals, shares and probabilities in percent, customers whole.

    Its column's name says which it is; everything else stays as it is.

    >>> in_its_unit("value_expected", 1234.5678), in_its_unit("p_alive", 0.31), in_its_unit("alive_expected", 441.7)
    ('1,234.57', '31.0%', '442')
    """
    if not isinstance(value, float):
        return value
    if name in _SHARES or name.endswith("_share"):
        return percent(value)
    if name in _WHOLE:
        return cell(round(value))
    if name.startswith(_TENTHS):
        return f"{round(value, 1) or 0.0:,.1f}".replace("-", MINUS)
    if name.startswith(_MONEY):
        return f"{round(value, 2) or 0.0:,.2f}".replace("-", MINUS)
    return value


_HEADINGS: Final = {
    "alive_expected": "still there", "value_expected": "expected", "value_low": "from", "value_high": "to", "relationship": "line of business",
    "customers_expected": "customers now", "retention_expected": "there in a year", "value_gain_expected": "more within the horizon",
    "value_gain_share": "of their worth", "year_gain_expected": "more in the first year", "year_gain_share": "of that year's",
    "claim_share": "a textbook would say",
}  # fmt: skip
"""Headings of a forecast's columns."""
_CHANCES: Final = frozenset(f"first_order_probability_{end}" for end in ("expected", "low", "high"))
_SHARES: Final = _CHANCES | {"p_alive", "top_fifth_probability", "retention_expected", "missed", "covered"}
_TENTHS: Final = ("brought_customers_", "coming_customers_", "half_life_")
_WHOLE: Final = frozenset({"alive_expected", "customers_expected", "points", "brought_customers"})
_MONEY: Final = ("value_", "growth_", "worth_", "year_", "type_", "further_", "through_others_", "own_value_", "influence_")


def print_rows(
    rows: Sequence[Mapping[str, Any]], *, title: str = "", columns: Sequence[str] = (), house: HouseWords = AS_CUSTOMERS
) -> None:
    """Rows as a table: numbers to the right, title and headings in the words of the house."""
    if not rows:
        return
    names = list(columns) or list(rows[0])
    table = Table(title=house.say(title) or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        numeric = all(isinstance(row[name], int | float | Decimal | None) for row in rows)
        table.add_column(house.say(_HEADINGS.get(name, name.replace("_", " "))), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(safe(cell(in_its_unit(name, row[name]))) for name in names))
    console().print(table)


def safe(text: str) -> str:
    """A text that cannot colour, link or move what is printed around it."""
    # Square brackets are rich's markup, and a control character could move the cursor.
    return "".join(c if c.isprintable() else "�" for c in text).replace("[", r"\[")


def accuracy_words(found: Mapping[str, Any]) -> str:
    """How right the links are, in a sentence; see flow.reviewing.Queue."""
    right, missed = (_share(found[name]) for name in ("right", "missed"))
    if not found["right"]["of"] and not found["missed"]["of"]:
        return "How right the links are is not measured yet: judge pairs that were drawn at random."
    return f"By pairs drawn at random: of links right {right}; of weighed pairs that are no links missed {missed}."


def _share(found: Mapping[str, Any]) -> str:
    if not found["of"]:
        return f"{MISSING} (none judged)"
    return (
        f"{percent(found['share'])} ({found['number']} of {found['of']}; 95% between {percent(found['low'])} and {percent(found['high'])})"
    )


def print_answer(answer: Answer) -> None:
    """An answer: sentence, findings, figures, main table, and where to look next."""
    out = console()
    out.print(f"[bold]{safe(answer.title)}[/bold]  {safe(answer.project)}, {safe(answer.period)}")
    if answer.where:
        out.print(f"where {safe(answer.where)}")
    out.print()
    for sentence in (answer.sentence, *answer.findings):
        out.print(safe(sentence))
    print_rows(_figure_rows(answer.figures))
    if answer.shown:
        for shown in answer.shown:
            _print_shown(answer, shown)
    else:
        first = answer.table.slice(0, ROWS_SHOWN)
        print_rows([_labelled(row) for row in first.to_pylist()], title=f"By {answer.by}" if answer.by else "", house=answer.house)
        _say_more(answer.table.num_rows - ROWS_SHOWN)
    if answer.next_file:
        out.print(f"Would teach most next: {safe(answer.next_file)}")
    out.print(f"[dim]run {answer.run_id}, published {answer.as_of}; behind it: {safe(answer.drill_down)}[/dim]")


def _print_shown(answer: Answer, shown: showing.Shown) -> None:
    """A table as the answer declares it: its columns under their headings, each value in its kind."""
    rows = answer.tables[shown.table].slice(0, shown.most).to_pylist()
    if not rows:
        return
    table = Table(title=safe(shown.caption), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in shown.columns:
        table.add_column(safe(column.label), justify="left" if column.kind in _TEXTS else "right", overflow="fold")
    for row in rows:
        table.add_row(*(safe(shown_cell(row[column.name], column.kind)) for column in shown.columns))
    console().print(table)
    if shown.note:
        console().print(f"[dim]{safe(shown.note)}[/dim]")
    _say_more(answer.tables[shown.table].num_rows - shown.most)


_IN_CENTS: Final = 100
_TEXTS: Final = ("text", "name", "code", "day")


def shown_cell(value: object, kind: showing.Kind) -> str:
    """A value as its column's kind says: facts of money exact, estimates of it in whole units where they are a hundred or more.

    >>> shown_cell(0.123, "share"), shown_cell(1234.56, "money"), shown_cell(None, "count"), shown_cell(2.345, "number")
    ('12.3%', '1,235', '–', '2.35')
    """
    if value is None:
        return MISSING
    if kind == "share" and isinstance(value, int | float | Decimal):
        return percent(float(value))
    if isinstance(value, float):
        if kind in ("money", "cost") and abs(value) < _IN_CENTS:
            return _true_minus(f"{value:,.2f}")
        return number_text(value) if kind == "number" else cell(round(value))
    return cell(value)


def _say_more(rows: int) -> None:
    if rows > 0:
        console().print(f"and {rows:,} more rows; --json has them all")


def _figure_rows(figures: Sequence[Figure]) -> list[dict[str, str]]:
    """Figures with their ranges, where any has one."""
    rows = [{"figure": figure.label, "value": figure_text(figure), "nine_times_in_ten": range_of(figure)} for figure in figures]
    if any(row["nine_times_in_ten"] for row in rows):
        return rows
    return [{name: row[name] for name in ("figure", "value")} for row in rows]


def _labelled(row: Mapping[str, Any]) -> dict[str, Any]:
    """A band under what it is called, not under its code."""
    if "label" not in row:
        return dict(row)
    first = "band" if "band" in row else "segment"
    return {first: row["label"], **{name: value for name, value in row.items() if name not in {first, "label"}}}


def print_json(value: object) -> None:
    """JSON for another program: decimals as exact texts, dates in ISO form."""
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))


def plain(value: object) -> object:
    """Any value of ours as plain JSON values."""
    # By what they can do and not by their types: what prints nothing of an answer need not load what answers are made of.
    if is_dataclass(value) and not isinstance(value, type):
        return plain({each.name: getattr(value, each.name) for each in fields(value)})
    if hasattr(value, "to_pylist"):
        return plain(value.to_pylist())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
