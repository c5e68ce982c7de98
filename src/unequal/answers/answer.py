"""One answer: the same figures, table, sentence and drill-down for every interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa

from unequal.answers.showing import Drawn, Shown
from unequal.terms.house_words import HouseWords, OtherWord
from unequal.terms.lines import Level


@dataclass(frozen=True)
class Figure:
    """One named number.

    Args:
        name: its word in the dictionary, as in `peak_position`.
        label: how a page names it.
        value: a Decimal where it is money; None where it is missing, and `why_missing` says why.
        unit: the ISO code of the currency, or "customers", "share", "rank", "index", "entries".
        low: lower end of its range where it is an estimate.
        high: upper end.
        drill_down: the command that lists the customers it counts, or whose dollars it sums; empty where none lists just those.
    """

    name: str
    label: str
    value: Decimal | float | int | str | None
    unit: str
    low: Decimal | float | int | None = None
    high: Decimal | float | int | None = None
    why_missing: str = ""
    note: str = ""
    drill_down: str = ""


@dataclass(frozen=True)
class Answer:
    """What a question is answered with.

    Args:
        question: the word asked, as in `profit`.
        title: the question a reader has, as in "Who makes the money".
        sentence: the finding, with its dollars.
        findings: what else was found, a sentence each.
        level: which costs are known, and so what the dollars may be called.
        currency: ISO code of the reporting currency.
        period: the days it covers, in words.
        as_of: when the run was published, ISO timestamp in UTC.
        table: the main table.
        tables: the tables behind it, by name.
        where: the predicate that narrows it.
        by: the dimension that slices it.
        drill_down: the command that lists the customers behind it.
        next_file: the extract that would teach most, empty where nothing is missing.
        words: what the house calls its customers.
        shown: which of its tables a reader sees, in what columns; the main table by its bare names where there are none.
        drawn: its charts, the one that answers first.
        is_estimate: its dollars are forecasts or estimates, and every figure of it carries its range.
        further_words: what it calls orders, sales, occasions and the company, where it has words of its own.
    """

    question: str
    title: str
    sentence: str
    findings: tuple[str, ...]
    level: Level
    currency: str
    period: str
    as_of: str
    run_id: str
    project: str
    figures: tuple[Figure, ...]
    table: pa.Table
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    where: str | None = None
    by: str | None = None
    drill_down: str = ""
    next_file: str = ""
    words: str = "customers"
    shown: Sequence[Shown] = ()
    drawn: Sequence[Drawn] = ()
    is_estimate: bool = False
    further_words: Mapping[OtherWord, str] = field(default_factory=dict)

    @property
    def house(self) -> HouseWords:
        """The words of the house, for what shows its tables."""
        return HouseWords(self.words, self.further_words)

    def figure(self, name: str) -> Figure:
        """The figure of that name; KeyError where the answer has none."""
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise KeyError(name)
