"""Windows over events in questions: `--where "count(order, 30 days) >= 2"`; counted only for a question that names one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from unequal import customer_base
from unequal.answers.base import Base
from unequal.answers.evidence import booked_days
from unequal.answers.lacking import CODE
from unequal.predicates import windows
from unequal.terms.errors import AnswerError

_ASKED: Final = "--where"


def with_windows(base: Base, question: str, where: str | None) -> Base:
    """The base with what the windows that a question names come to, beside what is known of customers; itself where none is named.

    Args:
        base: a published run.
        question: its word; of some, rules of the config are asked too.
        where: what narrows it.

    Raises:
        AnswerError: ANS016, the run has no table of what happened.
        PredicateError: PRD021, PRD022, as predicates.parse.
    """
    return beside_windows(base, _rules(base, question, where))


def beside_windows(base: Base, rules: Iterable[tuple[str, str]]) -> Base:
    """The base with what the windows that rules name come to, beside what is known of customers; itself where none is named.

    Args:
        base: a published run.
        rules: text, and the place that it comes from.

    Raises:
        AnswerError: ANS016, the run has no table of what happened.
        PredicateError: PRD021, PRD022, as predicates.parse.
    """
    texts = [(text, at) for text, at in rules if windows.are_named(text)]
    if not texts:
        return base
    if "moment" not in base.tables:
        raise AnswerError(CODE, "this run does not tell what happened to customers, and when", where=texts[0][1], seen="no table moment",
                          do="run `unequal run` again; a run of an older version has none. Until then, ask without count(...) and last(...)")  # fmt: skip
    moments, known = base.table("moment"), base.table("customer_attribute")
    told_of = {str(row["event"]) for row in base.fetch(moments.select("event").distinct()) if row["event"] is not None}
    # What is declared and has not happened to anybody yet counts 0, as in policies; who asks is told of a word that is none.
    events = told_of | customer_base.steps.profiling.may_be_named(base.project)
    asked = [
        window for text, at in texts for window in windows.named_in(text, events if at == _ASKED else windows.events_in(text), where=at)
    ]
    told = customer_base.steps.happened_within(known, moments, asked, at=last_instant(base))
    # Kept whole, as contexts are: what gathers some attributes alone knows nothing of windows.
    return replace(base, tables={**base.tables, "customer_attribute": base.keep(told)}, attributes=None)


def _rules(base: Base, question: str, where: str | None) -> list[tuple[str, str]]:
    """The rules that a question asks of customers, and their places."""
    project = base.project
    found = [(where, _ASKED)]
    if question == "conflicts" or (where is not None and "is_caught" in where):
        found += [(one.who, f"programmes.{name}.who") for name, one in project.programmes.items()]
    if question == "metrics":
        found += [
            (text, f"metrics.{name}.{key}")
            for name, one in project.metrics.items()
            for key, text in (("among", one.among), ("where", one.where))
        ]
    return [(text, at) for text, at in found if text is not None]


def last_instant(base: Base) -> datetime:
    """The last instant before the morning that the run stands on, in the company's zone; naive, in UTC."""
    lifetimes = base.table("lifetime")
    morning = base.fetch(lifetimes.aggregate(day=lifetimes["as_of"].max()))[0]["day"]
    if not isinstance(morning, date):
        last = booked_days(base)[1]
        morning = (last if isinstance(last, date) else date(2000, 1, 1)) + timedelta(days=1)
    return customer_base.steps.last_instant_before(morning, base.project.time_zone)
