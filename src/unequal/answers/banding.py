"""Schemes of bands in answers: which can be asked for, and entries beside the band of their customer."""

from __future__ import annotations

import ibis

from unequal import customer_base
from unequal.answers.base import Base
from unequal.answers.happening import beside_windows
from unequal.answers.lacking import lacking
from unequal.answers.narrowing import attributes_named
from unequal.terms.lines import Level

moving = customer_base.steps.moving


def known(base: Base, scheme: moving.Scheme) -> ibis.Table:
    """What a scheme's rules and growth may name of a customer, as of the run."""
    base = beside_windows(base, [(text, f"movement.schemes.{scheme.name}") for _, text in scheme.rules])
    return moving.steps.beside(attributes_named(base, str(scheme)), base.tables.get("customer_value"))


def answerable(base: Base, scheme: moving.Scheme, question: str) -> moving.Scheme:
    """The scheme itself.

    Raises:
        AnswerError: ANS016, it hangs on forecasts that are not there.
    """
    if scheme.kind == "growable" and not has_forecasts(base):
        raise lacking(f"{question} --by {scheme.name}", "no forecast of who is growable (customer_value.is_growable)",
                      "map what was sold and run again, so that there is a forecast")  # fmt: skip
    return scheme


def has_forecasts(base: Base) -> bool:
    """Whether anything is forecast of anybody."""
    return "customer_value" in base.tables and bool(base.fetch(base.table("customer_value").aggregate(many=lambda t: t.count()))[0]["many"])


def scheme_asked(base: Base, by: str | None) -> moving.Scheme | None:
    """The scheme that a question to `profit` is sliced by; None where it is sliced by anything else."""
    found = moving.schemes_of(base.project).get(by or "")
    return None if found is None else answerable(base, found, "profit")


def in_bands(base: Base, entries: ibis.Table, statement: ibis.Table, scheme: moving.Scheme, level: Level) -> ibis.Table:
    """Entries with a column of the scheme's name: the band in which their customer stands by what is asked about.

    Args:
        base: a published run.
        entries: those asked about.
        statement: what customers are banded by.
        scheme: how.
        level: whose lines are summed.
    """
    banded = moving.schemes.banded_by(scheme, customer_base.customer_figures(statement, level), known(base, scheme))
    bands = banded.select(_who="customer_id", _band="band")
    joined = entries.left_join(bands, entries["customer_id"] == bands["_who"])
    return joined.select(*(name for name in entries.columns if name != scheme.name), **{scheme.name: joined["_band"]})
