"""Narrowing a base to what a question is asked of: `--where`, `--by`, a period."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

import ibis

from unequal import customer_base, predicates
from unequal.answers.base import Base
from unequal.terms.errors import AnswerError
from unequal.terms.periods import Period

_NOT_ASKED: Final = frozenset(
    {"entry_id", "unassigned_reason", "rate_id", "row_id", "reverses", "source_file", "source_row", "occurred_at"}
)
"""Columns that trace an entry; they stay for `explain`, and no question narrows by them."""

_OF_TABLES: Final = frozenset({"customer_id", "kind", "band", "needs_group"})
"""What is known of a customer without gathering attributes."""


def attributes_named(base: Base, *texts: str | None) -> ibis.Table:
    """`customer_attribute` for a question that names attributes in these texts only; the values of others are null.

    To gather an attribute of every customer takes longer than most questions, and few are named.

    Args:
        base: the run.
        texts: predicates, and names of columns; with none of them all attributes have their values. Where an attribute's name is part of a text by chance, that does no harm.
    """
    every = base.table("customer_attribute")
    if base.attributes is None or not texts:
        return every
    given = [text.lower() for text in texts if text is not None]
    named = {name for name in every.columns if any(name.lower() in text for text in given)}
    known = base.attributes(named)
    # Every question that names the same ones reads the same table.
    return base.keep(known) if named - _OF_TABLES else known


def wide_entries(base: Base, *texts: str | None) -> ibis.Table:
    """Entries beside what is known of their customer: kind, band and the attributes that slice.

    Args:
        base: the run.
        texts: what names attributes, see `attributes_named`.

    Returns:
        ENTRY and the columns of `customer_attribute`; null where the entry has no customer.
    """
    return beside_customers(base.table("entry"), attributes_named(base, *texts))


def beside_customers(entries: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """Rows beside what is known of their customer.

    Args:
        entries: any rows with customer_id; those with a day have a season too.
        customers: of `attributes_named`.
    """
    known = customers.rename({f"_{name}": name for name in customers.columns})
    joined = entries.left_join(known, entries["customer_id"] == known["_customer_id"])
    season = {"season": customer_base.steps.season_of(joined["booked_on"])} if "booked_on" in entries.columns else {}
    return joined.select(*entries.columns, **season, **{name: joined[f"_{name}"] for name in customers.columns if name != "customer_id"})


def is_of_columns(base: Base, where: str, columns: Collection[str]) -> bool:
    """Whether a predicate over entries and their customers names these columns only.

    Raises:
        PredicateError: it is refused, or names what is not there.
    """
    asked = predicates.parse(where, columns_to_ask(wide_entries(base, None)), where="--where")
    return set(columns).issuperset(predicates.columns_of(asked))


def columns_to_ask(table: ibis.Table) -> Mapping[str, str]:
    """What `--where` may name: column and type."""
    return {name: str(kind).removeprefix("!") for name, kind in table.schema().items() if name not in _NOT_ASKED}


def narrow(table: ibis.Table, *, where: str | None, period: Period | None, leads_to: Callable[[str], str] = str) -> ibis.Table:
    """The entries for which a predicate is true, booked within a period; ids merged away are followed by `leads_to`.

    Raises:
        PredicateError: the text is hostile, too large, or names what does not exist.
    """
    if where is not None:
        predicate = predicates.led(predicates.parse(where, columns_to_ask(table), where="--where"), "customer_id", leads_to)
        table = table.filter(predicates.compile_batch(predicate, table))
    if period is not None:
        table = table.filter(table["booked_on"] >= period.start, table["booked_on"] < period.end)
    return table


def dimension(table: ibis.Table, by: str) -> str:
    """A dimension's name, once it is known that the table has it.

    Raises:
        AnswerError: ANS002, there is no such dimension.
    """
    # What a day makes, and units that dollars are rolled up by, are there where entries are cut; customers have contexts instead.
    own = {"month", "season"} if "booked_on" in table.columns else set()
    own |= set(customer_base.rollups.ALONE) if "line" in table.columns else set()
    known = {*own, *columns_to_ask(table)} - {"customer_id", "amount", "original_amount", "booked_on"}
    if by not in known:
        shown = ", ".join(sorted(name for name in known if not name.startswith("_")))
        more = "; or a context of a customer: main_channel, main_product, main_property, main_season, began_year, ..."
        raise AnswerError("ANS002", "there is no such dimension to slice by", where="--by", seen=by, do=f"choose one of {shown}{more}")
    return by
