"""The sentences and tables in which movement is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from unequal import customer_base
from unequal.answers import profit_words
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import money_text, share_text
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.periods import Period

moving = customer_base.steps.moving

PARTS: Final = {
    "within": "Within bands: same band, more or less money",
    "movement": "By movement: another band",
    "new": "New customers",
    "reactivated": "Customers who came back",
    "exit": "Customers who left",
}
"""The parts of a change, as they are told."""
NO_CHANCE: Final = "Chance is told where 30 or more were there in both windows, and not of rules of one's own."
_MATRIX_MOST: Final = 60
_CELL_NAMES: Final = {"away": "No sale"}


@dataclass(frozen=True)
class Told:
    """What the sentences are written from."""

    change: moving.Change
    windows: moving.Windows
    scheme: moving.Scheme
    level: Level
    currency: str
    rows: Sequence[Mapping[str, Any]]
    chance: Sequence[Mapping[str, Any]] | None

    def money(self, amount: Decimal, *, signed: bool = False) -> str:
        """An amount in the reporting currency."""
        return money_text(amount, self.currency, signed=signed)

    def measured(self, measure: str, band: str | None = None) -> Mapping[str, Any] | None:
        """A measure beside what chance shows of it; None where that is not told."""
        return next((row for row in self.chance or [] if (row["measure"], row["from_band"]) == (measure, band)), None)


def label(band: str, level: Level) -> str:
    """A band as it is told: at the level of revenue nobody is profitable.

    >>> label("most_valuable", Level.CONTRIBUTION), label("lost", Level.REVENUE)
    ('Most valuable', 'Lost')
    """
    if band in moving.schemes.THREE:
        named = profit_words.band_label(band, level)
        return named[:1].upper() + named[1:]
    named = band.replace("_", " ")
    return _CELL_NAMES.get(band, named[:1].upper() + named[1:])


def measure_label(row: Mapping[str, Any], level: Level) -> str:
    """What a row beside chance measures."""
    named = {"moved": "Customers in another band", "up": "Of them in a better one", "down": "Of them in a worse one"}
    if row["measure"] in named:
        return named[str(row["measure"])]
    return f"Change of those who were: {label(str(row['from_band']), level).lower()}"


def sentence(told: Told) -> str:
    """The change with its parts, in one sentence."""
    change, word = told.change, WORD_OF_LEVEL[told.level]
    if not change.customers_before and not change.customers_after:
        return "No customer has an entry in either window, so nobody moved."
    turned = "rose" if change.total > 0 else "fell" if change.total < 0 else "stayed as it was"
    by = f" by {told.money(abs(change.total))}" if change.total else ""
    signed = {name: told.money(amount, signed=True) for name, amount in (
        ("within", change.within), ("movement", change.movement), ("entry", change.new + change.reactivated), ("exit", -change.exit),
    )}  # fmt: skip
    return (
        f"{word.capitalize()} {turned}{by}, from {told.money(change.before)} to {told.money(change.after)}: {signed['within']} within bands, "
        f"{signed['movement']} by movement between them, {signed['entry']} from new and returned customers, {signed['exit']} by those who left."
    )


def findings(told: Told, tables: Mapping[str, pa.Table], *, short: bool) -> tuple[str, ...]:
    """What else the figures say, most important first."""
    found = [
        *_moved(told), *_chance(told), *_back_to_the_middle(told), *_largest(told), *_owner(told, tables), *_ahead(told, tables), *_defined(told),
        *([f"Two windows of the length declared are not booked: these are of {told.windows.months} months each."] if short else []),
    ]  # fmt: skip
    return tuple(found)


def _moved(told: Told) -> list[str]:
    change, place = told.change, moving.schemes.order_of(told.scheme.bands)
    if not change.stayed:
        return ["Nobody was there in both windows."]
    both = [row for row in told.rows if row["from_band"] in place and row["to_band"] in place]
    up = sum(row["customers"] for row in both if place[row["to_band"]] < place[row["from_band"]])
    share = share_text(round(change.changed_bands / change.stayed, 4))
    text = (
        f"Of {change.stayed:,} customers who were there in both windows {change.changed_bands:,} ({share}) stand in another band: {up:,} in a better one, "
        f"{change.changed_bands - up:,} in a worse one; {change.entered:,} are new or came back, and {change.left:,} left."
    )
    return [text]


def _chance(told: Told) -> list[str]:
    row = told.measured("moved")
    if row is None:
        return [NO_CHANCE]
    expected, low, high = (f"{round(row[f'chance_{part}']):,}" for part in ("expected", "low", "high"))
    if row["excess_low"] <= 0 <= row["excess_high"]:
        return [f"Were nobody changed, {expected} ({low} to {high}, nine times in ten) would have moved by chance alone: this movement cannot be told apart from noise."]  # fmt: skip
    way = "more" if row["excess_expected"] > 0 else "fewer"
    low, high = sorted((abs(row["excess_low"]), abs(row["excess_high"])))
    text = (
        f"Were nobody changed, {expected} would have moved by chance alone; {round(abs(row['excess_expected'])):,} {way} did "
        f"(between {round(low):,} and {round(high):,}, nine times in ten)."
    )
    return [text]


def _back_to_the_middle(told: Told) -> list[str]:
    """What became of those who stood in the best band, beside what would have become of them anyway."""
    row = told.measured("change", told.scheme.bands[0])
    if row is None or not row["observed"]:
        return []
    observed, expected = (told.money(Decimal(round(row[name])), signed=True) for name in ("observed", "chance_expected"))
    ends = [told.money(Decimal(round(row[name])), signed=True) for name in ("excess_low", "excess_high")]
    is_noise = row["excess_low"] <= 0 <= row["excess_high"]
    beside = "which may be nothing" if is_noise else "more than chance explains"
    who = label(told.scheme.bands[0], told.level).lower()
    text = (
        f"Customers who were {who} before and stayed changed by {observed}; {expected} of it is regression to the mean, for who stood there "
        f"was lucky too, and {ends[0]} to {ends[1]} is beside it, {beside}."
    )
    return [text]


def _largest(told: Told) -> list[str]:
    """The cell off the diagonal that moved the most money."""
    off = [row for row in told.rows if row["from_band"] != row["to_band"] and row["change"]]
    if not off:
        return []
    most = max(off, key=lambda row: (abs(row["change"]), row["from_band"], row["to_band"]))
    start, end = (label(most[name], told.level).lower() for name in ("from_band", "to_band"))
    return [f"The largest move: {most['customers']:,} customers from {start} to {end}, {told.money(most['change'], signed=True)}."]


def _owner(told: Told, tables: Mapping[str, pa.Table]) -> list[str]:
    found = []
    for name in ("band_owners", "owners"):
        rows = tables[name].to_pylist() if name in tables else []
        if rows:
            best, worst = max(rows, key=lambda row: row["change"]), min(rows, key=lambda row: row["change"])
            who = "owners of bands" if name == "band_owners" else "owners of customers"
            found.append(
                f"Of the {who}, {best['value']} saw the best change ({told.money(best['change'], signed=True)}) and {worst['value']} the worst "
                f"({told.money(worst['change'], signed=True)}), chance and the mix of their customers included."
            )
    return found


def _ahead(told: Told, tables: Mapping[str, pa.Table]) -> list[str]:
    rows = tables["ahead"].to_pylist()
    if not rows:
        return []
    lost = sum(row["customers_expected"] for row in rows if row["to_band"] == moving.matrix.LOST)
    whole = sum(row["customers_expected"] for row in rows)
    best = told.scheme.bands[0]
    there = [row for row in rows if row["from_band"] == best]
    stay = sum(row["customers_expected"] for row in there if row["to_band"] == best)
    of_best = sum(row["customers_expected"] for row in there)
    kept = f" Of those who are {label(best, told.level).lower()} today, {share_text(round(stay / of_best, 4))} are expected to be so then." if of_best else ""  # fmt: skip
    return [
        f"A year on, {round(lost):,} of today's {round(whole):,} are expected to be customers no more, by today's lines between bands.{kept}"
    ]


def _defined(told: Told) -> list[str]:
    as_of_today = {
        "growable": "Most Growable is known as of the run alone, and stands for both windows.",
        "rules": "Attributes and forecasts that rules name are those of the run, and stand for both windows.",
    }
    return [as_of_today[told.scheme.kind]] if told.scheme.kind in as_of_today else []


def drill_down(where: str | None, after: Period, level: Level | None) -> str:
    """The command that lists the customers of the later window."""
    return profit_words.drill_down(where, after, level)


def shown(tables: Mapping[str, pa.Table], level: Level, slices: str | None) -> tuple[Shown, ...]:
    """The tables that a reader sees."""
    word = WORD_OF_LEVEL[level]
    change = Column("change", f"Change in {word}", "money", "change_parts")
    counted = (Column("customers_before", "Customers before", "count"), Column("customers_after", "Customers after", "count"))
    parts = tuple(
        Column(name, heading, "money", "change_parts")
        for name, heading in (("before", "Before"), ("after", "After"), ("within", "Within"), ("movement", "Movement"), ("new", "New"),
                              ("reactivated", "Reactivated"), ("exit", "Exit"))
    )  # fmt: skip
    cells = (
        Column("from_label", "From", "text", "movement_band"), Column("to_label", "To", "text", "movement_band"), Column("customers", "Customers", "count"),
        Column("before", "Brought before", "money"), Column("after", "Brought after", "money"), change,
    )  # fmt: skip
    sliced = (Column("value", (slices or "").replace("_", " ").capitalize(), "name"), *counted, *parts, change)
    owned = (Column("value", "Owner", "name"), *counted, *parts, change)
    ranged = tuple(
        Column(name, heading, "number", "by_chance")
        for name, heading in (("observed", "Observed"), ("chance_expected", "By chance"), ("chance_low", "From"), ("chance_high", "To"),
                              ("excess_expected", "Beyond chance"), ("excess_low", "From"), ("excess_high", "To"))
    )  # fmt: skip
    ahead = (
        Column("from_label", "Today", "text"), Column("to_label", "In a year", "text"), Column("customers_expected", "Customers expected", "count", "expected"),
        Column("customers_low", "From", "count", "range"), Column("customers_high", "To", "count", "range"),
    )  # fmt: skip
    bands = (
        Column("label", "Band", "text", "movement_band"), *counted, Column("before", "Brought before", "money"),
        Column("after", "Brought after", "money"), Column("held_after", "After, of those who were in it before", "money"),
    )  # fmt: skip
    every = (
        *([Shown("slices", f"Where the change came from, by {slices.replace('_', ' ')}", sliced)] if slices else []),
        Shown("parts", "Where the change came from", (Column("label", "Part", "text", "change_parts"), Column("customers", "Customers", "count"), Column("amount", f"Change in {word}", "money"))),
        Shown("matrix", "From band to band", cells, most=_MATRIX_MOST),
        Shown("bands", "The bands", bands, most=20),
        Shown("band_owners", "What came of each owner's bands", owned),
        Shown("owners", "What came of each owner's customers", owned),
        Shown("chance", "What chance alone would show, were nobody changed", ranged_first(ranged), most=24),
        Shown("ahead", "Where customers will stand in a year", ahead, most=24),
    )  # fmt: skip
    return tuple(one for one in every if one.table in tables and tables[one.table].num_rows)


def ranged_first(ranged: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns of what is held against chance, its measure first."""
    return (Column("label", "Measure", "text"), *ranged)


def drawn(tables: Mapping[str, pa.Table], level: Level, currency: str, slices: str | None) -> tuple[Drawn, ...]:
    """The charts: the matrix in customers and in money, and the parts of the change."""
    word = WORD_OF_LEVEL[level]
    found = [
        Drawn("matrix", "moves", "Customers from band to band", "from_label", "customers", "customers", series="to_label"),
        Drawn("matrix", "moves", f"Change in {word} from band to band", "from_label", "change", currency, series="to_label"),
        Drawn("bars", "parts", f"Where the change in {word} came from", "label", "amount", currency),
    ]
    if slices and tables["slices"].num_rows:
        found.insert(0, Drawn("bars", "slices", f"Change in {word} by {slices.replace('_', ' ')}", "value", "change", currency))
    return tuple(found) if tables["moves"].num_rows else ()
