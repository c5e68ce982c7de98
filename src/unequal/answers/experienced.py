"""What the questions on drivers, agents and promises share: which customers, which days, and what a thin cell is."""

from __future__ import annotations

from typing import Final

import ibis

from unequal.answers.base import Base
from unequal.answers.lacking import lacking
from unequal.answers.narrowing import attributes_named, columns_to_ask, narrow
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level
from unequal.terms.periods import Period

THIN: Final = 10
"""Fewer customers or cases than this are withheld."""
ASSOCIATION: Final = "Nothing here was drawn by lot: it is an association, and not what a change would bring."


def refuse_level(question: str, level: Level | None) -> None:
    """A level of costs means nothing to a question that counts scores, contacts and promises.

    Raises:
        AnswerError: ANS011, one is given.
    """
    if level is not None:
        raise AnswerError("ANS011", f"`{question}` is asked at the level of the base", seen="--level", do="ask without it")


def published(base: Base, question: str, table: str, section: str) -> ibis.Table:
    """A table that a run publishes where its section of the config is there.

    Raises:
        AnswerError: ANS016, the section is not there; ANS001, the run is of before it was.
    """
    if getattr(base.project, section) is None:
        lacks, do = _LACKS[section]
        raise lacking(question, lacks, do)
    return base.table(table)


_LACKS: Final = {
    "surveys": (
        "no scores of customers (the section surveys: source, customer, day, attributes, satisfaction)",
        "map the table of answered questionnaires with a score for each part of the service and one for the whole",
    ),
    "agents": (
        "no contacts with the agent who answered (the section agents: contacts, and the table of agents with team)",
        "map the contacts as interactions with agent, and name them under agents.contacts",
    ),
    "promises": (
        "no day promised and day done (the section promises: source, customer, promised, kept)",
        "map the orders' promised and delivered days under promises",
    ),
}


def wide_customers(base: Base, *texts: str | None) -> ibis.Table:
    """Every customer with what slices it and, where there is a forecast, what it is expected to bring; see `attributes_named`."""
    known, values = attributes_named(base, *texts), base.table("customer_value")
    return known.left_join(values, "customer_id").drop("customer_id_right")


def customers_asked(base: Base, where: str | None, by: str | None, own: tuple[str, ...] = ()) -> ibis.Table:
    """The customers for whom a predicate is true; see `wide_customers`.

    Where nothing narrows by them and no dimension of theirs slices, what slices them is left out: to gather it takes longer than the rest.

    Raises:
        PredicateError: it is refused, or names what is not there.
    """
    if where is None and (by is None or by in own):
        every = base.table("customer").select("customer_id")
        banded = every.left_join(base.table("band").select("customer_id", "band"), "customer_id").drop("customer_id_right")
        return banded.left_join(base.table("customer_value"), "customer_id").drop("customer_id_right")
    table = wide_customers(base, where, by)
    return narrow(table, where=where, period=None, leads_to=base.leads_to)


def of_days(table: ibis.Table, day: str, period: Period | None) -> ibis.Table:
    """The rows of a period."""
    return table if period is None else table.filter(table[day] >= period.start, table[day] < period.end)


def with_segment(rows: ibis.Table, customers: ibis.Table, by: str | None, own: tuple[str, ...] = ()) -> ibis.Table:
    """Rows of the customers asked about, with `segment`: a column of their own, or of their customer.

    Args:
        rows: any table with customer_id.
        customers: of `customers_asked`.
        by: the dimension; None for no segment.
        own: columns of `rows` that are dimensions too.

    Raises:
        AnswerError: ANS002, there is no such dimension.
    """
    if by in own:
        return rows.semi_join(customers, "customer_id").mutate(segment=rows[by].cast("string"))
    known = sorted({*columns_to_ask(customers), *own} - {"customer_id"})
    if by is not None and by not in known:
        raise AnswerError("ANS002", "there is no such dimension to slice by", where="--by", seen=by, do=f"choose one of {', '.join(known)}")
    segment = ibis.null("string") if by is None else customers[by].cast("string")
    keyed = customers.select(_whose="customer_id", segment=segment)
    return rows.inner_join(keyed, rows["customer_id"] == keyed["_whose"]).drop("_whose")


def days_text(base: Base, table: ibis.Table, day: str) -> str:
    """From when to when rows are, in words."""
    span = base.fetch(table.aggregate(first=table[day].min(), last=table[day].max()))[0]
    return f"{span['first']} to {span['last']}" if span["first"] is not None else "no day"
