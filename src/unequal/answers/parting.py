"""A part of the base as if it were the whole: for questions that measure customers, and are asked of some, or of each slice of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import ibis

from unequal.answers.base import Base
from unequal.answers.experienced import wide_customers
from unequal.answers.narrowing import dimension, narrow

MOST_SLICES: Final = 12
"""So many slices are measured, those of the most customers."""
_OF_CUSTOMERS: Final = ("customer", "statement", "band", "customer_value", "lifetime", "customer_attribute", "customer_record", "entry",
                        "customer_line", "customer_month", "entry_sum", "bought", "worth_of_each", "last_year")  # fmt: skip
"""The last three are put together by questions that ask every slice for them."""
_OF_THE_WHOLE: Final = ("kept", "retention_worth", "acquisition_source", "pool", "idle")


def asked(base: Base, where: str | None, by: str | None = None) -> ibis.Table:
    """The customers for whom a predicate is true, beside what is known and expected of them; those who never bought have no values.

    Attributes that neither the predicate nor `by` names are there without their values.

    Raises:
        PredicateError: it is refused, or names what is not there.
    """
    return narrow(wide_customers(base, where, by), where=where, period=None, leads_to=base.leads_to)


def parted(base: Base, customers: ibis.Table) -> Base:
    """The base with these customers alone.

    What a run measured over the whole base, as survival or the worth of retention, is not in it: of a part it is measured anew or not at all.

    Args:
        base: a published run.
        customers: any table with customer_id, each once.
    """
    chosen = base.keep(customers.select("customer_id"))
    tables = {name: table for name, table in base.tables.items() if name not in _OF_THE_WHOLE}
    for name in _OF_CUSTOMERS:
        if name in tables:
            tables[name] = tables[name].semi_join(chosen, "customer_id")
    band = tables["band"]
    order = ibis.window(order_by=[band["customer_rank"], band["customer_id"]])
    tables["band"] = base.keep(band.mutate(customer_rank=(ibis.row_number().over(order) + 1).cast("int64")))
    return replace(base, tables=tables)


def slices(base: Base, customers: ibis.Table, by: str, *, fewest: int) -> tuple[list[tuple[str, int, Base]], int]:
    """Each slice of some customers as a base of its own, the largest first, and how many slices are withheld for want of customers.

    Args:
        base: a published run.
        customers: of `asked`.
        by: a dimension of them.
        fewest: slices of fewer customers are withheld.

    Raises:
        AnswerError: ANS002, there is no such dimension.
    """
    key = customers[dimension(customers, by)].cast("string")
    cut = base.keep(customers.select("customer_id", segment=key).filter(lambda t: t["segment"].notnull()))
    counted = base.fetch(cut.group_by("segment").aggregate(n=cut.count()).order_by(ibis.desc("n"), "segment"))
    told = [(str(row["segment"]), int(str(row["n"]))) for row in counted]
    enough = [one for one in told if one[1] >= fewest][:MOST_SLICES]
    return [(name, number, parted(base, cut.filter(cut["segment"] == name))) for name, number in enough], len(told) - len(enough)


def withheld(number: int, fewest: int) -> Iterator[str]:
    """That slices are not shown, in a sentence; none where all are."""
    if number:
        many = "1 slice is" if number == 1 else f"{number:,} slices are"
        yield f"{many} withheld: of fewer than {fewest} customers, or beyond the {MOST_SLICES} largest."
