"""Dollars rolled up: by household, by ultimate parent, by introducer, by employer; each dollar once.

A customer stands in one unit, or in several by shares: then its dollars are split by largest
remainder, so that the parts make the whole to the last 0.0001. Customers in no unit stand in one
row of their own, and dollars of no customer in another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa

from unequal.terms.money import from_units, to_units

ALONE: Final = {
    "household": "in no household", "parent_organisation": "no parent organisation", "introducer": "no introducer", "referrer": "no referrer",
    "employer": "no employer",
}  # fmt: skip
"""What a base can be rolled up by, and what customers in no such unit stand under."""

STEPS_AT_MOST: Final = 50
"""Introductions, or parents, one behind another; a longer way is taken for a mistake, and ends there."""
_WEIGHT_UNITS: Final = 1_000_000

Shares = dict[str, dict[str, int]]
"""Customer -> unit -> how much of the customer it has, relative to its other units; a customer in no unit is not there."""


@dataclass(frozen=True, slots=True)
class Tie:
    """One relationship: `one` is the parent, employer or introducer of `other`.

    Args:
        weight: how much it counts beside others of its kind; above 0.
        since: the day from which it holds; None where not known.
        stated: a source says so.
    """

    one: str
    other: str
    weight: float = 1.0
    since: date | None = None
    stated: bool = True

    @property
    def rank(self) -> tuple[bool, date, str, str]:
        """The order in which ties are believed: stated before inferred, then the oldest, then by ids."""
        return (not self.stated, self.since or date.max, self.one, self.other)


def ties_of(relationships: Iterable[Mapping[str, Any]], kind: str, *, day: date) -> list[Tie]:
    """The ties of a kind that hold on a day.

    Args:
        relationships: rows of RELATIONSHIP.
        kind: as in employer.
        day: what ended before it no longer holds.
    """
    return [
        Tie(row["from_customer"], row["to_customer"], row["weight"], row["since"], row["evidence"] == "stated")
        for row in relationships
        if row["kind"] == kind and row["weight"] > 0 and (row["until"] is None or row["until"] >= day)
    ]


def by_household(members: Iterable[tuple[str, str]]) -> Shares:
    """Persons in their households, from customer_id and household_id."""
    return {customer: {household: 1} for customer, household in members}


def by_ultimate_parent(ties: Iterable[Tie]) -> Shares:
    """Organisations under the one that has no parent any more; it stands under itself.

    Of several parents the first believed is the one. Where organisations are parents of each other
    in a circle, the id that sorts first stands above the others.
    """
    parent: dict[str, str] = {}
    for tie in sorted(ties, key=lambda tie: tie.rank):
        if tie.one != tie.other:
            parent.setdefault(tie.other, tie.one)
    return {customer: {_root(customer, parent): 1} for customer in sorted({*parent, *parent.values()})}


def _root(customer: str, parent: Mapping[str, str]) -> str:
    way = [customer]
    while (above := parent.get(way[-1])) is not None:
        if above in way:
            return min(way[way.index(above) :])
        way.append(above)
    return way[-1]


def by_employer(ties: Iterable[Tie]) -> Shares:
    """Persons under their employers, by weight; an employer of others, and of whom nobody is, under itself."""
    ties = [tie for tie in ties if tie.one != tie.other]
    shares = _by_weight(ties)
    return {**{tie.one: {tie.one: 1} for tie in ties}, **shares}


def by_introducer(ties: Iterable[Tie]) -> Shares:
    """Customers under those who introduced them, by weight; the introducer's own dollars stand where its own introducer is.

    Nobody is introduced by whom he introduced: of a circle the tie that is believed last is left out.
    """
    return _by_weight(without_circles(ties))


def without_circles(ties: Iterable[Tie]) -> list[Tie]:
    """Ties in the order in which they are believed, without those that would close a circle or lengthen a way beyond all bounds."""
    above: dict[str, list[str]] = defaultdict(list)
    kept = []
    for tie in sorted(ties, key=lambda tie: tie.rank):
        if not _leads_up(tie.one, tie.other, above):
            above[tie.other].append(tie.one)
            kept.append(tie)
    return kept


def _leads_up(start: str, wanted: str, above: Mapping[str, list[str]]) -> bool:
    """Whether somebody is reached going up, or nobody can say after so many steps."""
    level, seen = {start}, {start}
    for _ in range(STEPS_AT_MOST):
        if wanted in level:
            return True
        level = {up for one in level for up in above.get(one, ())} - seen
        if not level:
            return False
        seen |= level
    return True


def _by_weight(ties: Iterable[Tie]) -> Shares:
    shares: Shares = defaultdict(dict)
    for tie in ties:
        # Whole numbers, so that no float decides about a cent.
        shares[tie.other][tie.one] = max(shares[tie.other].get(tie.one, 0), round(tie.weight * _WEIGHT_UNITS), 1)
    return dict(shares)


def split(units: int, weights: Sequence[int]) -> list[int]:
    """An amount in parts by largest remainder, ties to the first; a negative one as its opposite.

    >>> split(100, [1, 1, 1]), split(-100, [2, 1])
    ([34, 33, 33], [-67, -33])
    """
    size, whole = abs(units), sum(weights)
    parts = [size * weight // whole for weight in weights]
    remainders = [(-(size * weight % whole), place) for place, weight in enumerate(weights)]
    for _, place in sorted(remainders)[: size - sum(parts)]:
        parts[place] += 1
    return [part if units >= 0 else -part for part in parts]


@dataclass
class _Sum:
    customers: int = 0
    losing_customers: int = 0
    amount: int = 0
    elsewhere: int = 0
    entries: int = 0


def rolled_up(sums: Iterable[Mapping[str, Any]], shares: Shares, alone: str) -> pa.Table:
    """What each unit brings.

    Args:
        sums: customer_id, amount (Decimal), entries, is_customer: a row a customer or bucket.
        shares: which units customers stand in.
        alone: the name for customers in none.

    Returns:
        SLICE, best first; `amount` and `elsewhere` sum to the sums to the last 0.0001. A customer of several
        units counts in each of them, and so do its entries.
    """
    found: dict[str | None, _Sum] = defaultdict(_Sum)
    for row in sums:
        units = to_units(row["amount"])
        if not row["is_customer"]:
            found[None].elsewhere += units
            found[None].entries += row["entries"]
            continue
        of_customer = sorted(shares.get(row["customer_id"], {alone: 1}).items())
        parts = split(units, [weight for _, weight in of_customer])
        for (unit, _), part in zip(of_customer, parts, strict=True):
            total = found[unit]
            total.customers += 1
            total.losing_customers += units < 0
            total.amount += part
            total.entries += row["entries"]
    return _slices(found)


def _slices(found: Mapping[str | None, _Sum]) -> pa.Table:
    order = sorted(found.items(), key=lambda item: (-item[1].amount, -item[1].elsewhere, item[0] is None, item[0] or ""))
    money = pa.decimal128(28, 4)
    return pa.table({
        "value": pa.array([unit for unit, _ in order], pa.string()),
        "customers": pa.array([total.customers for _, total in order], pa.int64()),
        "losing_customers": pa.array([total.losing_customers for _, total in order], pa.int64()),
        "amount": pa.array([from_units(total.amount) for _, total in order], money),
        "elsewhere": pa.array([from_units(total.elsewhere) for _, total in order], money),
        "entries": pa.array([total.entries for _, total in order], pa.int64()),
    })  # fmt: skip
