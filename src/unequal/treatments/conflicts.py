"""Policies that work against each other: found before they act, by their rules and by the base."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

import ibis

from unequal.predicates import can_both_hold
from unequal.terms.amounts import exact_text
from unequal.terms.money import AMOUNT, money_sum
from unequal.treatments.compiling import Policies, Policy, Rules
from unequal.treatments.fitting import fitting


@dataclass(frozen=True, slots=True)
class Opposed:
    """Two policies that work against each other and may meet in one customer.

    Args:
        first, second: by name.
        opposed_in: in what, in words.
    """

    first: Policy
    second: Policy
    opposed_in: str


@dataclass(frozen=True, slots=True)
class Acting:
    """The policies that may act, made ready, and the base that they act on: PROFILE with a column for each window that rules name."""

    policies: Policies
    rules: Rules
    profile: ibis.Table


def opposed(policies: Policies) -> tuple[Opposed, ...]:
    """The pairs whose effects oppose and whose rules are not proven to exclude each other, by name."""
    found = []
    for first, second in combinations(policies, 2):
        why = first.config.opposes(second.config)
        if why is not None and not _are_kept_apart(first, second) and can_both_hold(first.texts, second.texts):
            found.append(Opposed(first, second, why))
    return tuple(found)


def _are_kept_apart(first: Policy, second: Policy) -> bool:
    """Whether each excludes the other already."""
    return second.name in first.config.excludes and first.name in second.config.excludes


def caught(profile: ibis.Table, pair: Opposed, rules: Rules) -> ibis.Table:
    """Whom both policies of a pair are for.

    Args:
        profile, rules: see `fitting`.
        pair: as `opposed` found it.

    Returns:
        customer_id; first_dollars, second_dollars: what each is expected to bring with the customer, null where not known; lost: the lesser of
        the two, at least nothing: what is given up where only one of them acts, and at stake where both do and undo each other. DECIMAL(18, 4).
    """
    one = fitting(profile, pair.first, rules)
    other = fitting(profile, pair.second, rules)
    joined = one.select("customer_id", first_dollars="dollars").inner_join(
        other.select("customer_id", second_dollars="dollars"), "customer_id"
    )
    nothing = ibis.literal(Decimal(0), type=AMOUNT)
    lesser = ibis.least(joined["first_dollars"].fill_null(nothing), joined["second_dollars"].fill_null(nothing))
    return joined.mutate(lost=ibis.greatest(lesser, nothing).cast(AMOUNT)).select("customer_id", "first_dollars", "second_dollars", "lost")


def counted(found: ibis.Table) -> ibis.Table:
    """One row of `caught`: customers, what each policy brings with them, what is lost, and the witness, who loses most (by id, where several do)."""
    most = found.mutate(_most=found["lost"].max())
    return most.aggregate(
        customers=most.count().cast("int64"),
        witness=most["customer_id"].min(where=most["lost"] == most["_most"]),
        **{name: money_sum(most[name]) for name in ("first_dollars", "second_dollars", "lost")},
    )


def ways_to_settle(pair: Opposed, *, first_dollars: Decimal, second_dollars: Decimal, currency: str) -> tuple[str, ...]:
    """What can be done about a conflict, each with what it gives up, in words; the one that gives up least first.

    Args:
        pair: the two.
        first_dollars, second_dollars: what each is expected to bring with those caught.
        currency: the reporting currency.
    """
    names = (pair.first.name, pair.second.name)
    keeps, gives = names if first_dollars >= second_dollars else names[::-1]
    lesser, larger = exact_text(min(first_dollars, second_dollars), currency), exact_text(max(first_dollars, second_dollars), currency)
    return (
        f"priority: choose {keeps} first, and let {gives} exclude it; gives up {lesser} of {gives} at most",
        f"limit: let each exclude the other for some days (excludes, excludes_days): whoever is first keeps the customer; gives up {lesser} to {larger}",
        f"exclusion: write into the rule of {gives} whom {keeps} is for, with not (...); gives up {lesser} of {gives}",
    )
