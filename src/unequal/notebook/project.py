"""A project as a notebook sees it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from unequal import answers, flow, report
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level
from unequal.terms.periods import Period

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


class Asked:
    """An answer with its table, its chart and its sentence; shows itself in a notebook."""

    def __init__(self, answer: answers.Answer) -> None:
        self.answer = answer

    @property
    def sentence(self) -> str:
        """The finding, with its dollars."""
        return self.answer.sentence

    @property
    def table(self) -> pa.Table:
        """The main table as Arrow: bands, or slices where the question was asked `by` something."""
        return self.answer.table

    @property
    def tables(self) -> dict[str, pa.Table]:
        """All tables behind the answer: bands, lines, curve, give_backs, unassigned, reconciliation, ..."""
        return dict(self.answer.tables)

    @property
    def figures(self) -> dict[str, Any]:
        """Figure -> value: money as Decimal, shares as float, None where a figure is missing."""
        return {figure.name: figure.value for figure in self.answer.figures}

    def to_pandas(self) -> pd.DataFrame:
        """The main table for pandas; money stays exact, as Decimal objects."""
        frame: pd.DataFrame = self.table.to_pandas()
        return frame

    def chart(self) -> alt.TopLevelMixin:
        """The answer's chart in Altair: the very one that the report shows."""
        return report.chart_of(self.answer)

    def _repr_html_(self) -> str:
        """The sentence and the chart, as a notebook shows them."""
        return report.fragment(self.answer)

    def __repr__(self) -> str:
        return f"{self.answer.title}: {self.answer.sentence}"


class Project:
    """An open project. Its questions are answered from the current published run, or from a kept one.

    In a `with project:` block the run that is current when it begins is held open: what one question has gathered of it, the next one has.
    """

    def __init__(self, opened: flow.OpenProject) -> None:
        self._opened = opened
        self._held: answers.Base | None = None
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        self._held = self._closing.enter_context(flow.open_base(self._opened)).base
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held = None
        self._closing.close()

    @property
    def name(self) -> str:
        """The project's name in its config."""
        return self._opened.config.project

    def run(self) -> flow.RunReport:
        """Do the whole job and publish it; see flow/batch.py."""
        return flow.run(self._opened)

    def ask(
        self,
        question: str,
        *,
        by: str | None = None,
        where: str | None = None,
        first: date | None = None,
        until: date | None = None,
        level: str | None = None,
        as_of: str | None = None,
        what_if: Sequence[str] = (),
        compare: str | None = None,
    ) -> Asked:
        """Ask the base a question.

        Args:
            question: its word, as in "profit".
            by: a dimension to slice by: channel, product, market, month, band, ...
            where: a predicate over entries and their customers.
            first: the first day of the period asked about.
            until: the day after its last; half-open, as every period here.
            level: a lower evidence level than the base reaches.
            as_of: a kept run's id, or a day YYYY-MM-DD.
            what_if: for cost-to-serve, figures that are supposed to be others: "phone_desk.capacity*1.2".
            compare: another kept run's id, or a day: each figure then, now, and the change.

        Raises:
            UnequalError: with a code of docs/errors.md.
        """
        period, asked_level = _period(first, until), _level(level)
        narrowed: dict[str, Any] = {
            "by": by,
            "where": where,
            "period": period,
            "level": asked_level,
            "what_if": what_if,
            "compare": compare,
        }
        if self._held is not None and as_of is None:
            return Asked(answers.answer(question, self._held, **narrowed))
        with flow.open_base(self._opened, as_of=as_of) as opened:
            return Asked(answers.answer(question, opened.base, **narrowed))

    def customer(self, customer_id: str) -> flow.examining.CustomerSheet:
        """One customer: who, worth, why, and how we know; by id, or `source:record_id`."""
        with flow.open_base(self._opened) as opened:
            return flow.examining.customer(opened, customer_id)

    def identify(
        self, *, kind: flow.identifying.Kind | None = None, limit: int = flow.identifying.LIMIT, **given: str
    ) -> flow.identifying.Identified:
        """Which customers somebody may be, best first: `project.identify(given_name="Ann", birth_date="1971-06-24")`.

        Args:
            kind: person or organisation; by default as what is given says.
            limit: how many customers.
            given: any attribute or declared key of the config.

        Raises:
            UnequalError: with a code of docs/errors.md.
        """
        return flow.identifying.identify(self._opened, given, kind=kind, limit=limit)

    def resolver(self) -> flow.identifying.Resolver:
        """The same for many look-ups: a `with` block that keeps the run in memory, and takes up a newer one when it is published."""
        return flow.identifying.Resolver(self._opened)

    def arrivals(self) -> flow.identifying.Arrivals:
        """Records that arrive between runs: a `with` block whose `arrive(source, rows)` says whose each would be. Nothing is written."""
        return flow.identifying.Arrivals(self._opened)

    def explain_match(self, one: str, other: str) -> flow.identifying.PairExplained:
        """Why two records (`source:record_id`) are one customer, or are not: the weight part by part."""
        with flow.open_base(self._opened) as opened:
            return flow.identifying.explain_match(opened, one, other)

    def review(self, limit: int = flow.reviewing.LIMIT) -> flow.reviewing.Queue:
        """Doubtful pairs that nobody has judged, by dollars at stake, one in ten drawn at random."""
        return flow.reviewing.queue(self._opened, limit=limit)

    def judge(self, one: str, other: str, verdict: str, *, reason: str, author: str, commit: bool = True) -> flow.reviewing.Outcome:
        """Say that two records (`source:record_id`) are the `same` customer or `different` ones; it acts at once.

        Args:
            one, other: the records, or customers' ids for the first record of each.
            verdict: same or different.
            reason, author: who says so, and why.
            commit: false to see what it would change.

        Raises:
            UnequalError: with a code of docs/errors.md.
        """
        said = flow.reviewing.Said(one, other, verdict)
        return flow.reviewing.judge(self._opened, [said], author=author, reason=reason, commit=commit)

    def __repr__(self) -> str:
        return f"Project({self.name!r})"


def _period(first: date | None, until: date | None) -> Period | None:
    if first is None and until is None:
        return None
    start, end = first or date.min, until or date.max
    if end <= start:
        raise AnswerError("ANS008", "the period ends before it begins", seen=f"{start} until {end}", do="`until` is the day after the last")
    return Period(start, end)


def _level(text: str | None) -> Level | None:
    known = [str(level) for level in Level]
    if text is not None and text not in known:
        raise AnswerError("ANS003", "there is no such evidence level", seen=text, do=f"choose one of {', '.join(known)}")
    return None if text is None else Level(text)


def open_project(path: Path | str = "unequal.yaml") -> Project:
    """Open a project by its config, or by its folder.

    Raises:
        ConfigError: there is none, or it is not sound; every problem with its line.
    """
    return Project(flow.open_project(path))
