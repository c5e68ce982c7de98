"""Contexts of a customer: where, what and when it mostly buys, how it began, whether it has left; told where a question names them.

They are worked out from the run's tables only for a question whose `--where` or `--by` names one, so that no other question waits for them. Every
question that can be asked of customers can so be asked by context, and every count of customers has a rule that lists just those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import ibis

from unequal import customer_base
from unequal.answers import bringing
from unequal.answers.base import Base
from unequal.answers.conflicts import everybody_caught
from unequal.answers.get_keep_grow import levers_of_each
from unequal.answers.new_tables import parts_of
from unequal.ledger import is_real_customer
from unequal.terms.lines import Line
from unequal.terms.money import money_sum

_WORD: Final = re.compile(r"[a-z_]+")
_TEXT: Final = re.compile(r"'[^']*'")


def named(base: Base, *texts: str | None) -> tuple[str, ...]:
    """The contexts that rules or dimensions name, once each; an attribute of the project's own of the same name goes first.

    >>> import re; sorted(set(_WORD.findall(_TEXT.sub("", "is_lost = true and country = 'main_channel'"))))
    ['and', 'country', 'is_lost', 'true']
    """
    words = {word for text in texts if text for word in _WORD.findall(_TEXT.sub("", text.lower()))}
    own = set(base.table("customer_attribute").columns) if words & set(CONTEXTS) else set()
    return tuple(name for name in CONTEXTS if name in words and name not in own)


def with_contexts(base: Base, *texts: str | None) -> Base:
    """The base with those contexts beside what is known of customers; itself where none is named.

    Args:
        base: a published run.
        texts: `where` and `by` of a question.
    """
    names = named(base, *texts)
    if not names:
        return base
    known = base.table("customer_attribute")
    for tell in dict.fromkeys(CONTEXTS[name] for name in names):
        told = tell(base)
        if told is not None:
            chosen = [name for name in told.columns if name in names]
            own = told.select(_whose="customer_id", **{f"_{name}": told[name] for name in chosen})
            joined = known.left_join(own, known["customer_id"] == own["_whose"])
            flags = {name: _filled(joined[f"_{name}"]) for name in chosen}
            known = joined.select(*known.columns, **flags)
    # Kept whole: what gathers some attributes alone knows nothing of contexts.
    return replace(base, tables={**base.tables, "customer_attribute": base.keep(known)}, attributes=None)


def _filled(column: ibis.Value) -> ibis.Value:
    """Of a customer who is in no row a flag is false; anything else is not known."""
    return column.fill_null(ibis.literal(value=False)) if column.type().is_boolean() else column


def _main(base: Base, dimension: str) -> ibis.Table:
    """The value of a dimension under which each customer bought most, at list prices; ties go to the first by name."""
    entries = base.table("entry")
    sold = entries.filter(entries["line"] == str(Line.LIST_REVENUE), is_real_customer(entries["customer_id"]))
    value = customer_base.steps.season_of(sold["booked_on"]) if dimension == "season" else sold[dimension]
    cut = sold.select("customer_id", "amount", _value=value.cast("string")).filter(lambda t: t["_value"].notnull())
    sums = cut.group_by("customer_id", "_value").aggregate(_sum=money_sum(cut["amount"]))
    place = ibis.row_number().over(ibis.window(group_by="customer_id", order_by=[ibis.desc("_sum"), "_value"]))
    return sums.mutate(_place=place).filter(lambda t: t["_place"] == 0).select("customer_id", **{f"main_{dimension}": "_value"})


def _began(base: Base) -> ibis.Table | None:
    """How each began, in the words of `new`."""
    if "gained" not in base.tables:
        return None
    told = base.table("gained")
    return told.select("customer_id", "began_on", "first_channel", "first_market", "acquired_by", **parts_of(told["began_on"]))


def _left(base: Base) -> ibis.Table | None:
    """Who has left, in the words of `lost`; whoever has left several lines of business by the last of them."""
    if "lost" not in base.tables:
        return None
    told = base.table("lost")
    last = told["lost_on"].max()
    return told.group_by("customer_id").aggregate(
        is_lost=told["everywhere"].max(), has_ended=(told["how"] == "ended").max(), is_silent=(told["how"] == "silent").max(), lost_on=last,
        lost_year=last.year().cast("string"), lost_reason=told["reason"].max(),
    )  # fmt: skip


def _is_in(base: Base, table: str, flag: str) -> ibis.Table | None:
    """A flag for every customer who stands in a table."""
    if table not in base.tables:
        return None
    rows = base.table(table)
    return rows.filter(rows["customer_id"].notnull()).select("customer_id").distinct().mutate(**{flag: ibis.literal(value=True)})


def _brings(base: Base) -> ibis.Table | None:
    if "relationship" not in base.tables:
        return None
    return bringing.ties(base).select(customer_id="from_customer").distinct().mutate(brings_others=ibis.literal(value=True))


def _was_brought(base: Base) -> ibis.Table | None:
    if "relationship" not in base.tables:
        return None
    return bringing.ties(base).select(customer_id="to_customer").distinct().mutate(was_brought=ibis.literal(value=True))


def _let_down(base: Base) -> ibis.Table | None:
    if "promise" not in base.tables:
        return None
    made = base.table("promise")
    broken = made.filter(made["is_kept"].notnull(), ~made["is_kept"])
    return broken.select("customer_id").distinct().mutate(is_let_down=ibis.literal(value=True))


def _plan(base: Base) -> ibis.Table | None:
    """Who could pay less, and on which plan; of several contracts the one with the most to save is told."""
    if "plan_fit" not in base.tables:
        return None
    fit = base.table("plan_fit")
    better = fit.filter(fit["cheaper_plan"].notnull())
    place = ibis.row_number().over(ibis.window(group_by="customer_id", order_by=[ibis.desc("year_difference"), "contract_id"]))
    first = better.mutate(_place=place).filter(lambda t: t["_place"] == 0)
    return first.select("customer_id", "cheaper_plan", could_pay_less=ibis.literal(value=True))


def _stood(base: Base) -> ibis.Table | None:
    """In which band of the config's scheme each stood in the last two windows of `movement`; none after a steward's word, until the next run."""
    if "customer_band" not in base.tables or "concerned" in base.tables:
        return None
    bands = base.table("customer_band")
    stood = bands.filter(bands["scheme"] == base.project.movement.scheme)
    told = stood.mutate(_last=stood["valid_from"].max().over(ibis.window()))
    return told.group_by("customer_id").aggregate(
        band_before=told["band"].max(where=told["valid_to"] == told["_last"]), band_after=told["band"].max(where=told["valid_from"] == told["_last"])
    )  # fmt: skip


def _caught(base: Base) -> ibis.Table | None:
    caught = everybody_caught(base)
    return None if caught is None else caught.select("customer_id").distinct().mutate(is_caught=ibis.literal(value=True))


_GROUPS: Final[tuple[tuple[tuple[str, ...], Callable[[Base], ibis.Table | None]], ...]] = (
    *(((f"main_{name}",), partial(_main, dimension=name)) for name in ("channel", "product", "market", "property", "season")),
    (("began_on", "began_month", "began_quarter", "began_year", "first_channel", "first_market", "acquired_by"), _began),
    (("is_lost", "has_ended", "is_silent", "lost_on", "lost_year", "lost_reason"), _left),
    (("is_won_back",), partial(_is_in, table="won_back", flag="is_won_back")),
    (("is_warned",), partial(_is_in, table="signal", flag="is_warned")),
    (("brings_others",), _brings),
    (("was_brought",), _was_brought),
    (("is_let_down",), _let_down),
    (("could_pay_less", "cheaper_plan"), _plan),
    (("is_caught",), _caught),
    (("band_before", "band_after"), _stood),
    (tuple(f"lever_{name}" for name in customer_base.steps.levers.LEVERS), levers_of_each),
)

CONTEXTS: Final[Mapping[str, Callable[[Base], ibis.Table | None]]] = {name: tell for names, tell in _GROUPS for name in names}
"""Every context by its name, and what tells it of a base: a table with customer_id, or None where the run has nothing of it."""
