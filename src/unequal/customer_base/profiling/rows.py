"""The profile: one row a customer, put together from what a run has told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import ibis

from unequal.customer_base.bands import customer_figures
from unequal.customer_base.profiling.contexts import GROUPS, Tables, filled
from unequal.customer_base.profiling.moments import orders
from unequal.customer_base.profiling.tables import PROFILE, ROLES, VALUE
from unequal.terms.lines import Level
from unequal.terms.money import TOTAL, money_sum
from unequal.terms.periods import Period

_TYPES: Final[Mapping[str, str]] = PROFILE.types


def profile(tables: Tables, *, level: Level, as_of: date, keep: Callable[[ibis.Table, str], ibis.Table]) -> ibis.Table:
    """What rules over customers may name.

    Args:
        tables: of a run by name: customer, band and entry; and, where it has them, statement, band_stability, interaction, household, relationship,
            customer_value, lifetime, prospect, through_others, influence, customer_needs, and what contexts read.
        level: the evidence level of the base.
        as_of: the day before which the last 12 months end.
        keep: runs a table once; the engine's verb.

    Returns:
        PROFILE, every customer once; null where the run has nothing of the kind.
    """
    known = tables["customer"].select("customer_id", "kind", "is_test", "founded_on")
    told = [*_of_band(tables), _recent(tables, level, as_of), _ordered(tables), _in_touch(tables), *_of_forecasts(tables)]
    told += [_household(tables), *_roles(tables), _contract(tables), _needs(tables), *(tell(tables) for _, tell in GROUPS)]
    for one in told:
        if one is not None:
            known = _beside(known, keep(one, "told"))
    return _whole(known)


def _beside(known: ibis.Table, told: ibis.Table) -> ibis.Table:
    """Customers with what else is told of them; a flag that a table of flags does not raise is false."""
    new = [name for name in told.columns if name in _TYPES and name not in known.columns]
    own = told.select(_whose="customer_id", **{f"_{name}": told[name].cast(_TYPES[name]) for name in new})
    joined = known.left_join(own, known["customer_id"] == own["_whose"])
    return joined.select(
        *known.columns, **{name: joined[f"_{name}"] if name in _NOT_FILLED else filled(joined[f"_{name}"]) for name in new}
    )


_NOT_FILLED: Final = frozenset({"band_is_stable", *(column.name for column in VALUE)})
"""Of these nothing is known of a customer who is in no row."""


def _whole(known: ibis.Table) -> ibis.Table:
    """Every column of the contract, in its order; what the run has nothing of is null."""
    there = {name: known[name] if name in known.columns else ibis.null(kind) for name, kind in _TYPES.items()}
    there["orders"] = there["orders"].fill_null(0)
    return known.select(**{name: value.cast(_TYPES[name]) for name, value in there.items()})


def _of_band(tables: Tables) -> Sequence[ibis.Table | None]:
    steady = tables.get("band_stability")
    return [
        tables["band"].select("customer_id", "band", "customer_rank", "sales", contribution="amount"),
        None if steady is None else steady.select("customer_id", band_is_stable="stable"),
    ]


def _recent(tables: Tables, level: Level, as_of: date) -> ibis.Table:
    """What each customer brought in the 12 months before a day; nothing of who has entries of before alone."""
    found = customer_figures(tables["entry"], level, period=Period(_a_year_before(as_of), as_of))
    every = tables["band"].select(_whose="customer_id")
    joined = every.left_join(found, every["_whose"] == found["customer_id"])
    nothing = ibis.literal(0).cast(TOTAL)
    return joined.select(
        customer_id="_whose", contribution_12m=joined["amount"].fill_null(nothing), sales_12m=joined["sales"].fill_null(nothing)
    )


def _a_year_before(day: date) -> date:
    # The 29th of February has no like in other years.
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _ordered(tables: Tables) -> ibis.Table:
    made = orders(tables["entry"])
    return made.group_by("customer_id").aggregate(
        orders=made.count().cast("int64"), first_order_on=made["ordered_on"].min(), last_order_on=made["ordered_on"].max()
    )


def _in_touch(tables: Tables) -> ibis.Table | None:
    contacts = tables.get("interaction")
    if contacts is None:
        return None
    at = contacts["occurred_at"].coalesce(contacts["occurred_on"].cast("timestamp(6)"))
    return contacts.group_by("customer_id").aggregate(last_contact_at=at.max())


def _of_forecasts(tables: Tables) -> Sequence[ibis.Table | None]:
    values, prospects = tables.get("customer_value"), tables.get("prospect")
    scored = ("first_order_probability_expected", "worth_if_won_expected")
    return [
        values,
        None if prospects is None else prospects.select("customer_id", *scored),
        *(
            None if name not in tables else tables[name].select("customer_id", **{column: "value_expected"})
            for name, column in (("through_others", "through_others_expected"), ("influence", "influence_expected"))
        ),
    ]


def _household(tables: Tables) -> ibis.Table | None:
    """The household of each, what all of it brings, and what the others in it are expected to bring."""
    homes = tables.get("household")
    if homes is None:
        return None
    money = tables["band"].select(_a="customer_id", _amount="amount")
    joined = homes.left_join(money, homes["customer_id"] == money["_a"])
    values = tables.get("customer_value")
    if values is None:
        joined = joined.mutate(_expected=ibis.null("float64"))
    else:
        values = values.select(_b="customer_id", _expected="value_expected")
        joined = joined.left_join(values, joined["customer_id"] == values["_b"])
    sums = joined.group_by(_home="household_id").aggregate(
        household_contribution=money_sum(joined["_amount"]),
        household_value_expected=joined["_expected"].sum(),
        _known=joined["_expected"].count(),
    )
    whole = joined.left_join(sums, joined["household_id"] == sums["_home"])
    own = whole["_expected"]
    # Absent, and no zero of two sums, where a forecast is known of nobody but the customer.
    others = (whole["_known"] > own.notnull().cast("int64")).ifelse(
        whole["household_value_expected"] - own.fill_null(0.0), ibis.null("float64")
    )
    told = ("customer_id", "household_id", "household_contribution", "household_value_expected")
    return whole.select(*told, household_members="members", household_others_expected=others)


def _roles(tables: Tables) -> Sequence[ibis.Table | None]:
    """What each customer is to others, and others to it."""
    ties = tables.get("relationship")
    if ties is None:
        return [None]
    ties = ties.filter(ties["from_customer"] != ties["to_customer"])
    return [
        ties.group_by(customer_id=end).aggregate(**{f"{word}_{role}": (ties["kind"] == role).max() for role in ROLES})
        for end, word in (("from_customer", "is"), ("to_customer", "has"))
    ]


def _contract(tables: Tables) -> ibis.Table | None:
    lives = tables.get("lifetime")
    if lives is None:
        return None
    running = lives.filter(lives["kind"] == "contracts", lives["p_alive"] > 0)
    return running.select("customer_id").distinct().mutate(has_contract=ibis.literal(value=True))


def _needs(tables: Tables) -> ibis.Table | None:
    return tables["customer_needs"].select("customer_id", "needs_group") if "customer_needs" in tables else None
